"""Grading: from a submission to its verdict, the gradebook, and the pages that people read."""
