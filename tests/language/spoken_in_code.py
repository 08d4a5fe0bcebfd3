"""The messages that stand in code: what ``say`` and ``message`` are given, and the sentences that checks are made of.

A message of a check is a plain string or an f-string, which is the template that its values are put in: ``f"shape
{shape(x)}"`` is the message "shape {x}".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import amal_attention

__all__ = ["PACKAGE", "messages_of_checks", "messages_of_lab"]

PACKAGE = Path(amal_attention.__file__).parent

_SHOWN_AS_IT_IS = {"numbers", "shape", "kind", "str", "len", "int", "float", "repr", "round"}
_FOR_OTHERS = {
    "explain",
    "compile",
    "match",
    "Markup",
    "Literal",
    "TypeVar",
    "get",
    "say",
    "say_count",
    "filterwarnings",
}
_ERRORS_OF_CHECKS = {"Missed", "RaisedElsewhere"}
_WORDS = re.compile(r"[A-Za-z]{2,}")


def messages_of_checks(source: str) -> set[str]:
    """The sentences in the source of a module of checks, docstrings, patterns and errors for developers apart."""
    found = _sentences(ast.parse(source))
    return {text for text in found if _WORDS.search(re.sub(r"\{\w+\}", "", text)) or "{at_line}" in text}


def messages_of_lab(source: str) -> set[str]:
    """What a lab's script, or a hidden test, says of its own: titles, hints and mistakes."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        named = {
            ast.keyword: lambda each: [each.value] if each.arg in ("hint", "what", "mistakes") else [],
            ast.Dict: lambda each: [key for key in each.keys if key is not None],
        }
        for value in named.get(type(node), lambda each: [])(node):  # type: ignore[arg-type]
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value:
                found.add(value.value)
    return found


def _sentences(node: ast.AST, inside_miss: bool = False) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            is_message = " " in text.strip() or inside_miss
            if is_message and not text.startswith(("<", " ", "__")):
                yield text
        case ast.JoinedStr(values=parts):
            if " " in (text := template(node)).strip():
                yield text
            for part in parts:
                yield from _sentences(part.value) if isinstance(part, ast.FormattedValue) else ()
        case _:
            for child in _told(node):
                yield from _sentences(child, inside_miss or _called(node) in _ERRORS_OF_CHECKS)


def template(node: ast.JoinedStr) -> str:
    """The message of an f-string: its values by name."""
    names: dict[str, str] = {}
    text = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            key = ast.dump(part.value)
            if key not in names:
                name = _name(part.value)
                while name in names.values():
                    name = f"{name.rstrip('23456789')}{int(re.sub(r'^[^0-9]*', '', name) or 1) + 1}"
                names[key] = name
            text += f"{{{names[key]}}}"
    return text


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(args=[first, *_]) if _called(node) in _SHOWN_AS_IT_IS:
            return _name(first)
        case ast.Call():
            return (_called(node) or "value").strip("_")
        case ast.Subscript(value=value) | ast.UnaryOp(operand=value) | ast.BinOp(left=value):
            return _name(value)
    return "value"


def _called(node: ast.AST) -> str:
    function = getattr(node, "func", None) if isinstance(node, ast.Call) else None
    return str(getattr(function, "id", getattr(function, "attr", "")))


def _told(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node in which messages may stand: of a table of patterns and advice, the advice."""
    match node:
        case ast.AnnAssign(target=ast.Name(id="TABLE"), value=ast.Tuple(elts=rows)):
            yield from (row.elts[1] for row in rows if isinstance(row, ast.Tuple))
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.Raise(exc=raised) if _called(raised or node) not in _ERRORS_OF_CHECKS:
            return
        case ast.Call() if _called(node) in _FOR_OTHERS:
            return
        case _:
            fields = (value for name, value in ast.iter_fields(node) if name not in ("annotation", "returns"))
            values = (each for value in fields for each in (value if isinstance(value, list) else [value]))
            yield from (each for each in values if isinstance(each, ast.AST))
