"""What the main acts cost, beside the same rows written or read by bare psycopg in the same run."""
