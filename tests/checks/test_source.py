"""What the source of an answer names."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.checks.source import cells_beside, named_in, seen_by

ANSWER = "class Answer(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {}"


def names(*cells: str, apart: tuple[str, ...] = ()) -> bool:
    """Whether the answer names nn.GRU."""
    return "GRU" in named_in("Answer", cells, apart)


@pytest.mark.parametrize(
    "line",
    [
        "self.layer = nn.GRU(2, 2)",
        "self.layer = torch.nn.modules.rnn.GRU(2, 2)",
        "self.layer = GRU(2, 2)",
        "self.layer = getattr(nn, 'GRU')(2, 2)",
        "self.layer = nn.__dict__['GRU'](2, 2)",
        "self.layer = eval('nn.GRU(2, 2)')",
        "exec('import torch\\nself.layer = torch.nn.GRU(2, 2)')",
        "from torch.nn import GRU as Layer",
        "self.nn = nn; self.layer = self.nn.GRU(2, 2)",
        "GRU = nn.GRU",
        "self.layer = [kind for kind in (nn.GRU,)][0](2, 2)",
    ],
)
def test_a_name_is_found_however_it_stands_there(line):
    assert names(ANSWER.format(line))


@pytest.mark.parametrize(
    "line",
    [
        "self.layer = nn.Linear(2, 2)  # nn.GRU",
        "'''Not with nn.GRU.'''",
        "'nn.GRU'",
        "raise ValueError('this is no nn.GRU here')",
        "self.GRU = nn.Linear(2, 2); self.GRU(torch.ones(2))",
        "GRU = nn.Linear; self.layer = GRU(2, 2)",
        "print(nn.GRUCell)",
    ],
)
def test_what_is_said_of_it_and_what_is_ones_own_does_not_count(line):
    assert not names(ANSWER.format(line))


@pytest.mark.parametrize(
    "cell",
    [
        "from torch.nn import GRU as Layer",
        "import torch.nn as nn\nLayer = nn.GRU",
        "def Layer(): return made()\ndef made(): return nn.GRU(2, 2)",
        "kinds = {}\nkinds['x'] = nn.GRU\ndef Layer(): return kinds['x']()",
        "if True:\n    class Layer(nn.GRU): pass",
        "try:\n    from torch.nn import GRU as Layer\nexcept ImportError:\n    Layer = None",
        "Layer = None\nLayer += nn.GRU",
    ],
)
def test_what_the_answer_uses_of_other_cells_counts(cell):
    assert names(cell, ANSWER.format("self.layer = Layer()"))


def test_what_it_does_not_use_does_not_count():
    assert not names("class Other(nn.GRU): pass", ANSWER.format("self.layer = nn.Linear(2, 2)"), "assert nn.GRU")


def test_other_answers_stand_apart():
    cells = "def Layer(): return nn.GRU(2, 2)", ANSWER.format("self.layer = Layer()")
    assert names(*cells) and not names(*cells, apart=("Layer", "Answer"))


def test_the_last_definition_counts():
    wrong, right = (ANSWER.format(f"self.layer = nn.{kind}(2, 2)") for kind in ("GRU", "Linear"))
    assert names(right, wrong) and not names(wrong, right)


def test_an_answer_that_is_changed_later_is_seen():
    assert names(ANSWER.format("pass"), "Answer.forward = lambda self, x: nn.GRU(2, 2)(x)")


def test_a_class_of_ones_own_may_have_any_name():
    assert not names("class GRU(nn.Module): pass", ANSWER.format("self.layer = GRU()"))


def test_cells_that_are_no_python_are_left_out():
    assert not names("def broken(:", "\0", "(" * 1000, ANSWER.format("pass"))
    assert named_in("Answer", ["class Answer(:"]) == set()
    assert named_in("Answer", []) == set()


def test_long_sums_are_read():
    assert names("x = " + " + ".join(["1"] * 500) + "\n" + ANSWER.format("self.layer = nn.GRU(x)"))


def test_cells_are_those_that_ipython_remembers_or_the_file(tmp_path: Path):
    file = tmp_path / "lab.py"
    file.write_text("x = 1", "utf-8")
    assert cells_beside({"In": ["", "a = 1", None], "__file__": str(file)}) == ["", "a = 1"]
    assert cells_beside({"__file__": str(file)}) == ["x = 1"]
    for unknown in ({}, {"__file__": None}, {"__file__": str(tmp_path)}, {"__file__": "\0"}):
        assert cells_beside(unknown) == []


def test_a_function_and_a_class_tell_what_they_see():
    class Seeing:
        number = 1

        def see(self) -> None: ...

    assert seen_by(seen_by) is seen_by.__globals__
    assert seen_by(Seeing) is globals()
    assert seen_by(int) == seen_by(len) == {}
