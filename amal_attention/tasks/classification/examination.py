"""What a trained classifier says of reviews, and how it looks at them: nothing is learnt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from lightning import LightningModule
from torch import Tensor

from amal_attention.data import Vocabulary
from amal_attention.errors import DataError, explain
from amal_attention.language import message
from amal_attention.record import Reading
from amal_attention.tasks.classification.data.batch import DomainBatch, TextBatch
from amal_attention.tasks.classification.data.module import ReviewData
from amal_attention.tasks.tap import tapped_attention

__all__ = [
    "evidence_share",
    "read_batch",
    "read_reviews",
    "read_text",
    "read_words",
    "unlabelled",
]

_NAME = message("review {number}")


def evidence_share(model: LightningModule, data: ReviewData, split: str) -> dict[str, float]:
    """The share of the attention on the words that carry the label, and that of even attention.

    By the names ``evidence`` and ``evidence_by_chance``; nothing where the source does not know these words.
    """
    store = data.reviews.store
    if store.evidence is None:
        return {}
    rows = data.rows(split)
    attended, chance = 0.0, 0.0
    for places, batch in data.batches(split):
        _, weights = read_batch(model, batch)
        carries = torch.zeros_like(batch.mask)
        for line, row in enumerate(rows[places]):
            flags = np.array(store.evidence[store.offsets[row] : store.offsets[row + 1]])
            carries[line, : len(flags)] = torch.from_numpy(flags)
        attended += float((weights * carries).sum())
        chance += float((carries.sum(dim=1) / batch.mask.sum(dim=1)).sum())
    return {"evidence": attended / len(rows), "evidence_by_chance": chance / len(rows)}


def read_reviews(model: LightningModule, data: ReviewData, rows: npt.NDArray[np.int64]) -> list[Reading]:
    """Each review with the attention on each of its words, the prediction and its probability."""
    store = data.reviews.store
    readings = []
    for row in rows:
        batch = data.reviews.whole(np.array([row]))
        weights, prediction, probability = _read_one(model, batch)
        readings.append(
            Reading(
                row=int(row),
                name=_NAME.format(number=row),
                tokens=[store.words[token] for token in store.tokens[store.offsets[row] : store.offsets[row + 1]]],
                weights=weights,
                label=data.label_names[int(batch.labels)],
                prediction=data.label_names[prediction],
                probability=probability,
            )
        )
    return readings


def read_text(model: LightningModule, data: ReviewData, text: str) -> Reading:
    """A text of one's own as a model reads it; its label is not known, and its row is -1.

    Raises:
        DataError: the text holds no word.
    """
    return read_words(model, data.vocabulary, data.label_names, data.tokenizer.words(text))


def read_words(
    model: LightningModule, vocabulary: Vocabulary, label_names: list[str] | tuple[str, ...], words: list[str]
) -> Reading:
    """Words of one's own as a model reads them, and which of them it does not know.

    Raises:
        DataError: there is no word.
    """
    if not words:
        raise DataError(
            explain(expected=message("a text"), got=message("no word in it"), do=message("give at least one word"))
        )
    tokens = torch.from_numpy(vocabulary.encode(words)).unsqueeze(0)
    weights, prediction, probability = _read_one(model, unlabelled(tokens))
    unknown = sorted({word for word in words if word not in vocabulary})
    return Reading(-1, "text", words, weights, "", label_names[prediction], probability, unknown)


def unlabelled(tokens: Tensor) -> TextBatch:
    """A batch of texts ``(B, L)`` of the same length, whose labels are not known."""
    return TextBatch(tokens, torch.ones_like(tokens, dtype=torch.bool), torch.zeros(len(tokens), dtype=torch.int64))


def _read_one(model: LightningModule, batch: TextBatch | DomainBatch) -> tuple[list[float], int, float]:
    """Of a batch of one: the attention on each word, the number of the predicted class, its probability."""
    logits, weights = read_batch(model, batch)
    probability, prediction = logits.softmax(dim=1).max(dim=1)
    return weights[0].tolist(), int(prediction), float(probability)


@torch.inference_mode()
def read_batch(model: LightningModule, batch: TextBatch | DomainBatch) -> tuple[Tensor, Tensor]:
    """Logits ``(B, C)`` and attention ``(B, L)`` of a batch, on the CPU, with the model in evaluation mode."""
    model.eval()
    with tapped_attention(model) as tap:
        logits = model(batch.tokens.to(model.device), batch.mask.to(model.device))
    return logits.cpu(), tap.last(dim=2).cpu()
