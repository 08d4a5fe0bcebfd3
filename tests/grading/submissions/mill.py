"""A small lab with modules, functions and hidden tests, of tight limits: what bad submissions are submissions to."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amal_attention.course.release.release import release
from amal_attention.lab import Lab
from tests.course.conftest import expanded

__all__ = ["POINTS", "RIGHT", "TOLD", "WRONG", "Mill", "with_cells"]

POINTS = {"q1-scale": 3.0, "q2-total": 3.0, "q3-longest": 2.0}
"""What each question is worth."""

TOLD: list[Any] = []
"""What submissions told the last hidden test, which asks them what they found, ``confess()``."""

RIGHT = {
    "q1-scale": """class Scale(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(float(start)))

    def forward(self, x):
        return x * self.factor""",
    "q2-total": "def total(x):\n    return x.sum(dim=1)",
    "q3-longest": "def longest(words):\n    return max(words, key=len)",
}
"""Answers that earn all."""

WRONG = {
    "q1-scale": """class Scale(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        return x + 1 + self.weight.sum()""",
    "q2-total": "def total(x):\n    return x.mean(dim=1).detach() * 0 - 1000",
    "q3-longest": "def longest(words):\n    return 'none of them'",
}
"""Answers that earn nothing."""

_MANIFEST = """
title = "The mill"

[questions]
q1.title = "The mill"

[points]
"test-q1-scale" = 3
"test-q2-total" = 3
"test-q3-longest" = 2

[requirements]
q1-scale = { product = "each number times the factor", parameter = "the factor is a parameter" }
q2-total = { sums = "the sum of each row", gradient = "a gradient reaches the rows" }
q3-longest = { longest = "the longest word" }

[limits]
"""

_SCRIPT = '''\
# %% [markdown]
# # The mill

# %%
import torch
from torch import nn

# %% <solution q1-scale>
class Scale(nn.Module):
    """Multiplies by a factor that learns."""

    def __init__(self, start: float) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.factor = nn.Parameter(torch.tensor(float(start)))  # IN_SOLUTION
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return x * self.factor
        ### END SOLUTION


# %% <test test-q1-scale 3> tags=["active-ipynb"]
# assert Scale(2.0)(torch.ones(1)) == 2

# %% <solution q2-total>
def total(x: torch.Tensor) -> torch.Tensor:
    """The sum of each row."""
    ### BEGIN SOLUTION
    return x.sum(dim=1)
    ### END SOLUTION


# %% <test test-q2-total 3> tags=["active-ipynb"]
# assert total(torch.ones(2, 3)).tolist() == [3, 3]

# %% tags=["active-ipynb", "raises-exception"]
# print("training", Scale(1.0)(torch.ones(2)))

# %% <solution q3-longest>
def longest(words: list[str]) -> str:
    """The longest word."""
    ### BEGIN SOLUTION
    return max(words, key=len)
    ### END SOLUTION


# %% <test test-q3-longest 2> tags=["active-ipynb"]
# assert longest(["a", "bb"]) == "bb"
'''

_HIDDEN = """\
import contextlib
import secrets

import pytest
import torch

from amal_attention.checks import close_to, equal_to
from tests.grading.submissions.mill import TOLD

PLANTED = "IN_TEST"


def rows(draws):
    return torch.randn(*draws.sizes(2, 3, 9), generator=draws.generator())


def some_factor(draws):
    # Never 1: a wrong answer that leaves its input as it is would be right then.
    return draws.between(9, 50) / 8


@pytest.mark.question("q1-scale", points=1, essential=True, alive=True, requires=("product",), hint="multiply")
def test_product(student, draws):
    x, factor = rows(draws), some_factor(draws)
    close_to(student.Scale(factor)(x), x * factor, what="each number times the factor")


@pytest.mark.question("q1-scale", points=1, requires=("parameter",), hint="the factor is a parameter, the only one")
def test_parameter(student, draws):
    factor = some_factor(draws)
    scale = student.Scale(start=factor)
    came = scale.parameters()
    equal_to(sorted(came), ["factor"], what="one parameter")
    close_to(came["factor"], factor, what="which starts where it is to start")


@pytest.mark.question("q1-scale", points=1, essential=True, requires=("parameter",), hint="use the parameter")
def test_of_another_factor(student, draws):
    x, factor = rows(draws), some_factor(draws)
    scale = student.Scale(1.0)
    scale.load({"factor": torch.tensor(factor)})
    for each in (x, x + 1):
        close_to(scale.train()(each), each * factor, what="each number times the factor that was loaded")
        close_to(scale.eval()(each), each * factor, what="the same in evaluation")


@pytest.mark.question("q2-total", points=2, essential=True, alive=True, requires=("sums",), hint="dim=1")
def test_sums(student, draws):
    for _ in range(3):
        x = rows(draws)
        close_to(student.total(x), x.sum(dim=1), what="the sum of each row")


@pytest.mark.question("q2-total", points=1, requires=("gradient",), hint="no detach")
def test_gradient(student, draws):
    x = rows(draws)
    _, (gradient,) = student.total.gradients((x,))
    close_to(gradient, torch.ones_like(x), what="a gradient of one")


@pytest.mark.question("q3-longest", points=2, essential=True, requires=("longest",), hint="len")
def test_longest(student, draws):
    for _ in range(3):
        words = [f"{draws.seed()}".ljust(length, "x") for length in draws.sizes(5, 11, 40)]
        equal_to(student.longest(words), max(words, key=len), what="the longest word")


@pytest.mark.question("q3-longest", points=0, alive=True)
def test_what_it_found(student, draws):
    expected = f"value~MARK~{secrets.token_hex(12)}"
    with contextlib.suppress(Exception):
        TOLD.append((student.confess(), torch.initial_seed()))
    assert len(expected)
"""

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Mill:
    """The lab on disk, and the notebook that solves it.

    Attributes:
        lab: the lab.
        solved: its release, with right answers.
    """

    lab: Lab
    solved: Notebook

    @classmethod
    def write(cls, folder: Path, limits: Mapping[str, float], *, markers: Mapping[str, str] | None = None) -> Mill:
        """Write the lab below ``folder``, with other words in the place of some."""
        home = folder / "mill"
        (home / "hidden_tests").mkdir(parents=True)
        manifest = _MANIFEST + "".join(f"{name} = {value}\n" for name, value in limits.items())
        files = {"lab.toml": manifest, "mill.py": expanded(_SCRIPT), "hidden_tests/test_mill.py": _HIDDEN}
        for name, text in files.items():
            for word, marker in (markers or {}).items():
                text = text.replace(word, marker)
            (home / name).write_text(text, "utf-8")
        lab = Lab.find("mill", folder)
        return cls(lab, with_cells(json.loads(release(lab, "en")), RIGHT))

    def with_answers(self, answers: Mapping[str, str]) -> Notebook:
        """The solved notebook with other answers to some questions."""
        return with_cells(self.solved, answers)


def with_cells(notebook: Notebook, answers: Mapping[str, str]) -> Notebook:
    """A copy in which some solution cells have another text."""
    changed = copy.deepcopy(notebook)
    for cell in changed["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    return changed
