"""Expectations on layers of vectors, on what attends in them, and on how they are written."""
