"""The commands on when a lab is due."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from amal_attention.cli.options import InCourse, Zone, zone_of

__all__ = ["due", "extend"]

_NEVER = "never"


def due(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    when: Annotated[
        str | None,
        typer.Argument(help="Such as '2026-11-20 18:00', in --timezone; or 'never'. Without it, it is shown."),
    ] = None,
    course: InCourse = Path(),
    timezone: Zone = None,
) -> None:
    """Say when a lab is due, in your time; nbgrader keeps it in UTC. Late penalties follow at the next grading."""
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.deadlines import moment, moment_text
    from amal_attention.course.gradebook.gradebook import course_book

    zone = zone_of(timezone)
    with course_book(Course.at(course)) as book:
        if when is not None:
            book.set_due(lab, None if when == _NEVER else moment(when, zone))
        told = book.due(lab)
    typer.echo(f"{lab}: due {moment_text(told, zone) if told else _NEVER}")


def extend(
    student: Annotated[str, typer.Argument(help="Id of a student.")],
    by: Annotated[str, typer.Argument(help="How much longer: 48h, 2d, 1d12h; 0h takes it back.")],
    lab: Annotated[str | None, typer.Argument(help="Name of a lab; the only one of the course by default.")] = None,
    course: InCourse = Path(),
    timezone: Zone = None,
) -> None:
    """Give a student longer than the others; nbgrader keeps it. Late penalties follow at the next grading."""
    from amal_attention.course.course_folder import Course
    from amal_attention.course.gradebook.deadlines import duration, moment_text
    from amal_attention.course.gradebook.gradebook import course_book
    from amal_attention.errors import CourseError, explain

    zone = zone_of(timezone)
    with course_book(Course.at(course)) as book:
        labs = [lab] if lab else book.labs()
        if len(labs) != 1:
            raise CourseError(
                explain(
                    expected="the name of a lab", got=", ".join(labs) or "none", do=f"amal extend {student} {by} LAB"
                )
            )
        book.extend(student, labs[0], duration(by))
        told = book.delay(student, labs[0]).until
    typer.echo(f"{student}: {labs[0]} is due {moment_text(told, zone) if told else _NEVER}")
