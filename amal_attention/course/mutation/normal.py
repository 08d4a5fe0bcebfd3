"""A source as the operators see it: without what has no part in its behaviour, and always written the same way."""

from __future__ import annotations

import ast
import difflib

__all__ = ["difference", "normal_tree", "text"]

_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def normal_tree(source: str) -> ast.Module:
    """The syntax tree without docstrings, annotations and comments.

    Raises:
        SyntaxError: the source is no Python.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, _Documented):
            _forget_docstring(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return tree


def text(node: ast.AST) -> str:
    r"""The code of a node, as it is written in every normal form.

    >>> text(normal_tree("def f(x: int):\n    '''Doubles.'''\n    return (x*2)  # twice"))
    'def f(x):\n    return x * 2'
    """
    return ast.unparse(ast.fix_missing_locations(node))


def difference(before: str, after: str, context: int = 2) -> str:
    """A unified diff of two texts, without its two lines of headings."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=context, lineterm="")
    return "\n".join(list(lines)[2:])


def _forget_docstring(node: _Documented) -> None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
