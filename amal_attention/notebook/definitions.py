"""What a cell that trains or draws leaves for the cells that do not: its imports, functions and classes."""

from __future__ import annotations

import ast

__all__ = ["definitions"]

_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def definitions(source: str) -> str:
    r"""What a source imports and defines at its top, on the lines where it stands; all else is blank.

    Raises:
        SyntaxError: it is not Python.

    >>> definitions("import math\nx = math.pi\ndef f(): return x")
    'import math\n\ndef f(): return x'
    """
    shown: set[int] = set()
    for node in _parsed(source).body:
        if isinstance(node, _KEPT):
            decorators = getattr(node, "decorator_list", [])
            shown.update(range(min(each.lineno for each in [*decorators, node]), (node.end_lineno or 0) + 1))
    lines = source.split("\n")
    return "\n".join(line if number in shown else "" for number, line in enumerate(lines, 1))


def _parsed(source: str) -> ast.Module:
    """Its syntax tree; Python before 3.11.4 raises something else where there is a null character."""
    try:
        return ast.parse(source)
    except ValueError as error:
        raise SyntaxError(str(error)) from error
