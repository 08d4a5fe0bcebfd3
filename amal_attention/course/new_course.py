"""A new course directory, or one more lab in it: what nbgrader's commands and formgrader then open as theirs."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook import course_book
from amal_attention.course.problems import grade_extra
from amal_attention.course.programs import programs_at_hand
from amal_attention.course.release import release
from amal_attention.course.roster import Student
from amal_attention.course.script import notebook_of, read_script
from amal_attention.errors import CourseError, explain
from amal_attention.files import write_atomically
from amal_attention.lab import Lab

__all__ = ["add_lab"]

_CONFIGURATION = '''\
"""Configuration of nbgrader for this course. Late penalties and the like are set here, as its documentation says."""

c = get_config()

c.CourseDirectory.course_id = {course_id!r}
'''
_STAGE = """
# In the place of nbgrader's Execute: students' code runs in a sandbox, and is graded by the hidden tests of the lab.
c.Autograde.autograde_preprocessors = [
    "amal_attention.grading.nbgrader_stage.GradeApart",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GradeApart.labs = {labs!r}
"""


def add_lab(folder: Path, lab: Lab, language: str, students: Iterable[Student] = (), *, stock: bool = False) -> Course:
    """Make a course in a folder where there is none, and add a lab and students to it; what is there stays.

    Args:
        folder: of the course.
        lab: the lab.
        language: of the notebook that nbgrader shows.
        students: to be entered in the gradebook.
        stock: leave nbgrader's own stage, which runs students' code beside the tests, without a sandbox.

    Raises:
        CourseError: nbgrader refuses the lab.
        LabError: the lab has no such language, or no release can be made of it.
        StorageError: a file cannot be written.
    """
    lab.check_language(language)
    released = release(lab, language)
    if not (folder / CONFIGURATION).exists():
        text = _CONFIGURATION.format(course_id=folder.resolve().name)
        text += "" if stock else _STAGE.format(labs=str(lab.folder.parent.resolve()))
        write_atomically(folder / CONFIGURATION, text)
    course = Course.at(folder)
    with grade_extra():
        import nbformat
    notebook = notebook_of(read_script(lab), language)
    notebook.metadata["amal"] = {"lab": lab.name, "language": language}
    write_atomically(course.source(lab.name), nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    _assign(course, lab.name)
    write_atomically(course.released(lab.name), released.decode())
    with course_book(course) as book:
        book.enrol(students)
    return course


def _assign(course: Course, lab: str) -> None:
    """Enter the lab in the gradebook, by nbgrader's own command."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import Config

        config = Config()
        config.CourseDirectory.root = str(course.folder)
        config.CourseDirectory.course_id = course.folder.name
        logger = logging.getLogger("traitlets")
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        try:
            with programs_at_hand():
                done = NbGraderAPI(config=config).generate_assignment(lab, force=True, create=True)
        finally:
            logger.setLevel(level)
    if not done["success"]:
        raise CourseError(
            explain(
                expected=f"nbgrader to take {lab} as an assignment",
                got=_cause(done),
                do=f"run nbgrader generate_assignment {lab} in {course.folder}",
            )
        )


def _cause(done: Mapping[str, str]) -> str:
    """The exception that nbgrader met: its log holds the traceback, indented; its error says only to look there."""
    met = re.findall(r"^ {4}(\S.*)$", done.get("log", ""), re.MULTILINE)
    said = done.get("error", "").strip().splitlines()
    return (met or said or ["nothing"])[-1]
