"""Questionnaires per visit: written as data, answered at the site or by the patient, and what an answer sets going."""
