"""Sites, their people and their entry into programs."""
