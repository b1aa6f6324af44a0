"""The append-only record of changes, written by the database itself. No pages: those are in `rems.oversight`."""
