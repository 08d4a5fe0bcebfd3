"""Inputs that are not what they were, once an answer has read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import arguments, returned, with_body
from amal_attention.course.mutation.normal import text

__all__ = ["input_changed_in_place"]


def input_changed_in_place(node: ast.AST) -> Iterator[str]:
    """What a function was handed is zeros after it has returned."""
    if isinstance(node, ast.FunctionDef) and (reply := returned(node)) is not None:
        for name in arguments(node):
            yield with_body(node, last=f"reply = {text(reply)}\n{name}.zero_()\nreturn reply")
