"""Stock nbgrader on the lab, in a fresh course directory: the solution has full marks, the skeleton none."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from amal_attention.course.script import notebook_of, read_script
from amal_attention.lab import Lab

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

ROOT = Path(__file__).parents[1]
LAB = Lab.find("tp9_attention", ROOT / "solutions")


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
def marks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, tuple[float, float]]]:
    """The automatic mark and the largest one of each test cell, by student and cell."""
    course = tmp_path_factory.mktemp("course")
    solution = notebook_of(read_script(LAB), "fr")
    skeleton = nbformat.read(ROOT / "labs" / "fr" / LAB.name / f"{LAB.name}.ipynb", as_version=4)
    submissions = {"solution": without_practice(solution), "skeleton": without_practice(skeleton)}
    for place, notebook in {
        "source": solution,
        **{f"submitted/{student}": notebook for student, notebook in submissions.items()},
    }.items():
        path = course / place / LAB.name / f"{LAB.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'amal'\n")
    for stage in ("generate_assignment", "autograde"):
        command = [sys.executable, "-m", "nbgrader", stage, LAB.name, "--create"]
        done = subprocess.run(command, cwd=course, capture_output=True, text=True)
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


@pytest.mark.parametrize("test", TESTS)
def test_the_skeleton_has_none(marks, test):
    assert marks["skeleton"][test] == (0, LAB.points[test])


def test_every_test_cell_is_graded(marks):
    assert sorted(marks["solution"]) == sorted(TESTS)
