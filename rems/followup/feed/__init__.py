"""A calendar feed for each person: what is due at their sites, read by any calendar from one secret address."""
