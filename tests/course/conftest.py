"""A bilingual lab that no one but these tests knows: a question with its test, an open task, a cell for instructors."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.errors import LabError
from amal_attention.lab import Lab

MANIFEST = """
title = "Counting"
languages = ["en", "fr"]

[titles]
fr = "Compter"

[questions]
q1.title = "By hand"

[points]
"test-q1-count" = 3
"q1-observe" = 1.5

[requirements.q1-count]
count = "each item counts, in steps"
none = "no item counts 0"
"""

SCRIPT = '''\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # Counting
#
# The *solution* begins where `find` ends; write it in the places that say so.

# %% [markdown] lang="fr"
# # Compter
#
# La solution commence là où `find` finit.

# %%
import math

base = 10

# %% <solution q1-count>
class Counter:
    """Counts what it is given."""

    def __init__(self, step: int = 1) -> None:
        self.step = step

    def count(self, items: list[int]) -> int:
        """The number of items, in steps."""
        ### BEGIN SOLUTION
        total = sum(self.step * base for item in items)  # every item weighs the same
        return total // base
        ### END SOLUTION


# %% <test test-q1-count 3>
assert Counter().count([4, 5]) == 2
### BEGIN HIDDEN TESTS
assert Counter(step=7).count([1, 2, 3]) == 21
### END HIDDEN TESTS

# %% lang="en" tags=["active-ipynb", "raises-exception"]
# print(Counter().count([1]))
# if base:
#     print("long training")

# %% [markdown] lang="en" <task q1-observe 1.5>
# What do you see?
# === BEGIN MARK SCHEME ===
# One point for naming the overflow of small steps.
# === END MARK SCHEME ===

# %% [markdown] lang="fr" <task q1-observe 1.5>
# Que voyez-vous ?
# === BEGIN MARK SCHEME ===
# Un point pour qui nomme le débordement des petits pas.
# === END MARK SCHEME ===

# %% [markdown]
# *Your answer · votre réponse*

# %% tags=["instructor"]
reference = Counter(step=3).count([9, 9, 9])
'''

HIDDEN = """\
import pytest


@pytest.mark.question(
    "q1-count", points=2, essential=True, alive=True, requires=("count",), hint="try a longer list"
)
def test_many():
    assert lab.Counter(step=5).count(list(range(1000))) == 5000


@pytest.mark.question("q1-count", points=1, requires=("none",))
def test_none():
    assert lab.Counter(step=5).count([]) == 0
"""


FLAGS = {"solution": ["solution"], "test": ["grade", "locked"], "task": ["locked", "task"], "locked": ["locked"]}


def expanded(script: str) -> str:
    """Put nbgrader's metadata in the place of ``<kind grade_id points>``."""

    def metadata(found: re.Match[str]) -> str:
        kind, name, *points = found[1].split()
        flags = {flag: flag in FLAGS[kind] for flag in ("grade", "locked", "solution", "task")}
        worth = {"points": json.loads(points[0])} if points else {}
        return "nbgrader=" + json.dumps(flags | worth | {"grade_id": name, "schema_version": 3}, sort_keys=True)

    return re.sub(rf"<((?:{'|'.join(FLAGS)}) [^>]*)>", metadata, script)


class Toy:
    """The folder of the lab, to be changed by a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / f"{folder.name}.py"
        self.hidden = folder / "hidden_tests" / "test_q1.py"

    @property
    def lab(self) -> Lab:
        return Lab.find(self.folder.name, self.folder.parent)

    def change(self, old: str, new: str, file: Path | None = None) -> None:
        """Replace ``old``, which stands once in the file (the script by default)."""
        file = file or self.script
        text = file.read_text("utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        file.write_text(expanded(text.replace(old, new)), "utf-8")

    def manifest(self, old: str, new: str) -> None:
        self.change(old, new, self.folder / "lab.toml")

    def line(self, text: str) -> int:
        """The number of the one line of the script that this text stands in."""
        (line,) = [n for n, there in enumerate(self.script.read_text("utf-8").split("\n"), 1) if text in there]
        return line


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return write_toy(tmp_path / "teaching" / "toy")


@pytest.fixture
def problems() -> Callable[[Callable[[], object]], list[str]]:
    """Call, expect a LabError of several lines, and return what it tells of each place: ``toy.py:3: ...``."""

    def told(call: Callable[[], object]) -> list[str]:
        with pytest.raises(LabError) as caught:
            call()
        first, *lines = str(caught.value).split("\n")
        assert first.startswith("expected ") and first.endswith(":") and lines
        return [Path(line.split(":")[0]).name + line.removeprefix(line.split(":")[0]) for line in lines]

    return told


@pytest.fixture
def blank(toy: Toy) -> Callable[[str], Toy]:
    """The lab with this script, no points and no hidden tests."""

    def write(script: str) -> Toy:
        toy.script.write_text(expanded(script), "utf-8")
        (toy.folder / "lab.toml").write_text(MANIFEST.split("[points]")[0], "utf-8")
        shutil.rmtree(toy.hidden.parent)
        return toy

    return write


def write_toy(folder: Path) -> Toy:
    toy = Toy(folder)
    toy.hidden.parent.mkdir(parents=True)
    (folder / "lab.toml").write_text(MANIFEST, "utf-8")
    toy.script.write_text(expanded(SCRIPT), "utf-8")
    toy.hidden.write_text(HIDDEN, "utf-8")
    return toy
