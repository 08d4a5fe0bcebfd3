"""Verdicts on one submission and on many, in one process or on many machines."""
