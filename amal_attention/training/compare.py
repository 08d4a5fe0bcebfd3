"""All questions of a lab, trained by their recipes and laid side by side."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch

from amal_attention.files import write_atomically
from amal_attention.record import RunRecord
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.examination import read_reviews
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.processes import is_first
from amal_attention.training.recipe import Recipe
from amal_attention.training.report import render_report
from amal_attention.training.run import Run, train

__all__ = ["Comparison", "choose_reviews", "compare", "write_comparison"]

_SHOWN_WORDS = (15, 250)


@dataclass(frozen=True)
class Comparison:
    """``records``: one a question, in the lab's order; ``sweep``: one for each value of the lab's sweep."""

    title: str
    records: list[RunRecord]
    sweep: list[RunRecord]

    def to_dict(self) -> dict[str, Any]:
        """What a program wants of it: every record without its histograms and readings, which the report shows."""
        return {
            "title": self.title,
            "records": [_summary(record) for record in self.records],
            "sweep": [_summary(record) for record in self.sweep],
        }


def compare(
    base: Recipe,
    questions: Sequence[str],
    folder: Path,
    *,
    sweep: bool = True,
    resume: bool = False,
    measure_faithfulness: bool = False,
    shown_reviews: int = 6,
    progress: bool = True,
) -> Comparison:
    """Train every question on the same data, then let each model read the same reviews.

    Where several processes train together, the first lets the models read, and has the files.

    Args:
        base: source, seed, embeddings and options that all questions share; its own question is not used.
        questions: those to train.
        folder: gets one folder a run.
        sweep: also train the lab's sweep, if it has one and its question is asked for; the value that the question's
            own recipe has is not trained twice.
        resume: go on with an interrupted comparison in that folder.
        measure_faithfulness: also compare attention with leave-one-out.
        shown_reviews: how many test reviews the models read side by side.
        progress: show progress bars.
    """
    runs = [Run(replace(base, question=question), folder / question) for question in questions]
    swept = _sweep_runs(base, questions, folder) if sweep else {}
    records = [train(run, resume=resume, measure_faithfulness=measure_faithfulness, progress=progress) for run in runs]
    known = {record.strength: record for record in records}
    strengths = [known.get(value) or train(run, resume=resume, progress=progress) for value, run in swept.items()]
    if is_first():
        records = _with_readings(runs, records, shown_reviews)
    return Comparison(base.lab.title, records, strengths)


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write the HTML report of a comparison into its folder, and say where it is."""
    first = comparison.records[0]
    details = {
        "reviews": f"{first.source}, {first.test_reviews} test reviews, {first.embeddings} embeddings",
        "seed": str(first.seed),
        "versions": f"torch {torch.__version__}, lightning {lightning.__version__}, Python {platform.python_version()}",
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
    }
    report = folder / "report.html"
    html = render_report(comparison.records, title=comparison.title, sweep=comparison.sweep, details=details)
    write_atomically(report, html)
    return report


def _summary(record: RunRecord) -> dict[str, Any]:
    return replace(record, histograms=[], readings=[]).to_dict()


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


def _with_readings(runs: list[Run], records: list[RunRecord], shown: int) -> list[RunRecord]:
    first = runs[0].recipe
    rows = choose_reviews(first.data(), np.stack([run.predictions() for run in runs]), shown, first.seed)
    labs = first.lab.folder.parent
    return [
        replace(record, readings=read_reviews(load_trained(run.best, labs).model, run.recipe.data(), rows))
        for run, record in zip(runs, records, strict=True)
    ]


def choose_reviews(
    data: ReviewData, predictions: np.ndarray[tuple[int, int], np.dtype[np.int64]], shown: int, seed: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Test reviews of moderate length to show: all models right on a third, at odds on a third, all wrong on a third.

    Args:
        data: the reviews.
        predictions: of each model for each test review, ``(models, n)``.
        shown: how many to choose; a third that runs short is filled up from the others.
        seed: of the draw.
    """
    rows = data.rows("test")
    store = data.reviews.store
    lengths = np.diff(store.offsets)[rows]
    right = predictions == store.labels[rows]
    readable = (lengths >= _SHOWN_WORDS[0]) & (lengths <= _SHOWN_WORDS[1])
    order = np.random.default_rng(seed).permutation(np.flatnonzero(readable))
    at_odds = right.any(axis=0) & ~right.all(axis=0)
    kinds = [order[kind[order]] for kind in (right.all(axis=0), at_odds, ~right.any(axis=0))]
    share = -(-shown // 3)
    first = np.concatenate([kind[:share] for kind in kinds])
    rest = np.concatenate([kind[share:] for kind in kinds])
    chosen: np.ndarray[tuple[int], np.dtype[np.int64]] = rows[np.concatenate([first, rest])[:shown]]
    return chosen
