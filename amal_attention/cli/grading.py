"""The commands that grade."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amal_attention.cli.options import AsJson, HiddenSeed, InCourse, Labs, ShutIn, Where
from amal_attention.cli.shown import counted, print_json, status

if TYPE_CHECKING:
    from amal_attention.grading.verdict import Verdict

__all__ = ["doctor", "grade", "mutants", "print_verdicts"]


def grade(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    submissions: Annotated[
        list[Path] | None,
        typer.Argument(help="Notebooks, or folders with a notebook or a folder for each student; else the course."),
    ] = None,
    course: InCourse = Path(),
    student: Annotated[list[str] | None, typer.Option(help="One of the course; may be given again.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep a verdict for each submission there; what is there is not graded again.")
    ] = None,
    details: Annotated[bool, typer.Option("--details", help="Say what every point was lost for.")] = False,
    seed: HiddenSeed = None,
    isolation: Where = ShutIn.SANDBOX,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that grade, side by side.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786: its workers grade.")
    ] = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Grade notebooks by the lab's hidden tests; their code runs in a sandbox, and never meets a test.

    Without notebooks, what was handed in to the course is graded, and written into its gradebook.
    """
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.course_run import grade_course
    from amal_attention.grading.run import grade_all
    from amal_attention.grading.sandbox import MISSING_LAYERS, Isolation
    from amal_attention.grading.show_progress import Progress
    from amal_attention.grading.submissions import find_submissions
    from amal_attention.grading.workers import Crew
    from amal_attention.lab import Lab

    chosen, crew = Isolation(isolation), Crew(jobs, scheduler)
    if chosen in MISSING_LAYERS:
        typer.echo(f"amal: no sandbox: {MISSING_LAYERS[chosen]}", err=True)
    with status() as show:
        line, found = Progress(show), Lab.find(lab, labs)
        told = (line.beginning, line.graded, crew)
        if submissions:
            verdicts = grade_all(found, find_submissions(submissions), out, seed, chosen, *told)
        else:
            verdicts = grade_course(Course.at(course), found, student or [], seed, chosen, *told)
    if as_json:
        print_json({"verdicts": [verdict.to_dict() for verdict in verdicts]})
        return
    print_verdicts(verdicts, details=details)


def print_verdicts(verdicts: Sequence[Verdict], *, details: bool = False) -> None:
    """Print a line for each submission, with ``details`` what every point was lost for, and a line on all."""
    from amal_attention.grading.show_verdict import summary_text, verdict_details, verdict_line

    width = max((len(verdict.submission) for verdict in verdicts), default=0)
    for verdict in verdicts:
        typer.echo(verdict_line(verdict, width))
        if details and (text := verdict_details(verdict)):
            typer.echo(text)
    typer.echo(summary_text(verdicts))


def mutants(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    seed: HiddenSeed = None,
    isolation: Where = ShutIn.SANDBOX,
    labs: Labs = None,
) -> None:
    """Grade the lab's bank of mistakes: is every wrong answer caught, no right one punished, each mistake named?

    The exit status is 1 if one of them is not graded as it should be.
    """
    import random

    from amal_attention.grading.bank import bank_text, grade_bank
    from amal_attention.grading.sandbox import Isolation
    from amal_attention.lab import Lab

    chosen = random.SystemRandom().randrange(10**9) if seed is None else seed
    with counted("submissions") as progress:
        graded = grade_bank(Lab.find(lab, labs), chosen, Isolation(isolation), progress)
    typer.echo(f"seed {chosen}\n{bank_text(graded)}")
    raise typer.Exit(0 if all(each.as_it_should for each in graded) else 1)


def doctor() -> None:
    """Look whether students' code can be shut in on this machine, and what it could still do.

    The exit status is 1 if something is not as it should be.
    """
    from amal_attention.grading.doctor import examine_sandbox

    findings = examine_sandbox()
    for each in findings:
        typer.echo(f"{'✓' if each.well else '✗'} {each.what}: {each.told}")
    raise typer.Exit(0 if all(each.well for each in findings) else 1)
