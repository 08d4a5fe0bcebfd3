"""The commands that grade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amal_attention.cli.options import AsJson, HiddenSeed, InCourse, Jobs, Labs, ShutIn, Where
from amal_attention.cli.shown import counted, print_json, status

if TYPE_CHECKING:
    from amal_attention.grading.run.workers import Crew
    from amal_attention.grading.sandbox.sandbox import Isolation
    from amal_attention.grading.verdict.verdict import Verdict
    from amal_attention.lab import Lab

__all__ = ["doctor", "grade", "mutants", "print_verdicts"]


def grade(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    submissions: Annotated[
        list[Path] | None,
        typer.Argument(help="Notebooks, or folders with a notebook or a folder for each student; else the course."),
    ] = None,
    course: InCourse = Path(),
    student: Annotated[list[str] | None, typer.Option(help="One of the course; may be given again.")] = None,
    question: Annotated[
        list[str] | None,
        typer.Option(help="Grade this one alone, such as q2 or q2-entropy, and keep the rest; may be given again."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep a verdict for each submission there; what is there is not graded again.")
    ] = None,
    details: Annotated[bool, typer.Option("--details", help="Say what every point was lost for.")] = False,
    seed: HiddenSeed = None,
    isolation: Where = ShutIn.SANDBOX,
    jobs: Jobs = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, such as tls://host:8786: its workers grade.")
    ] = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Grade notebooks by the lab's hidden tests; their code runs in a sandbox, and never meets a test.

    Without notebooks, what was handed in to the course is graded, and written into its gradebook.
    """
    from amal_attention.course.course_folder import Course
    from amal_attention.grading.gradebook.course_run import grade_course
    from amal_attention.grading.run.cohort import GradingRun, grade_cohort
    from amal_attention.grading.run.questions_again import questions_named
    from amal_attention.grading.run.show_progress import Progress
    from amal_attention.grading.run.workers import Crew
    from amal_attention.grading.sandbox.sandbox import MISSING_LAYERS, Isolation
    from amal_attention.grading.submission.submissions import find_submissions
    from amal_attention.lab import Lab

    chosen, crew = Isolation(isolation), Crew(jobs, scheduler)
    if chosen in MISSING_LAYERS:
        typer.echo(f"amal: no sandbox: {MISSING_LAYERS[chosen]}", err=True)
    if scheduler is not None and not scheduler.startswith("tls://"):
        typer.echo(f"amal: {scheduler} is open: whoever reaches it can give marks; docs/assistant.md has tls", err=True)
    with status() as show:
        line = Progress(show)
        there = Course.at(course) if not submissions else None
        found = Lab.find(lab, labs) if there is None else there.lab(lab, labs)
        run = GradingRun(found, chosen, seed, crew, questions_named(question or [], found), line.beginning)
        if there is None:
            places = find_submissions(submissions or [])
            verdicts = grade_cohort(run, places, out, lambda verdict, _: line.graded(verdict))
        else:
            verdicts = grade_course(there, run, student or [], line.graded)
    if as_json:
        print_json({"verdicts": [verdict.to_dict() for verdict in verdicts]})
        return
    print_verdicts(verdicts, details=details)


def print_verdicts(verdicts: Sequence[Verdict], *, details: bool = False) -> None:
    """Print a line for each submission, with ``details`` what every point was lost for, and a line on all."""
    from amal_attention.grading.verdict.show_verdict import summary_text, verdict_details, verdict_line

    width = max((len(verdict.submission) for verdict in verdicts), default=0)
    for verdict in verdicts:
        typer.echo(verdict_line(verdict, width))
        if details and (text := verdict_details(verdict)):
            typer.echo(text)
    typer.echo(summary_text(verdicts))


def mutants(
    lab: Annotated[str, typer.Argument(help="Name of a lab.")],
    seed: HiddenSeed = None,
    seeds: Annotated[int, typer.Option(min=1, help="Grade with so many seeds, and tell what differs.")] = 1,
    generate: Annotated[
        bool, typer.Option("--generate", help="Also grade slips made by rule in the right answers.")
    ] = False,
    question: Annotated[
        list[str] | None, typer.Option(help="Only the slips in the answer to this one, a grade_id; may be given again.")
    ] = None,
    cpu: Annotated[
        bool, typer.Option("--cpu", help="Only print what the tests cost: CPU time by test and by operation.")
    ] = False,
    isolation: Where = ShutIn.SANDBOX,
    jobs: Jobs = 1,
    labs: Labs = None,
) -> None:
    """Measure the lab's hidden tests by answers whose worth is known.

    They are the bank (is every wrong answer caught, no right one punished, each mistake named?), answers without
    understanding (what do they earn?), and with --generate right answers with one slip made by rule (which keep full
    marks?). The exit status is 1 if one of them is not graded as it should be, or no mistake of the bank breaks some
    requirement. With --question nothing but the slips is graded, with --cpu nothing but the lab's own answers.
    """
    import random

    from amal_attention.grading.run.workers import Crew
    from amal_attention.grading.sandbox.sandbox import Isolation
    from amal_attention.lab import Lab

    first = random.SystemRandom().randrange(10**9) if seed is None else seed
    drawn = list(range(first, first + seeds))
    told = (Isolation(isolation), Crew(jobs))
    found = Lab.find(lab, labs)
    if cpu:
        _print_costs(found, first)
        return
    heading = f"seed {first}" if seeds == 1 else f"seeds {first} to {drawn[-1]}"
    parts: list[Callable[..., tuple[str, bool]]] = [] if question else [_bank, _trivial]
    parts += [partial(_generated, questions=question or [])] if generate or question else []
    well = True
    for part in parts:
        text, as_it_should = part(found, drawn, *told)
        typer.echo(f"{heading}\n{text}" if part is parts[0] else text)
        well = well and as_it_should
    raise typer.Exit(0 if well else 1)


def _print_costs(lab: Lab, seed: int) -> None:
    from amal_attention.grading.bank.costs import costs_of, costs_text

    typer.echo(f"{lab.name}, seed {seed}: {costs_text(costs_of(lab, seed))}")


def _bank(lab: Lab, seeds: list[int], isolation: Isolation, crew: Crew) -> tuple[str, bool]:
    from amal_attention.grading.bank.bank import bank_text, differences, grade_bank, unbroken

    runs = {}
    for seed in seeds:
        with counted(f"of the bank, seed {seed}") as progress:
            runs[seed] = grade_bank(lab, seed, isolation, progress, crew, _at_once)
    lines = [bank_text(runs[seeds[0]], lab.requirements)]
    if len(seeds) > 1:
        differing = differences(runs)
        lines += [f"marks that hang on the seed  {len(differing)}", *differing]
    well = all(each.as_it_should for graded in runs.values() for each in graded)
    return "\n".join(lines), well and not unbroken(runs[seeds[0]], lab.requirements)


def _trivial(lab: Lab, seeds: list[int], isolation: Isolation, crew: Crew) -> tuple[str, bool]:
    from amal_attention.grading.bank.trivial import grade_trivial, trivial_text

    with counted("answers without understanding") as progress:
        found = grade_trivial(lab, seeds[0], isolation, progress, crew)
    return trivial_text(found), found.as_it_should


def _generated(lab: Lab, seeds: list[int], isolation: Isolation, crew: Crew, questions: list[str]) -> tuple[str, bool]:
    from amal_attention.grading.bank.generated import generated_text, grade_generated

    with counted("slips") as progress:
        found = grade_generated(lab, seeds[:1], isolation, questions, crew, progress, _at_once)
    return generated_text(found), found.as_it_should


def _at_once(text: str) -> None:
    """Say what is found while the rest is still graded: a run that is interrupted has said it."""
    typer.echo(text, err=True)


def doctor() -> None:
    """Look whether students' code can be shut in on this machine, and what it could still do.

    The exit status is 1 if something is not as it should be.
    """
    from amal_attention.grading.sandbox.doctor import examine_sandbox

    findings = examine_sandbox()
    for each in findings:
        typer.echo(f"{'✓' if each.well else '✗'} {each.what}: {each.told}")
    raise typer.Exit(0 if all(each.well for each in findings) else 1)
