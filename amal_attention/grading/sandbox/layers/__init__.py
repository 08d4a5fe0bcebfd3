"""What shuts a submission in, each layer by itself, and the system calls that make it."""
