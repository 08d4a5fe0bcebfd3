"""A docstring says of each argument and attribute what it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import amal_attention

SECTIONS = re.compile(r"^(?:Args|Attributes):\n((?: {4}.*\n?|\n)*)", re.MULTILINE)
DESCRIPTIONS = re.compile(r"^ {4}(\*{0,2}\w+): (.*)$", re.MULTILINE)
FRAGMENT = re.compile(r"(of|that|by|for|those)\b")
"""How a description begins that leaves out its subject: "of the draw" in place of "the seed of the draw"."""
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def described(source: str) -> Iterator[tuple[str, str]]:
    """The names and the descriptions of all arguments and attributes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED):
            for section in SECTIONS.findall(ast.get_docstring(node) or ""):
                yield from DESCRIPTIONS.findall(section)


def test_no_description_of_an_argument_leaves_out_its_subject() -> None:
    package = Path(amal_attention.__file__).parent
    told = [(path.name, *each) for path in package.rglob("*.py") for each in described(path.read_text("utf-8"))]
    assert len(told) > 1000
    assert [each for each in told if FRAGMENT.match(each[2])] == []
