"""The worker process: the clock that plans and the engine that works."""
