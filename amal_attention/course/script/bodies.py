"""Whether lines of code are whole statements of a function's body, so that the function stays when they go."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["why_no_body"]

_Block = list[ast.stmt]


def why_no_body(source: str, begin: int, end: int) -> str | None:
    """Why what stands between the lines ``begin`` and ``end`` (from 1) cannot become one statement; None if it can.

    Args:
        source: code that can be parsed.
        begin: the line of a comment, where the statement will stand.
        end: the line of a comment too.
    """
    found = [(block, function) for block, function in _blocks(ast.parse(source), False) if _some(block, begin, end)]
    if not found:
        return "there is no statement in the region"
    block, function = found[0]
    inside = _some(block, begin, end)
    lines = source.split("\n")
    if not function:
        return "the region is not in the body of a function: without it, what uses the cell would not run"
    covered = {line for node in inside for line in range(_first(node), _last(node) + 1)}
    outside = [line for line in range(begin + 1, end) if _is_code(lines[line - 1]) and line not in covered]
    if outside or any(_last(node) > end for node in inside):
        return "the region cuts a statement in two"
    indent = len(lines[begin - 1]) - len(lines[begin - 1].lstrip())
    if indent != inside[0].col_offset:
        return "the marker is not indented as the first statement of its region"
    return None


def _blocks(node: ast.AST, function: bool) -> Iterator[tuple[_Block, bool]]:
    """Every list of statements, the outer before the inner, and whether it is in a function."""
    function = function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for value in (value for _, value in ast.iter_fields(node) if isinstance(value, list)):
        if value and isinstance(value[0], ast.stmt):
            yield value, function
        for child in value:
            if isinstance(child, ast.AST):
                yield from _blocks(child, function)


def _some(block: _Block, begin: int, end: int) -> _Block:
    """The statements of a block that begin in the region."""
    return [node for node in block if begin < _first(node) < end]


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
