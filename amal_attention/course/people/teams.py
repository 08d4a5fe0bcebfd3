"""Who hands in together: a csv in the course's folder, since nbgrader's gradebook has no place for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student, read_roster
from amal_attention.files import write_atomically

__all__ = ["note_teams", "teams"]


def teams(course: Course) -> dict[str, str]:
    """The team of each student who is in one, by id.

    Raises:
        CourseError: the file of teams cannot be read.
    """
    if not course.teams.exists():
        return {}
    return {student.id: student.team for student in read_roster(course.teams).values()}


def note_teams(course: Course, students: Iterable[Student], ids: Mapping[str, str]) -> None:
    """Note the teams of these students, if any of them is in one; what is noted of others stays.

    Args:
        course: the course.
        students: the students of a roster.
        ids: what each is called in the gradebook, by the id of the roster.

    Raises:
        CourseError: the file of teams cannot be read.
        StorageError: it cannot be written.
    """
    named = {ids[each.id]: each.team for each in students}
    if not any(named.values()):
        return
    now = teams(course)
    then = {student: team for student, team in sorted((now | named).items()) if team}
    if then != now:
        file = io.StringIO()
        csv.writer(file).writerows([("id", "team"), *then.items()])
        write_atomically(course.teams, file.getvalue())
