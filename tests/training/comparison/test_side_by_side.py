"""Several trainings at once: each in a process with one thread, their records in order, and what ends them."""

from __future__ import annotations

import os
import time

import pytest

from amal_attention.errors import AmalError, LabError
from amal_attention.training.comparison.side_by_side import train_all
from tests.training.scripted import Scripted

pytestmark = pytest.mark.usefixtures("forks")


def test_each_is_trained_by_a_process_with_one_thread_and_the_records_are_in_order(capfd):
    told: list[tuple[int, int, str]] = []
    records = train_all([Scripted(f"q{n}") for n in (1, 2, 3)], 2, lambda *each: told.append(each))
    assert [record.question for record in records] == ["q1", "q2", "q3"]
    assert len({record.value("process") for record in records} - {os.getpid()}) == 3
    assert [(record.value("threads"), record.value("bar")) for record in records] == [(1, 0)] * 3
    assert [each[:2] for each in told] == [(1, 3), (2, 3), (3, 3)] and {each[2] for each in told} == {"q1", "q2", "q3"}
    assert capfd.readouterr().out == "", "standard output is for results"


@pytest.mark.parametrize(
    ("trainings", "jobs"),
    [
        ([Scripted("q1"), Scripted("q2")], 1),
        ([Scripted("q1")], 2),
        ([Scripted("q1"), Scripted("q2", on_one_processor=False)], 2),
    ],
    ids=["one job", "one training", "a GPU"],
)
def test_otherwise_this_process_trains_one_after_the_other_and_shows_bars(trainings, jobs):
    records = train_all(trainings, jobs)
    assert {record.value("process") for record in records} == {os.getpid()}
    assert {record.value("bar") for record in records} == {1}


@pytest.mark.parametrize(
    ("does", "error", "told"),
    [
        ("refuse", LabError, "expected this; got that; do more"),
        ("die", AmalError, "expected a process that trains q2; got one that ended with status 7; "),
        ("fail", ZeroDivisionError, "by zero"),
    ],
)
def test_what_ends_one_is_raised_here_and_ends_the_others(does, error, told):
    began = time.monotonic()
    with pytest.raises(error) as caught:
        train_all([Scripted("q1", "last"), Scripted("q2", does)], 2)
    assert type(caught.value) is error and str(caught.value).startswith(told)
    assert time.monotonic() - began < 50, "nobody waited for the one that lasts"
    notes = "".join(getattr(caught.value, "__notes__", []))
    assert ("scripted.py" in notes) == (does == "fail"), "where it was raised, of what nobody foresaw"
