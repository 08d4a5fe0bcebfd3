"""What a submission loses for being late, as the course's own configuration has it."""

from __future__ import annotations

import contextlib
import logging
import math
from functools import cached_property
from typing import Any

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.errors import CourseError, explain

__all__ = ["LatePenalties"]


class LatePenalties:
    """The late penalties of a course: those of nbgrader's preprocessor, with the plugin that its configuration names.

    Args:
        course: the course; its configuration is read when it is first needed.
    """

    def __init__(self, course: Course) -> None:
        self._course = course

    def check(self) -> None:
        """Look whether the configuration and its plugin can be used.

        Raises:
            CourseError: they cannot.
        """
        self._judge  # noqa: B018 -- reading it is the check

    def of(self, submission: Any, page: Any) -> float | None:
        """What is taken off a notebook of nbgrader's; None where nothing is.

        Raises:
            CourseError: the plugin raises, or gives no number.
        """
        if submission.assignment.duedate is None or submission.total_seconds_late <= 0:
            return None
        judge, student = self._judge, submission.student_id
        try:
            late = submission.total_seconds_late
            penalty = judge.plugin_inst.late_submission_penalty(student, page.score, late)
            given = None if penalty is None else float(judge._check_late_penalty(page, penalty))
        except Exception as error:
            raise self._refusal(f"a late penalty for {student}", error) from error
        if given is not None and not math.isfinite(given):
            raise self._refusal(f"a late penalty for {student}", ValueError(f"{given} is no number of points"))
        return given

    @cached_property
    def _judge(self) -> Any:
        from nbgrader.preprocessors import AssignLatePenalties
        from traitlets.config.loader import PyFileConfigLoader

        try:
            with contextlib.chdir(self._course.folder):  # nbgrader's commands are typed there, and plugins lie there
                config = PyFileConfigLoader(CONFIGURATION, str(self._course.folder)).load_config()
                judge = AssignLatePenalties(config=config, log=logging.Logger("nbgrader", logging.CRITICAL))
                judge.init_plugin()
        except (Exception, SystemExit) as error:
            raise self._refusal("a configuration whose plugin for late submissions can be imported", error) from error
        return judge

    def _refusal(self, expected: str, error: BaseException) -> CourseError:
        return CourseError(
            explain(
                expected=expected,
                got=f"{type(error).__name__}: {error}",
                do=f"mend {self._course.folder / CONFIGURATION}, or the plugin that it names",
            )
        )
