"""Home pages, the trail on screen, and looking at any day."""
