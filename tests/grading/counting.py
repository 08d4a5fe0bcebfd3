"""A course on the lab of ``tests.course.conftest``, which has an open question; a table says who meets which test."""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.gradebook import Marks, course_book
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.course.release.release import release
from amal_attention.grading.gradebook.course_run import grade_course
from amal_attention.grading.run import cohort
from amal_attention.grading.run.cohort import GradingRun
from amal_attention.grading.run.grader import lab_digest
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.provenance import graded_by
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.outcome import Outcome, State
from tests.course.conftest import Toy, write_toy

POINTS = {"test_many": 2.0, "test_none": 1.0}
MOST = 4.5  # 3 for the tests of q1-count, 1.5 for q1-observe
DUE = datetime(2026, 11, 20, 18)  # in UTC

NUMBERS = itertools.count()

STEPS = """\
from nbgrader.plugins import BasePlugin


class Steps(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return min(score, 0.5 * (total_seconds_late // 86400 + 1))
"""


class CountingCourse:
    """A course; what a person, a student or a lecturer does to it is one call.

    Args:
        toy: the lab.
        course: the course.
    """

    def __init__(self, toy: Toy, course: Course) -> None:
        self.toy, self.course = toy, course
        self.met: dict[str, Collection[str]] = {}
        self.graded: list[str] = []

    @property
    def lab(self) -> Lab:
        return self.toy.lab

    def hand_in(self, student: str, *met: str, text: str = "return 1", when: datetime | None = None) -> None:
        """A student hands in an answer that meets these tests."""
        notebook = json.loads(release(self.lab, "en"))
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "q1-count":
                cell["source"] = f"class Counter:\n    def count(self, items):\n        {text}\n"
        place = self.course.place(student, "toy")
        place.mkdir(parents=True, exist_ok=True)
        (place / "toy.ipynb").write_text(json.dumps(notebook), "utf-8")
        if when is not None:
            (place / "timestamp.txt").write_text(f"{when} UTC")
        self.met[student] = met

    def enter(self) -> None:
        """Make the gradebook anew where there is none."""
        add_lab(self.course.folder, self.lab, "en", [Student(each) for each in (*self.met, "zoe")])

    def grade(self, *students: str, report: Any = lambda verdict: None, **options: Any) -> dict[str, Verdict]:
        """Grade by the table; ``graded`` tells afterwards on whom the grader was run."""
        self.graded = []

        def by_table(lab: Lab, submissions: Iterable[Submission], report: Any, **_: object) -> None:
            for each in submissions:
                self.graded.append(each.name)
                report(self._verdict(lab, each))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cohort, "grade_each", by_table)
            verdicts = grade_course(
                self.course, GradingRun(self.lab, Isolation.PROCESS, 1, **options), students, report
            )
        return {each.submission: each for each in verdicts}

    def _verdict(self, lab: Lab, submission: Submission) -> Verdict:
        there = submission.raw is not None
        met = self.met.get(submission.name, ()) if there else ()
        outcomes = {True: State.MET, False: State.MISSED if there else State.TO_DO}
        tests = tuple(
            TestVerdict(name, points, Outcome("the number of items", outcomes[name in met]))
            for name, points in POINTS.items()
        )
        return Verdict(
            submission.name,
            lab.name,
            Status.GRADED if there else Status.MISSING,
            questions=(QuestionVerdict("q1-count", tests),),
            seed=1,
            isolation=str(Isolation.PROCESS),
            limits=lab.limits.to_dict(),
            digest=submission.digest,
            lab_digest=lab_digest(lab),
            graded_by=graded_by(),
        )

    def marks(self, student: str) -> Marks:
        with course_book(self.course) as book:
            return book.marks("toy")[student]

    def earned(self) -> dict[str, float]:
        with course_book(self.course) as book:
            return {student: marks.earned for student, marks in book.marks("toy").items()}

    @contextmanager
    def nbgrader(self) -> Iterator[Any]:
        """nbgrader's own gradebook; what is changed in it is written at the end."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.course.gradebook}") as book:
            yield book
            book.db.commit()

    def mark(self, student: str, cell: str, points: float | None) -> None:
        """A person marks a cell, as formgrader writes it; None takes the mark back."""
        with self.nbgrader() as book:
            grade = book.find_grade(cell, "toy", "toy", student)
            grade.manual_score = points
            grade.needs_manual_grade = points is None and grade.auto_score is None

    def due(self, when: datetime | None) -> None:
        with self.nbgrader() as book:
            book.update_or_create_assignment("toy", duedate=when)

    def extend(self, student: str, by: timedelta | None) -> None:
        with self.nbgrader() as book:
            book.update_or_create_submission("toy", student).extension = by

    def speak(self, language: str) -> None:
        """Make it a course in another language, as ``amal course --lang`` does."""
        path = self.course.source("toy")
        notebook = json.loads(path.read_text("utf-8"))
        notebook["metadata"]["amal"]["language"] = language
        path.write_text(json.dumps(notebook), "utf-8")

    def configure(self, lines: str) -> None:
        """Add lines to the configuration."""
        path = self.course.folder / CONFIGURATION
        path.write_text(f"{path.read_text()}\n{lines}\n")

    def plugin(self, source: str = STEPS) -> None:
        """Set a plugin for late submissions, ``Steps`` of a module beside the configuration."""
        name = f"late_{next(NUMBERS)}"  # Python imports a module of one name once
        (self.course.folder / f"{name}.py").write_text(source)
        self.configure(
            "import os, sys; sys.path.insert(0, os.path.dirname(os.path.abspath('nbgrader_config.py')))\n"
            f"c.AssignLatePenalties.plugin_class = '{name}.Steps'"
        )

    def without_plugin(self) -> None:
        self.configure("del c.AssignLatePenalties.plugin_class")


def make_course(folder: Path, students: Iterable[Student]) -> CountingCourse:
    """A course that nothing was handed in to."""
    toy = write_toy(folder / "labs" / "toy")
    return CountingCourse(toy, add_lab(folder / "course", toy.lab, "en", students))
