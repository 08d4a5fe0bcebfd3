"""What a run leaves behind, as plain data: read by the table, the report and any program through ``--json``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["EntropyHistogram", "EpochPoint", "Evidence", "Faithfulness", "Reading", "RunRecord"]


@dataclass(frozen=True)
class EpochPoint:
    """One point of the training curves, epochs counted from 1; a value that was not measured is ``None``."""

    epoch: int
    train_loss: float | None
    val_loss: float | None
    val_accuracy: float | None


@dataclass(frozen=True)
class EntropyHistogram:
    """How the attention entropies of the validation reviews are spread after one epoch, counted from 1.

    ``counts[i]`` reviews have an entropy H (nats) in ``[edges[i], edges[i + 1])``; the ``normalised`` pair is the same
    for H / log n, which does not grow with the length n of the review.
    """

    epoch: int
    edges: list[float]
    counts: list[int]
    normalised_edges: list[float]
    normalised_counts: list[int]


@dataclass(frozen=True)
class Reading:
    """One review as one model reads it: ``weights[i]`` is the attention on ``tokens[i]``."""

    review: int
    tokens: list[str]
    weights: list[float]
    label: str
    prediction: str
    probability: float

    @property
    def right(self) -> bool:
        """Whether the prediction is the label."""
        return self.label == self.prediction


@dataclass(frozen=True)
class Evidence:
    """Share of the attention on the tokens that carry the label, and the share there of uniform attention."""

    attention: float
    chance: float


@dataclass(frozen=True)
class Faithfulness:
    """Kendall's tau between attention and leave-one-out over ``reviews`` test reviews (Jain & Wallace 2019).

    Even attention ranks no word above another and has no tau: ``None``, over 0 reviews.
    """

    tau: float | None
    deviation: float | None
    reviews: int


@dataclass(frozen=True)
class RunRecord:
    """One model trained and tested.

    ``entropy`` (nats), ``normalised_entropy`` (H / log n, in [0, 1]) and ``effective_words`` (exp H) are means over the
    test reviews, or ``None`` in a lab without an entropy; ``accuracy_interval`` is the 95 % Wilson interval;
    ``parameters`` counts those that learn; ``seconds`` is the time of training alone.
    """

    lab: str
    question: str
    title: str
    source: str
    embeddings: str
    seed: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    test_reviews: int
    entropy: float | None
    normalised_entropy: float | None
    effective_words: float | None
    parameters: int
    seconds: float
    epochs: int
    checkpoint: str
    strength: float | None = None
    curves: list[EpochPoint] = field(default_factory=list)
    histograms: list[EntropyHistogram] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    evidence: Evidence | None = None
    faithfulness: Faithfulness | None = None

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON-ready built-in types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunRecord:
        """Read back what :meth:`to_dict` wrote."""
        values = dict(values)
        values["accuracy_interval"] = tuple(values["accuracy_interval"])
        values["curves"] = [EpochPoint(**point) for point in values["curves"]]
        values["histograms"] = [EntropyHistogram(**histogram) for histogram in values["histograms"]]
        values["readings"] = [Reading(**reading) for reading in values["readings"]]
        if values["evidence"] is not None:
            values["evidence"] = Evidence(**values["evidence"])
        if values["faithfulness"] is not None:
            values["faithfulness"] = Faithfulness(**values["faithfulness"])
        return cls(**values)
