"""A stage that replaces ``Execute`` in ``nbgrader autograde``: it runs no code, and takes the points from the verdict.

nbgrader finds it by its name in the course's configuration, for its command and for formgrader's button alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.errors import CourseError, LabError, explain
from amal_attention.grading.gradebook.course_verdicts import CourseVerdicts
from amal_attention.grading.gradebook.graded_notebook import GradedNotebooks
from amal_attention.grading.run.cohort import GradingRun, grade_cohort
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.lab import Lab

__all__ = ["GradeApart"]


class GradeApart(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts the points of each test cell where nbgrader looks for partial credit."""

    labs = Unicode("solutions", help="The folder of the labs.").tag(config=True)
    isolation = Unicode("sandbox", help="Where students' code runs: sandbox or process.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade the submission that nbgrader is at, or take the verdict that is there.

        The notebook that comes of it is that of ``amal grade``, made of the file as it was handed in: nbgrader's stages
        before this one know nothing of lost metadata or of copied cells.

        Raises:
            AmalError: it cannot be graded, or the lab is not where the configuration says.
        """
        about = resources["nbgrader"]
        name, student = about["assignment"], about["student"]
        course = Course.at(Path(self.parent.parent.coursedir.root))
        place = course.place(student, name)
        lab = course.taught(self._lab(name))
        graded: list[tuple[Verdict, Submission]] = []
        run = GradingRun(lab, Isolation(self.isolation))
        grade_cohort(run, {student: place}, course.verdicts(name), lambda *each: graded.append(each))
        verdict, submission = graded[-1]
        counting = CourseVerdicts(course, lab).counting(verdict)
        return GradedNotebooks(lab, course.language(lab)).of(submission.raw, counting), resources

    def _lab(self, name: str) -> Lab:
        try:
            return Lab.find(name, Path(self.labs))
        except LabError as error:
            raise CourseError(
                explain(
                    expected=f"the lab {name} where c.GradeApart.labs of {CONFIGURATION} says, in {self.labs}",
                    got=str(error).split("; ")[1].removeprefix("got "),
                    do="set it to the folder in which the labs are now",
                )
            ) from None
