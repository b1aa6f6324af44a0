"""Adverse events: intake, grading and the legal clocks."""
