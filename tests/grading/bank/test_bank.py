"""The bank of mistakes, graded, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.course.mutation.mutants import Mutant
from amal_attention.course.new_lab import new_lab
from amal_attention.errors import LabError
from amal_attention.grading.bank.bank import Graded, bank_text, grade_bank, unbroken
from amal_attention.grading.bank.trivial import grade_trivial
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.outcome import Outcome, State


def mutant(name: str, *loses: str, hint: str = "", breaks: tuple[str, ...] = ()) -> Mutant:
    return Mutant(Path(f"{name}.py"), "about", loses, hint, False, {}, breaks)


def verdict(*lost: str, status: Status = Status.GRADED, told: str = "", hint: str = "") -> Verdict:
    def question(name: str) -> QuestionVerdict:
        state = State.MISSED if name in lost else State.MET
        return QuestionVerdict(
            name, (TestVerdict("test", 1, Outcome("it adds", state, hint=told), hint, requires=("sum",)),)
        )

    return Verdict("x", "toy", status, questions=tuple(map(question, ("q1", "q2", "q3"))))


def test_a_mistake_is_as_it_should_be_if_it_loses_there_and_nowhere_else():
    assert Graded(mutant("a", "q1", "q2"), verdict("q1", "q2")).as_it_should
    assert not Graded(mutant("a", "q1"), verdict("q1", "q2")).as_it_should
    assert Graded(mutant("a", "q1", "q2"), verdict("q1")).as_it_should
    assert not Graded(mutant("a", "q1", "q2"), verdict("q2")).as_it_should
    assert not Graded(mutant("a", "q1"), verdict()).as_it_should
    assert not Graded(mutant("a", "q1"), verdict("q1", status=Status.PARTIAL)).as_it_should
    assert Graded(mutant("a"), verdict()).as_it_should
    assert Graded(mutant("a", "q2"), verdict("q2")).lost == {"q2"}


def test_a_mistake_loses_marks_for_what_it_breaks():
    assert Graded(mutant("a", "q1", breaks=("sum",)), verdict("q1")).as_it_should
    other = Graded(mutant("a", "q1", breaks=("sum", "order")), verdict("q1"))
    assert other.caught and not other.as_it_should and other.unseen == ["order"]
    assert "✗ a: no test that was missed requires order" in bank_text([other], {})


def test_a_requirement_that_no_mistake_breaks_is_told():
    requirements = {"q1": {"sum": "it adds", "order": "in order"}, "q2": {"sum": "it adds"}}
    graded = [Graded(mutant("a", "q1", breaks=("sum",)), verdict("q1"))]
    assert unbroken(graded, requirements) == [("q1", "order"), ("q2", "sum")]
    lines = bank_text(graded, requirements).split("\n")
    assert "requirements broken       1 of 3" in lines and "✗ q1, order: no mistake breaks it" in lines


@pytest.mark.parametrize(
    ("graded", "named"),
    [
        (Graded(mutant("a", "q1", hint="log of 0"), verdict("q1", told="it is the log of 0!")), True),
        (Graded(mutant("a", "q1", hint="log of 0"), verdict("q1", hint="no log of 0")), True),
        (Graded(mutant("a", "q1", hint="log of 0"), verdict("q1", told="log of 1")), False),
        (Graded(mutant("a", "q1", hint="log of 0"), verdict("q2", told="log of 0")), False),
        (Graded(mutant("a", "q1", hint="log of 0"), verdict(told="log of 0", hint="log of 0")), False),
    ],
)
def test_a_mistake_is_named_where_its_question_is_told_the_words(graded, named):
    assert graded.named is named


def test_the_text_counts_and_names_what_is_not_as_it_should_be():
    graded = [
        Graded(mutant("caught", "q1", hint="h"), verdict("q1", told="h")),
        Graded(mutant("missed", "q1", hint="h"), verdict(told="h")),
        Graded(mutant("wide", "q1", hint="h"), verdict("q3", "q1", told="h")),
        Graded(mutant("unnamed", "q2", hint="why"), verdict("q2")),
        Graded(mutant("right"), verdict()),
        Graded(mutant("punished"), verdict("q2")),
        Graded(mutant("died"), verdict(status=Status.PARTIAL)),
    ]
    assert bank_text(graded, {}).split("\n") == [
        "wrong answers caught      3 of 4",
        "right answers punished    1 of 3",
        "marks lost elsewhere too  1 of 4",
        "mistakes named            2 of 4",
        "requirements broken       0 of 0",
        "✗ missed: graded, loses nothing in place of q1",
        "✗ wide: graded, loses q1, q3 in place of q1",
        "✗ punished: graded, loses q2 in place of nothing",
        "✗ died: partial, loses nothing in place of nothing",
        "· missed: not named (h)",
        "· unnamed: not named (why)",
    ]


def test_the_bank_of_a_lab_is_graded(graded_in, till):
    told: list[tuple[int, int, str]] = []
    found: list[str] = []
    graded = grade_bank(till, 3, progress=lambda *state: told.append(state), found=found.append)
    assert [(each.mutant.name, each.as_it_should) for each in graded] == [("loop", True), ("product", True)]
    assert [each.verdict.earned for each in graded] == [3, 0]  # of the questions that they touch
    assert graded[1].named and {each.verdict.seed for each in graded} == {3}
    assert told == [(1, 2, "loop"), (2, 2, "product")] and not found
    assert bank_text(graded, {"q1-total": {"sum": "it adds"}}) == (
        "wrong answers caught      1 of 1\n"
        "right answers punished    0 of 1\n"
        "marks lost elsewhere too  0 of 1\n"
        "mistakes named            1 of 1\n"
        "requirements broken       1 of 1"
    )


def test_the_rest_of_a_submission_of_the_bank_is_the_labs_own_solution(graded_in, till):
    script = till.folder / "till.py"
    script.write_text(script.read_text().replace("return paid - total(prices)", "return paid + total(prices)"))
    found: list[str] = []
    graded = {each.mutant.name: each for each in grade_bank(till, 3, found=found.append)}
    assert "✗ loop: graded, loses q2-change in place of nothing" in found
    assert graded["loop"].lost == {"q2-change"} and not graded["loop"].as_it_should


def test_a_new_lab_has_mistakes_for_all_that_it_asks(graded_in, tmp_path):
    new_lab("toy_lab", tmp_path)
    lab = Lab.find("toy_lab", tmp_path)
    graded = grade_bank(lab, 3)
    assert len(graded) == 3 and all(each.as_it_should and each.named for each in graded)
    assert unbroken(graded, lab.requirements) == [] and grade_trivial(lab, 3).as_it_should


def test_a_lab_without_a_bank_is_told(till):
    for path in (till.folder / "mutants").iterdir():
        path.unlink()
    with pytest.raises(LabError, match="mutants"):
        grade_bank(till, 3)


def test_a_mistake_in_a_cell_that_is_not_there_is_told(graded_in, till):
    path = till.folder / "mutants" / "loop.py"
    path.write_text(path.read_text().replace('grade_id="q1-total"', 'grade_id="q9-total"'))
    with pytest.raises(LabError, match="q9-total"):
        grade_bank(till, 3)
