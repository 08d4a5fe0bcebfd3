"""A new course directory, or one more lab in it: what nbgrader's commands and formgrader then open as theirs."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from amal_attention.course.course_folder import CONFIGURATION, Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.people.roster import Student
from amal_attention.course.problems import grade_extra
from amal_attention.course.programs import programs_at_hand
from amal_attention.course.release.release import release, whole_notebook
from amal_attention.course.taught import taught
from amal_attention.errors import CourseError, explain
from amal_attention.files import write_atomically
from amal_attention.lab import Lab

__all__ = ["Scope", "add_lab"]

_CONFIGURATION = '''\
"""Configuration of nbgrader for this course. Late penalties and the like are set here, as its documentation says."""

c = get_config()

c.CourseDirectory.course_id = {course_id!r}

# Where nbgrader runs a notebook itself: on a busy machine an output may take longer than the 4 s that it would wait.
c.ExecutePreprocessor.iopub_timeout = 120
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


@dataclass(frozen=True)
class Scope:
    """What a course teaches of a lab.

    Attributes:
        without: the optional parts that it leaves out, such as "q5".
        total: the sum of all points; None for what is left of the lab's own.
    """

    without: tuple[str, ...] = ()
    total: float | None = None


def add_lab(
    folder: Path,
    lab: Lab,
    language: str,
    students: Iterable[Student] = (),
    *,
    stock: bool = False,
    scope: Scope | None = None,
) -> Course:
    """Make a course in a folder where there is none, and add a lab and students to it; what is there stays.

    Args:
        folder: the folder of the course.
        lab: the lab, whole.
        language: the language of the notebook that nbgrader shows.
        students: the students to enter in the gradebook.
        stock: leave nbgrader's own stage, which runs students' code beside the tests, without a sandbox.
        scope: what the course teaches of the lab; what it said before, if it is not given.

    Raises:
        CourseError: nbgrader refuses the lab, its own stage would give other points than the scope, or the scope is
            another one where people gave marks already, or has other parts where submissions are in the gradebook.
        LabError: the lab has no such language or optional part, or no release can be made of it.
        StorageError: a file cannot be written.
    """
    lab.check_language(language)
    there = Course.in_folder(folder)
    without, total = (scope.without, scope.total) if scope is not None else there.scope(lab.name)
    whole, lab = lab, taught(lab, without, total)
    released = release(lab, language)
    _refuse_other_parts(there, whole, lab)
    _refuse_other_points(there, whole, lab)
    _write_configuration(folder, lab, stock=stock)
    course = Course.at(folder)
    with grade_extra():
        import nbformat
    notebook = whole_notebook(lab, language)
    said = {"lab": lab.name, "language": language, "without": list(lab.without), "total": total}
    notebook.metadata["amal"] = said
    with _taken_back(course.source(lab.name)):
        write_atomically(course.source(lab.name), nbformat.writes(notebook))  # type: ignore[no-untyped-call]
        _assign(course, lab.name)
    write_atomically(course.released(lab.name), released.decode())
    with course_book(course) as book:
        book.enrol(students)
    return course


@contextmanager
def _taken_back(path: Path) -> Iterator[None]:
    """Put a file back as it was if what follows fails: the instructor's notebook says what the course teaches."""
    before = path.read_bytes() if path.exists() else None
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, before)
        raise


def _refuse_other_parts(course: Course, whole: Lab, lab: Lab) -> None:
    """Refuse to leave parts out, or take them back, where the gradebook has rows for the cells of each student."""
    if not course.gradebook.exists() or course.taught(whole).points.keys() == lab.points.keys():
        return
    with course_book(course) as book:
        entered = book.entered(lab.name)
    if entered:
        raise CourseError(
            explain(
                expected="a gradebook that holds nothing of a lab whose parts are to be others",
                got=f"marks or extensions of {len(entered)}: {', '.join(entered[:5])}",
                do="make a course in a new folder with these parts, and collect and grade there",
            )
        )


def _refuse_other_points(course: Course, whole: Lab, lab: Lab) -> None:
    """Refuse to move points of which a person gave a mark: nobody could tell what that mark would be then."""
    if not course.gradebook.exists() or course.taught(whole).points == lab.points:
        return
    with course_book(course) as book:
        marks = book.marks(lab.name) if book.has(lab.name) else {}
    by_hand = sorted(student for student, each in marks.items() if each.by_hand or each.extra)
    if by_hand:
        raise CourseError(
            explain(
                expected="no mark that a person gave, where points are to be others",
                got=f"marks by hand of {len(by_hand)}: {', '.join(by_hand[:5])}",
                do="leave parts and total as they are, or take these marks back in formgrader first",
            )
        )


def _write_configuration(folder: Path, lab: Lab, *, stock: bool) -> None:
    """Write the configuration of a course where there is none; see that its stage gives the points of the lab."""
    path = folder / CONFIGURATION
    name = Course.in_folder(folder).folder.name
    text = path.read_text("utf-8") if path.exists() else _CONFIGURATION.format(course_id=name)
    if not path.exists() and not stock:
        text += _STAGE.format(labs=str(lab.folder.parent.resolve()))
    if lab.points != lab.own_points and "GradeApart" not in text:
        raise CourseError(
            explain(
                expected="the stage of amal in the course's configuration, for parts left out or another total",
                got="nbgrader's own, which gives the points of the whole lab",
                do="make the course without --stock",
            )
        )
    if not path.exists():
        write_atomically(path, text)


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
