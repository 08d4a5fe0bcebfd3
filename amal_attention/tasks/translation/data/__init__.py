"""Pairs of lines: the alphabet, the batch, and where the lines come from."""
