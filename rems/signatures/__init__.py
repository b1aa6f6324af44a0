"""Electronic signatures bound to what was signed."""
