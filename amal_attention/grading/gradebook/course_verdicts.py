"""The verdicts of a course as they count: those that were kept, with adjustments and points of now."""

from __future__ import annotations

from collections.abc import Iterator

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.adjustments import Adjustments
from amal_attention.grading.gradebook.reweigh import as_it_counts
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab

__all__ = ["CourseVerdicts"]


class CourseVerdicts:
    """The verdicts on a lab in a course. In their files tests have their own points: grading again loses no adjustment.

    Args:
        course: the course.
        lab: the lab as it is taught in the course.

    Raises:
        CourseError: the file of adjustments cannot be understood.
    """

    def __init__(self, course: Course, lab: Lab) -> None:
        self.folder = VerdictFolder(course.verdicts(lab.name))
        self.weights = Adjustments(course, lab.name).weights
        self._lab = lab

    def counting(self, verdict: Verdict) -> Verdict:
        """A verdict as it counts."""
        return as_it_counts(verdict, self.weights, self._lab)

    def kept(self, name: str) -> Verdict | None:
        """The verdict on a submission; None where there is none that can be read."""
        verdict = self.folder.kept(name)
        return None if verdict is None else self.counting(verdict)

    def all(self) -> Iterator[Verdict]:
        """Those that are there and can be read."""
        return map(self.counting, self.folder.all())
