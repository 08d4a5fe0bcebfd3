"""What nbgrader is told of each cell is complete and fits; each mistake is told with the line of its cell."""

from __future__ import annotations

import json

import pytest

from amal_attention.course.release.release import release
from amal_attention.course.script.graded import graded_kind, points_of
from amal_attention.course.script.script import read_script

BODY = {
    "solution": "def answer():\n    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION",
    "test": "assert answer()",
    "task": "# What do you see?",
    "locked": "x = 1",
}


def script(*cells: str) -> str:
    """A script of cells ``kind grade_id points``, each with metadata of its own before it."""
    parts = []
    for cell in cells:
        before, _, head = cell.rpartition("|")
        kind = head.split()[0]
        parts.append(f"# %%{' [markdown]' if kind == 'task' else ''} {before} <{head}>\n{BODY[kind]}\n")
    return "\n".join(parts)


def test_each_kind_of_cell_is_known_by_its_flags(toy):
    kinds = [graded_kind(cell) for cell in read_script(toy.lab).cells]
    assert kinds == [None, None, None, "solution", "test", None, "task", "task", None, None]


def test_points_are_those_of_tests_and_tasks_in_order(toy):
    assert list(points_of(read_script(toy.lab).released("fr")).items()) == [("test-q1-count", 3), ("q1-observe", 1.5)]


@pytest.mark.parametrize(
    ("cells", "line", "told"),
    [
        (["solution q1", "locked q1"], 7, "'q1' is also that of the cell at line 1"),
        (['lang="en"|solution q1', "locked q1"], 7, "'q1' is also that of the cell at line 1 in 'en'"),
        (["test test-q1 1"], 1, "no solution cell 'q1'"),
        (["locked q1", "test test-q1 1"], 4, "no solution cell 'q1'"),
        (['lang="fr"|solution q1', "test test-q1 1"], 7, "in 'en' there is no solution cell 'q1'"),
        (["solution q1", "test check-q1 1"], 7, "begins with 'test-'"),
        (["solution q1", "test q1-test 1"], 7, "begins with 'test-'"),
        (["locked q1 1"], 1, "only a test or a task has points"),
        (["solution q1 1"], 1, "only a test or a task has points"),
        (["solution q1", "test test-q1"], 7, "points is None"),
        (["solution q1", "test test-q1 -1"], 7, "points is -1"),
        (["solution q1", 'test test-q1 "1"'], 7, "points is '1'"),
        (["solution q1", "test test-q1 true"], 7, "points is True"),
        (["solution q1", "test test-q1 NaN"], 7, "points is nan"),
        (["solution q1", "test test-q1 Infinity"], 7, "points is inf"),
        (["task q2"], 1, "points is None"),
        (["locked q.1"], 1, "grade_id is 'q.1'"),
        (["locked é"], 1, "grade_id is 'é'"),
        (['tags=["instructor"]|solution q1'], 1, "in no release is not graded"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(blank, problems, cells, line, told):
    toy = blank(script(*cells))
    first = problems(lambda: release(toy.lab, "en"))[0]
    assert first.startswith(f"toy.py:{line}: ") and told in first


RIGHT = {"grade": False, "grade_id": "a", "locked": True, "schema_version": 3, "solution": False, "task": False}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"grade": None}, "grade is None, not true or false"),
        ({"locked": 1}, "locked is 1, not true or false"),
        ({"solution": "false"}, "solution is 'false', not true or false"),
        ({"task": None}, "task is None, not true or false"),
        ({"grade_id": None}, "grade_id is None"),
        ({"grade_id": ""}, "grade_id is ''"),
        ({"grade_id": "a\n"}, "grade_id is 'a\\n'"),
        ({"grade_id": 3}, "grade_id is 3"),
        ({"schema_version": None}, "schema_version is None, not 3"),
        ({"schema_version": 2}, "schema_version is 2, not 3"),
        ({"schema_version": 3.0}, "schema_version is 3.0, not 3"),
        ({"locked": False}, "its flags fit none"),
        ({"grade": True, "solution": True, "points": 1}, "its flags fit none"),
        ({"task": True, "points": 1}, "its flags fit none"),
        ({"colour": "red"}, "nbgrader knows no key 'colour'"),
    ],
)
def test_a_key_that_is_missing_or_of_another_type_is_told(blank, problems, change, told):
    metadata = {key: value for key, value in (RIGHT | change).items() if value is not None}
    toy = blank(f"# %%\ny = 1\n\n# %% nbgrader={json.dumps(metadata)}\nx = 1\n")
    lines = problems(lambda: release(toy.lab, "en"))
    assert any(line.startswith("toy.py:4: ") and told in line for line in lines), lines


def test_the_right_metadata_are_no_problem(blank):
    assert release(blank(f"# %% nbgrader={json.dumps(RIGHT)}\nx = 1\n").lab, "en")


@pytest.mark.parametrize("points", [0, 0.25, 100])
def test_points_from_0_on_are_no_problem(blank, points):
    toy = blank(script(f"task q2 {points}"))
    (toy.folder / "lab.toml").open("a").write(f"[points]\nq2 = {points}\n")
    assert release(toy.lab, "en")


def test_a_task_is_markdown(blank, problems):
    toy = blank("# %% <task q2 1>\nx = 1\n")
    assert "code cell is no solution" in problems(lambda: release(toy.lab, "en"))[0]


def test_the_same_grade_id_once_a_language_is_no_problem(blank):
    assert release(blank(script('lang="en"|locked a', 'lang="fr"|locked a')).lab, "en")
