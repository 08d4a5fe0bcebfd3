"""A gradient that is cut, and values that are changed in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.normal import text

__all__ = ["changed_in_place", "cut_gradient"]

_IN_PLACE = frozenset("abs add clamp div exp log masked_fill mul nan_to_num relu sqrt sub".split())
_WITHOUT_GRADIENT = frozenset("arange argmax argmin argsort empty ones ones_like zeros zeros_like".split())


def cut_gradient(node: ast.AST) -> Iterator[str]:
    """``a = b`` -> ``a = b.detach()``; ``a, b = f(c)`` -> the same ``with torch.no_grad()``."""
    if not isinstance(node, ast.Assign) or not _computed(node.value):
        return
    targets, value = " = ".join(map(text, node.targets)), text(node.value)
    if isinstance(node.targets[0], ast.Tuple):
        yield f"with torch.no_grad():\n    {targets} = {value}"
    else:
        yield f"{targets} = ({value}).detach()"


def changed_in_place(node: ast.AST) -> Iterator[str]:
    """``x.clamp(min=1)`` -> ``x.clamp_(min=1)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _IN_PLACE:
        changed = ast.Attribute(node.func.value, f"{node.func.attr}_", ast.Load())
        yield text(ast.Call(changed, node.args, node.keywords))


def _computed(value: ast.expr) -> bool:
    """Whether it may carry a gradient: what is made from nothing, and truth values, carry none."""
    match value:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name not in _WITHOUT_GRADIENT
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()) | ast.UnaryOp(op=ast.Invert() | ast.Not()):
            return False
        case _:
            return isinstance(value, ast.Call | ast.BinOp | ast.UnaryOp | ast.Subscript)
