"""What a run leaves behind, as plain data: read by the table, the report and any program through ``--json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

__all__ = [
    "EpochPoint",
    "Exhibit",
    "Grid",
    "Histogram",
    "Metric",
    "Reading",
    "RunRecord",
    "Series",
    "Texts",
    "by_data",
    "exhibit_to_dict",
]

Metric = tuple[float | None, float | None, float | None]
"""A value and the ends of its 95 % interval. The value is ``None`` where it was measured and there is none, the ends
are ``None`` where no interval is known."""


@dataclass(frozen=True)
class EpochPoint:
    """One point of the training curves: epochs count from 1, ``measured`` holds the losses and the monitor by name."""

    epoch: int
    measured: dict[str, float]


@dataclass(frozen=True)
class Histogram:
    """How a quantity is spread over the validation texts after one epoch, counted from 1.

    ``counts[i]`` texts have a value in ``[edges[i], edges[i + 1])``.
    """

    epoch: int
    edges: list[float]
    counts: list[int]


@dataclass(frozen=True)
class Series:
    """A metric against something else, such as the length of a text: ``y[i]`` was measured at ``x[i]``.

    ``names[i]`` is what ``x[i]`` is called where it is the place of a group and no number.
    """

    x: list[float]
    y: list[float]
    across: str
    measured: str
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """A text as one model reads it: ``weights[i]`` is the attention on ``tokens[i]``.

    Attributes:
        row: its number in the data, -1 if it is not from there.
        name: what it is called, for instance "line 12".
        tokens: its words.
        weights: one a token.
        label: what is true of it, "" if that is not known.
        prediction: what the model says of it.
        probability: the probability of the prediction.
        unknown: the words among its tokens that the model does not know, where that was asked.
    """

    kind: ClassVar[str] = "reading"

    row: int
    name: str
    tokens: list[str]
    weights: list[float]
    label: str
    prediction: str
    probability: float
    unknown: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether the prediction is the label."""
        return self.label == self.prediction


@dataclass(frozen=True)
class Grid:
    """Attention as a matrix: ``weights[i][j]`` is what ``rows[i]`` gives to ``columns[j]``; the rest as above."""

    kind: ClassVar[str] = "grid"

    row: int
    name: str
    rows: list[str]
    columns: list[str]
    weights: list[list[float]]


@dataclass(frozen=True)
class Texts:
    """Texts by name, such as what is read and what is expected, what a model writes, and where it looked meanwhile.

    Attributes:
        row: its number in the data, -1 if it is not from there.
        name: what it is called, for instance "line 12".
        texts: the texts by name; the first one is read.
        grid: the attention of what is written to what is read, if there is.
        prediction: what the model writes, "" if the texts tell all.
        probability: the probability of the prediction.
        label: what is to be written, "" if that is not known.
    """

    kind: ClassVar[str] = "texts"

    row: int
    name: str
    texts: dict[str, str]
    grid: Grid | None = None
    prediction: str = ""
    probability: float = 0.0
    label: str = ""

    @property
    def right(self) -> bool:
        """Whether the prediction is the label."""
        return self.label == self.prediction


Exhibit = Reading | Grid | Texts
"""What one model makes of one text: plain data that is drawn without knowing the task."""

_KINDS: dict[str, type[Exhibit]] = {kind.kind: kind for kind in (Reading, Grid, Texts)}


@dataclass(frozen=True)
class RunRecord:
    """One model trained and tested.

    Attributes:
        lab: name of the lab.
        question: which of its questions.
        task: what the question asks a model for.
        title: the title of the question.
        source: where the texts come from, "" where the task has one source.
        embeddings: ``frozen`` or ``tuned``, "" where the task has no pretrained vectors.
        seed: the seed of the initial weights and of the data.
        metrics: what was measured on the test texts, by name, the most telling first.
        tested: how many test texts there are.
        parameters: how many numbers learn.
        seconds: how long the training took.
        epochs: how many were trained.
        checkpoint: path of the best one.
        thorough: whether what takes long to measure was measured too.
        data: what its data are called in a comparison with others, "" where the task has one kind.
        swept: value of the option that the lab's sweep varies, for the question that it varies it on.
        curves: one point an epoch.
        histograms: one an epoch, by the quantity that they show.
        series: curves against something else than epochs, by name.
        exhibits: what the model makes of some test texts.
    """

    lab: str
    question: str
    task: str
    title: str
    source: str
    embeddings: str
    seed: int
    metrics: dict[str, Metric]
    tested: int
    parameters: int
    seconds: float
    epochs: int
    checkpoint: str
    thorough: bool = False
    data: str = ""
    swept: float | None = None
    curves: list[EpochPoint] = field(default_factory=list)
    histograms: dict[str, list[Histogram]] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    exhibits: list[Exhibit] = field(default_factory=list)

    def value(self, metric: str) -> float | None:
        """The value of a metric, ``None`` if it was not measured or there is none."""
        return self.metrics[metric][0] if metric in self.metrics else None

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON-ready built-in types."""
        return asdict(self) | {"exhibits": [exhibit_to_dict(exhibit) for exhibit in self.exhibits]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunRecord:
        """Read back what :meth:`to_dict` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is not what :meth:`to_dict` writes.
        """
        values = dict(values)
        values["metrics"] = {name: (value, low, high) for name, (value, low, high) in values["metrics"].items()}
        values["curves"] = [EpochPoint(**point) for point in values["curves"]]
        values["histograms"] = {
            name: [Histogram(**histogram) for histogram in each] for name, each in values["histograms"].items()
        }
        values["series"] = {name: Series(**series) for name, series in values["series"].items()}
        values["exhibits"] = [_exhibit(exhibit) for exhibit in values["exhibits"]]
        return cls(**values)


def by_data(records: Sequence[RunRecord]) -> list[list[RunRecord]]:
    """The records in parts that were tested on the same data, each part where its first record stood."""
    parts: dict[str, list[RunRecord]] = {}
    for record in records:
        parts.setdefault(record.data, []).append(record)
    return list(parts.values())


def exhibit_to_dict(exhibit: Exhibit) -> dict[str, Any]:
    """An exhibit as JSON-ready built-in types, with its kind."""
    return {"kind": exhibit.kind, **asdict(exhibit)}


def _exhibit(values: dict[str, Any]) -> Exhibit:
    values = dict(values)
    kind = _KINDS[values.pop("kind")]
    if values.get("grid") is not None:
        values["grid"] = Grid(**values["grid"])
    return kind(**values)
