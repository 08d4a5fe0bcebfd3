"""A cell in plain Python."""

from __future__ import annotations

import ast

import pytest

from amal_attention.grading.wire.whole_cell import plain_python


@pytest.mark.parametrize(
    "source",
    ["%matplotlib inline\na = 1", "!ls\na = 1", "a\u00a0=\u20071", "this is no Python\na = 1", "a = 1\ndef broken(:"],
)
def test_what_is_python_stays(source):
    assert "a = 1" in ast.unparse(ast.parse(plain_python(source)))


def test_a_cell_without_python_is_blank():
    assert plain_python("this is no Python").strip() in ("", "pass")
