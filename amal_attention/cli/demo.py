"""The command that shows all: it trains each lab on data that needs no network, and grades samples."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from amal_attention.cli.grading import print_verdicts
from amal_attention.cli.options import AsJson, Labs, Out
from amal_attention.cli.shown import print_json, progress_on_stderr, status
from amal_attention.cli.training import compare_questions, fresh_folder, lab_with, print_comparison, recipe_of
from amal_attention.errors import LabError, explain
from amal_attention.forks import begin_imports, processors

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
    """Train each lab found on data that needs no network, then grade samples of what students hand in.

    Two minutes or so. Where nothing can be shut in, the samples, which are ours, are graded without sandbox.
    """
    folder = out or fresh_folder("demo")
    if processors() > 1:
        begin_imports(["amal_attention.training.comparison.side_by_side", "amal_attention.grading.run.preload"])
    told = {name: _shown_lab(name, labs, folder / name, as_json) for name in _labs_found(labs)}
    if as_json:
        print_json(told)


def _shown_lab(name: str, labs: Path | None, folder: Path, as_json: bool) -> dict[str, Any]:
    """Train a lab and grade its samples; print what comes of it, or give it all back for a program."""
    from amal_attention.training.comparison.compare import write_comparison

    if not as_json:
        typer.echo(f"\n== {lab_with(name, [], None, labs).title}\n")
    with progress_on_stderr():
        result = _trained(name, labs, folder)
    report = write_comparison(result, folder)
    if as_json:
        graded = _graded_samples(result.lab, folder)
        grading = None if isinstance(graded, str) else graded.to_dict()
        return {**result.to_dict(), "report": str(report), "grading": grading}
    print_comparison(result, report)
    _show_demonstration(_graded_samples(result.lab, folder), report)
    best = max(result.records, key=lambda record: record.value(result.task.measures[0].name) or 0.0)
    typer.echo(f'now try: {sys.argv[0]} attend {best.checkpoint} "{result.task.example}"')
    return {}


def _trained(name: str, labs: Path | None, folder: Path) -> Any:
    """What the questions of a lab that a demonstration trains came to; `amal compare` trains its sweep too."""
    lab = lab_with(name, [], None, labs)
    short = lab.folder / "recipes" / "demo.yaml"
    usual = recipe_of(name, lab.shown[0], None, None, False, 0, [short] if short.is_file() else None, labs, [])
    base = replace(usual, source=usual.task.embedded_source)
    shown = list(lab.shown)
    return compare_questions(base, shown, folder, sweep=False, resume=False, thorough=True, jobs=processors())


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
    from amal_attention.grading.run.workers import Crew

    with status() as show:
        show("making a course")
        line = Progress(show)
        return grade_samples(lab, folder, line.beginning, line.graded, isolation, Crew(processors()))


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


def _labs_found(labs: Path | None) -> list[str]:
    from amal_attention.lab import lab_names, labs_folder

    names = lab_names(labs or labs_folder())
    if not names:
        raise LabError(
            explain(
                expected=f"a lab in {labs or labs_folder()}",
                got="none",
                do="run this in the repository, or give --labs",
            )
        )
    return names
