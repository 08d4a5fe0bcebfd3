"""Another number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["another_number"]

_TINY, _LARGE = 1e-6, 1e4


def another_number(node: ast.AST) -> Iterator[str]:
    """``2`` -> ``3``, ``1``; ``0.5`` -> ``1.0``, ``-0.5``; an epsilon -> ``0.0``, ``0.001``; a huge one -> ``10.0``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        for other in _others(node.value):
            yield repr(other)


def _others(value: float) -> tuple[float, ...]:
    if isinstance(value, int):
        return (value + 1, value - 1) if value else (1,)
    if value == 0:
        return (1.0,)
    if abs(value) < _TINY:
        return 0.0, 0.001
    if abs(value) > _LARGE:
        return 10.0, -value
    return 2 * value, -value
