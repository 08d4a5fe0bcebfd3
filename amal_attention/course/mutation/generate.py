"""Every answer that is one slip away from a right one."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from amal_attention.course.mutation.normal import difference, normal_tree, text
from amal_attention.course.mutation.sites import functions, replaced, sites
from amal_attention.course.mutation.syntax import (
    calls,
    constants,
    inputs,
    logic,
    names,
    options,
    returns,
    statements,
    terms,
)
from amal_attention.course.mutation.tensors import (
    axes,
    gradients,
    masks,
    memory,
    modes,
    parameters,
    precision,
    reductions,
)

__all__ = ["OF_LINES", "OPERATORS", "Change", "changes", "functions_of"]

Operator = Callable[[ast.AST], Iterator[str]]

_OF_FUNCTIONS = (inputs, memory, modes, precision, returns)
_OF_LINES = (axes, calls, constants, gradients, logic, masks, names, options, parameters, reductions, statements, terms)


def _named(*modules: ModuleType) -> dict[str, Operator]:
    return {name.replace("_", " "): getattr(module, name) for module in modules for name in module.__all__}


OPERATORS = _named(*_OF_LINES, *_OF_FUNCTIONS)
"""What may be written in the place of a node, by the name of the slip."""

OF_LINES = _named(*_OF_LINES)
"""Those that change what a line says; the others do the same to any function, however it is written."""


@dataclass(frozen=True)
class Change:
    """A right answer with one slip in it.

    Attributes:
        operator: the slip.
        source: the answer, in normal form.
        diff: what it changes, a unified diff of normal forms.
        digest: tells this change from all others of the same source; it does not change with what stands elsewhere.
    """

    operator: str
    source: str
    diff: str
    digest: str


def functions_of(source: str) -> set[str]:
    """The functions and methods of an answer, in normal form, each below the name of its class.

    Raises:
        SyntaxError: the source is no Python.
    """
    return {*functions(normal_tree(source)).values()}


def changes(
    source: str, operators: Mapping[str, Operator] = OPERATORS, *, without: Collection[str] = ()
) -> list[Change]:
    """The changes that the operators make in a source, each once.

    One that is no Python any more, or behaves as the source does whatever it is given, is left out as far as the normal
    form shows it: nothing but a docstring, an annotation or a comment is changed.

    Args:
        source: the answer.
        operators: the operators to apply, by name.
        without: functions that stay as they are, as :func:`functions_of` has them.

    Raises:
        SyntaxError: the source itself is no Python.
    """
    tree = normal_tree(source)
    before = text(tree)
    found: dict[str, str] = {}
    for name, after in _each(tree, operators, without):
        if after != before:
            found.setdefault(after, name)
    same: Counter[str] = Counter()
    made = []
    for after, name in found.items():
        changed = _where(before, after)
        same[changed] += 1
        made.append(Change(name, after, difference(before, after), _digest(changed, same[changed])))
    return made


def _each(tree: ast.Module, operators: Mapping[str, Operator], without: Collection[str]) -> Iterator[tuple[str, str]]:
    """The name of each change, and the normal form of what it gives."""
    left = [path for path, code in functions(tree).items() if code in without]
    for path, node in sites(tree):
        if not path or any(path[: len(each)] == each for each in left):
            continue
        for name, operator in operators.items():
            for new in operator(node):
                try:
                    after = text(replaced(tree, path, new))
                except SyntaxError:
                    continue
                yield name, after


def _where(before: str, after: str) -> str:
    """The lines that differ, below the function that they stand in."""
    changed = [line for line in difference(before, after, context=0).split("\n") if not line.startswith("@@")]
    return "\n".join([_enclosing(before, after), *changed])


def _enclosing(before: str, after: str) -> str:
    """The heads of the class and function around the first line that differs."""
    lines = before.split("\n")
    pairs = zip(lines, after.split("\n"), strict=False)
    first = next((place for place, (old, new) in enumerate(pairs) if old != new), len(lines) - 1)
    heads: list[str] = []
    deepest = len(lines[first]) - len(lines[first].lstrip())
    for line in reversed(lines[:first]):
        depth = len(line) - len(line.lstrip())
        if depth < deepest and line.lstrip().startswith(("def ", "class ")):
            heads.append(line.strip())
            deepest = depth
    return "\n".join(reversed(heads))


def _digest(changed: str, number: int) -> str:
    return hashlib.sha256(f"{changed}\n{number}".encode()).hexdigest()[:12]
