"""A statement that is not there, or a loop that ends too early."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from amal_attention.course.mutation.normal import text

__all__ = ["removed_statement", "shorter_loop"]


def removed_statement(node: ast.AST) -> Iterator[str]:
    """A call for its effect, a sum that goes on, an assignment to what an object, a place or a name held already."""
    if isinstance(node, ast.Expr | ast.AugAssign | ast.If | ast.For):
        yield ""
    if isinstance(node, ast.Assign) and (_keeps(node) or _again(node)):
        yield ""


def shorter_loop(node: ast.AST) -> Iterator[str]:
    """``for a in b`` -> over all but the first, and over the first alone; in comprehensions too."""
    if isinstance(node, ast.For):
        for over in (f"list({text(node.iter)})[1:]", f"list({text(node.iter)})[:1]"):
            yield text(ast.For(node.target, ast.parse(over, mode="eval").body, node.body, node.orelse))
    if isinstance(node, ast.ListComp | ast.GeneratorExp) and len(node.generators) == 1:
        (loop,) = node.generators
        for over in (f"list({text(loop.iter)})[1:]", f"list({text(loop.iter)})[:1]"):
            changed = ast.comprehension(loop.target, ast.parse(over, mode="eval").body, loop.ifs, loop.is_async)
            yield text(type(node)(node.elt, [changed]))


def _keeps(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Attribute | ast.Subscript)


def _again(node: ast.Assign) -> bool:
    """Whether a name is bound to something made of itself."""
    named = {each.id for each in ast.walk(node.targets[0]) if isinstance(each, ast.Name)}
    return any(isinstance(each, ast.Name) and each.id in named for each in ast.walk(node.value))
