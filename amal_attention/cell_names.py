"""How the cells of a lab are named, and tagged."""

__all__ = ["TEST_PREFIX", "UNGRADED"]

TEST_PREFIX = "test-"
"""Begins the name of a test cell; what follows is that of the cell which it grades."""

UNGRADED = "ungraded"
"""The tag of an exercise that students do for themselves: no grader asks for it."""
