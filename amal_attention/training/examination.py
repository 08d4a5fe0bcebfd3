"""What a trained model says of a set of reviews, and how it looks at them: one pass, nothing learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from lightning import LightningModule
from scipy.stats import binomtest
from torch import Tensor
from torchmetrics.classification import MulticlassAccuracy
from tqdm.auto import tqdm

from amal_attention.data import ReviewBatch, ReviewData, Vocabulary
from amal_attention.data.buckets import LengthBuckets, Windows
from amal_attention.errors import DataError, explain
from amal_attention.language import message, spoken
from amal_attention.record import Evidence, Reading
from amal_attention.training.attention import tapped_attention
from amal_attention.training.metrics import AttentionSpread

__all__ = [
    "Examination",
    "accuracy_interval",
    "evidence_share",
    "examine",
    "read_batch",
    "read_reviews",
    "read_text",
    "read_words",
]


@dataclass(frozen=True)
class Examination:
    """``rows`` int64 ``(n,)``: the reviews; ``predictions`` int64 ``(n,)``; ``spread``: entropies, if asked."""

    rows: npt.NDArray[np.int64]
    predictions: npt.NDArray[np.int64]
    accuracy: float
    spread: dict[str, float]


def examine(
    model: LightningModule,
    data: ReviewData,
    split: str,
    entropy: Callable[[Tensor, Tensor], Tensor] | None,
    progress: bool = False,
) -> Examination:
    """Accuracy, predictions and attention entropies of a model over a split (``validation`` or ``test``)."""
    rows = data.rows(split)
    predictions = np.empty(len(rows), dtype=np.int64)
    spread = AttentionSpread(sync_on_compute=False)  # a process that examines asks no other one
    accuracy = MulticlassAccuracy(len(data.label_names), average="micro", sync_on_compute=False)
    for windows, batch in _batches(data, rows, progress):
        logits, weights = read_batch(model, batch)
        predictions[windows.reviews] = logits.argmax(dim=1).numpy()
        accuracy.update(logits, batch.labels)
        if entropy is not None:
            spread.update(entropy(weights, batch.mask), batch.mask.sum(dim=1))
    means = {name: float(value) for name, value in spread.compute().items()} if entropy is not None else {}
    return Examination(rows, predictions, float(accuracy.compute()), means)


def evidence_share(model: LightningModule, data: ReviewData, split: str) -> Evidence | None:
    """How much attention falls on the tokens that carry the label, where the source knows them; else ``None``."""
    store = data.reviews.store
    if store.evidence is None:
        return None
    rows = data.rows(split)
    attended, chance = 0.0, 0.0
    for windows, batch in _batches(data, rows, progress=False):
        _, weights = read_batch(model, batch)
        carries = torch.zeros_like(batch.mask)
        for line, row in enumerate(rows[windows.reviews]):
            flags = np.array(store.evidence[store.offsets[row] : store.offsets[row + 1]])
            carries[line, : len(flags)] = torch.from_numpy(flags)
        attended += float((weights * carries).sum())
        chance += float((carries.sum(dim=1) / batch.mask.sum(dim=1)).sum())
    return Evidence(attended / len(rows), chance / len(rows))


def read_reviews(model: LightningModule, data: ReviewData, rows: npt.NDArray[np.int64]) -> list[Reading]:
    """Each review with the attention on each of its words, the prediction and its probability."""
    store = data.reviews.store
    readings = []
    for row in rows:
        batch = data.reviews.whole(np.array([row]))
        logits, weights = read_batch(model, batch)
        probability, prediction = logits.softmax(dim=1).max(dim=1)
        readings.append(
            Reading(
                review=int(row),
                tokens=[store.words[token] for token in store.tokens[store.offsets[row] : store.offsets[row + 1]]],
                weights=weights[0].tolist(),
                label=data.label_names[int(batch.labels)],
                prediction=data.label_names[int(prediction)],
                probability=float(probability),
            )
        )
    return readings


def read_text(model: LightningModule, data: ReviewData, text: str) -> Reading:
    """A text of one's own as a model reads it; its label is not known, and its review number is -1.

    Raises:
        DataError: the text holds no word.
    """
    words = data.tokenizer.words(text)
    weights, prediction, probability = read_words(model, data.vocabulary, words)
    return Reading(-1, words, weights, "", data.label_names[prediction], probability)


def read_words(model: LightningModule, vocabulary: Vocabulary, words: list[str]) -> tuple[list[float], int, float]:
    """The attention on each word, the number of the predicted class, and its probability.

    Raises:
        DataError: there is no word.
    """
    if not words:
        raise DataError(
            explain(expected=message("a text"), got=message("no word in it"), do=message("give at least one word"))
        )
    tokens = torch.from_numpy(vocabulary.encode(words)).unsqueeze(0)
    batch = ReviewBatch(tokens, torch.ones_like(tokens, dtype=torch.bool), torch.zeros(1, dtype=torch.int64))
    logits, weights = read_batch(model, batch)
    probability, prediction = logits.softmax(dim=1).max(dim=1)
    return weights[0].tolist(), int(prediction), float(probability)


def accuracy_interval(accuracy: float, reviews: int) -> tuple[float, float]:
    """The 95 % interval of an accuracy measured on ``reviews`` reviews (Wilson 1927)."""
    interval = binomtest(round(accuracy * reviews), reviews).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


@torch.inference_mode()
def read_batch(model: LightningModule, batch: ReviewBatch) -> tuple[Tensor, Tensor]:
    """Logits ``(B, C)`` and attention ``(B, L)`` of a batch, on the CPU, with the model in evaluation mode."""
    model.eval()
    with tapped_attention(model) as tap:
        logits = model(batch.tokens.to(model.device), batch.mask.to(model.device))
    return logits.cpu(), tap.taken().cpu()


def _batches(data: ReviewData, rows: npt.NDArray[np.int64], progress: bool) -> Iterator[tuple[Windows, ReviewBatch]]:
    """The reviews ``rows`` in batches of similar lengths; ``windows.reviews`` are places in ``rows``."""
    lengths = np.diff(data.reviews.store.offsets)[rows]
    buckets = LengthBuckets(lengths, batch_size=256, token_budget=data.evaluation_places, shuffle=False)
    for windows in tqdm(buckets, desc=spoken().say("test"), disable=not progress, leave=False):
        yield windows, data.reviews.whole(rows[windows.reviews])
