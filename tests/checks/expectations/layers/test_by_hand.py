"""What is ruled out does not stand in the source of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from amal_attention.checks import uses_no
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.grading.exam.local_sitting import names_defined_by
from amal_attention.grading.submission.repair import AnswerCell
from amal_attention.grading.wire.student import LocalStudent

CELLS = """
from torch import nn
def plain(x): return nn.Linear(2, 2)(x)
def recurrent(x): return nn.GRU(2, 2)(x)
def handed_on(x): return recurrent(x)
from amal_attention.checks.subjects.stand_ins.torch_parts import TorchHeads as Heads
def ours(x): return Heads(2, 2)(x)
broken = (
def attending(x): return nn.MultiheadAttention(2, 2)(x)
"""


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_defined_by([AnswerCell(0, "", cell) for cell in CELLS.split("\n") if cell])


@pytest.fixture
def student(names: dict[str, Any]) -> LocalStudent:
    return LocalStudent(names)


@pytest.mark.parametrize("ruled_out", ["nn.GRU", "GRU", "torch.nn.GRU"])
def test_an_answer_that_uses_what_is_ruled_out_is_missed(student, ruled_out):
    uses_no(student.plain, [ruled_out])
    with pytest.raises(ExpectationMissed) as caught:
        uses_no(student.recurrent, ["nn.LSTM", ruled_out], hint="by products alone")
    outcome = caught.value.outcome
    assert (outcome.expected, outcome.came) == (f"recurrent without {ruled_out}", f"{ruled_out} in its source")
    assert outcome.hint == "by products alone"


def test_what_it_calls_counts_unless_it_is_an_answer_of_its_own(student):
    with pytest.raises(ExpectationMissed):
        uses_no(student.handed_on, ["nn.GRU"])
    uses_no(student.handed_on, ["nn.GRU"], apart=["recurrent"])


def test_stand_ins_are_ruled_out_always(student):
    with pytest.raises(ExpectationMissed) as caught:
        uses_no(student.ours, [])
    assert caught.value.outcome.came == "TorchHeads in its source"


def test_a_function_of_a_notebook_is_read_where_it_was_defined(names):
    uses_no(names["plain"], ["nn.GRU"])
    with pytest.raises(ExpectationMissed):
        uses_no(names["recurrent"], ["nn.GRU"])


def test_where_the_source_is_not_known_nothing_is_said():
    uses_no(LocalStudent({"answer": len}).answer, ["nn.GRU"])
    uses_no(len, ["nn.GRU"])
