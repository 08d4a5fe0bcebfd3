"""One question is graded again after its test was mended: the others stay, and are not held."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amal_attention.errors import LabError
from amal_attention.grading.run import grader
from amal_attention.grading.run.cohort import GradingRun, grade_cohort
from amal_attention.grading.run.questions_again import questions_named
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab
from tests.grading.conftest import DEADLY_TOTAL, WRONG_TOTAL, Kept, solved

MENDED = ("float(sum(prices)), what", "float(sum(prices)) * 0 + math_prod(prices), what")
PROD = "import math\n\ndef math_prod(prices):\n    return float(math.prod(prices))\n\n\n"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    made = {"ada": solved(), "bob": solved(q1=WRONG_TOTAL), "cy": solved(q1=DEADLY_TOTAL)}
    for name, raw in made.items():
        (tmp_path / f"{name}.ipynb").write_bytes(raw)
    return {name: tmp_path / f"{name}.ipynb" for name in made}


@pytest.fixture
def grade(
    till: Lab, places: dict[str, Path], tmp_path: Path, beside: Zygote, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, Verdict]]:
    kept = Kept(beside)
    kept.limits = till.limits  # type: ignore[attr-defined]
    monkeypatch.setattr(grader, "zygote_for", lambda *_: kept)

    def run(*questions: str, out: Path | None = tmp_path / "verdicts", **options: Any) -> dict[str, Verdict]:
        verdicts = grade_cohort(GradingRun(till, Isolation.PROCESS, 1, questions=questions), places, out, **options)
        return {each.submission: each for each in verdicts}

    return run


def mend(till: Lab) -> None:
    """The test of question 1 now wants the product."""
    path = till.folder / "hidden_tests" / "test_till.py"
    old, new = MENDED
    path.write_text(PROD + path.read_text().replace(old, new))


def earned(verdict: Verdict) -> dict[str, float]:
    return {each.question: each.earned for each in verdict.questions}


def test_one_question_is_graded_again_and_the_rest_of_a_verdict_stays(grade, till, tmp_path):
    before = grade()
    mend(till)
    after = grade("q1-total")
    assert earned(after["ada"]) == {"q1-total": 0.0, "q2-change": 1.0, "q3-tickets": 1.0}
    assert earned(after["bob"])["q1-total"] == 1.5 and earned(before["bob"])["q1-total"] == 0.0
    assert [each.lab_digest for each in after["bob"].questions] == [grader.lab_digest(till), "", ""]
    assert after["bob"].questions[1:] == before["bob"].questions[1:]
    assert VerdictFolder(tmp_path / "verdicts").kept("bob") == after["bob"]
    assert grade()["bob"].lab_digest == grader.lab_digest(till)  # all of it, when everything is graded again


def test_a_submission_that_was_not_graded_to_its_end_is_graded_whole(grade, till):
    before = grade()["cy"]
    mend(till)
    after = grade("q1-total")["cy"]
    assert before.status is after.status is Status.PARTIAL
    assert after.lab_digest == grader.lab_digest(till) and {each.lab_digest for each in after.questions} == {""}


def test_what_has_no_verdict_or_was_handed_in_again_is_graded_whole(grade, till, places, tmp_path):
    grade()
    (tmp_path / "verdicts" / "ada.json").unlink()
    places["bob"].write_bytes(solved())
    after = grade("q2-change")
    assert earned(after["ada"]) == earned(after["bob"]) == {"q1-total": 2.0, "q2-change": 1.0, "q3-tickets": 1.0}


def test_where_nothing_is_kept_the_verdict_is_on_this_question_alone(grade):
    verdicts = grade("q2-change", out=None)
    assert earned(verdicts["ada"]) == {"q2-change": 1.0} and verdicts["ada"].points == 1.0


@pytest.mark.parametrize(
    ("names", "found"),
    [(["q2"], ("q2-change",)), (["q3-tickets", "q1"], ("q3-tickets", "q1-total")), (["q1", "q1-total"], ("q1-total",))],
)
def test_a_question_is_known_by_its_name_and_by_its_part(till, names, found):
    assert questions_named(names, till) == found


@pytest.mark.parametrize("name", ["q9", "q1-observe", "", "test-q1-total"])
def test_what_is_no_question_is_told_with_those_that_are(till, refusal, name):
    assert "q1-total, q2-change, q3-tickets" in refusal(LabError, lambda: questions_named([name], till))
