"""A comparison, a truth or a branch that is the other one."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from amal_attention.course.mutation.normal import text

__all__ = ["another_branch", "another_comparison", "another_truth"]

_OTHER: dict[type[ast.cmpop], tuple[ast.cmpop, ...]] = {
    ast.Lt: (ast.LtE(), ast.GtE()),
    ast.LtE: (ast.Lt(), ast.Gt()),
    ast.Gt: (ast.GtE(), ast.LtE()),
    ast.GtE: (ast.Gt(), ast.Lt()),
    ast.Eq: (ast.NotEq(),),
    ast.NotEq: (ast.Eq(),),
    ast.Is: (ast.IsNot(),),
    ast.IsNot: (ast.Is(),),
    ast.In: (ast.NotIn(),),
    ast.NotIn: (ast.In(),),
}


def another_comparison(node: ast.AST) -> Iterator[str]:
    """``a < b`` -> ``a <= b`` and ``a >= b``; ``a == b`` -> ``a != b``."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in _OTHER[type(node.ops[0])]:
            yield text(ast.Compare(node.left, [other], node.comparators))


def another_truth(node: ast.AST) -> Iterator[str]:
    """``True`` -> ``False``, ``a and b`` -> ``a or b``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield repr(not node.value)
    if isinstance(node, ast.BoolOp):
        yield text(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))


def another_branch(node: ast.AST) -> Iterator[str]:
    """``a if c else b`` -> ``a``, ``b`` and ``b if c else a``; an ``if`` that is always taken, or never."""
    if isinstance(node, ast.IfExp):
        yield text(node.body)
        yield text(node.orelse)
        yield text(ast.IfExp(node.test, node.orelse, node.body))
    if isinstance(node, ast.If):
        for truth in (True, False):
            changed = copy.copy(node)
            changed.test = ast.Constant(truth)
            yield text(changed)
