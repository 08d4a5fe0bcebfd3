"""Every test that the page of threats names is there, and every attack that it quotes."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`((?:\w+/)*test_\w+\.py)::(\w+)`", PAGE)
QUOTED = re.findall(r'"([^"\n]+)"', PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what may be tried")]


@cache
def functions_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file, name):
    assert name in functions_in(file)


@pytest.mark.parametrize("attack", QUOTED)
def test_an_attack_that_is_quoted_is_there(attack):
    attacks = (ROOT / "tests" / "grading" / "submissions" / "attacks.py").read_text("utf-8")
    assert f'    "{attack}": ' in attacks


def test_each_threat_names_a_test():
    assert len(ROWS) > 30
    assert [row for row in ROWS if "::test_" not in row.split("|")[3]] == []


def test_the_number_of_calls_is_that_of_the_list():
    from amal_attention.grading.sandbox.layers.seccomp import ALLOWED

    assert f"a list of {len(ALLOWED['x86_64'])} calls" in PAGE
