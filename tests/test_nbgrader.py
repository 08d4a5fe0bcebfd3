"""Stock nbgrader on the lab, in a fresh course directory, and our own grading of the same notebooks: the same marks."""

from __future__ import annotations

import copy
import functools
import os
import subprocess
from pathlib import Path

import nbformat
import pytest

from amal_attention.course.mutation.mutants import mutated, read_mutants
from amal_attention.course.programs import programs_at_hand
from amal_attention.course.release.nbgrader_glue import stub_ungraded
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.grading.run import grader
from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.lab import Lab
from tests.grading.conftest import (
    Kept,
    beside,  # noqa: F401 -- a fixture
)

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
LAB = Lab.find("tp9_attention", ROOT / "solutions")
MISTAKES = [
    "mean-divides-by-length",
    "classifier-softmax",
    "learned-tanh",
    "entropy-detached",
    "contextual-reads-padding-backwards",
]


UNANSWERED = ["q2-top-words", "q3-text-query"]


def answers(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]


def without_practice(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without the cells that train and draw: they earn nothing, and take a minute."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata or "active-ipynb" not in cell.metadata.get("tags", [])
    ]
    return notebook


@pytest.fixture(scope="module")
def submissions() -> dict[str, nbformat.NotebookNode]:
    """Notebooks by student: the solution, and one that is right in part, wrong in part, and not finished."""
    solution = notebook_of(read_script(LAB), "fr")
    given = nbformat.read(ROOT / "labs" / "fr" / LAB.name / f"{LAB.name}.ipynb", as_version=4)
    mutants = {mutant.name: mutant for mutant in read_mutants(LAB.folder / "mutants")}
    partly = functools.reduce(lambda notebook, name: mutated(notebook, mutants[name]), MISTAKES, solution)
    for cell, empty in zip(answers(partly), answers(given), strict=True):
        if cell.metadata.nbgrader.grade_id in UNANSWERED:
            cell.source = empty.source
    notebooks = {"solution": solution, "partly": partly}
    return {name: without_practice(each) for name, each in notebooks.items()}


@pytest.fixture(scope="module")
def marks(
    tmp_path_factory: pytest.TempPathFactory, programs: Path, submissions: dict[str, nbformat.NotebookNode]
) -> dict[str, dict[str, tuple[float, float]]]:
    """The automatic mark and the largest one of each test cell, by student and cell."""
    course = tmp_path_factory.mktemp("course")
    with programs_at_hand():
        environment = {
            **os.environ,
            "AMAL_LABS": str(LAB.folder.parent),
            "JUPYTER_PATH": str(programs.parent / "jupyter"),
        }
    for place, notebook in {
        "source": stub_ungraded(notebook_of(read_script(LAB), "fr"), "fr"),
        **{f"submitted/{student}": notebook for student, notebook in submissions.items()},
    }.items():
        path = course / place / LAB.name / f"{LAB.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.course_id = 'amal'\n"
        "c.ExecutePreprocessor.iopub_timeout = 120  # nbclient's 4 s are too few on a busy machine\n"
    )
    for stage in ("generate_assignment", "autograde"):
        command = [programs / "nbgrader", stage, LAB.name, "--create"]
        done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    return read_marks(course / "gradebook.db", list(submissions))


def read_marks(database: Path, students: list[str]) -> dict[str, dict[str, tuple[float, float]]]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{database}") as gradebook:
        return {
            student: {
                grade.name: (grade.auto_score or 0.0, grade.max_score)
                for grade in gradebook.find_submission_notebook(LAB.name, LAB.name, student).grades
                if grade.cell.cell_type == "code"
            }
            for student in students
        }


TESTS = [name for name in LAB.points if name.startswith("test-")]


@pytest.mark.parametrize("test", TESTS)
def test_the_solution_has_full_marks(marks, test):
    assert marks["solution"][test] == (LAB.points[test], LAB.points[test])


@pytest.mark.parametrize("name", UNANSWERED)
def test_what_is_not_answered_earns_nothing(marks, name):
    assert marks["partly"][f"test-{name}"] == (0, LAB.points[f"test-{name}"])


def test_every_test_cell_is_graded(marks):
    assert sorted(marks["solution"]) == sorted(TESTS)


@pytest.fixture(scope="module")
def verdicts(submissions, beside):  # noqa: F811
    found = {}
    handed_in = [Submission(name, nbformat.writes(notebook).encode()) for name, notebook in submissions.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "zygote_for", lambda *_: Kept(beside))
        grade_each(
            LAB, handed_in, lambda each: found.update({each.submission: each}), seed=3, isolation=Isolation.PROCESS
        )
    return found


@pytest.mark.parametrize("name", ["solution", "partly"])
def test_both_ways_to_grade_give_the_same_marks(marks, verdicts, name):
    ours = {f"test-{each.question}": each.earned for each in verdicts[name].questions}
    assert ours == {test: earned for test, (earned, _) in marks[name].items()}


def test_what_is_partly_right_earns_a_part(verdicts):
    parts = {each.question: each.earned / each.points for each in verdicts["partly"].questions}
    assert sum(0 < part < 1 for part in parts.values()) >= len(MISTAKES)
