"""Patients, the gate before an infusion, and the infusion."""
