"""Training taken and assessments passed."""
