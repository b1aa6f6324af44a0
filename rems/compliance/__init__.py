"""Site audits, deviations, and corrective and preventive actions."""
