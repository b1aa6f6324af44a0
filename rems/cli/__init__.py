"""Commands and the parent process of a running program."""
