"""Expectations on the loss of a classifier: cross-entropy of the logits, followed by its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.reading import (
    AT_STRENGTH_0,
    IN_EVALUATION,
    SQUASHED,
    Module,
    Received,
    are_alike,
    drawn_parameters,
    in_bits,
    labels_sent,
    logits_of,
    or_zeros,
    other_mask,
    other_vectors,
    received,
    unless_inherited,
)
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["costs_cross_entropy", "counts_labels", "follows_its_loss"]

_WAYS = 2
_SMOOTHING = (0.05, 0.1, 0.2)
_BY = 0.01
_OTHER_LOSS = "F.cross_entropy of the logits and the labels; in training, dropout apart, logits are those of evaluation"
_ADDED_UP = "gradients of earlier batches are still in these: optimizer.zero_grad() comes before loss.backward()"
_OTHER_LABELS = "the labels are others there: hand batch.labels over as they are"


@expectation("training_step returns the cross-entropy of the logits")
def costs_cross_entropy(model: Module, batch: Any, *, plain: Callable[[], Module] | None = None, seed: int = 0) -> None:
    """The loss is the mean over the reviews of minus the log-probability of the label, with the logits of evaluation.

    In training the pooling is handed the mask and the vectors too that it is handed in evaluation, and trains itself.

    Args:
        model: a classifier around a :class:`FixedAttention`.
        batch: labelled reviews.
        plain: builds a classifier that ``model`` may inherit from: what is wrong there too is not charged.
        seed: another seed, other parameters.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    looked_at.load(drawn_parameters(looked_at, seed, (batch.mask.shape, torch.Size()), 0.5))

    def look(one: Subject) -> None:
        step = _step(one, batch)
        read, cost = _other_reading(step, batch), _other_loss(step, batch)
        if read is not None:
            raise read
        if cost is not None and not (
            plain is not None and _is_of_linear_layer(step, batch) and _bends(plain, one, batch)
        ):
            raise cost

    unless_inherited(look, looked_at, plain)


@expectation("the loss counts the labels, by cross-entropy")
def counts_labels(model: Module, batch: Any, *, plain: Callable[[], Module] | None = None, seed: int = 0) -> None:
    """With other labels the loss is another one, by as much as the logits differ: after a softmax, by 1 at most.

    Where one text stands in all rows, and has the one label or the other, the two losses are minus the logarithms of
    two probabilities, whose sum is 1. Only ``training_step`` is looked at, so that a ``forward`` that is inherited and
    wrong does no harm.

    Args:
        model: a classifier of two classes.
        batch: reviews.
        plain: builds a classifier that ``model`` may inherit its loss from: what is wrong there too is not charged.
        seed: another seed, other parameters.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    alike = [each[:1].expand_as(each) for each in batch[:2]]
    first, second = (type(batch)(*alike, torch.full_like(batch.labels, label)) for label in (0, 1))
    sizes = (10.0, 10.0, 0.3)  # large parameters show what is squashed; with small ones both labels are likely
    leave = (batch.mask.shape, torch.Size())
    starts = [drawn_parameters(looked_at, seed + look, leave, size) for look, size in enumerate(sizes)] * 2
    batches = [first] * len(sizes) + [second] * len(sizes)
    steps = looked_at.steps(batches, starts)
    losses = torch.stack([loss for loss, _ in steps]).double().reshape(2, len(sizes))
    changes = losses.diff(dim=0).abs()
    if changes.max() == 0:
        raise Missed(
            "another loss with other labels",
            "the same",
            "where is the cross-entropy of the logits?",
            labels_sent(batch),
        )
    if changes.max() <= 1:
        raise Missed("a loss that large logits make large", "at most 1 more", SQUASHED, labels_sent(batch))
    total = (-losses).exp().sum(dim=0)
    if not same(total, torch.ones(len(sizes)), 1e-3) and not (
        plain is not None and _costs_alike(plain, batches, starts, losses)
    ):
        raise Missed(
            "losses whose exp(-loss) sum to 1: they are minus the logarithms of two probabilities",
            f"losses {numbers(losses[:, -1])}, whose exp(-loss) sum to {total[-1]:.3g}",
            AT_STRENGTH_0
            if _reaches(steps[0][1], batch.mask.shape)
            else _mistake_of_loss(losses[:, -1], len(batch.labels)),
            f"{len(batch.labels)} times the same review, all of label 0, then all of label 1",
        )


@expectation("training follows the gradient of the loss")
def follows_its_loss(
    model: Module, batch: Any, *, plain: Callable[[], Module] | None = None, seed: int = 0, hint: str = ""
) -> None:
    """Along some directions the loss rises as the gradient says that each parameter gets in training.

    Only ``training_step`` is looked at, so that a ``forward`` that is inherited and wrong does no harm. The parameters
    of a :class:`FixedAttention` stay as they are.

    Args:
        model: a classifier around a :class:`FixedAttention`.
        batch: labelled reviews.
        plain: builds a classifier that ``model`` may inherit its loss from; if its gradients are these, nothing is
            missed.
        seed: another seed, other parameters and directions.
        hint: the likely mistake where the gradient is another one.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    start = drawn_parameters(looked_at, seed, (batch.mask.shape,), 0.5)
    generator = torch.Generator().manual_seed(seed)
    moving = [name for name, each in start.items() if each.shape != batch.mask.shape]
    ways = [{name: torch.randn(start[name].shape, generator=generator) for name in moving} for _ in range(_WAYS)]
    starts = [
        start,
        *(start | {name: start[name] + by * way[name] for name in way} for way in ways for by in (-_BY, _BY)),
        start,
    ]
    (_, gradients), *others, (_, again) = looked_at.steps([batch] * len(starts), starts)
    losses = torch.stack([loss for loss, _ in others]).reshape(_WAYS, 2).double()
    rises = losses.diff(dim=1).flatten() / (2 * _BY)
    slopes = torch.stack([_slope(gradients, way) for way in ways])
    follows = ((rises - slopes).abs() <= 0.05 * rises.abs().max() + 1e-3).all()
    found = {name: gradients[name] for name in moving}
    if not follows and not (plain is not None and _pulls_alike(plain, batch, start, found)):
        raise Missed(
            f"gradients by which the loss rises by {numbers(rises)} along {_WAYS} directions",
            numbers(slopes),
            hint or "something between the parameters and the loss is cut off: no detach, no item, no no_grad",
            labels_sent(batch),
        )
    if not same(_slope(gradients, ways[0]), _slope(again, ways[0]), 1e-3, nan=True):
        cleared = {name: ways[0][name] for name in looked_at.optimised() if name in ways[0]}
        if not same(
            _slope(gradients, cleared), _slope(again, cleared), 1e-3
        ):  # what is in no optimiser is told elsewhere
            raise Missed(
                "the same gradients from the same start, some steps later", "others", _ADDED_UP, labels_sent(batch)
            )


class _Step(NamedTuple):
    """What evaluation and then a step of training give from one start.

    Attributes:
        logits: the logits in evaluation mode.
        read: what the pooling was handed for them.
        loss: the loss of training.
        trained: what the pooling was handed for it.
        decided: the logits that each linear layer makes of the first words.
        vectors: the vectors of the words, ``(B, L, D)``, or None where they are not among the parameters.
    """

    logits: Tensor
    read: Received | None
    loss: Tensor
    trained: Received | None
    decided: list[Tensor]
    vectors: Tensor | None


def _step(looked_at: Subject, batch: Any) -> _Step:
    logits, read, before = logits_of(looked_at.eval(), batch), received(looked_at), looked_at.parameters()
    ((loss, _),) = looked_at.steps([batch])
    trained, tables = received(looked_at), _tables(before, batch)
    decided = _by_linear_layer(before, trained, batch, logits.shape[1])
    return _Step(logits, read, loss, trained, decided, tables[0][batch.tokens] if tables else None)


def _other_reading(step: _Step, batch: Any) -> Missed | None:
    """What differs in what the pooling is handed in training, if anything does."""
    vectors = step.read.x if step.vectors is None and step.read is not None else step.vectors
    if vectors is None or step.trained is None:
        return None
    if not step.trained.in_training:
        return Missed("a pooling in training mode while it trains", "one in evaluation mode", IN_EVALUATION)
    sent = f"in training, tokens {batch.tokens.tolist()}, mask {in_bits(batch.mask)}"
    return other_mask(step.trained.mask, batch, sent) or other_vectors(step.trained.x, vectors, batch, sent)


def _other_loss(step: _Step, batch: Any) -> Missed | None:
    """How the loss of training differs from the cross-entropy of the logits, if it does."""
    logits, labels, came = step.logits, batch.labels, step.loss
    expected = F.cross_entropy(logits, labels)
    if same(came, expected):
        return None
    mistakes = {
        SQUASHED: F.cross_entropy(logits.softmax(dim=1), labels),
        "the mean over the batch, not the sum": expected * len(labels),
        "half of the cross-entropy: it is asked for as it is": expected / 2,
        **{
            f"no label smoothing of {share}: F.cross_entropy(logits, labels) as it is": F.cross_entropy(
                logits, labels, label_smoothing=share
            )
            for share in _SMOOTHING
        },
        "the sign is flipped": -expected,
        "nll_loss takes log-probabilities; cross_entropy takes the logits": F.nll_loss(logits, labels),
        _OTHER_LABELS: F.cross_entropy(logits, logits.shape[1] - 1 - labels),
    }
    shares = bool((logits >= 0).all()) and same(logits.sum(dim=1), torch.ones(len(logits)))
    hint = next((hint for hint, wrong in mistakes.items() if same(came, wrong)), SQUASHED if shares else _OTHER_LOSS)
    return Missed(f"{expected:.4g}", f"{came:.4g}", hint, labels_sent(batch))


def _bends(other: Callable[[], Module], looked_at: Subject, batch: Any) -> bool:
    """Whether another classifier decides by something else than its linear layer on the first words."""
    try:
        its = subject(other())
        its.load(looked_at.state())
        logits = logits_of(its.eval(), batch)
        decided = _by_linear_layer(its.parameters(), received(its), batch, logits.shape[1])
    except Exception:
        return True
    return not any(same(logits, each) for each in decided)


def _is_of_linear_layer(step: _Step, batch: Any) -> bool:
    """Whether the loss is the cross-entropy of the linear layer, whatever forward makes of it."""
    return any(same(step.loss, F.cross_entropy(each, batch.labels)) for each in step.decided)


def _by_linear_layer(parameters: dict[str, Tensor], read: Received | None, batch: Any, classes: int) -> list[Tensor]:
    """What each linear layer among these parameters makes of the first words, which a :class:`FixedAttention` gives.

    None is known where the words' vectors are not.
    """
    tables = _tables(parameters, batch)
    if read is None and not tables:
        return []
    first = tables[0][batch.tokens[:, 0]] if tables or read is None else read.x[:, 0]
    layers = [each for each in parameters.values() if each.shape == (classes, first.shape[1])]
    biases = [each for each in parameters.values() if each.shape == (classes,)] or [first.new_zeros(classes)]
    return [F.linear(first, layer, bias) for layer in layers for bias in biases]


def _tables(parameters: dict[str, Tensor], batch: Any) -> list[Tensor]:
    """What among these parameters may be the vectors of the words: they have a row for each of the batch."""
    return [each for each in parameters.values() if each.ndim == 2 and len(each) > int(batch.tokens.max())]


def _pulls_alike(
    other: Callable[[], Module], batch: Any, start: dict[str, Tensor], gradients: dict[str, Tensor | None]
) -> bool:
    """Whether another classifier finds the same gradients from the same start; not if it cannot be built or trained."""
    try:
        ((_, its),) = subject(other()).steps([batch], [start])
    except Exception:
        return False
    return all(
        name in its and are_alike(or_zeros(its[name], start[name]), or_zeros(each, start[name]))
        for name, each in gradients.items()
    )


def _costs_alike(
    other: Callable[[], Module], batches: list[Any], starts: list[dict[str, Tensor]], losses: Tensor
) -> bool:
    """Whether another classifier gives the same losses from the same starts; not if it cannot be built or trained."""
    try:
        its = torch.stack([loss for loss, _ in subject(other()).steps(batches, starts)])
    except Exception:
        return False
    return are_alike(its.reshape(losses.shape), losses)


def _reaches(gradients: dict[str, Tensor | None], weights: torch.Size) -> bool:
    """Whether a gradient reaches the weights of a :class:`FixedAttention`, which are of this shape."""
    return any(each is not None and each.shape == weights and bool(each.any()) for each in gradients.values())


def _mistake_of_loss(losses: Tensor, count: int) -> str:
    """What makes of two losses no minus logarithms of two probabilities that sum to 1."""
    if abs(float((-losses / count).exp().sum()) - 1) < 1e-3:
        return "cross-entropy is summed over the batch: F.cross_entropy takes its mean as it is"
    over = {}
    for share in _SMOOTHING:  # a part of each label is given to both classes alike
        whole = (losses - share * losses.mean()) / (1 - share)
        over[share] = abs(float((-whole).exp().sum()) - 1)
    share = min(over, key=lambda share: over[share])
    if over[share] < 1e-3:
        return f"no label smoothing of {share}: F.cross_entropy(logits, labels) as it is"
    return "F.cross_entropy of the logits and the labels, as it is"


def _slope(gradients: dict[str, Tensor | None], way: dict[str, Tensor]) -> Tensor:
    """How the loss rises along a way."""
    each = [
        (gradient * way[name]).sum() for name, gradient in gradients.items() if gradient is not None and name in way
    ]
    return torch.stack([torch.zeros(()), *each]).sum().double()
