"""Outcomes and reports as plain data."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from amal_attention.checks.wording import kind, numbers, shape
from amal_attention.outcome import Outcome, Report, State, together

MET = Outcome("sums to 1", State.MET)
MISSED = Outcome("ignores padding", State.MISSED, sent="3 reviews", came="0.5", expected="1", hint="mask first")
TO_DO = Outcome("is written", State.TO_DO, hint="in forward, line 3")


@pytest.mark.parametrize(
    ("outcomes", "state", "headline"),
    [
        ([], State.TO_DO, "to do"),
        ([MET], State.MET, "1 of 1 met"),
        ([MET, MISSED, MET], State.MISSED, "2 of 3 met"),
        ([MET, TO_DO], State.TO_DO, "to do"),
        ([TO_DO, MISSED, MET], State.MISSED, "1 of 3 met"),
    ],
)
def test_a_report_is_as_good_as_the_worst_of_its_outcomes(outcomes: list[Outcome], state: State, headline: str) -> None:
    report = Report("q", outcomes)
    assert (report.state, report.headline) == (state, headline)


def test_details_come_in_the_order_in_which_one_reads_them() -> None:
    assert MISSED.details() == [("sent", "3 reviews"), ("came", "0.5"), ("expected", "1"), ("likely", "mask first")]


def test_what_is_not_known_is_no_detail() -> None:
    assert TO_DO.details() == [("at", "in forward, line 3")]


def test_what_is_met_needs_no_detail() -> None:
    assert Outcome("sums to 1", State.MET, sent="3 reviews", hint="none").details() == []


def test_a_report_survives_json() -> None:
    report = Report("q2-<b>é", [MET, MISSED, TO_DO])
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_a_report_of_nothing_survives_json() -> None:
    assert Report.from_dict(Report("q").to_dict()) == Report("q")


GOOD: dict[str, Any] = Report("q", [MISSED]).to_dict()


@pytest.mark.parametrize(
    "values",
    [
        {},
        [],
        None,
        {"question": "q"},
        {"outcomes": []},
        {"question": "q", "outcomes": None},
        {"question": "q", "outcomes": [None]},
        {"question": "q", "outcomes": ["met"]},
        {"question": "q", "outcomes": [[1]]},
        {"question": "q", "outcomes": [{"expectation": "e"}]},
        {"question": "q", "outcomes": [{"state": "met"}]},
        {"question": "q", "outcomes": [GOOD["outcomes"][0] | {"state": "fine"}]},
        {"question": "q", "outcomes": [GOOD["outcomes"][0] | {"state": ["met"]}]},
        {"question": "q", "outcomes": [GOOD["outcomes"][0] | {"points": "20"}]},
        {"question": "q", "outcomes": [GOOD["outcomes"][0] | {"hint": {"__html__": "<b>"}}]},
        {"question": "q", "outcomes": [GOOD["outcomes"][0] | {"came": 3}]},
    ],
)
def test_what_is_no_report_is_refused(values: Any) -> None:
    with pytest.raises(ValueError, match=r"not a report|is not a valid State"):
        Report.from_dict(values)


def raised(came: str, hint: str = "") -> Outcome:
    return Outcome("holds", State.MISSED, sent="3 reviews", came=came, hint=hint)


def test_what_one_line_raises_is_one_cause_whatever_the_sizes() -> None:
    first = raised("RuntimeError: tensor a (6) must match (3) (in Mean.forward, line 7: w = mask / mask.sum(dim=1))")
    second = raised("RuntimeError: tensor a (9) must match (2) (in Mean.forward, line 7: w = mask / mask.sum(dim=1))")
    other = raised("RuntimeError: tensor a (9) must match (2) (in Mean.forward, line 8: return w)")
    assert first.raised and first.cause == second.cause != other.cause


def test_a_hint_is_the_cause_of_what_is_not_raised() -> None:
    first, second = (Outcome(name, State.MISSED, "", name, "1", "mask first") for name in ("a", "b"))
    assert first.cause == second.cause and not first.raised
    assert Outcome("a", State.MISSED, "", "1", "2").cause != Outcome("a", State.MISSED, "", "1", "3").cause


def test_another_form_is_told_from_other_numbers() -> None:
    """By how values are worded, so that it is seen where that changes."""
    values: list[Any] = [None, 0.5, "a", [1], (1, 2), {}, {1}, torch.zeros(2, 3)]
    forms = [*map(kind, values), f"shape {shape(torch.zeros(2))}", f"pooled of shape {shape(torch.zeros(2))}"]
    numbers_came = [numbers(torch.zeros(2, 2)), "sums of [1, 2]", "0.5 more", "another one", "none", "'a'", "True"]
    assert {Outcome("e", State.MISSED, came=came, expected="1").structural for came in forms} == {True}
    assert {Outcome("e", State.MISSED, came=came, expected="1").structural for came in numbers_came} == {False}
    assert raised("ValueError: no").structural
    assert not MET.structural and not TO_DO.structural


def test_misses_of_one_cause_stand_together_at_the_first() -> None:
    met = Outcome("d", State.MET)
    first, second, other = (Outcome(name, State.MISSED, "", name, "1", hint) for name, hint in ("ax", "bx", "cy"))
    assert together([first, met, other, second, met], lambda each: each) == [[first, second], [met], [other], [met]]


def test_misses_that_tell_nothing_stay_apart() -> None:
    bare = Outcome("a", State.MISSED)
    assert together([bare, bare], lambda each: each) == [[bare], [bare]]
