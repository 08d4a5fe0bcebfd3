"""Where an operator may change a tree, and the tree with that one change."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

from amal_attention.course.mutation.normal import text

__all__ = ["Path", "functions", "replaced", "sites"]

Path = tuple[tuple[str, int | None], ...]
"""How to get to a node from the top: fields, each with a place where it holds a list."""

_LEFT_ALONE = (ast.JoinedStr, ast.expr_context, ast.arguments, ast.keyword, ast.operator, ast.cmpop, ast.unaryop)


def sites(tree: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """Every statement, and every expression that is read.

    Names that are bound, formatted texts and the defaults of arguments, which a skeleton gives, are left alone.
    """
    if not isinstance(tree, _LEFT_ALONE) and not isinstance(getattr(tree, "ctx", ast.Load()), ast.Store | ast.Del):
        yield path, tree
    if isinstance(tree, ast.JoinedStr):
        return
    for name, value in ast.iter_fields(tree):
        if name in ("decorator_list", "defaults", "kw_defaults"):
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST):
                yield from sites(node, (*path, (name, place)))


def functions(tree: ast.Module) -> dict[Path, str]:
    """The functions of a module and the methods of its classes, each with its code below the name of its class."""
    found: dict[Path, str] = {}
    for place, node in enumerate(tree.body):
        inside: list[tuple[Path, ast.stmt]] = [((), node)]
        if isinstance(node, ast.ClassDef):
            inside = [((("body", at),), method) for at, method in enumerate(node.body)]
        for path, each in inside:
            if isinstance(each, ast.FunctionDef):
                owner = node.name if isinstance(node, ast.ClassDef) else ""
                found[("body", place), *path] = f"{owner}\n{text(each)}"
    return found


def replaced(tree: ast.Module, path: Path, new: str) -> Any:
    """A copy of the tree with this code in the place of one node; no code takes a statement away.

    Raises:
        SyntaxError: the code cannot stand there.
    """
    return _with(tree, path, new)


def _with(node: Any, path: Path, new: str) -> Any:
    """A copy of the node that shares with it what does not lie on the path."""
    (field, place), *rest = path
    changed, value = copy.copy(node), getattr(node, field)
    if place is None:
        setattr(changed, field, _with(value, tuple(rest), new) if rest else _expression(new))
        return changed
    siblings, one = list(value), value[place]
    if rest:
        siblings[place] = _with(one, tuple(rest), new)
    elif isinstance(one, ast.expr):
        siblings[place] = _expression(new)
    else:
        siblings[place : place + 1] = ast.parse(new).body
    setattr(changed, field, siblings or [ast.Pass()])
    return changed


def _expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body
