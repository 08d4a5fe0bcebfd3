"""Expectations, by what they look at."""
