from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.outcome import Outcome, State


def judged(state: State, points: float = 1.0) -> TestVerdict:
    return TestVerdict(f"test_{state}", points, Outcome("it adds", state, "1", "2", "3", "why"), "hint")


MET, MISSED, TO_DO = (judged(state, 1.5) for state in State)
VERDICT = Verdict(
    "ada",
    "toy",
    Status.PARTIAL,
    "q2: late",
    (QuestionVerdict("q1", (MET, judged(State.MET, 0.25))), QuestionVerdict("q2", (MET, MISSED, TO_DO))),
    ("restored 2 cells", "été"),
    ("cell 3: ValueError",),
    "printed",
    7,
    "sandbox",
    ("bubblewrap", "limits"),
    {"cell_seconds": 30, "memory_mb": 2000.5},
    "abc",
    "def",
    1.5,
    0.5,
    300.25,
)


def test_a_test_gives_all_its_points_or_none():
    assert [each.earned for each in (MET, MISSED, TO_DO)] == [1.5, 0, 0]


@pytest.mark.parametrize(
    ("isolation", "status", "exposed"),
    [
        ("sandbox", Status.GRADED, False),
        ("process", Status.GRADED, True),
        ("process", Status.CRASHED, True),
        ("none", Status.PARTIAL, True),
        ("process", Status.MISSING, False),  # nothing ran
        ("", Status.GRADED, False),
    ],
)
def test_what_ran_outside_of_the_sandbox_is_known(isolation, status, exposed):
    assert replace(VERDICT, isolation=isolation, status=status).exposed is exposed


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([State.MET], State.MET),
        ([State.MET, State.MET], State.MET),
        ([State.TO_DO, State.TO_DO], State.TO_DO),
        ([State.MISSED], State.MISSED),
        ([State.MET, State.TO_DO], State.MISSED),
        ([State.MET, State.MISSED], State.MISSED),
        ([State.TO_DO, State.MISSED], State.MISSED),
        ([], State.MISSED),
    ],
)
def test_a_question_is_met_if_all_is_and_to_do_if_nothing_is_there(states, expected):
    assert QuestionVerdict("q1", tuple(map(judged, states))).state is expected


def test_points_are_summed_by_question_and_over_all():
    first, second = VERDICT.questions
    assert (first.earned, first.points, second.earned, second.points) == (1.75, 1.75, 1.5, 4.5)
    assert (VERDICT.earned, VERDICT.points) == (3.25, 6.25)
    assert Verdict("a", "toy", Status.MISSING).points == 0


def test_a_verdict_comes_back_from_json_as_it_was():
    text = json.dumps(VERDICT.to_dict(), allow_nan=False)
    again = Verdict.from_dict(json.loads(text))
    assert again == VERDICT
    assert again.status is Status.PARTIAL and again.questions[1].tests[1].outcome.state is State.MISSED
    assert type(again.repairs) is type(again.errors) is type(again.layers) is type(again.questions) is tuple


def test_what_a_test_is_for_and_why_it_was_not_held_come_back_too():
    test = replace(MET, essential=True, requires=("law", "sum"), because="test_alive")
    verdict = replace(VERDICT, questions=(QuestionVerdict("q1", (test,)),))
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict


def test_a_verdict_that_was_kept_before_tests_said_what_they_are_for_can_be_read():
    values = VERDICT.to_dict()
    for question in values["questions"]:
        for test in question["tests"]:
            for name in ("essential", "requires", "because"):
                del test[name]
    assert Verdict.from_dict(values) == VERDICT


def test_the_points_of_each_part_stand_beside_it():
    values = VERDICT.to_dict()
    assert (values["earned"], values["points"]) == (3.25, 6.25)
    assert [(each["earned"], each["points"], each["state"]) for each in values["questions"]] == [
        (1.75, 1.75, "met"),
        (1.5, 4.5, "missed"),
    ]
    assert [test["earned"] for test in values["questions"][1]["tests"]] == [1.5, 0, 0]


def test_sums_in_the_file_are_not_believed():
    values = VERDICT.to_dict() | {"earned": 100, "points": 0}
    assert Verdict.from_dict(values).earned == 3.25


def changed(**changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(VERDICT.to_dict())) | changes


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in changed().items() if name != key}


NONSENSE: dict[str, Any] = {
    "nothing": {},
    "a list": [],
    "a text": "verdict",
    "a number": 3,
    "null": None,
    "no status": without("status"),
    "no questions": without("questions"),
    "no layers": without("layers"),
    "another status": changed(status="excellent"),
    "a status that is none": changed(status=None),
    "one key more": changed(bonus=3),
    "questions of no list": changed(questions=3),
    "a question of text": changed(questions=["q1"]),
    "a question without tests": changed(questions=[{"question": "q1"}]),
    "a test of text": changed(questions=[{"question": "q1", "tests": ["t"]}]),
    "a test without an outcome": changed(questions=[{"question": "q1", "tests": [{"name": "t", "points": 1}]}]),
    "repairs of no list": changed(repairs=None),
    "no submission": without("submission"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_is_no_verdict_is_refused(name):
    with pytest.raises(ValueError, match=r"."):
        Verdict.from_dict(NONSENSE[name])


@pytest.mark.parametrize("change", [{"state": "well"}, {"more": "x"}, {"state": None}])
def test_what_is_no_outcome_is_refused(change):
    values = changed()
    values["questions"][0]["tests"][0]["outcome"] |= change
    with pytest.raises(ValueError, match=r"."):
        Verdict.from_dict(values)
