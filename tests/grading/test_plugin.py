"""The plugin in a pytest of its own, on the hidden tests of a lab that only these tests know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

HIDDEN = """
import pytest


@pytest.mark.question("q1", points=2, hint="add, do not multiply")
def test_the_sum(student):
    assert student.add(2, 3) == 5
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "toy"
    (folder / "hidden_tests").mkdir(parents=True)
    (folder / "mutants").mkdir()
    (folder / "lab.toml").write_text('title = "Toy"\n[questions]\nq1.title = "Q1"\n')
    (folder / "toy.py").write_text('"""\n>>> 1 / 0\n"""\n\n\ndef add(a, b):\n    return a + b\n')
    (folder / "mutants" / "test_like.py").write_text("def test_never(): assert False\n")
    (folder / "hidden_tests" / "test_q1.py").write_text(HIDDEN)
    return folder


def pytest_on(lab: Path, *options: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", str(lab), *options]
    return subprocess.run(command, cwd=lab.parent, capture_output=True, text=True).stdout


def submission(lab: Path, source: str) -> str:
    path = lab.parent / "submission.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    return str(path)


def test_without_a_submission_the_reference_is_tested_and_nothing_else_is_collected(lab):
    assert "1 passed" in pytest_on(lab)


def test_a_right_submission_passes(lab):
    assert "1 passed" in pytest_on(lab, "--submission", submission(lab, "def add(a, b):\n    return b + a"))


def test_a_wrong_one_fails_and_says_what_it_costs(lab):
    shown = pytest_on(lab, "--submission", submission(lab, "def add(a, b):\n    return a * b"))
    assert "1 failed" in shown and "q1: 2 points lost; add, do not multiply" in shown
