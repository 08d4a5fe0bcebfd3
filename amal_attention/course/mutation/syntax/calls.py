"""A step that is left out, or takes its arguments in another order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import with_call
from amal_attention.course.mutation.normal import text

__all__ = ["step_left_out", "swapped_arguments", "whole_in_place_of_a_part"]

_LIBRARIES = ("F", "math", "nn", "np", "torch")


def step_left_out(node: ast.AST) -> Iterator[str]:
    """``x.softmax(1)`` -> ``x``, ``f(x, y)`` -> ``x``."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield text(node.func.value)
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield text(node.args[0])


def swapped_arguments(node: ast.AST) -> Iterator[str]:
    """``f(x, y)`` -> ``f(y, x)``, for the two first; to ``max`` and ``min`` their order is the same."""
    if isinstance(node, ast.Call) and len(node.args) > 1 and text(node.func) not in ("max", "min"):
        one, other, *rest = node.args
        yield with_call(node, args=[other, one, *rest])


def whole_in_place_of_a_part(node: ast.AST) -> Iterator[str]:
    """``x[:k]`` -> ``x``, and ``x[k:]``."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield text(node.value)
        yield text(ast.Subscript(node.value, ast.Slice(node.slice.upper, node.slice.lower), node.ctx))


def _is_module(value: ast.expr) -> bool:
    """Whether what stands before the dot is a library, as far as its name tells, or the object itself."""
    if isinstance(value, ast.Name) and value.id == "self":
        return True
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in _LIBRARIES
