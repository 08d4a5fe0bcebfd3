"""Attention mechanisms as a course lab: data, training and pictures for students, grading for those who teach them."""

__version__ = "0.1.0"
