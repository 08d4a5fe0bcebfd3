"""Expectations on attention and on the layers that are made of it."""
