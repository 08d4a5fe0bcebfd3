"""A class of which some were graded before a lab was mended, and some after it, is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amal_attention.grading.verdict.same_lab import graded_otherwise
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, Verdict

OLD = [
    Verdict(name, "toy", Status.GRADED, questions=(QuestionVerdict("q1", ()), QuestionVerdict("q2", ())),
            lab_digest="old", graded_by="one")
    for name in ("ada", "bob", "cid")
]  # fmt: skip
ADA, BOB, CID = OLD


def test_who_was_graded_alike_is_not_named():
    assert graded_otherwise([]) == graded_otherwise(OLD) == []


@pytest.mark.parametrize("change", [{"lab_digest": "new"}, {"graded_by": "two"}])
def test_who_was_graded_by_another_lab_or_program_is_named(change):
    assert graded_otherwise([ADA, replace(BOB, **change), CID]) == ["bob"]
    assert graded_otherwise([ADA, *(replace(each, **change) for each in (BOB, CID))]) == ["ada"]


def test_a_question_that_was_graded_again_for_some_is_told_and_for_all_is_not():
    again = [replace(each, questions=(replace(each.questions[0], lab_digest="new"), each.questions[1])) for each in OLD]
    assert graded_otherwise([ADA, *again[1:]]) == ["ada"] and graded_otherwise(again) == []


def test_who_handed_in_nothing_is_graded_alike_by_all():
    assert graded_otherwise([ADA, BOB, replace(CID, status=Status.MISSING, lab_digest="new", questions=())]) == []
