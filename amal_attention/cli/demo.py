"""The command that shows all: it trains a lab on the embedded sample, and grades samples."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from amal_attention.cli.grading import print_verdicts
from amal_attention.cli.options import AsJson, Labs, Out
from amal_attention.cli.shown import progress_on_stderr, status
from amal_attention.cli.training import compare_questions, fresh_folder, recipe_of, show_comparison
from amal_attention.errors import LabError, explain

if TYPE_CHECKING:
    from amal_attention.grading.demo import Demonstration
    from amal_attention.grading.sandbox.sandbox import Isolation
    from amal_attention.lab import Lab

__all__ = ["demo"]


def demo(
    out: Out = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Train every question of the first lab found on the embedded sample, then grade samples of what students hand in.

    No network; a minute or two. Where nothing can be shut in, the samples, which are ours, are graded without sandbox.
    """
    lab = _first_lab(labs)
    with progress_on_stderr():
        usual = recipe_of(lab, None, None, None, False, 0, None, labs, [])
        base = replace(usual, source=usual.task.embedded_source)
        folder = out or fresh_folder("demo", lab)
        result = compare_questions(base, None, folder, sweep=True, resume=False, thorough=True)
    if as_json:
        graded = _graded_samples(base.lab, folder)
        show_comparison(result, folder, as_json, {"grading": None if isinstance(graded, str) else graded.to_dict()})
        return
    report = show_comparison(result, folder, as_json)
    _show_demonstration(_graded_samples(base.lab, folder), report)
    best = max(result.records, key=lambda record: record.value(result.task.measures[0].name) or 0.0)
    typer.echo(f'now try: {sys.argv[0]} attend {best.checkpoint} "{result.task.example}"')


def _graded_samples(lab: Lab, folder: Path) -> Demonstration | str:
    """What came of the samples, or why there is no grading here."""
    from amal_attention.errors import SandboxError
    from amal_attention.grading.demo import why_no_grading
    from amal_attention.grading.sandbox.sandbox import Isolation

    if why := why_no_grading(lab):
        return why
    try:
        return _samples_in(Isolation.SANDBOX, lab, folder)
    except SandboxError as error:
        typer.echo(f"amal: no sandbox: {error}", err=True)
    try:
        return _samples_in(Isolation.PROCESS, lab, folder)
    except SandboxError as error:
        return str(error)


def _samples_in(isolation: Isolation, lab: Lab, folder: Path) -> Demonstration:
    from amal_attention.grading.demo import grade_samples
    from amal_attention.grading.run.show_progress import Progress

    with status() as show:
        show("making a course")
        line = Progress(show)
        return grade_samples(lab, folder, line.beginning, line.graded, isolation)


def _show_demonstration(graded: Demonstration | str, report: Path) -> None:
    if isinstance(graded, str):
        typer.echo(f"grading is left out: {graded}")
        return
    exposed = any(verdict.exposed for verdict in graded.verdicts)
    typer.echo(f"\nwhat eight students handed in, graded {'WITHOUT a sandbox' if exposed else 'in the sandbox'}:")
    print_verdicts(graded.verdicts)
    typer.echo(f"\ntraining report:   {report}")
    typer.echo(f"students get:      {graded.releases[0]}")
    typer.echo(f"instructor's page: {graded.summary}")
    typer.echo(f"a student's page:  {graded.feedback}")
    typer.echo(f"gradebook:         {graded.gradebook}")


def _first_lab(labs: Path | None) -> str:
    from amal_attention.lab import labs_folder

    names = sorted(path.parent.name for path in (labs or labs_folder()).glob("*/lab.toml"))
    if not names:
        raise LabError(
            explain(
                expected=f"a lab in {labs or labs_folder()}",
                got="none",
                do="run this in the repository, or give --labs",
            )
        )
    return names[0]
