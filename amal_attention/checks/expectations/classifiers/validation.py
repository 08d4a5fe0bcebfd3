"""Expectations on what a classifier logs in validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.reading import (
    IN_EVALUATION,
    Module,
    Received,
    in_bits,
    labels_sent,
    logits_of,
    other_mask,
    received,
    unless_inherited,
)
from amal_attention.checks.subjects.subject import Subject, randomised, subject

__all__ = ["logs_accuracy", "validates_plainly"]

_NOT_RESET = "what one validation counted goes on into the next: reset it, as self.log does when it is handed a metric"
_A_COUNT = "the number of right reviews: their share is asked for, divided by the number of reviews"
_ONE_BATCH = "val_loss is that of one batch alone: log it in each validation_step"


@expectation("validation logs val_loss, and val_accuracy over all reviews")
def logs_accuracy(model: Module, batch: Any) -> None:
    """Validation logs the share of right reviews, over two batches of which the last is shorter, and then counts anew.

    The first validation ends an epoch of training on reviews that are all decided wrongly. The last batch is the
    longest review alone, decided wrongly too, so that reviews, words and batches give different shares; of more than
    three reviews, one in the other batch is as well.
    """
    looked_at = subject(model).eval()
    looked_at.materialise(batch.tokens, batch.mask)
    randomised(looked_at)
    batch = type(batch)(*(each[batch.mask.sum(dim=1).argsort(stable=True)] for each in batch))
    logits = logits_of(looked_at, batch)
    predicted, second = logits.topk(2, dim=1).indices.T
    wrong = torch.arange(len(predicted)) >= len(predicted) - (2 if len(predicted) > 3 else 1)
    labelled = batch._replace(labels=torch.where(wrong, second, predicted))
    batches = [type(batch)(*(each[:-1] for each in labelled)), type(batch)(*(each[-1:] for each in labelled))]
    logged = looked_at.validate(batches, after=[batch._replace(labels=second)])
    _logs_both(logged)
    expected, came = float((~wrong).float().mean()), logged["val_accuracy"]
    if abs(came - expected) > 1e-4:
        in_one_batch = looked_at.validate([labelled])["val_accuracy"]
        raise Missed(
            f"val_accuracy {expected:.3f}, the share of all reviews",
            f"{came:.3f}",
            _mistake_of_accuracy(came, in_one_batch, logits, labelled),
            f"an epoch of training, then a batch of {len(predicted) - 1} reviews, {int(wrong[:-1].sum())} wrong, "
            "and one of 1, wrong",
        )
    of_each = [float(F.cross_entropy(logits[each], labelled.labels[each])) for each in (slice(-1), slice(-1, None))]
    if any(abs(logged["val_loss"] - loss) < 1e-5 * (1 + loss) for loss in of_each):
        raise Missed("val_loss of both batches", f"{logged['val_loss']:.4g}, that of one", _ONE_BATCH, "two batches")
    _validates_anew(looked_at, batch._replace(labels=predicted), logits, expected)


@expectation("validation logs the cross-entropy of the logits, and the share of right reviews")
def validates_plainly(model: Module, batch: Any, *, plain: Callable[[], Module] | None = None) -> None:
    """What one batch of validation logs as ``val_loss`` and ``val_accuracy``, for the logits of evaluation.

    Args:
        model: a classifier.
        batch: labelled reviews.
        plain: builds a classifier that ``model`` may inherit its validation from: what is wrong there too is not
            charged.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    unless_inherited(lambda one: _validates(one.eval(), batch), looked_at, plain, exactly=False)


def _validates(looked_at: Subject, batch: Any) -> None:
    logits, read = logits_of(looked_at, batch), received(looked_at)
    logged = looked_at.validate([batch])
    _logs_both(logged)
    share = float((logits.argmax(dim=1) == batch.labels).float().mean())
    for name, expected in (("val_loss", float(F.cross_entropy(logits, batch.labels))), ("val_accuracy", share)):
        if abs(logged[name] - expected) > 1e-3 * (1 + expected):
            hint = "in validation nothing is added to the cross-entropy of the logits, and the accuracy is theirs"
            raise Missed(f"{name} {expected:.4g}", f"{logged[name]:.4g}", hint, labels_sent(batch))
    _reads_alike(looked_at, read, batch)


def _logs_both(logged: dict[str, float]) -> None:
    """Look whether the loss and the accuracy are logged.

    Raises:
        Missed: one of them is not.
    """
    missing = sorted({"val_loss", "val_accuracy"} - set(logged))
    if missing:
        raise Missed(
            "val_loss and val_accuracy",
            f"no {missing[0]} is logged" if len(missing) == 1 else f"no {missing[0]} and no {missing[1]} is logged",
            f'self.log("{missing[0]}", ...) in validation_step, at the end of the epoch',
        )


def _reads_alike(looked_at: Subject, read: Received | None, batch: Any) -> None:
    """Look whether the pooling was handed in validation, of this batch last of all, what forward hands it.

    Raises:
        Missed: another mask, or training mode.
    """
    now = received(looked_at)
    if read is None or now is None:
        return
    sent = f"in validation, tokens {batch.tokens.tolist()}, mask {in_bits(batch.mask)}"
    missed = other_mask(now.mask, batch._replace(mask=read.mask), sent)
    if missed is not None:
        raise missed
    if now.in_training:
        raise Missed("a pooling in evaluation mode in validation", "one in training mode", IN_EVALUATION)


def _validates_anew(looked_at: Subject, labelled: Any, logits: Tensor, before: float) -> None:
    """After another validation, of this accuracy, one with all labels right gives 1, and the loss of these reviews."""
    looked_at.eval()(labelled.tokens, labelled.mask)
    read = received(looked_at)
    logged = looked_at.validate([labelled])
    again, loss = logged["val_accuracy"], float(F.cross_entropy(logits, labelled.labels))
    _reads_alike(looked_at, read, labelled)
    if abs(again - 1) > 1e-4:
        hint = _NOT_RESET if min(abs(again - (1 + before) / 2), abs(again - (1 + before) / 3)) < 1e-4 else ""
        raise Missed("val_accuracy 1 when validated anew", f"{again:.3f}", hint, "the same reviews, all right")
    if abs(logged["val_loss"] - loss) > 1e-3 * (1 + loss):
        hint = "val_loss is the loss of the validation reviews: the mean cross-entropy of their logits"
        raise Missed(f"val_loss {loss:.4g}", f"{logged['val_loss']:.4g}", hint, "one batch of validation")


def _mistake_of_accuracy(came: float, in_one_batch: float, logits: Tensor, labelled: Any) -> str:
    """Which mistake an accuracy shows where the last review is wrong, the longest, in a batch of its own."""
    labels, predicted = labelled.labels, logits.argmax(dim=1)
    right, words = predicted == labels, labelled.mask.sum(dim=1)
    classes = [labels == each for each in {*predicted.tolist(), *labels.tolist()}]
    by_class = sum(float(right[each].sum() / each.sum().clamp(min=1)) for each in classes) / len(classes)
    if max(abs(came - by_class), abs(in_one_batch - by_class)) < 1e-4:
        return 'a mean over the classes: MulticlassAccuracy counts reviews with average="micro"'
    share, count, known = float(right.float().mean()), len(right), float(right[:-1].sum())
    signs = {
        "a review is right if its label is likeliest of all: top_k=1": 1.0,
        "a mean of batch means counts a short last batch too much: count reviews, as torchmetrics does": known
        / (count - 1)
        / 2,
        "a review counts as often as it has words: batch_size is the number of reviews": known
        / (count - 1)
        * float(words[:-1].sum() / words.sum()),
        "1 - accuracy: the share of errors": float((~right).float().mean()),
        "a percentage: the share itself is asked for, between 0 and 1": 100 * share,
        _A_COUNT: float((known * (count - 1) + right[-1]) / count),
        "the accuracy so far is logged at each batch, and their mean is no share: log it once, when the epoch ends, or "
        "hand the metric itself to self.log": (known + share) / count,
        "no review counts as right: is the class that is compared the likeliest one, by argmax?": 0.0,
        "the first review of each batch counts for all of it: compare all of them": (count - 1) / count,
    }
    shared = "the metric counts the reviews of training too: keep one metric for each"
    alone = shared if came < share and abs(in_one_batch - share) < 1e-4 else ""
    return next((hint for hint, sign in signs.items() if abs(came - sign) < 1e-4), alone)
