"""The command that shows all: it trains each lab on data that needs no network, and grades samples."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from amal_attention.cli.grading import print_verdicts
from amal_attention.cli.options import AsJson, Labs, Out
from amal_attention.cli.shown import print_json, progress_on_stderr, status
from amal_attention.cli.training import compare_questions, fresh_folder, lab_with, print_comparison, recipe_of
from amal_attention.errors import LabError, explain
from amal_attention.forks import FORKS, begin_imports, end_with_the_starter, processors

if TYPE_CHECKING:
    from amal_attention.grading.demo import Demonstration
    from amal_attention.grading.sandbox.sandbox import Isolation
    from amal_attention.lab import Lab
    from amal_attention.training.comparison.compare import Comparison

__all__ = ["demo"]

_FEW = ("partly", "right")
"""What is handed in to all labs but the first: the other kinds show the frame, which is the same for all."""


def demo(
    out: Out = None,
    labs: Labs = None,
    as_json: AsJson = False,
) -> None:
    """Train each lab found on data that needs no network, then grade samples of what students hand in.

    Two minutes or so. All kinds of samples are handed in to the first lab, two to the others. Where nothing can be shut
    in, the samples, which are ours, are graded without sandbox.
    """
    folder = out or fresh_folder("demo")
    if processors() > 1:
        begin_imports(["amal_attention.training.comparison.side_by_side", "amal_attention.grading.run.preload"])
    names, told = _labs_found(labs), {}
    with contextlib.ExitStack() as started:
        ahead: BaseProcess | None = None
        for name, following in zip(names, [*names[1:], None], strict=True):
            result, report = _trained(name, labs, folder / name, as_json, ahead)
            ahead = started.enter_context(_training(following, labs, folder)) if following else None
            kinds = None if name == names[0] else _FEW
            told[name] = _shown_grading(result, report, _graded_samples(result.lab, folder / name, kinds), as_json)
    if as_json:
        print_json(told)


@contextlib.contextmanager
def _training(name: str, labs: Path | None, folder: Path) -> Iterator[BaseProcess | None]:
    """Train a lab, while another one is graded, as far as this context lasts; None where there is one processor."""
    if processors() == 1:
        yield None
        return
    process = FORKS.Process(target=_train_unseen, args=(name, labs, folder / name))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _train_unseen(name: str, labs: Path | None, folder: Path) -> None:
    """What a process does that trains a lab: what it has to say of it stands in the folder of the runs."""
    import torch

    end_with_the_starter()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    torch.set_num_threads(1)
    _compared(name, labs, folder, progress=False)


def _compared(name: str, labs: Path | None, folder: Path, **choices: Any) -> Any:
    """What the questions of a lab that a demonstration trains came to; `amal compare` trains its sweep too."""
    lab = lab_with(name, [], None, labs)
    short = lab.folder / "recipes" / "demo.yaml"
    usual = recipe_of(name, lab.shown[0], None, None, False, 0, [short] if short.is_file() else None, labs, [])
    base = replace(usual, source=usual.task.embedded_source)
    return compare_questions(
        base, list(lab.shown), folder, sweep=False, thorough=True, **{"resume": False, "jobs": 1} | choices
    )


def _trained(
    name: str, labs: Path | None, folder: Path, as_json: bool, ahead: BaseProcess | None
) -> tuple[Comparison, Path]:
    """Train a lab, or read what a process has trained ahead; print what came of it, unless a program reads."""
    from amal_attention.training.comparison.compare import write_comparison

    if not as_json:
        typer.echo(f"\n== {lab_with(name, [], None, labs).title}\n")
    with progress_on_stderr():
        if ahead is not None:
            ahead.join()
        result = _compared(name, labs, folder, resume=ahead is not None, jobs=processors())  # as far as it came
    report = write_comparison(result, folder)
    if not as_json:
        print_comparison(result, report)
    return result, report


def _shown_grading(result: Comparison, report: Path, graded: Demonstration | str, as_json: bool) -> dict[str, Any]:
    """Print what came of the samples, or give it all back for a program."""
    if as_json:
        grading = None if isinstance(graded, str) else graded.to_dict()
        return {**result.to_dict(), "report": str(report), "grading": grading}
    _show_demonstration(graded, report)
    best = max(result.records, key=lambda record: record.value(result.task.measures[0].name) or 0.0)
    typer.echo(f'now try: {sys.argv[0]} attend {best.checkpoint} "{result.task.example}"')
    return {}


def _graded_samples(lab: Lab, folder: Path, kinds: Sequence[str] | None) -> Demonstration | str:
    """What came of the samples, or why there is no grading here."""
    from amal_attention.errors import SandboxError
    from amal_attention.grading.demo import why_no_grading
    from amal_attention.grading.sandbox.sandbox import Isolation

    if why := why_no_grading(lab):
        return why
    try:
        return _samples_in(Isolation.SANDBOX, lab, folder, kinds)
    except SandboxError as error:
        typer.echo(f"amal: no sandbox: {error}", err=True)
    try:
        return _samples_in(Isolation.PROCESS, lab, folder, kinds)
    except SandboxError as error:
        return str(error)


def _samples_in(isolation: Isolation, lab: Lab, folder: Path, kinds: Sequence[str] | None) -> Demonstration:
    from amal_attention.grading.demo import grade_samples
    from amal_attention.grading.run.show_progress import Progress
    from amal_attention.grading.run.workers import Crew

    with status() as show:
        show("making a course")
        line = Progress(show)
        return grade_samples(lab, folder, line.beginning, line.graded, isolation, Crew(processors()), kinds)


def _show_demonstration(graded: Demonstration | str, report: Path) -> None:
    if isinstance(graded, str):
        typer.echo(f"grading is left out: {graded}")
        return
    exposed = any(verdict.exposed for verdict in graded.verdicts)
    count = f"{len(graded.verdicts)} student{'s' * (len(graded.verdicts) > 1)}"
    typer.echo(f"\nwhat {count} handed in, graded {'WITHOUT a sandbox' if exposed else 'in the sandbox'}:")
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
