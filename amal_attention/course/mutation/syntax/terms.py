"""Sums, products and quotients with a term too few or too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.normal import text

__all__ = ["another_operation", "doubled_term", "dropped_term", "swapped_terms"]

_OTHER: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.Pow: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
}
_ORDERED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv, ast.Mod)


def dropped_term(node: ast.AST) -> Iterator[str]:
    """``a + b`` -> ``a``, and ``b``; ``-a`` -> ``a``."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield text(node.left)
        yield text(node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield text(node.operand)


def doubled_term(node: ast.AST) -> Iterator[str]:
    """``a + b`` -> ``a + 2 * b``, ``a * b`` -> ``a * b * b``."""
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
        if isinstance(node.op, ast.Add | ast.Sub):
            yield text(ast.BinOp(left, node.op, ast.BinOp(ast.Constant(2), ast.Mult(), right)))
        if isinstance(node.op, ast.Mult | ast.Div):
            yield text(ast.BinOp(node, node.op, right))


def swapped_terms(node: ast.AST) -> Iterator[str]:
    """``a - b`` -> ``b - a``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ORDERED):
        yield text(ast.BinOp(node.right, node.op, node.left))


def another_operation(node: ast.AST) -> Iterator[str]:
    """``a + b`` -> ``a - b``, ``a * b`` -> ``a / b``, and the other way round; ``a += b`` too."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OTHER:
        other = _OTHER[type(node.op)]
        if isinstance(node, ast.BinOp):
            yield text(ast.BinOp(node.left, other, node.right))
        else:
            yield text(ast.AugAssign(node.target, other, node.value))
            yield text(ast.Assign([node.target], node.value))
