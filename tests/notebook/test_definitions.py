from __future__ import annotations

import ast

import pytest

from amal_attention.notebook.definitions import definitions

CELL = '''\
import math
from os import (
    path,
    sep,
)
model = train()

@first
@second(
    3
)
class Kept:
    """Of several lines.

    x = 1
    """
    value = 2

for step in range(10):
    def hidden(): ...

async def later(): return 1
def one(): return 2
print(one()); import json
if True:
    import csv
total: int = 3
def last(
    a=1,
):
    return a
'''


def test_what_is_kept_stands_on_its_own_lines_and_the_rest_is_blank():
    kept = {*range(1, 6), *range(8, 18), 22, 23, 24, *range(28, 32)}
    expected = [line if number in kept else "" for number, line in enumerate(CELL.split("\n"), 1)]
    assert definitions(CELL).split("\n") == expected


def test_decorated_and_async_definitions_are_those_of_the_source():
    def defined(source: str) -> dict[str, tuple[int, str]]:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        found = [node for node in ast.parse(source).body if isinstance(node, kinds)]
        return {node.name: (node.lineno, ast.dump(node)) for node in found}

    assert defined(definitions(CELL)) == defined(CELL)
    assert set(defined(CELL)) == {"Kept", "later", "one", "last"}


def test_nothing_to_keep_is_blank():
    assert definitions("x = 1\ny = 2\n") == "\n\n"
    assert definitions("") == ""


@pytest.mark.parametrize("source", ["def broken(:", "def f():\nreturn", "x = (", "a\0b"])
def test_what_is_no_python_is_refused(source):
    with pytest.raises(SyntaxError):
        definitions(source)
