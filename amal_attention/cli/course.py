"""The commands around a course: what is handed in comes in, grades and pages go out."""

from __future__ import annotations

from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amal_attention.cli.options import InCourse, Labs
from amal_attention.cli.shown import counted

__all__ = ["Platform", "collect", "course", "export", "feedback", "summary"]


def course(
    folder: Annotated[Path, typer.Argument(help="Of the course; it is made where it is missing.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab, an assignment of the course then.")],
    lang: Annotated[str | None, typer.Option(help="Language of the notebook that nbgrader shows.")] = None,
    roster: Annotated[Path | None, typer.Option(help="A csv of students: id, first_name, last_name, email.")] = None,
    stock: Annotated[bool, typer.Option("--stock", help="Leave nbgrader's own autograde, without a sandbox.")] = False,
    labs: Labs = None,
) -> None:
    """Make an nbgrader course, or add a lab to one: configuration, source, release, gradebook."""
    from amal_attention.course.new_course import add_lab
    from amal_attention.course.roster import read_roster
    from amal_attention.lab import Lab

    found = Lab.find(lab, labs)
    students = read_roster(roster) if roster is not None else {}
    made = add_lab(folder, found, lang or found.languages[0], students.values(), stock=stock)
    typer.echo(f"{made.folder}: {lab}, {len(students)} students; nbgrader's commands work in it")


def collect(
    archive: Annotated[Path, typer.Argument(help="Moodle's zip, nbgrader's exchange, or a folder of students.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    roster: Annotated[Path | None, typer.Option(help="A csv of students; by default those in the gradebook.")] = None,
    timezone: Annotated[str, typer.Option(help="Of the times in a zip, such as Europe/Paris.")] = "UTC",
    labs: Labs = None,
) -> None:
    """Put what students handed in into the course; say who is missing, and what could not be matched or read."""
    from amal_attention.course.collect import collect, collection_text
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook import course_book
    from amal_attention.course.roster import read_roster
    from amal_attention.grading.identity import is_notebook_of
    from amal_attention.grading.reference import Reference
    from amal_attention.lab import Lab

    found, zone = Course.at(course), _zone(timezone)
    with course_book(found) as book:
        if roster is not None:
            book.enrol(read_roster(roster).values())
        students = book.students()
    reference = Reference.of(Lab.find(lab, labs))
    collection = collect(archive, found, lab, students or None, lambda raw: is_notebook_of(raw, reference), zone=zone)
    with course_book(found) as book:
        book.enrol(each.student for each in collection.arrived if each.student.id not in students)
    typer.echo(collection_text(collection))


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    from amal_attention.errors import CourseError, explain

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise CourseError(
            explain(expected="the name of a time zone", got=repr(name), do="write it as in Europe/Paris")
        ) from error


class Platform(StrEnum):
    """Who reads the grades."""

    CSV = "csv"
    JSON = "json"
    GRADESCOPE = "gradescope"
    MOODLE = "moodle"


def export(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    out: Annotated[Path, typer.Option(help="The file to be written.")],
    to: Annotated[Platform, typer.Option(help="Who reads it.")] = Platform.CSV,
    course: InCourse = Path(),
    worksheet: Annotated[Path | None, typer.Option(help="Moodle's grading worksheet, as downloaded.")] = None,
    feedback: Annotated[
        Path | None, typer.Option(help="With a worksheet: a zip of the pages of feedback, for Moodle.")
    ] = None,
    labs: Labs = None,
) -> None:
    """Write the grades of the course, those of people and late penalties included, for another program."""
    from amal_attention.course.course_folder import Course
    from amal_attention.course.export import export, feedback_zip
    from amal_attention.errors import CourseError, explain
    from amal_attention.files import write_atomically
    from amal_attention.grading.course_rows import course_rows
    from amal_attention.lab import Lab

    if feedback is not None and worksheet is None:
        raise CourseError(explain(expected="a worksheet for the feedback", got="none", do="give it with --worksheet"))
    found = Course.at(course)
    rows = course_rows(found, Lab.find(lab, labs))
    made = {out: export(rows, to, worksheet=worksheet)}
    if feedback is not None and worksheet is not None:
        made[feedback] = feedback_zip(rows, worksheet, found, lab)
    for path, exported in made.items():
        write_atomically(path, exported.content)
        typer.echo("\n".join([f"{path}: {len(rows)} students", *exported.remarks]))


def feedback(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    student: Annotated[list[str] | None, typer.Option(help="One of the course; may be given again.")] = None,
    labs: Labs = None,
) -> None:
    """Write a page for each student of the course: marks, why, their code and its outputs; nothing of the tests."""
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.course_pages import write_feedback
    from amal_attention.lab import Lab

    with counted("pages") as progress:
        pages = write_feedback(Course.at(course), Lab.find(lab, labs), student or [], progress)
    typer.echo(f"{len(pages)} page{'s' * (len(pages) != 1)}: {pages[0].parents[2] if pages else 'nobody handed in'}")


def summary(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    labs: Labs = None,
) -> None:
    """Write a page on the lab: scores, questions and tests most failed, mistakes most made, similar answers."""
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.course_pages import write_summary
    from amal_attention.lab import Lab

    typer.echo(str(write_summary(Course.at(course), Lab.find(lab, labs))))
