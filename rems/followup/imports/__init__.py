"""Existing patients and past visits as CSV: first what each line would do, then all of it, or the good lines."""
