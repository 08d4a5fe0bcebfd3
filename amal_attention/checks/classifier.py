"""Expectations on classifiers: LightningModules that embed tokens, pool them and decide.

A batch has ``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` and ``labels`` int ``(B,)``, and is a named tuple.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.inputs import FixedAttention
from amal_attention.checks.lightning_subject import ClassifierSubject, classifier
from amal_attention.checks.subject import randomised
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, shape

__all__ = [
    "charges_entropy",
    "costs_cross_entropy",
    "counts_labels",
    "gives_logits",
    "hands_over",
    "keeps_embeddings",
    "logs_accuracy",
    "optimises_everything",
    "steady_in_evaluation",
    "tunes_embeddings",
]

Module = nn.Module | ClassifierSubject

_TRIES = 6
_NOT_RESET = "what one validation counted goes on into the next: reset it, as self.log does when it is handed a metric"
_UNREGISTERED = "self.pooling = pooling: in a list, or behind a property, a module is not registered"
_LOG_OF_0 = "0 · log 0 on padding: fill the weights there with a number whose log is finite before you take it"
_SQUASHED = "no softmax and no sigmoid in the model: cross-entropy takes the logits, and applies its own softmax"


@expectation("the pooling is handed the words' vectors, and the mask as it came")
def hands_over(model: Module, attention: FixedAttention, embeddings: Tensor, batch: Any) -> None:
    """What the pooling of ``model`` receives: the rows of ``embeddings`` on the tokens, and the mask of the batch."""
    classifier(model).eval()(batch.tokens, batch.mask)
    if attention.x is None or attention.mask is None:
        raise Missed("forward to call the pooling", "no call", "self.pooling(x, mask)")
    if attention.mask.shape != batch.mask.shape or not bool((attention.mask == batch.mask).all()):
        raise Missed(
            f"the mask {_bits(batch.mask)}",
            f"{_bits(attention.mask)}",
            "hand the mask on as it is: the numbers of the tokens do not tell which places are padding",
            f"tokens {batch.tokens.tolist()}, mask {_bits(batch.mask)}",
        )
    vectors = embeddings[batch.tokens]
    if attention.x.shape != vectors.shape or not same(attention.x[batch.mask], vectors[batch.mask]):
        raise Missed(
            f"the vectors of the words, {shape(vectors)}",
            kind(attention.x) if attention.x.shape != vectors.shape else "other vectors",
            "x is the embedding of the tokens, row by row",
            f"tokens {batch.tokens.tolist()}",
        )


@expectation("forward gives logits (B, C), one row a review")
def gives_logits(model: Module, batch: Any, num_classes: int) -> None:
    """The shape of the logits, and that nothing squeezes them into [0, 1]."""
    looked_at = classifier(model).eval()
    for count in (len(batch.labels), 1):
        logits = looked_at(batch.tokens[:count], batch.mask[:count])
        if not isinstance(logits, Tensor) or logits.shape != (count, num_classes):
            hint = "squeeze() also squeezes a batch of one; give it a dim" if count == 1 else ""
            raise Missed(
                f"logits of shape {(count, num_classes)}", kind(logits), hint or "a linear layer on the pooled vectors"
            )
    for seed in range(_TRIES):
        logits = randomised(looked_at, seed)(batch.tokens, batch.mask)
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
def counts_labels(model: Module, batch: Any) -> None:
    """With other labels the loss is another one, by as much as the logits differ: after a softmax, by 1 at most.

    Only ``training_step`` is looked at, so that a ``forward`` that is inherited and wrong does no harm.
    """
    looked_at, other = classifier(model), batch._replace(labels=1 - batch.labels)
    generator, changes = torch.Generator().manual_seed(0), []
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


@expectation("the optimiser is handed every parameter that learns")
def optimises_everything(model: Module, attention: FixedAttention | None = None) -> None:
    """All parameters that need a gradient, those of ``attention`` included, are in ``configure_optimizers``."""
    looked_at = classifier(model)
    shapes = {each.shape for each in looked_at.parameters().values()}
    if attention is not None and attention.weights.shape not in shapes:
        raise Missed("every parameter", "all but those of the pooling: the model does not know of them", _UNREGISTERED)
    forgotten = sorted(set(looked_at.parameters()) - looked_at.optimised())
    if forgotten:
        raise Missed("every parameter", f"all but {', '.join(forgotten)}", "hand self.parameters() to the optimiser")


@expectation("frozen embeddings stay as they are while the rest learns")
def keeps_embeddings(model: Module, attention: FixedAttention, batch: Any) -> None:
    """Ten steps of training leave the vectors of the words alone, and change the logits."""
    vectors, after, learnt = _trained(model, attention, batch)
    if not learnt:
        raise Missed("other logits after ten steps", "the same", "does the output layer learn?")
    if not same(vectors, after, 1e-7):
        raise Missed(
            "the same vectors after ten steps", "other ones", "freeze_embeddings=True: their requires_grad is False"
        )


@expectation("embeddings learn when they are not frozen")
def tunes_embeddings(model: Module, attention: FixedAttention, batch: Any) -> None:
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
    again = looked_at.validate([batch._replace(labels=predicted)])["val_accuracy"]
    if abs(again - 1) > 1e-4:
        hint = _NOT_RESET if abs(again - (1 + expected) / 2) < 1e-4 else ""
        raise Missed("val_accuracy 1 when validated anew", f"{again:.3f}", hint, "the same reviews, all right")


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


def _trained(model: Module, attention: FixedAttention, batch: Any) -> tuple[Tensor, Tensor, bool]:
    """The vectors that reach the pooling before and after ten steps, and whether the logits changed."""
    looked_at = classifier(model)
    before = looked_at.eval()(batch.tokens, batch.mask).detach()
    vectors = _handed(attention)
    looked_at.fit([batch], steps=10)
    after = looked_at.eval()(batch.tokens, batch.mask).detach()
    return vectors, _handed(attention), not same(before, after, 1e-7)


def _handed(attention: FixedAttention) -> Tensor:
    if attention.x is None:
        raise Missed("forward to call the pooling", "no call", "self.pooling(x, mask)")
    return attention.x.clone()


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


def _bits(mask: Tensor) -> str:
    return str(mask.int().tolist())
