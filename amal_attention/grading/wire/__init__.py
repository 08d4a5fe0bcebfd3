"""What the grader and the student's process say to each other, and both ends of it."""
