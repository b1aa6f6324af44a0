"""What is due, who is told, and proof that they were told."""
