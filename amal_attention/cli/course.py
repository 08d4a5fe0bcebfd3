"""The commands around a course: what is handed in comes in, grades and pages go out."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amal_attention.cli.options import InCourse, Labs, Zone, file_to_write, zone_of
from amal_attention.cli.shown import counted

__all__ = ["Platform", "adjust", "collect", "course", "export", "feedback", "merge", "show", "summary"]


def course(
    folder: Annotated[Path, typer.Argument(help="Of the course; it is made where it is missing.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab, an assignment of the course then.")],
    lang: Annotated[str | None, typer.Option(help="Language of the notebook that nbgrader shows.")] = None,
    roster: Annotated[Path | None, typer.Option(help="A csv of students: id, first_name, last_name, email.")] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="An optional part that is left out, such as q5; may be given again.")
    ] = None,
    total: Annotated[float | None, typer.Option(help="Of all points: those of the lab are scaled to it.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Take the lab with all its parts and its own points.")] = False,
    stock: Annotated[bool, typer.Option("--stock", help="Leave nbgrader's own autograde, without a sandbox.")] = False,
    labs: Labs = None,
) -> None:
    """Make an nbgrader course, or add a lab to one: configuration, source, release, gradebook.

    What is left out, and the total, are said once: notebook, marks, pages and exports have them from then on; either
    stays as it was where only the other is given, and --whole takes back both.
    """
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.new_course import Scope, add_lab
    from amal_attention.course.people.roster import read_roster
    from amal_attention.lab import Lab

    if whole and (without or total is not None):
        raise typer.BadParameter("give --whole alone, or --without and --total")
    found = Lab.find(lab, labs)
    students = read_roster(roster) if roster is not None else {}
    there = Course.in_folder(folder)
    language = lang or there.language(found)
    before = Scope() if whole else Scope(*there.scope(lab))
    scope = Scope(tuple(without or before.without), before.total if total is None else total)
    made = add_lab(folder, found, language, students.values(), stock=stock, scope=scope)
    points = sum(made.taught(found).points.values())
    told = f"{lab} of {points:g} points, {len(students)} students"
    typer.echo(f"{made.folder}: {told}; nbgrader's commands work in it")


def merge(
    kept: Annotated[str, typer.Argument(help="Id that stays, such as A3.")],
    other: Annotated[str, typer.Argument(help="Id that goes, such as a3.")],
    course: InCourse = Path(),
) -> None:
    """Make one student of two ids; refused where both have something in one lab."""
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.merge import merge_students

    merge_students(Course.at(course), kept, other)
    typer.echo(f"{other} is {kept} now; amal grade grades again what was handed in as {other}")


class Believed(StrEnum):
    """Which times of an archive are believed."""

    AUTO = "auto"
    ARCHIVE = "archive"
    NONE = "none"


def collect(
    archive: Annotated[Path, typer.Argument(help="What a platform gives you, as a zip, or a folder of students.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    roster: Annotated[Path | None, typer.Option(help="A csv of students; by default those in the gradebook.")] = None,
    worksheet: Annotated[
        Path | None, typer.Option(help="Moodle's grading worksheet: when each handed in, and who is who.")
    ] = None,
    times: Annotated[
        Believed,
        typer.Option(
            help="Times that are believed: the worksheet's, else the archive's unless they are of its packing."
        ),
    ] = Believed.AUTO,
    timezone: Zone = None,
    pattern: Annotated[
        str | None, typer.Option(help="Regular expression of paths, with (?P<id>), (?P<name>), (?P<time>), (?P<file>).")
    ] = None,
    labs: Labs = None,
) -> None:
    """Put what students handed in into the course; say who is missing, and what could not be matched or read."""
    from amal_attention.course.collect.collect import Times, collect, collection_text
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.gradebook import course_book
    from amal_attention.course.people.roster import read_roster
    from amal_attention.course.people.worksheet import read_worksheet
    from amal_attention.grading.submission.identity import is_notebook_of
    from amal_attention.grading.submission.reference import Reference

    found, zone = Course.at(course), zone_of(timezone)
    sheet = read_worksheet(worksheet) if worksheet is not None else None
    with course_book(found) as book:
        if roster is not None:
            book.enrol(read_roster(roster).values())
        students = book.students()
    reference = Reference.of(found.lab(lab, labs))
    collection = collect(
        archive,
        found,
        lab,
        students or None,
        lambda raw: is_notebook_of(raw, reference),
        zone=zone,
        times=Times(times),
        worksheet=sheet,
        pattern=pattern,
    )
    with course_book(found) as book:
        book.enrol(each.student for each in collection.arrived if each.student.id not in students)
    typer.echo(collection_text(collection))


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
    partial: Annotated[
        bool, typer.Option("--partial", help="Go on where a mark is not final yet, and leave its cells empty.")
    ] = False,
    labs: Labs = None,
) -> None:
    """Write the grades of the course, those of people and late penalties included, for another program."""
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.export import export, feedback_zip, listed
    from amal_attention.errors import CourseError, explain
    from amal_attention.files import write_atomically
    from amal_attention.grading.gradebook.course_rows import course_rows
    from amal_attention.grading.gradebook.course_verdicts import CourseVerdicts
    from amal_attention.grading.pages.course_pages import write_feedback
    from amal_attention.grading.verdict.same_lab import graded_otherwise

    if feedback is not None and worksheet is None:
        raise CourseError(explain(expected="a worksheet for the feedback", got="none", do="give it with --worksheet"))
    file_to_write(out), file_to_write(feedback)
    found = Course.at(course)
    taught = found.lab(lab, labs)
    rows = course_rows(found, taught)
    made = {out: export(rows, to, worksheet=worksheet, partial=partial)}
    if feedback is not None and worksheet is not None:
        with counted("pages") as progress:  # those that lie there may tell marks of before
            write_feedback(found, taught, progress=progress)
        made[feedback] = feedback_zip(rows, worksheet, found, lab)
    for path, exported in made.items():
        write_atomically(path, exported.content)
        typer.echo("\n".join([f"{path}: {len(rows)} students", *exported.remarks]))
    verdicts = list(CourseVerdicts(found, taught).all())
    unknown = sorted({each.submission for each in verdicts} - {row.student.id for row in rows})
    others = graded_otherwise(verdicts)
    for line in (
        *listed("graded, and not in the gradebook: left out", unknown),
        *listed(f"graded by another version of the lab or of amal than most, see amal grade {lab}", others),
    ):
        typer.echo(line)


def feedback(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    student: Annotated[list[str] | None, typer.Option(help="One of the course; may be given again.")] = None,
    labs: Labs = None,
) -> None:
    """Write a page for each student of the course: marks, why, their code and its outputs; nothing of the tests."""
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.pages.course_pages import write_feedback

    found = Course.at(course)
    with counted("pages") as progress:
        pages = write_feedback(found, found.lab(lab, labs), student or [], progress)
    typer.echo(f"{len(pages)} page{'s' * (len(pages) != 1)}: {pages[0].parents[2] if pages else 'nobody handed in'}")


def summary(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    labs: Labs = None,
) -> None:
    """Write a page on the lab: scores, questions and tests most failed, mistakes most made, similar answers."""
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.pages.course_pages import write_summary

    found = Course.at(course)
    typer.echo(str(write_summary(found, found.lab(lab, labs))))


def adjust(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    drop: Annotated[list[str] | None, typer.Option(help="A test that counts no more; may be given again.")] = None,
    points: Annotated[
        list[str] | None, typer.Option(help="TEST=WEIGHT: what a test counts among those of its question.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last adjustment back.")] = False,
    course: InCourse = Path(),
    labs: Labs = None,
) -> None:
    """Drop or reweigh tests of a graded lab: marks are worked out anew from what the tests saw, and nothing is run.

    A question stays worth what it was; marks that a person gave stay. Each adjustment is a line in adjustments/, with
    who made it and when. Without options, these lines are shown.
    """
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.adjustments import Adjustments, adjustments_text
    from amal_attention.grading.gradebook.adjust import adjust, undo_adjustment
    from amal_attention.grading.gradebook.show_adjusted import adjusted_text

    found, weights = Course.at(course), _weights(drop or [], points or [])
    if undo and weights:
        raise typer.BadParameter("give --undo alone")
    if undo:
        typer.echo(adjusted_text(undo_adjustment(found, found.lab(lab, labs))))
    elif weights:
        typer.echo(adjusted_text(adjust(found, found.lab(lab, labs), weights)))
    else:
        typer.echo(adjustments_text(Adjustments(found, found.lab(lab, labs).name)))


def show(
    student: Annotated[str, typer.Argument(help="Id of a student of the course.")],
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    course: InCourse = Path(),
    html: Annotated[Path | None, typer.Option(help="Write it to this file, as a page, and print nothing else.")] = None,
    timezone: Zone = None,
    labs: Labs = None,
) -> None:
    """Print all that is known of a submission, as an appeal needs it: marks, why, how it was graded, every version.

    It is told in the language of the course.
    """
    from amal_attention.course.course_folder import Course
    from amal_attention.files import write_atomically
    from amal_attention.grading.pages.dossier import dossier

    page, found = file_to_write(html), Course.at(course)
    told = dossier(found, found.lab(lab, labs), student, zone_of(timezone))
    if page is not None:
        write_atomically(page, told.page)
    typer.echo(told.text if page is None else str(page))


def _weights(drop: list[str], points: list[str]) -> dict[str, float]:
    """The weights that the options give, by test."""
    weights = dict.fromkeys(drop, 0.0)
    for each in points:
        test, _, weight = each.rpartition("=")
        if not test or not re.fullmatch(r"\d+(\.\d+)?", weight):
            raise typer.BadParameter(f"{each!r} is not TEST=WEIGHT, such as test_logits=0.5")
        weights[test] = float(weight)
    return weights
