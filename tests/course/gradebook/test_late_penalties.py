"""A configuration or a plugin that cannot be used is told in one line, and no penalty is made up."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.late_penalties import LatePenalties
from amal_attention.errors import CourseError

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def late(seconds: float = 3600.0, due: datetime | None = datetime(2026, 11, 20)) -> Any:
    """A submission of nbgrader's, as far as penalties look at it."""
    return SimpleNamespace(student_id="ada", total_seconds_late=seconds, assignment=SimpleNamespace(duedate=due))


PAGE = SimpleNamespace(score=3.0)


@pytest.fixture
def penalties(tmp_path: Path) -> Any:
    def configured(text: str) -> LatePenalties:
        (tmp_path / CONFIGURATION).write_text(f"c = get_config()\n{text}\n")
        return LatePenalties(Course.at(tmp_path))

    return configured


def plugin(folder: Path, name: str, body: str) -> str:
    """The configuration of a plugin that does this."""
    (folder / f"{name}.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\nclass Late(BasePlugin):\n"
        f"    def late_submission_penalty(self, student_id, score, total_seconds_late):\n        {body}\n"
    )
    return f"import os, sys; sys.path.insert(0, os.getcwd())\nc.AssignLatePenalties.plugin_class = '{name}.Late'"


@pytest.mark.parametrize(
    "text",
    [
        "c.AssignLatePenalties.plugin_class = 'not_there.Late'",
        "c.AssignLatePenalties.plugin_class = 'json.NoSuchName'",
        "c.AssignLatePenalties.plugin_class = 'json.JSONDecoder'",
        "c.AssignLatePenalties.plugin_class = 3",
        "import not_there_either",
        "no python (",
        "1 / 0",
        "raise SystemExit('stop')",
    ],
)
def test_a_configuration_that_cannot_be_used_is_told_with_the_file_to_mend(penalties, text, refusal, tmp_path):
    told = refusal(CourseError, penalties(text).check)
    assert "plugin for late submissions" in told and str(tmp_path / CONFIGURATION) in told


def test_a_plugin_that_does_not_compile_is_told(penalties, refusal, tmp_path):
    (tmp_path / "late_that_does_not_compile.py").write_text("class Late(")
    text = "import os, sys; sys.path.insert(0, os.getcwd())\n"
    told = refusal(
        CourseError,
        penalties(f"{text}c.AssignLatePenalties.plugin_class = 'late_that_does_not_compile.Late'").check,
    )
    assert "SyntaxError" in told


@pytest.mark.parametrize(
    "body", ["raise KeyError(student_id)", "return 'much'", "return float('nan')", "return object()"]
)
def test_a_plugin_that_gives_no_number_is_told_with_the_student(penalties, refusal, tmp_path, body):
    name = f"late_{abs(hash(body))}"
    judge = penalties(plugin(tmp_path, name, body))
    judge.check()
    assert "a late penalty for ada" in refusal(CourseError, lambda: judge.of(late(), PAGE))


@pytest.mark.parametrize(("given", "taken"), [("1", 1.0), ("-1", 0.0), ("99", 3.0), ("None", None)])
def test_a_penalty_is_between_nothing_and_all_of_the_points(penalties, tmp_path, given, taken):
    name = f"late_gives_{given.replace('-', 'minus_')}"
    assert penalties(plugin(tmp_path, name, f"return {given}")).of(late(), PAGE) == taken


def test_a_plugin_beside_the_configuration_is_found_from_another_folder(penalties, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    penalties(plugin(tmp_path, "late_beside", "return 1")).check()
    assert Path.cwd() == tmp_path / "elsewhere"


def test_who_is_not_late_or_has_no_due_date_loses_nothing_and_no_plugin_is_asked(penalties):
    judge = penalties("no python (")
    assert judge.of(late(0), PAGE) is None
    assert judge.of(late(due=None), PAGE) is None
