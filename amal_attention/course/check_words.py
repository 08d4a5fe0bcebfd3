"""What the checks of a lab say of their own, in the language of the notebook that they stand in."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from amal_attention.language import Language

__all__ = ["in_language"]


def in_language(source: str, language: Language) -> str:
    """The source of a cell, each text in it that the language's catalogues know as a whole put in their words.

    Args:
        source: Python, with the texts in English.
        language: of the notebook, with the catalogues of its lab.
    """
    lines = [line.encode() for line in source.split("\n")]  # the places that ast tells are in bytes
    for node, text in reversed(list(_texts(ast.parse(source)))):
        told = language.translated(text)
        if told != text:
            last = (node.end_lineno or node.lineno) - 1
            before, behind = lines[node.lineno - 1][: node.col_offset], lines[last][node.end_col_offset :]
            literal = json.dumps(told, ensure_ascii=False).encode()
            lines[node.lineno - 1 : last + 1] = [before + literal + behind]
    return b"\n".join(lines).decode()


def _texts(node: ast.AST) -> Iterator[tuple[ast.Constant, str]]:
    """The texts in code in their order, those inside f-strings apart."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child, child.value
        elif not isinstance(child, ast.JoinedStr):
            yield from _texts(child)
