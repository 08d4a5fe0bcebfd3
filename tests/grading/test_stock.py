"""Hidden tests in the student's own kernel, as nbgrader's autograde runs them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from amal_attention.checks.checking import marked_elsewhere
from amal_attention.errors import LabError
from amal_attention.grading.stock import hidden_points
from amal_attention.lab import Lab


def total(prices: list[float]) -> float:
    return float(sum(prices))


def product(prices: list[float]) -> float:
    warnings.warn("a warning of their own", stacklevel=1)
    found = 1.0
    for price in prices:
        found *= price
    return found


@pytest.fixture(autouse=True)
def elsewhere() -> Any:
    before = set(marked_elsewhere)
    yield
    marked_elsewhere.clear()
    marked_elsewhere.update(before)


@pytest.fixture
def labs(till: Lab, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AMAL_LABS", str(till.folder.parent))
    return till.folder


@pytest.mark.parametrize(
    ("answer", "points"),
    [(total, 2.0), (product, 0.0), (lambda prices: 0.0, 0.0), (lambda prices: float(sum(prices)) or 1.0, 1.5)],
)
def test_the_points_are_those_of_the_hidden_tests_that_are_met(labs, answer, points):
    assert hidden_points("till", "q1-total", {"total": answer}) == points


def test_an_answer_that_is_not_there_earns_nothing(labs):
    assert hidden_points("till", "q1-total", {}) == 0


def test_only_the_tests_of_the_question_are_held(labs):
    names = {"total": product, "tickets": lambda count: list(range(count))}
    assert hidden_points("till", "q3-tickets", names) == 1


def test_a_question_without_tests_earns_nothing(labs):
    assert hidden_points("till", "q9", {}) == 0


def test_checks_that_are_missed_take_nothing_then(labs):
    hidden_points("till", "q1-total", {"total": total})
    assert "q1-total" in marked_elsewhere and "q2-change" not in marked_elsewhere


def test_the_seed_decides_what_is_asked(labs):
    asked: list[list[float]] = []
    for seed in (1, 1, 2):
        hidden_points("till", "q1-total", {"total": lambda prices: asked.append(prices) or 0.0}, seed)
    first, again, other = asked
    assert first == again != other


def test_nothing_reaches_standard_error(labs, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hidden_points("till", "q1-total", {"total": product}) == 0
    assert capfd.readouterr().err == ""


def test_where_the_lab_is_not_to_be_found_the_checks_decide(monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("AMAL_LABS", str(tmp_path))
    assert hidden_points("till", "q1-total", {"total": total}) is None
    output, errors = capfd.readouterr()
    assert output.startswith("the public checks alone decide: ") and errors == ""
    assert "q1-total" not in marked_elsewhere


def test_a_lab_whose_tests_are_broken_is_no_full_mark(labs):
    (labs / "hidden_tests" / "test_till.py").write_text("def test(:")
    with pytest.raises(LabError):
        hidden_points("till", "q1-total", {"total": total})
    assert "q1-total" not in marked_elsewhere
