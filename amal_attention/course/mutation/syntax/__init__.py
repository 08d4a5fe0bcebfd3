"""Mistakes that any program can have."""
