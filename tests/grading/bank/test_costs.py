from __future__ import annotations

import pytest

from amal_attention.checks.subjects.subject import OPERATIONS
from amal_attention.grading.bank.costs import Costs, costs_of, costs_text
from amal_attention.grading.exam.hidden import HiddenTests
from amal_attention.lab import Lab


def test_every_test_and_what_it_asks_is_counted(till: Lab) -> None:
    costs = costs_of(till, seed=3)
    assert list(costs.tests) == [
        "q1-total: test_some_prices",
        "q1-total: test_no_price",
        "q2-change: test_the_change",
        "q3-tickets: test_tickets_in_order",
    ]
    assert costs.asked == {"call": 4} and all(seconds > 0 for seconds in costs.tests.values())
    assert 0 < costs.operations["call"] < costs.seconds


def test_operations_are_as_they_were_even_where_holding_fails(till: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: each.do for name, each in OPERATIONS.items()}

    def failing(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(HiddenTests, "hold", failing)
    with pytest.raises(KeyboardInterrupt):
        costs_of(till, seed=3)
    assert {name: each.do for name, each in OPERATIONS.items()} == before


def test_the_dearest_come_first_and_many_cheap_ones_in_one_line() -> None:
    tests = {"cheap": 0.1, "dear": 0.7, **{f"other {number}": 0.02 for number in range(10)}}
    lines = costs_text(
        Costs(tests | {"last": 0.0}, {"call": 0.25, "learn": 0.5}, {"call": 30, "learn": 2})
    ).splitlines()
    assert lines[0] == "1000 ms of CPU time for 13 hidden tests"
    assert [" ".join(line.split()) for line in (*lines[1:3], *lines[-3:])] == [
        "dear 700.0 ms 70%",
        "cheap 100.0 ms 10%",
        "1 others 0.0 ms 0%",
        "2 x learn 500.0 ms 50%",
        "30 x call 250.0 ms 25%",
    ]
