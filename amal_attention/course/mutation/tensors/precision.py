"""Another type of numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import arguments, returned, with_body
from amal_attention.course.mutation.normal import text

__all__ = ["in_half_precision", "reply_in_doubles"]


def reply_in_doubles(node: ast.AST) -> Iterator[str]:
    """``return a, b`` -> ``return a.double(), b``, and the other one."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    for place in range(len(parts)):
        changed = [f"({text(part)}).double()" if place == this else text(part) for this, part in enumerate(parts)]
        yield f"return {', '.join(changed)}"


def in_half_precision(node: ast.AST) -> Iterator[str]:
    """A function rounds the first that it is handed to half precision first."""
    if isinstance(node, ast.FunctionDef) and returned(node) is not None and node.name != "__init__":
        for name in arguments(node)[:1]:
            yield with_body(node, first=f"{name} = {name}.half().to({name}.dtype)")
