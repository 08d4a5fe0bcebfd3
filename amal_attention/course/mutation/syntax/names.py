"""A value in the place of another one of the same function."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from amal_attention.course.mutation.code import arguments
from amal_attention.course.mutation.normal import text

__all__ = ["another_name"]


def another_name(node: ast.AST) -> Iterator[str]:
    """One use of a name reads the value that was bound just before it instead, be it an argument."""
    if not isinstance(node, ast.FunctionDef):
        return
    bound = list(dict.fromkeys([*arguments(node), *_bound(node)]))
    before = dict(zip(bound[1:], bound, strict=False))
    for place, use in enumerate(_uses(node)):
        if use.id in before:
            changed = copy.deepcopy(node)
            _uses(changed)[place].id = before[use.id]
            yield text(changed)


def _bound(node: ast.FunctionDef) -> list[str]:
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    return [each.id for each in sorted(names, key=lambda each: (each.lineno, each.col_offset))]


def _uses(node: ast.FunctionDef) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
