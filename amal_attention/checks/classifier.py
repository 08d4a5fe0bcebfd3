"""Expectations on classifiers: LightningModules that embed tokens, pool them and decide.

A batch has ``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` and ``labels`` int ``(B,)``, and is a named tuple.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.inputs import FixedAttention
from amal_attention.checks.lightning_subject import ClassifierSubject, classifier
from amal_attention.checks.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, shape

__all__ = [
    "charges_entropy",
    "costs_cross_entropy",
    "counts_labels",
    "gives_logits",
    "hands_over",
    "keeps_embeddings",
    "learns_labels",
    "logs_accuracy",
    "lowers_loss",
    "optimises_everything",
    "pulls_by_entropy",
    "steady_in_evaluation",
    "steps_by_lr",
    "tunes_embeddings",
]

Module = nn.Module | ClassifierSubject
Attention = FixedAttention | Subject

_TRIES = 6
_LEARNT = 0.9
_NOT_RESET = "what one validation counted goes on into the next: reset it, as self.log does when it is handed a metric"
_UNREGISTERED = "self.pooling = pooling: in a list, or behind a property, a module is not registered"
_LOG_OF_0 = "0 · log 0 on padding: fill the weights there with a number whose log is finite before you take it"
_SQUASHED = "no softmax and no sigmoid in the model: cross-entropy takes the logits, and applies its own softmax"


@expectation("the pooling is handed the words' vectors, and the mask as it came")
def hands_over(model: Module, attention: Attention, embeddings: Tensor, batch: Any) -> None:
    """What the pooling of ``model`` receives: the rows of ``embeddings`` on the tokens, and the mask of the batch."""
    classifier(model).eval()(batch.tokens, batch.mask)
    x, mask = _handed(attention)
    if mask.shape != batch.mask.shape or not bool((mask == batch.mask).all()):
        raise Missed(
            f"the mask {_bits(batch.mask)}",
            f"{_bits(mask)}",
            "hand the mask on as it is: the numbers of the tokens do not tell which places are padding",
            f"tokens {batch.tokens.tolist()}, mask {_bits(batch.mask)}",
        )
    vectors = embeddings[batch.tokens]
    if x.shape != vectors.shape or not same(x[batch.mask], vectors[batch.mask]):
        raise Missed(
            f"the vectors of the words, {shape(vectors)}",
            kind(x) if x.shape != vectors.shape else "other vectors",
            "x is the embedding of the tokens, row by row",
            f"tokens {batch.tokens.tolist()}",
        )


@expectation("forward gives logits (B, C), one row a review")
def gives_logits(model: Module, batch: Any, num_classes: int, *, seed: int = 0) -> None:
    """The shape of the logits, and that nothing squeezes them into [0, 1]."""
    looked_at = classifier(model).eval()
    for count in (len(batch.labels), 1):
        logits = looked_at(batch.tokens[:count], batch.mask[:count])
        if not isinstance(logits, Tensor) or logits.shape != (count, num_classes):
            hint = "squeeze() also squeezes a batch of one; give it a dim" if count == 1 else ""
            raise Missed(
                f"logits of shape {(count, num_classes)}", kind(logits), hint or "a linear layer on the pooled vectors"
            )
    for look in range(seed, seed + _TRIES):
        logits = randomised(looked_at, look)(batch.tokens, batch.mask)
        if ((logits < 0) | (logits > 1)).any():
            return
    raise Missed("logits, any real numbers", f"{numbers(logits.detach())}, all in [0, 1]", _SQUASHED)


@expectation("training_step returns the cross-entropy of the logits")
def costs_cross_entropy(model: Module, batch: Any) -> None:
    """The loss is the mean over the reviews of minus the log-probability of the label."""
    looked_at = classifier(model).eval()
    logits = looked_at(batch.tokens, batch.mask).detach()
    came = looked_at.loss(batch)
    expected = F.cross_entropy(logits, batch.labels)
    if not same(came, expected):
        mistakes = {
            _SQUASHED: F.cross_entropy(logits.softmax(dim=1), batch.labels),
            "the mean over the batch, not the sum": expected * len(batch.labels),
            "the sign is flipped": -expected,
            "nll_loss takes log-probabilities; cross_entropy takes the logits": F.nll_loss(logits, batch.labels),
        }
        hint = next((hint for hint, wrong in mistakes.items() if same(came, wrong)), "")
        raise Missed(f"{expected:.4g}", f"{came:.4g}", hint, _labelled(batch))


@expectation("the loss counts the labels, by cross-entropy")
def counts_labels(model: Module, batch: Any, *, seed: int = 0) -> None:
    """With other labels the loss is another one, by as much as the logits differ: after a softmax, by 1 at most.

    Only ``training_step`` is looked at, so that a ``forward`` that is inherited and wrong does no harm.
    """
    looked_at, other = classifier(model), batch._replace(labels=1 - batch.labels)
    generator, changes = torch.Generator().manual_seed(seed), []
    for _ in range(_TRIES):
        values = {
            name: 10 * torch.randn(each.shape, generator=generator) for name, each in looked_at.parameters().items()
        }
        looked_at.load({name: each for name, each in values.items() if each.shape != batch.mask.shape})
        changes.append(abs(float(looked_at.loss(batch) - looked_at.loss(other))))
    if max(changes) == 0:
        raise Missed(
            "another loss with other labels", "the same", "where is the cross-entropy of the logits?", _labelled(batch)
        )
    if max(changes) <= 1:
        raise Missed("a loss that large logits make large", "at most 1 more", _SQUASHED, _labelled(batch))


@expectation("the loss counts the mean entropy of the attention, times the strength")
def charges_entropy(build: Callable[[float], Module], batch: Any, mean_entropy: float) -> None:
    """What a strength of 2 adds to the loss, and that its gradient reaches the attention.

    Args:
        build: makes a classifier of a given strength around a :class:`FixedAttention`; the same start each time.
        batch: labelled reviews.
        mean_entropy: of that attention on these reviews, in nats.
    """
    plain, charged = (classifier(build(strength)) for strength in (0.0, 2.0))
    free, dear = plain.loss(batch), charged.loss(batch)
    added = dear - free
    if not same(added, torch.tensor(2 * mean_entropy)):
        mistakes = {
            "the sign is flipped: the entropy is added to the loss, so that a narrow attention is cheaper": -added,
            "the strength multiplies the whole loss: it multiplies the entropy alone": dear
            - 2 * _cross_entropy(charged, batch),
            "the sum over the batch: the entropy is a mean over the reviews": added / len(batch.labels),
            "the strength is not used: twice the strength, twice the entropy": 2 * added,
            "the logarithm is in base 2: nats are asked, the natural logarithm": added * math.log(2),
        }
        likely = (hint for hint, mended in mistakes.items() if same(mended, torch.tensor(2 * mean_entropy)))
        hint = _mistake_of_penalty(added) or next(
            likely, "add the strength times the mean entropy of the attention, the weights that the pooling returns"
        )
        raise Missed(
            f"{2 * mean_entropy:.4g} more at strength 2 than at strength 0", f"{added:.4g} more", hint, _labelled(batch)
        )
    reached = [name for name, each in plain.parameters().items() if each.shape == batch.mask.shape]
    if not reached:
        raise Missed("the parameters of the pooling among those of the model", "none of them", _UNREGISTERED)
    gradient = charged.loss_gradients(batch)[reached[0]]
    if gradient is None or not bool((gradient != 0).any()):
        raise Missed("a gradient for the attention", "none", "the entropy is cut off from the weights: no detach", "")
    if not gradient.isfinite().all():
        raise Missed(
            "a finite gradient for the attention",
            numbers(gradient),
            _LOG_OF_0,
            _labelled(batch),
        )


@expectation("the penalty pulls at the attention as the gradient of its mean entropy does")
def pulls_by_entropy(build: Callable[[float], Module], batch: Any, weights: Tensor) -> None:
    """The gradient that a strength of 2 adds is 2 / B times that of the entropies, up to a constant in each review.

    A constant moves no attention, since its weights sum to 1 whatever happens.

    Args:
        build: as for :func:`charges_entropy`.
        batch: labelled reviews.
        weights: those of the :class:`FixedAttention`, ``(B, L)``, above 0 on every word.
    """
    found = []
    for strength in (0.0, 2.0):
        looked_at = classifier(build(strength))
        names = [name for name, each in looked_at.parameters().items() if each.shape == batch.mask.shape]
        if not names:
            raise Missed("the parameters of the pooling among those of the model", "none of them", _UNREGISTERED)
        gradient = looked_at.loss_gradients(batch)[names[0]]
        found.append(torch.zeros_like(weights) if gradient is None else gradient)
    pull = found[1] - found[0]
    expected = _centred(-2 / len(weights) * (weights.clamp(min=1e-30).log() + 1), batch.mask)
    came = _centred(pull, batch.mask) if pull.isfinite().all() else pull
    if not same(came, expected, 1e-3):
        raise Missed(
            f"{numbers(expected)}, up to a constant in each review",
            numbers(came),
            _mistake_of_pull(came, expected),
            _labelled(batch),
        )


@expectation("training teaches it labels that can be told from the words")
def learns_labels(model: Module, batches: Sequence[Any], fresh: Any, *, steps: int, hint: str = "") -> None:
    """Fitted to the batches, it decides the reviews of ``fresh``, whose labels it never gets, in nine of ten."""
    looked_at = classifier(model)
    looked_at.fit(batches, steps)
    right = float((looked_at.eval()(fresh.tokens, fresh.mask).argmax(dim=1) == fresh.labels).float().mean())
    if right < _LEARNT:
        raise Missed(
            f"at least {_LEARNT:.0%} of new reviews right",
            f"{right:.0%}",
            hint or "does training_step return the loss of the batch, and is all that must learn in the optimiser?",
            f"{steps} steps on {len(batches)} batches, then {len(fresh.labels)} new reviews",
        )


@expectation("training lowers the loss of new reviews")
def lowers_loss(
    model: Module, batches: Sequence[Any], fresh: Any, *, steps: int, below: float = 0.25, hint: str = ""
) -> None:
    """Trained by the gradients of its loss on the batches, its loss on ``fresh``, all new, is below ``below``.

    Only ``training_step`` is looked at, so that a ``forward`` or an optimiser that is inherited and wrong does no harm.
    """
    looked_at = classifier(model)
    looked_at.descend(batches, steps, lr=0.1)
    came = float(looked_at.loss(fresh))
    if not came < below:
        sent = f"{steps} steps on {len(batches)} batches, then {len(fresh.labels)} new reviews"
        raise Missed(f"a loss below {below:.3g}", f"{came:.3g}", _SQUASHED if came > 0.3 else hint, sent)


@expectation("lr is the step size of Adam")
def steps_by_lr(build: Callable[[float], Module], batch: Any, *, lr: float) -> None:
    """A first step with a tenth of ``lr`` moves the parameters a tenth as far, and all of them alike.

    Args:
        build: makes a classifier that learns with this step size.
        batch: labelled reviews.
        lr: a step size.
    """
    first = classifier(build(lr))
    start, moves = first.state(), []
    for looked_at in (first, classifier(build(lr / 10))):
        looked_at.load(start)
        before = looked_at.parameters()
        looked_at.fit([batch], 1)
        moves.append(
            torch.cat([(each - before[name]).abs().flatten() for name, each in looked_at.parameters().items()])
        )
    sent = f"lr = {lr:g}, then lr = {lr / 10:g}"
    far, near = (float(each.max()) for each in moves)
    if not abs(far - 10 * near) <= 0.1 * far or far == 0:
        raise Missed(
            "a first step ten times as long",
            f"steps of {far:.3g} and {near:.3g}",
            "hand lr to the optimiser: torch.optim.Adam(self.parameters(), lr=lr)",
            sent,
        )
    moved = moves[0][moves[0] > 0.01 * far]
    if float(moved.median()) < 0.8 * far:
        raise Missed(
            "a first step as long for each parameter, as Adam takes it",
            f"steps of {float(moved.min()):.3g} to {far:.3g}",
            "the optimiser that is asked for is torch.optim.Adam",
            sent,
        )


@expectation("the optimiser is handed every parameter that learns")
def optimises_everything(model: Module, attention: Attention | None = None) -> None:
    """All parameters that need a gradient, those of ``attention`` included, are in ``configure_optimizers``."""
    looked_at = classifier(model)
    shapes = {each.shape for each in looked_at.parameters().values()}
    if attention is not None and subject(attention).parameters()["weights"].shape not in shapes:
        raise Missed("every parameter", "all but those of the pooling: the model does not know of them", _UNREGISTERED)
    forgotten = sorted(set(looked_at.parameters()) - looked_at.optimised())
    if forgotten:
        raise Missed("every parameter", f"all but {', '.join(forgotten)}", "hand self.parameters() to the optimiser")


@expectation("frozen embeddings stay as they are while the rest learns")
def keeps_embeddings(model: Module, attention: Attention, batch: Any) -> None:
    """Ten steps of training leave the vectors of the words alone, and change the logits."""
    vectors, after, learnt = _trained(model, attention, batch)
    if not learnt:
        raise Missed("other logits after ten steps", "the same", "does the output layer learn?")
    if not same(vectors, after, 1e-7):
        raise Missed(
            "the same vectors after ten steps", "other ones", "freeze_embeddings=True: their requires_grad is False"
        )


@expectation("embeddings learn when they are not frozen")
def tunes_embeddings(model: Module, attention: Attention, batch: Any) -> None:
    """Ten steps of training change the vectors of the words."""
    vectors, after, _ = _trained(model, attention, batch)
    if same(vectors, after, 1e-7):
        raise Missed(
            "other vectors after ten steps",
            "the same",
            "freeze_embeddings=False: their requires_grad is True, and the optimiser has them",
        )


@expectation("validation logs val_loss, and val_accuracy over all reviews")
def logs_accuracy(model: Module, batch: Any) -> None:
    """What a Trainer's validation logs is the share of right reviews: over two batches, a short one last; and anew."""
    looked_at = classifier(model).eval()
    logits = looked_at(batch.tokens, batch.mask)
    predicted = logits.argmax(dim=1)
    wrong = torch.arange(len(predicted)) == len(predicted) - 1
    labelled = batch._replace(labels=(predicted + wrong) % logits.shape[1])
    batches = [type(batch)(*(each[:-1] for each in labelled)), type(batch)(*(each[-1:] for each in labelled))]
    logged = looked_at.validate(batches)
    missing = sorted({"val_loss", "val_accuracy"} - set(logged))
    if missing:
        raise Missed("val_loss and val_accuracy", f"no {' and no '.join(missing)}", "self.log(...) in validation_step")
    expected = 1 - 1 / len(predicted)
    if abs(logged["val_accuracy"] - expected) > 1e-4:
        raise Missed(
            f"val_accuracy {expected:.3f}, the share of all reviews",
            f"{logged['val_accuracy']:.3f}",
            _mistake_of_accuracy(
                logged["val_accuracy"], looked_at.validate([labelled])["val_accuracy"], predicted, labelled.labels
            ),
            f"a batch of {len(predicted) - 1} reviews, all right, and one of 1, wrong",
        )
    anew = looked_at.validate([batch._replace(labels=predicted)])
    again, loss = anew["val_accuracy"], float(F.cross_entropy(logits.detach(), predicted))
    if abs(again - 1) > 1e-4:
        hint = _NOT_RESET if abs(again - (1 + expected) / 2) < 1e-4 else ""
        raise Missed("val_accuracy 1 when validated anew", f"{again:.3f}", hint, "the same reviews, all right")
    if abs(anew["val_loss"] - loss) > 1e-3 * (1 + loss):
        hint = "val_loss is the loss of the validation reviews: the mean cross-entropy of their logits"
        raise Missed(f"val_loss {loss:.4g}", f"{anew['val_loss']:.4g}", hint, "one batch of validation")


@expectation("in evaluation the same text gives the same logits: dropout is off")
def steady_in_evaluation(model: Module, batch: Any) -> None:
    """Two calls in evaluation mode agree."""
    looked_at = classifier(model).eval()
    first, second = (looked_at(batch.tokens, batch.mask) for _ in range(2))
    if not same(first, second):
        raise Missed(
            "the same logits twice",
            "other ones",
            "F.dropout(x, p) also drops in evaluation: nn.Dropout, or F.dropout(x, p, self.training)",
        )


def _trained(model: Module, attention: Attention, batch: Any) -> tuple[Tensor, Tensor, bool]:
    """The vectors that reach the pooling before and after ten steps, and whether the logits changed."""
    looked_at = classifier(model)
    before = looked_at.eval()(batch.tokens, batch.mask).detach()
    vectors, _ = _handed(attention)
    looked_at.fit([batch], steps=10)
    after = looked_at.eval()(batch.tokens, batch.mask).detach()
    return vectors, _handed(attention)[0], not same(before, after, 1e-7)


def _handed(attention: Attention) -> tuple[Tensor, Tensor]:
    """The vectors and the mask that it was handed last."""
    state = subject(attention).state()
    if "x" not in state or "mask" not in state:
        raise Missed("forward to call the pooling", "no call", "self.pooling(x, mask)")
    return state["x"], state["mask"]


def _mistake_of_accuracy(came: float, in_one_batch: float, predicted: Tensor, labels: Tensor) -> str:
    right = predicted == labels
    classes = [labels == each for each in {*predicted.tolist(), *labels.tolist()}]
    by_class = sum(float(right[each].sum() / each.sum().clamp(min=1)) for each in classes) / len(classes)
    if max(abs(came - by_class), abs(in_one_batch - by_class)) < 1e-4:
        return 'a mean over the classes: MulticlassAccuracy counts reviews with average="micro"'
    if abs(came - 0.5) < 1e-4:
        return "a mean of batch means counts a short last batch too much: count reviews, as torchmetrics does"
    return "1 - accuracy: the share of errors" if abs(came - float((~right).float().mean())) < 1e-4 else ""


def _mistake_of_penalty(added: Tensor) -> str:
    if added.isnan():
        return _LOG_OF_0
    return "the strength changes nothing: keep it, and add it times the entropy to the loss" if added == 0 else ""


def _cross_entropy(looked_at: ClassifierSubject, batch: Any) -> Tensor:
    return F.cross_entropy(looked_at(batch.tokens, batch.mask).detach(), batch.labels)


def _labelled(batch: Any) -> str:
    return f"a batch of {len(batch.labels)} labelled reviews"


def _mistake_of_pull(came: Tensor, expected: Tensor) -> str:
    if not came.isfinite().all():
        return _LOG_OF_0
    if not came.any():
        return "the entropy is cut off from the weights, or not added: no detach, no no_grad"
    if same(-came, expected, 1e-3):
        return "the sign is flipped: the entropy is added to the loss, so that a narrow attention is cheaper"
    return "the penalty is the strength times the mean over the reviews of their entropies, in nats"


def _centred(rows: Tensor, mask: Tensor) -> Tensor:
    """The rows less their means over the words, 0 on padding."""
    words = rows.masked_fill(~mask, 0)
    return (words - words.sum(dim=1, keepdim=True) / mask.sum(dim=1, keepdim=True)).masked_fill(~mask, 0)


def _bits(mask: Tensor) -> str:
    return str(mask.int().tolist())
