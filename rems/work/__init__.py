"""The job queue: defer by task name, inside the caller's transaction."""
