"""Outcomes and reports as plain data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from amal_attention.checks.outcome import Outcome, Report, State

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
