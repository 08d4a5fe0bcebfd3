"""A small course that shows what grading does: its release, submissions of every kind, their grades and the pages."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.course.release.release import release_path, write_release
from amal_attention.files import write_atomically
from amal_attention.grading.gradebook.course_run import grade_course
from amal_attention.grading.pages.course_pages import write_feedback, write_summary
from amal_attention.grading.run.cohort import GradingRun
from amal_attention.grading.run.workers import ALONE, Crew
from amal_attention.grading.samples import samples
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.lab import Lab

__all__ = ["Demonstration", "grade_samples", "why_no_grading"]

_CELL_SECONDS = 5.0
_SHOWN = "partly"


@dataclass(frozen=True)
class Demonstration:
    """What came of the samples.

    Attributes:
        verdicts: one for each student.
        releases: the notebooks that students get.
        course: the folder of the course.
        summary: the page for the instructor.
        feedback: the page for one student.
        gradebook: nbgrader's.
    """

    verdicts: list[Verdict]
    releases: list[Path]
    course: Path
    summary: Path
    feedback: Path
    gradebook: Path

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON-ready built-in types."""
        places = {"course": self.course, "summary": self.summary, "feedback": self.feedback}
        return {
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
            "releases": [str(path) for path in self.releases],
            **{name: str(path) for name, path in places.items()},
            "gradebook": str(self.gradebook),
        }


def why_no_grading(lab: Lab) -> str | None:
    """What is missing here to grade samples of a lab, and what to do about it; None if nothing is."""
    absent = [name for name in ("hidden_tests", "mutants") if not any((lab.folder / name).glob("*.py"))]
    if absent:
        return f"there is no {' and no '.join(absent)} in {lab.folder}, which instructors have"
    if any(importlib.util.find_spec(name) is None for name in ("nbgrader", "jupytext")):
        return "the tools of the course are not installed: pip install 'amal-attention[grade]'"
    return None


def grade_samples(
    lab: Lab,
    folder: Path,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    report: Callable[[Verdict], None] = lambda verdict: None,
    isolation: Isolation = Isolation.SANDBOX,
    crew: Crew = ALONE,
    kinds: Sequence[str] | None = None,
) -> Demonstration:
    """Release a lab, make a course, hand in a sample of each kind, grade them all, and write the pages.

    A cell that does not end is stopped after five seconds at most, whatever the lab says.

    Args:
        lab: the lab, with its hidden tests and its bank of mistakes.
        folder: where the releases (``labs``) and the course (``course``) are written.
        progress: told how many are graded, of how many, and the name of the one that is graded.
        report: told each verdict.
        isolation: where the samples' code runs.
        crew: who grades.
        kinds: which of :func:`amal_attention.grading.samples.samples` are handed in; "partly" is among them, whose
            page is shown. All where it is not given.

    Raises:
        LabError: no release can be made of the lab, or it cannot be graded.
        SandboxError: there is no sandbox on this machine.
        StorageError: a file cannot be written.
    """
    hurried = _hurried(lab)
    write_release(hurried, lab.languages, folder / "labs")
    course = _handed_in(hurried, folder / "course", kinds)
    verdicts = grade_course(course, GradingRun(hurried, isolation, crew=crew, progress=progress), report=report)
    write_feedback(course, hurried)
    write_summary(course, hurried)
    shown = Course(folder / "course")
    return Demonstration(
        verdicts,
        [release_path(lab, language, folder / "labs") for language in lab.languages],
        shown.folder,
        shown.summary(lab.name),
        shown.feedback(_SHOWN, lab.name),
        shown.gradebook,
    )


def _hurried(lab: Lab) -> Lab:
    """The lab with a shorter limit; its releases say so in their digest, and so it is the one lab from here on."""
    seconds = min(lab.limits.cell_seconds, _CELL_SECONDS)
    return replace(lab, limits=replace(lab.limits, cell_seconds=seconds))


def _handed_in(lab: Lab, folder: Path, kinds: Sequence[str] | None) -> Course:
    """A course in which the samples of these kinds were handed in."""
    found = samples(lab, lab.languages[0])
    handed_in = {name: found[name] for name in kinds or found}
    course = add_lab(folder, lab, lab.languages[0], map(Student, handed_in))
    for student, raw in handed_in.items():
        if raw is not None:
            write_atomically(course.place(student, lab.name) / f"{lab.name}.ipynb", raw)
    return course
