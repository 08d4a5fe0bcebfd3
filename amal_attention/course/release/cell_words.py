"""The code of a notebook's cells in its language: the sentences that it says, its docstrings and its comments."""

from __future__ import annotations

import ast
import inspect
import io
import json
import re
import string
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from amal_attention.language import Language

__all__ = ["in_language", "said_in"]

_Place = tuple[int, int]  # a line from 0, and a byte in it, as ast counts them
_COMMENT = re.compile(r"# (\S.*)")
_WITH_DOCSTRING = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class _Said:
    """What code says in one place.

    Attributes:
        begin: where it begins.
        end: where it ends.
        text: the text as a catalogue has it; of an f-string with the values by their names: ``{name}``.
        written: how a translation of ``text`` is written there.
    """

    begin: _Place
    end: _Place
    text: str
    written: Callable[[str], str]


def in_language(source: str, language: Language) -> str:
    """The source of a cell, all that it says and that the language's catalogues know put in their words.

    A text without a blank is the name of something and stays, and so does an f-string with values that are no plain
    names. What is no Python stays as it is.

    Args:
        source: the source of the cell, in English.
        language: the language of the notebook, with the catalogues of its lab.
    """
    lines = [line.encode() for line in source.split("\n")]
    for said in sorted(_said(source), key=lambda said: said.begin, reverse=True):
        told = language.translated(said.text)
        if told != said.text:
            (first, begin), (last, end) = said.begin, said.end
            lines[first : last + 1] = [lines[first][:begin] + said.written(told).encode() + lines[last][end:]]
    return b"\n".join(lines).decode()


def said_in(source: str) -> set[str]:
    """All that the source of a cell says, as catalogues have it: what :func:`in_language` looks for in them."""
    return {said.text for said in _said(source)}


def _said(source: str) -> list[_Said]:
    try:
        return [*_sentences(ast.parse(source)), *_comments(source)]
    except SyntaxError:
        return []


def _sentences(node: ast.AST) -> Iterator[_Said]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            if " " in child.value.strip():
                yield _of_node(child, child.value, _as_text)
        elif isinstance(child, ast.JoinedStr):
            yield from _interpolated(child)
        elif isinstance(child, _WITH_DOCSTRING) and ast.get_docstring(child) is not None:
            yield _docstring(child.body.pop(0))
            yield from _sentences(child)
        else:
            yield from _sentences(child)


def _of_node(node: ast.expr, text: str, written: Callable[[str], str]) -> _Said:
    end = (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0
    return _Said((node.lineno - 1, node.col_offset), end, text, written)


def _as_text(told: str) -> str:
    return json.dumps(told, ensure_ascii=False)


def _docstring(statement: ast.stmt) -> _Said:
    assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    indent = " " * statement.col_offset

    def written(told: str) -> str:
        first, *others = told.replace("\\", "\\\\").replace('"""', '\\"""').split("\n")
        below = [f"{indent}{line}" if line else "" for line in others]
        return '"""' + "\n".join([first, *below, *([indent] if below else [])]) + '"""'

    return _of_node(statement.value, inspect.cleandoc(str(statement.value.value)), written)


def _interpolated(node: ast.JoinedStr) -> Iterator[_Said]:
    """An f-string, if each value in it is a plain name."""
    text, fields = "", dict[str, str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
            text += f"{{{part.value.id}}}"
            fields[part.value.id] = ast.unparse(ast.JoinedStr([part]))[2:-1]
        else:
            return

    def written(told: str) -> str:
        pieces = [
            json.dumps(own, ensure_ascii=False)[1:-1].replace("{", "{{").replace("}", "}}") + fields.get(name or "", "")
            for own, name, _, _ in string.Formatter().parse(told)
        ]
        return f'f"{"".join(pieces)}"'

    if " " in text.strip():
        yield _of_node(node, text, written)


def _comments(source: str) -> Iterator[_Said]:
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and (found := _COMMENT.fullmatch(token.string)):
            line = token.start[0] - 1
            begin = len(lines[line][: token.start[1]].encode())
            end = begin + len(token.string.encode())
            yield _Said((line, begin), (line, end), found[1], lambda told: f"# {told}")
