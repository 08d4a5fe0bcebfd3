"""A lab of another task is released, checked and graded in the sandbox, and nothing in the package knows of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.course.release.release import release
from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab
from amal_attention.notebook.check import check_notebook
from tests.grading.copying import POINTS, RIGHT, WRONG, notebook, write_lab
from tests.sandboxes import needs_sandbox

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_lab(tmp_path_factory.mktemp("labs"))


def wrong(mistake: str) -> dict[str, str]:
    question, old, new, _ = WRONG[mistake]
    assert RIGHT[question].count(old) >= 1, old
    return {question: RIGHT[question].replace(old, new)}


@pytest.fixture(scope="module")
def verdicts(lab: Lab) -> dict[str, Verdict]:
    handed_in = {"right": notebook(lab), "skeleton": release(lab, "en")}
    handed_in |= {mistake: notebook(lab, **wrong(mistake)) for mistake in WRONG}
    found: list[Verdict] = []
    grade_each(lab, [Submission(name, content) for name, content in handed_in.items()], found.append, seed=3)
    return {each.submission: each for each in found}


def earned(verdict: Verdict) -> dict[str, float]:
    return {each.question: each.earned for each in verdict.questions}


def test_no_answer_is_in_the_release(lab: Lab) -> None:
    text = release(lab, "en").decode()
    assert "EchoProbe" in text and "LSTMCell" not in text and "manual_backward" not in text


@needs_sandbox
def test_right_answers_earn_all(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["right"].status is Status.GRADED and earned(verdicts["right"]) == POINTS


@needs_sandbox
def test_the_skeleton_earns_nothing(verdicts: dict[str, Verdict]) -> None:
    assert earned(verdicts["skeleton"]) == dict.fromkeys(POINTS, 0.0)


@needs_sandbox
@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_costs_its_requirement_and_no_more(verdicts: dict[str, Verdict], mistake: str) -> None:
    question, _, _, worth = WRONG[mistake]
    assert verdicts[mistake].status is Status.GRADED
    assert earned(verdicts[mistake])[question] == worth


@pytest.mark.parametrize(("answers", "met"), [({}, True), (wrong("a mean over the batch"), False)])
def test_the_notebook_is_checked(lab: Lab, tmp_path: Path, answers: dict[str, str], met: bool) -> None:
    path = tmp_path / "echo.ipynb"
    path.write_bytes(notebook(lab, **answers))
    result = check_notebook(path, 60)
    assert result.met is met
    hints = [outcome.hint for each in result.questions for outcome in each.report.outcomes if outcome.hint]
    assert hints == ([] if met else ["each row is read by itself: nothing is taken over the batch, dim=0"])
