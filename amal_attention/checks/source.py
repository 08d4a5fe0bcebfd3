"""What the source of an answer names: told by the syntax trees of a notebook's cells. Nothing is run here."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["cells_beside", "named_in", "seen_by"]

_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LONGEST = 200_000  # characters of a cell that is read


def named_in(answer: str, cells: Sequence[str], apart: Collection[str] = ()) -> set[str]:
    r"""The names in the definition of an answer, and in those of whatever else of the notebook it uses.

    Attributes count by their last part, imports by every part, and a text that is Python as if it stood there. What the
    notebook defines itself does not count by its own name, nor does what ``self`` keeps.

    Args:
        answer: what it is called.
        cells: the notebook's, in the order in which they ran; those that are no Python are left out.
        apart: names whose definitions are not looked into: other answers.

    >>> cells = ["from torch import nn\nCell = nn.GRU", "def read(x): return Cell(2, 2)(x)", "other = nn.LSTM"]
    >>> sorted(named_in("read", cells) & {"GRU", "LSTM"})
    ['GRU']
    """
    made = _definitions(tuple(cells))
    names, waiting, seen = set[str](), [answer], {*apart} - {answer}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for statement in made.get(name, ()):
            used, others = _used(statement)
            names |= others | (used - made.keys())
            waiting += used & made.keys()
    return names


def cells_beside(names: Mapping[str, Any]) -> list[str]:
    """The sources that defined names: the cells of a notebook that IPython remembers, or a file; none if not known."""
    ran, file = names.get("In"), names.get("__file__")
    if isinstance(ran, list):
        return [each for each in ran if isinstance(each, str)]
    try:
        return [Path(file).read_text("utf-8")] if isinstance(file, str) else []
    except (OSError, ValueError):
        return []


def seen_by(called: Callable[..., Any]) -> dict[str, Any]:
    """The names that a function sees where it is defined, or a class in its methods."""
    functions = (called, *vars(called).values()) if isinstance(called, type) else (called,)
    return next((each.__globals__ for each in functions if hasattr(each, "__globals__")), {})


@functools.lru_cache(maxsize=1)
def _definitions(cells: tuple[str, ...]) -> dict[str, list[ast.stmt]]:
    """The statements that make each name of the top level what it is at the end; the last notebook's are kept."""
    made: dict[str, list[ast.stmt]] = {}
    for statement in (each for cell in cells for each in _statements(cell)):
        for name in set(_bound(statement)):
            made[name] = [*(made.get(name, []) if isinstance(statement, ast.AugAssign) else []), statement]
        for name in _mended(statement):
            made.setdefault(name, []).append(statement)
    return made


def _statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell).body if len(cell) <= _LONGEST else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _bound(statement: ast.AST) -> Iterator[str]:
    """The names that a statement gives a value, in its own scope."""
    waiting = [statement]
    while waiting:
        match waiting.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((each.asname or each.name).partition(".")[0] for each in names)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case node if not isinstance(node, _SCOPES):
                waiting += ast.iter_child_nodes(node)


def _mended(statement: ast.stmt) -> Iterator[str]:
    """The names of the objects that a statement of the top level changes: ``Layer.forward = …``."""
    defines = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    for node in [] if defines else ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute | ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Name):
                yield inner.id


def _used(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement reads and does not make itself; and all else that it names."""
    notes = {id(node.value) for node in ast.walk(statement) if isinstance(node, ast.Expr)}  # docstrings
    nodes = [node for node in ast.walk(statement) if id(node) not in notes or not isinstance(node, ast.Constant)]
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {name for node in nodes for name in _made(node) if node is not statement}
    return read - made, {name for node in nodes for name in _named(node)}


def _made(node: ast.AST) -> Iterator[str]:
    """The name that a part of a statement gives a value, if it does."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name


def _named(node: ast.AST) -> Iterable[str]:
    """What a part of a statement names that is no plain name: an attribute, what is imported, what stands in a text."""
    match node:
        case ast.Attribute(attr=name, value=value):
            return [] if isinstance(value, ast.Name) and value.id == "self" else [name]
        case ast.Import(names=names):
            return [part for each in names for part in each.name.split(".")]
        case ast.ImportFrom(module=module, names=names):
            return [*(module or "").split("."), *(each.name for each in names)]
        case ast.Constant(value=str(text)):
            return _in_text(text)
    return []


def _in_text(text: str) -> set[str]:
    """The names in a text that is Python: what ``getattr`` and ``eval`` are given. A sentence is none."""
    names = set[str]()
    for statement in _statements(text.strip()):
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    names.add(name)
    return names
