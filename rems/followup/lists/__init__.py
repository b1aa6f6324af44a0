"""Worklists of follow-up: what is due, late, without a window, lost, or to be handed over, at any size."""
