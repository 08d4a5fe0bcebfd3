"""How the cells of a lab are named."""

__all__ = ["TEST_PREFIX"]

TEST_PREFIX = "test-"
"""Begins the name of a test cell; what follows is that of the cell which it grades."""
