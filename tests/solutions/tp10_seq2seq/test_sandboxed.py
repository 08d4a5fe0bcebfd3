"""TP 10 is graded in the sandbox: cells with states, a training step of their own, a decoder that asks a score.

It is of another task than the first lab, and nothing of the package's grading knows it. ``amal mutants`` grades all of
its bank; here stands one mistake of each kind that a model with a state can have.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.course.mutation.mutants import Mutant, mutated, read_mutants
from amal_attention.course.release.release import release
from amal_attention.grading.bank.bank import Graded, touched
from amal_attention.grading.bank.solved import as_bytes, solution_cells, solved_notebook
from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab
from tests.sandboxes import needs_sandbox

pytestmark = [pytest.mark.long, needs_sandbox]

LAB = Lab.find("tp10_seq2seq", Path(__file__).parents[3] / "solutions")
POINTS = {name.removeprefix("test-"): points for name, points in LAB.points.items() if name.startswith("test-")}
MISTAKES = {
    "decoder-starts-from-zeros": "a state that is not read",
    "decoder-centres-over-the-batch": "a mean over the batch",
    "decoder-state-with-an-axis-of-layers": "a state of another shape",
    "decoder-states-detached": "a layer that does not learn",
    "seq2seq-shifted-once-more": "a loss of other tokens",
    "seq2seq-optimises-the-decoder-alone": "a parameter that no optimiser is handed",
}


@pytest.fixture(scope="module")
def bank() -> dict[str, Mutant]:
    return {each.name: each for each in read_mutants(LAB.folder / "mutants")}


@pytest.fixture(scope="module")
def verdicts(bank: dict[str, Mutant]) -> dict[str, Verdict]:
    solved = solved_notebook(LAB)
    cells = solution_cells(solved)
    handed_in = [Submission("right", as_bytes(solved)), Submission("skeleton", release(LAB, "en"))]
    for name in MISTAKES:
        asked = tuple(touched(cells, bank[name]))
        handed_in.append(Submission(name, as_bytes(mutated(solved, bank[name])), questions=asked))
    found: list[Verdict] = []
    grade_each(LAB, handed_in, found.append, seed=3)
    return {each.submission: each for each in found}


def earned(verdict: Verdict) -> dict[str, float]:
    return {each.question: each.earned for each in verdict.questions}


def test_right_answers_earn_all(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["right"].status is Status.GRADED and earned(verdicts["right"]) == POINTS


def test_the_skeleton_earns_nothing(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["skeleton"].status is Status.GRADED
    assert earned(verdicts["skeleton"]) == dict.fromkeys(POINTS, 0.0)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_costs_its_requirement_and_no_other_question_and_is_named(
    bank: dict[str, Mutant], verdicts: dict[str, Verdict], mistake: str
) -> None:
    graded = Graded(bank[mistake], verdicts[mistake])
    assert graded.as_it_should and graded.named
