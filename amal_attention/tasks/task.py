"""What a question asks of a model: which data it reads, what is measured of it, and what is shown of it.

Training, comparison and report know a :class:`Task` and no task. A question names its task in ``lab.toml``.
"""

from __future__ import annotations

import importlib
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from lightning import Callback, LightningModule
from torch import Tensor
from tqdm.auto import tqdm

from amal_attention.errors import DataError, LabError, explain
from amal_attention.lab import Lab
from amal_attention.language import spoken
from amal_attention.record import Exhibit, Grid, Metric, Reading, Series, Texts

__all__ = ["Data", "Measure", "Measured", "Spread", "Task", "Tested", "Uses", "share_interval", "task_of", "uses_of"]

Uses = Mapping[str, Callable[..., Any]]
"""Functions of the lab's module, by the names that its manifest gives them: they are exercises, so a task has none."""

Measured = dict[str, tuple[Tensor, Tensor]]
"""Of each text of a batch, by measure: a sum ``(B,)`` and over how much it is, ``(B,)``; 0 leaves a text out."""

_FOLDER = re.compile(r"[a-z][a-z0-9_]*")


class Data(Protocol):
    """What a task's ``LightningDataModule`` offers beside loaders; it is built with ``seed``, and ``source`` if any."""

    def rows(self, split: str) -> npt.NDArray[np.int64]:
        """The numbers of the texts of ``train``, ``validation`` or ``test``."""

    def batches(self, split: str) -> Iterator[tuple[npt.NDArray[np.int64], Any]]:
        """The texts of a split, each once: their places in ``rows(split)``, and the batch that holds them."""


@dataclass(frozen=True)
class Measure:
    """A metric, and how it is shown.

    Attributes:
        name: its name in ``RunRecord.metrics``.
        title: the title of its column in the report.
        unit: under the title.
        column: the title of its column in the terminal.
        meaning: one or two sentences for the report, after the name that opens them; both "" to say nothing.
        digits: after the point, in the terminal.
        places: after the point, in the report, where a share is in %.
        share: whether it is a share of texts, from 0 to 1: then it has an interval, Wilson's.
        interval: whether it has an interval of another kind.
        percent: whether the report shows it in %.
        beside: what the report shows under the value, with metrics by name: ``"± {deviation:.2f}"``; in % as itself.
        column_beside: the same for the terminal, after the value.
        note: what the terminal says of the column, below the table.
        optional: whether its column is left out where no run has it.
        in_sweeps: whether the terminal shows it in the table of a sweep.
        best: title of the picture that compares models by it, where it is the first.
        best_axis: what its axis says.
        sweep: title of its panel in the picture of a sweep, "" if it has none.
        label: what the axis of that panel says; the title by default.
        bounds: the ends of that axis, where they are known.
    """

    name: str
    title: str
    unit: str
    column: str
    meaning: tuple[str, str] = ("", "")
    digits: int = 2
    places: int = 2
    share: bool = False
    interval: bool = False
    percent: bool = False
    beside: str = ""
    column_beside: str = ""
    note: str = ""
    optional: bool = False
    in_sweeps: bool = True
    best: str = "Which model is best?"
    best_axis: str = ""
    sweep: str = ""
    label: str = ""
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class Spread:
    """Histograms that callbacks of a task keep, one an epoch, as the report shows them.

    Attributes:
        name: its name in ``RunRecord.histograms``.
        title: the title of their part of the report.
        axis: what the horizontal axis shows.
        bounds: its ends.
        told: what to see there, a paragraph.
    """

    name: str
    title: str
    axis: str
    bounds: tuple[float, float]
    told: str


@dataclass(frozen=True)
class Tested:
    """What was measured on the test texts.

    Attributes:
        metrics: the metrics by name, the most telling first.
        right: bool ``(n,)``, in the order of ``data.rows("test")``: the texts on which the first measure is all it can.
        series: curves against something else than epochs.
    """

    metrics: dict[str, Metric]
    right: npt.NDArray[np.bool_]
    series: dict[str, Series] = field(default_factory=dict)


class Task(ABC):
    """What a question asks of a model. A task has no state: all is handed to it.

    Attributes:
        name: as manifests name it.
        text: what one text is called.
        texts: what several are called.
        data: class path of its data module; a recipe may name another, as ``data.class_path``.
        sources: where its texts may come from, the usual one first; none if there is nothing to choose.
        embedded_source: the one that needs nothing but this package.
        tuned: options that let pretrained vectors learn; none if there are none.
        monitor: what the best epoch is chosen by; the model logs it in validation.
        mode: whether it is to be large, ``max``, or small, ``min``.
        monitored: what the axis of its curve says.
        monitored_share: whether it is a share, drawn in %.
        loss: what the axis of the losses says.
        measures: the metrics that are shown, the most telling first.
        spreads: the histograms that are shown.
        uses: names of functions that the lab may hand to it, see :data:`Uses`.
        asks: names of the options of :meth:`read` beside these: ``steps``, ``temperature``.
        example: a text to try a model on.
    """

    name: ClassVar[str]
    text: ClassVar[str] = "text"
    texts: ClassVar[str] = "texts"
    data: ClassVar[str]
    sources: ClassVar[tuple[str, ...]] = ()
    embedded_source: ClassVar[str | None] = None
    tuned: ClassVar[tuple[str, ...]] = ()
    monitor: ClassVar[str] = "val_loss"
    mode: ClassVar[str] = "min"
    monitored: ClassVar[str] = "validation loss"
    monitored_share: ClassVar[bool] = False
    loss: ClassVar[str] = "loss"
    measures: ClassVar[tuple[Measure, ...]]
    spreads: ClassVar[tuple[Spread, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[tuple[str, ...]] = ()
    example: ClassVar[str] = ""

    @abstractmethod
    def measure(self, model: LightningModule, batch: Any, uses: Uses) -> Measured:
        """Measure a model on each text of a batch; the model is in evaluation mode."""

    @abstractmethod
    def exhibits(self, model: LightningModule, data: Any, rows: npt.NDArray[np.int64], uses: Uses) -> list[Exhibit]:
        """What a model makes of these texts of the data."""

    @abstractmethod
    def kept(self, data: Any) -> dict[str, Any]:
        """What a checkpoint keeps of the data, plain values alone, for :meth:`read`."""

    @abstractmethod
    def read(self, model: LightningModule, kept: dict[str, Any], text: str, uses: Uses) -> Exhibit:
        """What a trained model makes of a text of one's own.

        Args:
            model: the model, in evaluation mode.
            kept: what its checkpoint keeps, see :meth:`kept`.
            text: the text of the command line.
            uses: functions of the lab's module.

        What a task asks for besides, see ``asks``, are arguments by name that have a value where they are not given.

        Raises:
            DataError: there is nothing to read in the text.
        """

    def numbers(
        self, model: LightningModule, kept: dict[str, Any], text: str, function: Callable[..., Any]
    ) -> list[float]:
        """One number for each word of a text of one's own, which a function of the lab gives, scaled to a sum of 1.

        Raises:
            DataError: the task colours no words, or the function does not give such numbers.
        """
        expected = "a task whose texts are words that are coloured"
        raise DataError(explain(expected=expected, got=self.name, do="leave out --against"))

    def places(self, kept: dict[str, Any], exhibit: Exhibit) -> list[list[str]]:
        """Names of the places that a model attended from and to, as it made this exhibit of a text of one's own."""
        match exhibit:
            case Reading():
                return [exhibit.tokens]
            case Texts(grid=Grid() as grid) | (Grid() as grid):
                return [grid.rows, grid.columns]
            case _:
                return []

    def named(self, data: Any) -> str:
        """What a comparison calls these data: those of one name have the same test texts; "" where all have."""
        return ""

    def logits(
        self, model: LightningModule, data: Any, split: str
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """What a model says of each text of a split, float ``(n, C)``, and what is true of it, int64 ``(n,)``.

        Raises:
            LabError: the task is not to choose a class for a text.
        """
        expected = "a task that chooses one of several classes for each text"
        raise LabError(explain(expected=expected, got=self.name, do="leave out the question that mixes others"))

    def check(self, model: LightningModule, data: Any) -> None:
        """Refuse a model that does not read these data.

        Raises:
            LabError: it does not.
        """
        return

    def callbacks(self, uses: Uses) -> list[Callback]:
        """Callbacks of every training; what they keep in a dict ``histograms`` comes into the record."""
        return []

    def legible(self, data: Any) -> npt.NDArray[np.bool_]:
        """Which test texts are neither too short nor too long to be shown, bool ``(n,)``."""
        return np.ones(len(data.rows("test")), dtype=np.bool_)

    def also(
        self, model: LightningModule, data: Any, thorough: bool, progress: bool
    ) -> tuple[dict[str, Metric], dict[str, Series]]:
        """What is measured of a model on the test split and is no mean over texts; ``thorough``: even if it is slow."""
        return {}, {}

    def test(
        self, model: LightningModule, data: Data, uses: Uses, *, thorough: bool = False, progress: bool = False
    ) -> Tested:
        """Measure a model on the test split."""
        per_text = self.measured(model, data, "test", uses, progress)
        metrics, series = self.also(model, data, thorough, progress)
        sums, counts = per_text[self.measures[0].name]
        return Tested({**self.metrics(per_text), **metrics}, sums == counts, series)

    def measured(
        self, model: LightningModule, data: Data, split: str, uses: Uses, progress: bool = False
    ) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
        """The sum and the count of each text of a split, float ``(n,)`` each, by measure."""
        model.eval()
        kept: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = {}
        texts = len(data.rows(split))
        with tqdm(total=texts, desc=spoken().say("test"), disable=not progress, leave=False) as bar:
            for places, batch in data.batches(split):
                for name, parts in self.measure(model, batch, uses).items():
                    arrays = kept.setdefault(name, (np.zeros(texts), np.zeros(texts)))
                    for array, part in zip(arrays, parts, strict=True):
                        array[places] = part.detach().cpu().double().numpy()
                bar.update(len(places))
        return kept

    def metrics(
        self, per_text: dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]
    ) -> dict[str, Metric]:
        """Means over all texts, with the intervals of shares; a mean that is not finite, or of no text, is ``None``."""
        shares = {measure.name for measure in self.measures if measure.share}
        found: dict[str, Metric] = {}
        for name, (sums, counts) in per_text.items():
            total = counts.sum()
            value = float(sums.sum() / total) if total else math.nan
            if not math.isfinite(value):
                found[name] = (None, None, None)
            elif name in shares:
                found[name] = (value, *share_interval(value, int(total)))
            else:
                found[name] = (value, None, None)
        return found


def share_interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share measured on ``count`` texts (Wilson 1927)."""
    z2 = NormalDist().inv_cdf(0.975) ** 2
    centre, half = share + z2 / (2 * count), math.sqrt(z2 * (share * (1 - share) + z2 / (4 * count)) / count)
    low, high = ((centre + side) / (1 + z2 / count) for side in (-half, half))
    return max(low, 0.0), min(high, 1.0)


def task_of(lab: Lab, question: str) -> Task:
    """The task of a question: a folder of :mod:`amal_attention.tasks`, or ``<lab>.<name>``, of the lab's own module.

    Raises:
        LabError: the manifest names none, or there is no such task.
    """
    name = lab.tasks.get(lab.check_question(question), "")
    home, _, attribute = name.rpartition(".")
    try:
        if home == lab.name:
            found = getattr(lab.module(), attribute)
        elif _FOLDER.fullmatch(name):
            found = importlib.import_module(f"amal_attention.tasks.{name}.task").TASK
        else:
            raise AttributeError(f"{name!r} names no task")
    except (AttributeError, ModuleNotFoundError) as error:
        raise _no_task(lab, question, name or "none") from error
    if not isinstance(found, Task):
        raise _no_task(lab, question, f"{name}, which is no Task")
    return found


def uses_of(lab: Lab, question: str) -> Uses:
    """The functions of the lab's module that the task of a question works with.

    Raises:
        LabError: the task knows no such use, or the module has no such function.
    """
    named, module, task = lab.uses.get(question, {}), lab.module(), task_of(lab, question)
    for name, function in named.items():
        if name not in task.uses or not callable(getattr(module, function, None)):
            raise LabError(
                explain(
                    expected=f"under uses in {lab.folder / 'lab.toml'} functions of the lab's module"
                    f" (the task {task.name} uses {', '.join(task.uses) or 'none'})",
                    got=f"{name} = {function!r}",
                    do="correct the name, or leave it out",
                )
            )
    return {name: getattr(module, function) for name, function in named.items()}


def _no_task(lab: Lab, question: str, got: str) -> LabError:
    return LabError(
        explain(
            expected=f"the task of {question} in {lab.folder / 'lab.toml'}",
            got=got,
            do=f'write task = "...", a folder of amal_attention.tasks, or "{lab.name}.NAME", of the lab\'s module',
        )
    )
