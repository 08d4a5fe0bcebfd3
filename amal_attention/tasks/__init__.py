"""What models are asked for: one folder a task, and what tasks share."""
