"""A mask that is left out, or upside down."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.code import with_call
from amal_attention.course.mutation.normal import text

__all__ = ["mask_inverted", "mask_left_out"]

_FILLS = ("masked_fill", "masked_fill_", "where")


def mask_left_out(node: ast.AST) -> Iterator[str]:
    """``x.masked_fill(m, v)`` -> ``x``, ``where(m, a, b)`` -> ``a`` and ``b``, ``a & b`` -> ``a`` and ``b``."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr="masked_fill" | "masked_fill_")):
            yield text(receiver)
        case ast.Call(func=ast.Attribute(attr="where"), args=[_, one, other]):
            yield text(one)
            yield text(other)
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            yield text(left)
            yield text(right)


def mask_inverted(node: ast.AST) -> Iterator[str]:
    """``~m`` -> ``m``, ``x.masked_fill(m, v)`` -> ``x.masked_fill(~m, v)``, ``a & b`` -> ``a | b``."""
    match node:
        case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
            yield text(operand)
        case ast.Call(func=ast.Attribute(attr=name), args=[mask, *others]) if name in _FILLS and not _inverted(mask):
            yield with_call(node, args=[ast.UnaryOp(ast.Invert(), mask), *others])
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            yield text(ast.BinOp(left, ast.BitOr(), right))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield text(ast.BinOp(left, ast.BitAnd(), right))


def _inverted(mask: ast.expr) -> bool:
    return isinstance(mask, ast.UnaryOp) and isinstance(mask.op, ast.Invert)
