"""All questions of a lab, trained by their recipes and laid side by side."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import numpy.typing as npt
import torch

from amal_attention.errors import LabError, explain
from amal_attention.files import write_atomically
from amal_attention.lab import Lab
from amal_attention.record import Exhibit, RunRecord, by_data
from amal_attention.tasks.task import Task, task_of
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.comparison.mix import mix
from amal_attention.training.comparison.side_by_side import Training, train_all
from amal_attention.training.processes import is_first
from amal_attention.training.recipe import Recipe
from amal_attention.training.report.report import render_report
from amal_attention.training.report.table import setting_in_words
from amal_attention.training.run import Run

__all__ = ["Comparison", "choose_rows", "compare", "questions_by_task", "write_comparison"]


@dataclass(frozen=True)
class Comparison:
    """Questions of one task, trained and tested.

    Attributes:
        lab: whose questions they are.
        task: what they ask of a model.
        records: one a question, in the lab's order, those of the same data together.
        sweep: one for each value of the lab's sweep.
    """

    lab: Lab
    task: Task
    records: list[RunRecord]
    sweep: list[RunRecord]

    def to_dict(self) -> dict[str, Any]:
        """What a program wants of it: every record without its histograms and exhibits, which the report shows."""
        return {
            "title": self.lab.title,
            "records": [_summary(record) for record in self.records],
            "sweep": [_summary(record) for record in self.sweep],
        }


def questions_by_task(lab: Lab, questions: Sequence[str]) -> dict[str, list[str]]:
    """The questions that may stand in one table, by the name of their task."""
    parts: dict[str, list[str]] = {}
    for question in questions:
        parts.setdefault(task_of(lab, question).name, []).append(question)
    return parts


def compare(
    base: Recipe,
    questions: Sequence[str],
    folder: Path,
    *,
    sweep: bool = True,
    resume: bool = False,
    thorough: bool = False,
    shown: int = 6,
    progress: bool = True,
    jobs: int = 1,
    trained: Callable[[int, int, str], None] | None = None,
) -> Comparison:
    """Train every question, then let the models that were tested on the same texts read some of them.

    Where several processes train a model together, the first lets the models read, and has the files.

    Args:
        base: source, seed, embeddings and options that all questions share; its own question is not used.
        questions: the questions to train, and mixes of them.
        folder: gets one folder a run.
        sweep: also train the lab's sweep, if it has one and its question is asked for; the value that the question's
            own recipe has is not trained twice.
        resume: go on with an interrupted comparison in that folder.
        thorough: measure what takes long too.
        shown: how many test texts the models read side by side.
        progress: show progress bars.
        jobs: how many trainings run side by side, see
            :func:`amal_attention.training.comparison.side_by_side.train_all`.
        trained: told how many are trained, of how many, and the question of the last one.

    Raises:
        LabError: the questions are of several tasks, or one cannot be trained, or what one mixes is not among them.
    """
    task = _one_task(base, questions)
    mixes = {name: parts for name, parts in base.lab.mixes.items() if name in questions}
    _check_parts(mixes, questions)
    runs = [Run(replace(base, question=name), folder / name) for name in questions if name not in mixes]
    swept = _sweep_runs(base, questions, folder) if sweep else {}
    own = {run.recipe.swept for run in runs} if swept else set()
    trainings = [Training(run, resume, thorough, progress) for run in runs]
    trainings += [Training(run, resume, progress=progress) for value, run in swept.items() if value not in own]
    found = train_all(trainings, jobs, trained)
    records, by_value = found[: len(runs)], {record.swept: record for record in found}
    varied = [by_value[value] for value in swept]
    if is_first():
        of = {run.recipe.question: run for run in runs}
        parts = [([of[record.question] for record in part], part) for part in by_data(records)]
        told = {each.question: each for runs, part in parts for each in _with_exhibits(runs, part, shown)}
        told |= {name: mix(name, [of[part] for part in parts]) for name, parts in mixes.items()}
        records = [told[name] for name in questions]
    return Comparison(base.lab, task, records, varied)


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write the HTML report of a comparison into its folder, and say where it is."""
    first, task = comparison.records[0], comparison.task
    details = {
        task.texts: setting_in_words(first, task),
        "seed": str(first.seed),
        "versions": f"torch {torch.__version__}, lightning {lightning.__version__}, Python {platform.python_version()}",
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
    }
    report = folder / "report.html"
    write_atomically(report, render_report(comparison.lab, task, comparison.records, comparison.sweep, details))
    return report


def _check_parts(mixes: dict[str, tuple[str, ...]], questions: Sequence[str]) -> None:
    """Refuse to mix what is not trained here."""
    for name, parts in mixes.items():
        if missing := [part for part in parts if part not in questions]:
            raise LabError(
                explain(
                    expected=f"{' and '.join(parts)}, of which {name} is a mix",
                    got=f"no {' and no '.join(missing)}",
                    do="compare them with it: --question " + " --question ".join([*parts, name]),
                )
            )


def _summary(record: RunRecord) -> dict[str, Any]:
    return replace(record, histograms={}, exhibits=[]).to_dict()


def _sweep_runs(base: Recipe, questions: Sequence[str], folder: Path) -> dict[float, Run]:
    sweep = base.lab.sweep
    if sweep is None or sweep.question not in questions:
        return {}
    return {
        value: Run(
            replace(base, question=sweep.question, options=[*base.options, f"--{sweep.option}={value}"]),
            folder / f"{sweep.question}-{value:g}",
        )
        for value in sweep.values
    }


def _one_task(base: Recipe, questions: Sequence[str]) -> Task:
    """The task of these questions: what differs in its measures stands in no common table."""
    parts = questions_by_task(base.lab, questions)
    if len(parts) > 1:
        raise LabError(
            explain(
                expected="questions of one task",
                got="; ".join(f"{name}: {', '.join(part)}" for name, part in parts.items()),
                do="compare those of one task at a time",
            )
        )
    return task_of(base.lab, questions[0])


def _with_exhibits(runs: list[Run], records: list[RunRecord], shown: int) -> list[RunRecord]:
    first = runs[0].recipe
    data = first.data()
    right = np.stack([run.right() for run in runs])
    rows = data.rows("test")[choose_rows(right, first.task.legible(data), shown, first.seed)]
    return [replace(record, exhibits=_read(run, rows)) for run, record in zip(runs, records, strict=True)]


def _read(run: Run, rows: npt.NDArray[np.int64]) -> list[Exhibit]:
    """What the trained model makes of these texts."""
    recipe = run.recipe
    model = load_trained(run.best, recipe.lab.folder.parent).model
    return recipe.task.exhibits(model, recipe.data(), rows, recipe.uses)


def choose_rows(
    right: npt.NDArray[np.bool_], legible: npt.NDArray[np.bool_], shown: int, seed: int
) -> npt.NDArray[np.int64]:
    """Places of test texts to show: all models right on a third, at odds on a third, all wrong on a third.

    Args:
        right: whether each model is right on each test text, ``(models, n)``.
        legible: the texts that may be shown, ``(n,)``.
        shown: how many to choose; a third that runs short is filled up from the others.
        seed: the seed of the draw.
    """
    order = np.random.default_rng(seed).permutation(np.flatnonzero(legible))
    count = right.sum(axis=0)
    kinds = [order[kind[order]] for kind in (count == len(right), (count > 0) & (count < len(right)), count == 0)]
    share = -(-shown // 3)
    chosen: npt.NDArray[np.int64] = np.concatenate([kind[:share] for kind in kinds] + [kind[share:] for kind in kinds])
    return chosen[:shown]
