"""Expectations on what reads and writes lines: encoders, decoders, scores, and ways to decode."""
