"""Rescue medicine (tocilizumab): lots, vials, doses on hand, and doses held for a patient."""
