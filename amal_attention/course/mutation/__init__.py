"""Mistakes made by rule: operators on the syntax tree of a right answer, each a slip that people make."""

from amal_attention.course.mutation.generate import OF_LINES, OPERATORS, Change, changes, functions_of

__all__ = ["OF_LINES", "OPERATORS", "Change", "changes", "functions_of"]
