"""Expectations on classifiers: LightningModules that embed tokens, pool them and decide.

A batch has ``tokens`` int ``(B, L)``, ``mask`` bool ``(B, L)`` and ``labels`` int ``(B,)``, and is a named tuple.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.stand_ins import FixedAttention
from amal_attention.checks.subjects.subject import Subject, function_subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, shape

__all__ = [
    "Attention",
    "OwnEntropy",
    "charges_entropy",
    "costs_cross_entropy",
    "counts_labels",
    "decides_linearly",
    "follows_its_loss",
    "gives_logits",
    "handed",
    "hands_over",
    "keeps_embeddings",
    "logs_accuracy",
    "optimises_everything",
    "pulls_by_entropy",
    "steady_in_evaluation",
    "steps_by_lr",
    "tunes_embeddings",
    "validates_plainly",
]

Module = nn.Module | Subject
Attention = FixedAttention | Subject

_WAYS = 2
_SMOOTHING = (0.05, 0.1, 0.2)
_BY = 0.01
_NOT_RESET = "what one validation counted goes on into the next: reset it, as self.log does when it is handed a metric"
_UNREGISTERED = "self.pooling = pooling: in a list, or behind a property, a module is not registered"
_LEARNS_TOO = "the pooling learns too: no requires_grad_(False) for it"
_LOG_OF_0 = (
    "0 · log 0 on padding, or on a word without weight: fill weights of 0 with a number whose log is finite before you "
    "take it"
)
_ONE_SIGN = "a negative strength takes off the loss, below 0 too: no abs, relu, clamp or max on either"
BY_STEP = (
    "the loss hangs on the batch alone: neither on its number, batch_idx, nor on chance, nor on what was kept from "
    "before"
)
_OTHER_LOSS = "F.cross_entropy of the logits and the labels; in training, dropout apart, logits are those of evaluation"
_ADDED_UP = "gradients of earlier batches are still in these: optimizer.zero_grad() comes before loss.backward()"
_DECAY = "no weight decay: torch.optim.Adam as it is, not AdamW"
_CUT_OFF = "no ReLU on the logits: a class that is unlikely has a negative one"
_A_COUNT = "the number of right reviews: their share is asked for, divided by the number of reviews"
_CUT_OFF_WEIGHTS = "the entropy is cut off from the weights: no detach, no item"
_A_COPY = "a copy of the pooling is called: keep the one that is given, self.pooling = pooling"
_NOT_BY_MASK = "hand the mask on as it is: the numbers of the tokens do not tell which places are padding"
_PENALTY = "the penalty is the strength times the mean over the reviews of their entropies, in nats"
_OTHER_LABELS = "the labels are others there: hand batch.labels over as they are"
_IN_EVALUATION = "no self.eval() in training_step, and no self.train() elsewhere: the Trainer sees to the mode"
_AT_STRENGTH_0 = "with strength 0 the loss is the cross-entropy alone: is 0 taken for no strength at all, and replaced?"
_ONE_BATCH = "val_loss is that of one batch alone: log it in each validation_step"
_EPSILONS = (0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001)
_SQUASHED = "no softmax and no sigmoid in the model: cross-entropy takes the logits, and applies its own softmax"


@expectation("the pooling is handed the words' vectors, and the mask as it came")
def hands_over(
    model: Module,
    attention: Attention,
    embeddings: Tensor,
    batch: Any,
    *,
    plain: Callable[[], Module] | None = None,
) -> None:
    """What the pooling of ``model`` receives: the rows of ``embeddings`` on the tokens, and the mask of the batch.

    It is kept in the attribute ``pooling``.

    Args:
        model: a classifier around ``attention``.
        attention: a :class:`FixedAttention`.
        embeddings: the vectors that ``model`` was given.
        batch: reviews.
        plain: builds a classifier that ``model`` may inherit ``forward`` from: what is wrong there too is not charged.
    """

    def look(one: Subject) -> None:
        one.eval()(batch.tokens, batch.mask)
        by_itself = handed(attention, one)
        inside = received(one)
        x, mask = by_itself if inside is None else inside[:2]
        sent = f"tokens {batch.tokens.tolist()}, mask {_bits(batch.mask)}"
        missed = _other_mask(mask, batch, sent) or _other_vectors(x, embeddings[batch.tokens], batch, sent)
        if missed is not None:
            raise missed
        if "pooling.weights" not in one.state():
            raise Missed("the pooling in the attribute pooling", "none there", _UNREGISTERED)

    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    _unless_inherited(look, looked_at, plain)


@expectation("forward gives logits (B, C), one row a review")
def gives_logits(model: Module, batch: Any, num_classes: int, *, seed: int = 0) -> None:
    """The shape and type of the logits, and that nothing squeezes them, nor cuts them off at 0."""
    looked_at = subject(model).eval()
    for count in (len(batch.labels), 1):
        logits = looked_at(batch.tokens[:count], batch.mask[:count])
        if not isinstance(logits, Tensor) or logits.shape != (count, num_classes):
            likely = _mistake_of_logits(logits, count, num_classes)
            raise Missed(f"logits of shape {(count, num_classes)}", kind(logits), likely)
    if logits.dtype != torch.float32:
        raise Missed("logits of float32, as the vectors are", _type(logits), "let nothing become float64")
    looks = []
    for look in range(seed, seed + 3):
        large = {name: 20 * each for name, each in randomised(looked_at, look).parameters().items()}
        looked_at.load(large)
        looks.append(looked_at(batch.tokens, batch.mask).detach().flatten())
    seen, sent = torch.cat(looks), "parameters at random, of size 10"
    if (seen.abs() <= 1).all():
        raise Missed("logits, any real numbers", f"all in [{seen.min():.3g}, {seen.max():.3g}]", _SQUASHED, sent)
    if (seen >= 0).all():
        raise Missed("logits, negative ones too", f"none below {seen.min():.3g}", _CUT_OFF, sent)


@expectation("the logits are a linear layer of what the pooling gives")
def decides_linearly(model: Module, batch: Any, embeddings: Tensor, middle: Sequence[int], *, seed: int = 0) -> None:
    """The logits of a text are halfway between those of two others where its pooled vector is.

    Args:
        model: a classifier around a :class:`FixedAttention`, its vectors frozen.
        batch: any reviews, three at least.
        embeddings: the vectors that it was given.
        middle: the numbers of three words, the vector of the third halfway between those of the others.
        seed: another seed, other parameters.
    """
    looked_at = subject(model).eval()
    tokens = batch.tokens.clone()
    tokens[:3, 0] = torch.tensor(middle)
    for look in range(seed, seed + 3):
        drawn = _drawn(looked_at, look, (embeddings.shape, batch.mask.shape), 3.0)
        looked_at.load({name: embeddings if each.shape == embeddings.shape else each for name, each in drawn.items()})
        first, last, halfway = looked_at(tokens[:3], batch.mask[:3]).detach()
        if not same(halfway, (first + last) / 2, 1e-3):
            raise Missed(
                f"{numbers((first + last) / 2)}, the mean of {numbers(first)} and {numbers(last)}",
                numbers(halfway),
                _mistake_of_decision(torch.stack([first, last, halfway])),
                "a text whose first word lies halfway between those of two others; the pooling gives the first word",
            )


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
    looked_at.load(_drawn(looked_at, seed, (batch.mask.shape, torch.Size()), 0.5))

    def look(one: Subject) -> None:
        step = _step(one, batch)
        read, cost = _other_reading(step, batch), _other_loss(step, batch)
        if read is not None:
            raise read
        if cost is not None and not (
            plain is not None and _is_of_linear_layer(step, batch) and _bends(plain, one, batch)
        ):
            raise cost

    _unless_inherited(look, looked_at, plain)


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
    starts = [_drawn(looked_at, seed + look, leave, size) for look, size in enumerate(sizes)] * 2
    batches = [first] * len(sizes) + [second] * len(sizes)
    steps = looked_at.steps(batches, starts)
    losses = torch.stack([loss for loss, _ in steps]).double().reshape(2, len(sizes))
    changes = losses.diff(dim=0).abs()
    if changes.max() == 0:
        raise Missed(
            "another loss with other labels", "the same", "where is the cross-entropy of the logits?", _labelled(batch)
        )
    if changes.max() <= 1:
        raise Missed("a loss that large logits make large", "at most 1 more", _SQUASHED, _labelled(batch))
    total = (-losses).exp().sum(dim=0)
    if not same(total, torch.ones(len(sizes)), 1e-3) and not (
        plain is not None and _costs_alike(plain, batches, starts, losses)
    ):
        raise Missed(
            "losses whose exp(-loss) sum to 1: they are minus the logarithms of two probabilities",
            f"losses {numbers(losses[:, -1])}, whose exp(-loss) sum to {total[-1]:.3g}",
            _AT_STRENGTH_0
            if _reaches(steps[0][1], batch.mask.shape)
            else _mistake_of_loss(losses[:, -1], len(batch.labels)),
            f"{len(batch.labels)} times the same review, all of label 0, then all of label 1",
        )


class OwnEntropy(NamedTuple):
    """What the student's own entropy gives for some attention: a mistake there is not charged again.

    Attributes:
        mean: over the reviews.
        gradient: of the sum over the reviews, for the weights; zeros where it is cut off.
    """

    mean: Tensor
    gradient: Tensor

    @classmethod
    def of(cls, function: Callable[..., Any], weights: Tensor, mask: Tensor) -> OwnEntropy | None:
        """What ``function`` gives; None where it gives no numbers, or zeros alone."""
        try:
            asked = function_subject(function)
            values, (_, (gradient, _)) = asked(weights, mask).detach().double(), asked.gradients((weights, mask))
        except Exception:
            return None
        if not values.any():
            return None
        found = torch.zeros_like(weights) if gradient is None else gradient
        return cls(values.mean(), found * (len(weights) / values.numel()))

    def is_right(self, weights: Tensor) -> bool:
        """Whether this is the mean entropy of these weights, ``(B, L)``, with a gradient that is finite everywhere."""
        mean = torch.special.entr(weights.double()).sum(dim=1).mean()
        if not (_alike(self.mean, mean) and self.gradient.isfinite().all()):
            return False
        rises = (self.gradient + weights.log()).masked_fill(weights == 0, torch.nan)  # one constant for each review
        return all(same(row, row.nanmean().expand_as(row), 1e-3) for row in (each[~each.isnan()] for each in rises))


@expectation("the loss counts the mean entropy of the attention, times the strength")
def charges_entropy(
    build: Callable[[float], Module], batch: Any, mean_entropy: float, *, own: OwnEntropy | None = None
) -> None:
    """What a strength of 2 adds to the loss, that its gradient reaches the attention, and what one of -4 takes off.

    Args:
        build: makes a classifier of a given strength around a :class:`FixedAttention`; the same start each time.
        batch: labelled reviews.
        mean_entropy: of that attention on these reviews, in nats.
        own: of the student's own entropy on these reviews; what it gives is right here.
    """
    (free, idle, attention), (dear, gradient, _) = (_first_step(build(strength), batch) for strength in (0.0, 2.0))
    added = dear - free
    excused = own is not None and _alike(added, 2 * own.mean)
    if own is not None and excused and not (own.gradient.isfinite().all() and own.gradient.any()):
        return
    if not excused and not same(added, torch.tensor(2 * mean_entropy)):
        mistakes = {
            "the sign is flipped: the entropy is added to the loss, so that a narrow attention is cheaper": -added,
            "the sum over the batch: the entropy is a mean over the reviews": added / len(batch.labels),
            "the strength counts twice: once is asked for, neither its square nor its double": added / 2,
            "the entropy multiplies the cross-entropy: it is added to it": added / free,
            "the cross-entropy stays whole: no factor 1 - strength before it": added + 2 * free,
            "the logarithm is in base 2: nats are asked, the natural logarithm": added * math.log(2),
        }
        likely = (hint for hint, mended in mistakes.items() if same(mended, torch.tensor(2 * mean_entropy)))
        hint = (
            _mistake_of_penalty(added, free, attention)
            or (_AT_STRENGTH_0 if idle is not None and idle.any() else "")
            or (_mistake_of_half(build, batch, free, added) if same(added, torch.tensor(mean_entropy)) else "")
            or next(likely, "")
            or _other_than_mean_entropy(added / 2, attention, batch.mask)
            or "add the strength times the mean entropy of the attention, the weights that the pooling returns"
        )
        raise Missed(
            f"{2 * mean_entropy:.4g} more at strength 2 than at strength 0", f"{added:.4g} more", hint, _labelled(batch)
        )
    if gradient is None or not bool((gradient != 0).any()):
        raise Missed("a gradient for the attention", "none", _CUT_OFF_WEIGHTS)
    if not gradient.isfinite().all():
        raise Missed("a finite gradient for the attention", numbers(gradient), _LOG_OF_0, _labelled(batch))
    taken = free - _first_step(build(-4.0), batch)[0]
    if not same(taken, 2 * added):
        raise Missed(f"{2 * added:.4g} less at strength -4", f"{taken:.4g} less", _ONE_SIGN, _labelled(batch))


@expectation("the penalty pulls at the attention as the gradient of its mean entropy does")
def pulls_by_entropy(
    build: Callable[[float], Module], batch: Any, weights: Tensor, *, own: OwnEntropy | None = None
) -> None:
    """The gradient that a strength of 2 adds is 2 / B times that of the entropies, up to a constant in each review.

    A constant moves no attention, since its weights sum to 1 whatever happens.

    Args:
        build: as for :func:`charges_entropy`.
        batch: labelled reviews.
        weights: those of the :class:`FixedAttention`, ``(B, L)``, above 0 on every word.
        own: as for :func:`charges_entropy`.
    """
    (free, before, _), (dear, after, _) = (_first_step(build(strength), batch) for strength in (0.0, 2.0))
    pull = _or_zeros(after, weights) - _or_zeros(before, weights)
    if own is not None and _alike(dear - free, 2 * own.mean) and _pulls_as(own, pull, batch.mask):
        return
    expected = _centred(-2 / len(weights) * (weights.clamp(min=1e-30).log() + 1), batch.mask)
    came = _centred(pull, batch.mask) if pull.isfinite().all() else pull
    if not same(came, expected, 1e-3):
        raise Missed(
            f"{numbers(expected)}, up to a constant in each review",
            numbers(came),
            _mistake_of_pull(came, expected),
            _labelled(batch),
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
        hint: for a gradient that is another one.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    start = _drawn(looked_at, seed, (batch.mask.shape,), 0.5)
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
            _labelled(batch),
        )
    if not same(_slope(gradients, ways[0]), _slope(again, ways[0]), 1e-3):
        cleared = {name: ways[0][name] for name in looked_at.optimised() if name in ways[0]}
        if not same(
            _slope(gradients, cleared), _slope(again, cleared), 1e-3
        ):  # what is in no optimiser is told elsewhere
            raise Missed(
                "the same gradients from the same start, some steps later", "others", _ADDED_UP, _labelled(batch)
            )


@expectation("lr is the step size of Adam")
def steps_by_lr(model: Module, batches: Sequence[Any], *, lr: float, plain: Callable[[], Module] | None = None) -> None:
    """Some steps of training move all that learns as Adam does, with the gradients that it found, and nothing else.

    Args:
        model: a classifier that learns with this step size.
        batches: labelled reviews, a step for each; three of them tell Adam from others.
        lr: the step size.
        plain: builds a classifier that ``model`` may inherit its optimiser from; if it moves alike, nothing is missed.
    """
    before, gradients, moved = _movement(model, batches)
    expected = _moved(torch.optim.Adam, before, gradients, lr)
    decay = float(moved[expected == 0].abs().sum())
    as_adam = _near(moved, expected) and decay < 1e-6
    if as_adam or (plain is not None and _moves_alike(plain, batches, before, moved, expected == 0)):
        return
    if decay >= 1e-6:
        came = f"{decay:.3g}, in all, for numbers whose gradient is 0"
        raise Missed("steps along the gradient alone", came, _DECAY, f"lr = {lr:g}, {len(batches)} steps")
    far, right = (float(each.abs().max()) / len(batches) for each in (moved, expected))
    raise Missed(
        f"steps of {right:.3g}",
        f"steps of {far:.3g}",
        _mistake_of_steps(moved, before, gradients, lr),
        f"lr = {lr:g}, {len(batches)} steps",
    )


@expectation("the optimiser is handed every parameter that learns")
def optimises_everything(
    model: Module, attention: Attention | None = None, *, plain: Callable[[], Module] | None = None
) -> None:
    """All parameters that need a gradient, those of ``attention`` included, are in ``configure_optimizers``.

    Args:
        model: a classifier around ``attention``.
        attention: a :class:`FixedAttention`.
        plain: builds a classifier that ``model`` may inherit its optimiser from: what is forgotten there too is not
            charged.
    """
    weights = None if attention is None else subject(attention).state()["weights"].shape

    def look(one: Subject) -> None:
        missed = _forgotten(one, weights)
        if missed is not None:
            raise missed

    _unless_inherited(look, subject(model), plain)


@expectation("frozen embeddings stay as they are while the rest learns")
def keeps_embeddings(model: Module, attention: Attention, batch: Any) -> None:
    """Two steps of training leave the vectors of the words alone, and change the logits."""
    vectors, after, learnt = _trained(model, attention, batch)
    if not learnt:
        raise Missed("other logits after two steps", "the same", "does the output layer learn?")
    if not same(vectors, after, 1e-7):
        raise Missed(
            "the same vectors after two steps", "other ones", "freeze_embeddings=True: their requires_grad is False"
        )


@expectation("embeddings learn when they are not frozen")
def tunes_embeddings(model: Module, attention: Attention, batch: Any) -> None:
    """Two steps of training change the vectors of the words; the pooling gives the first one of each review."""
    vectors, after, _ = _trained(model, attention, batch)
    if same(vectors, after, 1e-7):
        raise Missed(
            "other vectors after two steps",
            "the same",
            "freeze_embeddings=False: their requires_grad is True, and the optimiser has them",
        )
    for token, before, now in zip(batch.tokens[:, 0].tolist(), vectors[:, 0], after[:, 0], strict=True):
        if same(before, now, 1e-7):
            raise Missed(
                "another vector of each word after two steps",
                f"the same for the word {token}",
                "each word learns, that of the unknown too: padding_idx is the number of the padding, 0",
            )


@expectation("validation logs val_loss, and val_accuracy over all reviews")
def logs_accuracy(model: Module, batch: Any) -> None:
    """What a Trainer's validation logs is the share of right reviews: over two batches, a short one last; and anew.

    The first validation ends an epoch of training on reviews that are all decided wrongly. The last batch is the
    longest review alone, decided wrongly too, so that reviews, words and batches give different shares; of more than
    three reviews, one in the other batch is as well.
    """
    looked_at = subject(model).eval()
    looked_at.materialise(batch.tokens, batch.mask)
    randomised(looked_at)
    batch = type(batch)(*(each[batch.mask.sum(dim=1).argsort(stable=True)] for each in batch))
    logits = _logits(looked_at, batch)
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
    _unless_inherited(lambda one: _validates(one.eval(), batch), looked_at, plain, exactly=False)


def _validates(looked_at: Subject, batch: Any) -> None:
    logits, read = _logits(looked_at, batch), received(looked_at)
    logged = looked_at.validate([batch])
    _logs_both(logged)
    share = float((logits.argmax(dim=1) == batch.labels).float().mean())
    for name, expected in (("val_loss", float(F.cross_entropy(logits, batch.labels))), ("val_accuracy", share)):
        if abs(logged[name] - expected) > 1e-3 * (1 + expected):
            hint = "in validation nothing is added to the cross-entropy of the logits, and the accuracy is theirs"
            raise Missed(f"{name} {expected:.4g}", f"{logged[name]:.4g}", hint, _labelled(batch))
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
    sent = f"in validation, tokens {batch.tokens.tolist()}, mask {_bits(batch.mask)}"
    missed = _other_mask(now.mask, batch._replace(mask=read.mask), sent)
    if missed is not None:
        raise missed
    if now.in_training:
        raise Missed("a pooling in evaluation mode in validation", "one in training mode", _IN_EVALUATION)


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


@expectation("in evaluation the same text gives the same logits: dropout is off")
def steady_in_evaluation(model: Module, batch: Any) -> None:
    """Two calls in evaluation mode agree."""
    looked_at = subject(model).eval()
    looked_at.materialise(batch.tokens, batch.mask)
    randomised(looked_at)
    first, second = (_logits(looked_at, batch) for _ in range(2))
    if not same(first, second):
        raise Missed(
            "the same logits twice",
            "other ones",
            "F.dropout(x, p) also drops in evaluation: nn.Dropout, or F.dropout(x, p, self.training)",
        )


def _trained(model: Module, attention: Attention, batch: Any) -> tuple[Tensor, Tensor, bool]:
    """The vectors that reach the pooling before and after two steps, and whether the logits changed."""
    looked_at = subject(model)
    before = _logits(looked_at.eval(), batch)
    vectors, _ = handed(attention, looked_at)
    looked_at.steps([batch] * 2)
    after = _logits(looked_at.eval(), batch)
    return vectors, handed(attention)[0], not same(before, after, 1e-7)


def _logits(looked_at: Subject, batch: Any) -> Tensor:
    """The logits ``(B, C)`` of a batch.

    Raises:
        Missed: something else came.
    """
    logits = looked_at(batch.tokens, batch.mask)
    if not (isinstance(logits, Tensor) and logits.ndim == 2):
        raise Missed("logits, a tensor (B, C)", kind(logits), _mistake_of_logits(logits, len(batch.tokens)))
    return logits.detach()


def _mistake_of_logits(came: Any, count: int, num_classes: int = 0) -> str:
    """Why what forward gives are no logits of ``count`` reviews."""
    if came is None:
        return "does forward end with return?"
    if isinstance(came, (tuple, list)):
        return "forward returns the logits alone, one tensor: the weights of the attention stay behind"
    if isinstance(came, Tensor) and not came.is_floating_point():
        return "forward returns the logits as they are: no argmax, cross-entropy needs them all"
    if isinstance(came, Tensor) and count == 1 and came.ndim == 1:
        return "squeeze() also squeezes a batch of one; give it a dim"
    if isinstance(came, Tensor) and num_classes and came.shape[:-1] == (count,):
        return f"the last layer has num_classes numbers, {num_classes}: it gives {came.shape[-1]}"
    return "a linear layer on the pooled vectors"


def handed(attention: Attention, model: Module | None = None) -> tuple[Tensor, Tensor]:
    """The vectors and the mask that it was handed last; the ``model`` around it tells whether a copy was, in its place.

    Raises:
        Missed: it was not called.
    """
    read = received(subject(attention))
    if read is None:
        copied = model is not None and received(subject(model)) is not None
        hint = _A_COPY if copied else "self.pooling(x, mask)"
        raise Missed("forward to call the pooling", "a call of a copy" if copied else "no call", hint)
    return read.x, read.mask


class Received(NamedTuple):
    """What a :class:`FixedAttention` was handed last, and whether it was in training mode."""

    x: Tensor
    mask: Tensor
    in_training: bool


def received(looked_at: Subject) -> Received | None:
    """What the :class:`FixedAttention` that this is, or that is in it, was handed; None if it was not called."""
    state = looked_at.state()
    for name in state:
        inside, _, last = name.rpartition("in_training")
        if not last and {inside + "x", inside + "mask"} <= set(state):
            return Received(state[inside + "x"], state[inside + "mask"], bool(state[name]))
    return None


def _other_mask(mask: Tensor, batch: Any, sent: str) -> Missed | None:
    """What is wrong with the mask that a pooling was handed, if anything is."""
    if mask.dtype != batch.mask.dtype:
        return Missed(f"a mask of {_type(batch.mask)}", f"one of {_type(mask)}", "hand the mask on as it is", sent)
    if mask.shape != batch.mask.shape or not bool((mask == batch.mask).all()):
        return Missed(f"the mask {_bits(batch.mask)}", f"{_bits(mask)}", _NOT_BY_MASK, sent)
    return None


def _other_vectors(x: Tensor, vectors: Tensor, batch: Any, sent: str) -> Missed | None:
    """What is wrong with the vectors that a pooling was handed, if anything is."""
    if x.shape == vectors.shape and same(x[batch.mask], vectors[batch.mask]):
        return None
    return Missed(
        f"the vectors of the words, {shape(vectors)}",
        kind(x) if x.shape != vectors.shape else "other vectors",
        "x is the embedding of the tokens, row by row",
        sent,
    )


class _Step(NamedTuple):
    """What evaluation and then a step of training give from one start.

    Attributes:
        logits: in evaluation.
        read: what the pooling was handed for them.
        loss: of training.
        trained: what the pooling was handed for it.
        decided: the logits that each linear layer makes of the first words.
        vectors: of the words, ``(B, L, D)``, or None where they are not among the parameters.
    """

    logits: Tensor
    read: Received | None
    loss: Tensor
    trained: Received | None
    decided: list[Tensor]
    vectors: Tensor | None


def _step(looked_at: Subject, batch: Any) -> _Step:
    logits, read, before = _logits(looked_at.eval(), batch), received(looked_at), looked_at.parameters()
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
        return Missed("a pooling in training mode while it trains", "one in evaluation mode", _IN_EVALUATION)
    sent = f"in training, tokens {batch.tokens.tolist()}, mask {_bits(batch.mask)}"
    return _other_mask(step.trained.mask, batch, sent) or _other_vectors(step.trained.x, vectors, batch, sent)


def _other_loss(step: _Step, batch: Any) -> Missed | None:
    """How the loss of training differs from the cross-entropy of the logits, if it does."""
    logits, labels, came = step.logits, batch.labels, step.loss
    expected = F.cross_entropy(logits, labels)
    if same(came, expected):
        return None
    mistakes = {
        _SQUASHED: F.cross_entropy(logits.softmax(dim=1), labels),
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
    hint = next((hint for hint, wrong in mistakes.items() if same(came, wrong)), _SQUASHED if shares else _OTHER_LOSS)
    return Missed(f"{expected:.4g}", f"{came:.4g}", hint, _labelled(batch))


def _unless_inherited(
    look: Callable[[Subject], None], looked_at: Subject, plain: Callable[[], Module] | None, exactly: bool = True
) -> None:
    """Look at a classifier; what is missed is not charged where the one that it may inherit from misses the same.

    Where not ``exactly``, it need not be by the same numbers: something random may be inherited.

    Raises:
        Exception: what ``look`` raises.
    """
    state = looked_at.state() if plain is not None else {}
    try:
        look(looked_at)
    except Exception as missed:
        if plain is None or not _misses_alike(look, plain, state, str(missed) if exactly else None):
            raise


def _misses_alike(
    look: Callable[[Subject], None], other: Callable[[], Module], state: dict[str, Tensor], missed: str | None
) -> bool:
    """Whether another classifier misses this, or anything if it is None, from this state; not if it cannot be built."""
    try:
        its = subject(other())
        its.load(state)
    except Exception:
        return False
    try:
        look(its)
    except Exception as beside:
        return missed is None or str(beside) == missed
    return False


def _bends(other: Callable[[], Module], looked_at: Subject, batch: Any) -> bool:
    """Whether another classifier decides by something else than its linear layer on the first words."""
    try:
        its = subject(other())
        its.load(looked_at.state())
        logits = _logits(its.eval(), batch)
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
        name in its and _alike(_or_zeros(its[name], start[name]), _or_zeros(each, start[name]))
        for name, each in gradients.items()
    )


def _forgotten(looked_at: Subject, weights: torch.Size | None) -> Missed | None:
    """What of a classifier is in no optimiser, if anything is; ``weights`` is the shape of those of its attention."""
    if weights is not None and weights not in {each.shape for each in looked_at.parameters().values()}:
        known = "pooling.weights" in looked_at.state()
        came = f"all but those of the pooling: {'they are frozen' if known else 'the model does not know of them'}"
        return Missed("every parameter", came, _LEARNS_TOO if known else _UNREGISTERED)
    forgotten = sorted(set(looked_at.parameters()) - set(looked_at.optimised()))
    if not forgotten:
        return None
    named = ", ".join(forgotten)
    return Missed("every parameter", f"all but {named}", "hand self.parameters() to the optimiser")


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


def _mistake_of_half(build: Callable[[float], Module], batch: Any, free: Tensor, added: Tensor) -> str:
    """Why a strength of 2 adds the entropy once."""
    if same(free - _first_step(build(-4.0), batch)[0], 2 * added):
        return "half of the strength times the entropy is added: the strength counts whole"
    return "the strength is not used: twice the strength, twice the entropy"


def _mistake_of_penalty(added: Tensor, free: Tensor, weights: Tensor) -> str:
    if added.isnan():
        return _LOG_OF_0
    if free == 0:
        return "the strength multiplies the whole loss: it multiplies the entropy alone"
    if added == 0 and weights[0].amax() == 1:
        return (
            "the strength changes nothing; or it counts the entropy of the first review alone, which is 0: "
            "the mean over all reviews is asked for"
        )
    return "the strength changes nothing: keep it, and add it times the entropy to the loss" if added == 0 else ""


def _other_than_mean_entropy(added: Tensor, weights: Tensor, mask: Tensor) -> str:
    """What is added in place of the mean of the entropies of these weights, ``(B, L)``."""
    counts, longest = mask.sum(dim=1), mask.shape[1]
    each = torch.special.entr(weights).sum(dim=1)
    others = {
        "this is the exp of the entropies: their mean is asked for, in nats": each.exp().mean(),
        "these are entropies over log n: they are asked for as they are": (each / counts.clamp(min=2).log()).mean(),
        "the entropy of the first review alone: the mean over all reviews is asked for": each[0],
        "the largest entropy of the batch: the mean over all reviews is asked for": each.max(),
        "the median of the entropies: their mean is asked for": each.median(),
        "a mean over the words: the entropy of each review counts once, however long it is": (each * counts).sum()
        / counts.sum(),
        "an entropy is a sum over the words: it is divided by the length here": each.mean() / longest,
        "one entropy of the mean attention: the mean of the entropies of all reviews is asked for": torch.special.entr(
            weights.mean(dim=0)
        ).sum(),
    }
    return next((hint for hint, other in others.items() if same(added, other)), "") or _mistake_of_epsilon(
        added, weights
    )


def _mistake_of_epsilon(added: Tensor, weights: Tensor) -> str:
    for epsilon in _EPSILONS:
        for logs in ((weights + epsilon).log(), weights.clamp(min=epsilon).log()):
            if same(added, -(weights * logs).sum(dim=1).mean()):
                return f"an epsilon of {epsilon:g} in the logarithm is too large: it must be tiny, 1e-10"
    return ""


def _mistake_of_decision(logits: Tensor) -> str:
    shares, logarithms = logits.sum(dim=1), logits.exp().sum(dim=1)
    if ((logits > 0) & (logits <= 1)).all() or any(
        same(each, torch.ones(len(each)), 1e-3) for each in (shares, logarithms)
    ):
        return _SQUASHED
    if (logits >= 0).all():
        return _CUT_OFF
    return "one nn.Linear on the pooled vectors, and nothing after it"


def _mistake_of_steps(
    moved: Tensor, before: dict[str, Tensor], gradients: list[dict[str, Tensor | None]], lr: float
) -> str:
    for other in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad):
        if _near(moved, _moved(other, before, gradients, lr)):
            return f"these are steps of {other.__name__}: the optimiser that is asked for is torch.optim.Adam"
    expected = _moved(torch.optim.Adam, before, gradients, lr)
    times = (moved @ expected) / (expected @ expected)
    if times > 0 and _near(moved, times * expected):
        return f"steps {times:.3g} times as long: hand lr to the optimiser, torch.optim.Adam(self.parameters(), lr=lr)"
    return "the optimiser that is asked for is torch.optim.Adam, with step size lr, on all that learns"


def _moved(
    optimiser: Callable[..., torch.optim.Optimizer],
    before: dict[str, Tensor],
    gradients: list[dict[str, Tensor | None]],
    lr: float,
) -> Tensor:
    """How far an optimiser moves parameters with these gradients, one number after the other."""
    learning = {name: each.clone().requires_grad_() for name, each in before.items()}
    stepping = optimiser(learning.values(), lr=lr)
    for found in gradients:
        for name, each in learning.items():
            each.grad = found.get(name)
        stepping.step()
    return torch.cat([(learning[name].detach() - each).flatten() for name, each in before.items()])


def _movement(
    model: Module, batches: Sequence[Any], start: dict[str, Tensor] | None = None
) -> tuple[dict[str, Tensor], list[dict[str, Tensor | None]], Tensor]:
    """Train a step on each batch: the parameters before, the gradients of each step, and how far each number moved."""
    looked_at = subject(model)
    looked_at.materialise(batches[0].tokens, batches[0].mask)
    looked_at.load(start or {})
    before = looked_at.parameters()
    gradients = [found for _, found in looked_at.steps(batches)]
    after = looked_at.parameters()
    return before, gradients, torch.cat([(after[name] - each).flatten() for name, each in before.items()])


def _costs_alike(
    other: Callable[[], Module], batches: list[Any], starts: list[dict[str, Tensor]], losses: Tensor
) -> bool:
    """Whether another classifier gives the same losses from the same starts; not if it cannot be built or trained."""
    try:
        its = torch.stack([loss for loss, _ in subject(other()).steps(batches, starts)])
    except Exception:
        return False
    return _alike(its.reshape(losses.shape), losses)


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


def _moves_alike(
    other: Callable[[], Module], batches: Sequence[Any], start: dict[str, Tensor], moved: Tensor, still: Tensor
) -> bool:
    """Whether another classifier moves as far from the same start; not if it cannot be built or trained.

    Where a number is ``still`` in steps of Adam, and moves all the same, it moves as far there too. What has no
    gradient at all in the other classifier is not compared: a penalty of strength 0 gives it a gradient of 0.
    """
    try:
        before, gradients, its = _movement(other(), batches, start)
    except Exception:
        return False
    if its.shape != moved.shape:
        return False
    reached = {name for found in gradients for name, each in found.items() if each is not None}
    known = torch.cat([torch.full((each.numel(),), name in reached) for name, each in before.items()])
    return _near(its[known], moved[known]) and same(its[known & still], moved[known & still], 1e-5)


def _near(moved: Tensor, expected: Tensor) -> bool:
    return bool(expected.any()) and bool((moved - expected).abs().sum() <= 0.05 * expected.abs().sum())


def _first_step(model: Module, batch: Any) -> tuple[Tensor, Tensor | None, Tensor]:
    """The loss of a batch, its gradient for the weights of the :class:`FixedAttention` that is inside, and these.

    Raises:
        Missed: the second step, or one after a step with another attention, finds another loss than the first.
    """
    looked_at = subject(model)
    looked_at.materialise(batch.tokens, batch.mask)
    start = looked_at.parameters()
    names = [name for name, each in start.items() if each.shape == batch.mask.shape]
    if not names:
        frozen = [name for name in looked_at.frozen() if looked_at.state()[name].shape == batch.mask.shape]
        hint = _LEARNS_TOO if frozen else _UNREGISTERED
        raise Missed("the parameters of the pooling among those that learn", "none of them", hint)
    narrower = start | {name: start[name] ** 2 / (start[name] ** 2).sum(dim=1, keepdim=True) for name in names}
    (loss, gradients), *others = looked_at.steps([batch] * 4, [start, start, narrower, start])
    for again in (others[0][0], others[2][0]):
        if not _alike(loss, again):
            raise Missed(f"{loss:.4g} at each step", f"{again:.4g} at another", BY_STEP, "the same batch again")
    return loss, gradients[names[0]], start[names[0]]


def _drawn(looked_at: Subject, seed: int, leave: Collection[torch.Size], size: float) -> dict[str, Tensor]:
    """Numbers at random for the parameters, and their own for those of the shapes to ``leave``."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: each if each.shape in leave else size * torch.randn(each.shape, generator=generator)
        for name, each in looked_at.parameters().items()
    }


def _slope(gradients: dict[str, Tensor | None], way: dict[str, Tensor]) -> Tensor:
    """How the loss rises along a way."""
    each = [
        (gradient * way[name]).sum() for name, gradient in gradients.items() if gradient is not None and name in way
    ]
    return torch.stack([torch.zeros(()), *each]).sum().double()


def _pulls_as(own: OwnEntropy, pull: Tensor, mask: Tensor) -> bool:
    """Whether a pull is that of the student's own entropy on the words, and finite wherever that one is."""
    expected = 2 / len(mask) * own.gradient
    return _alike(pull[mask], expected[mask]) and bool((pull.isfinite() | ~expected.isfinite()).all())


def _or_zeros(gradient: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if gradient is None else gradient


def _alike(first: Tensor, second: Tensor) -> bool:
    return torch.allclose(first.double(), second.double(), rtol=1e-3, atol=1e-4, equal_nan=True)


def _type(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _labelled(batch: Any) -> str:
    return f"a batch of {len(batch.labels)} labelled reviews"


def _mistake_of_pull(came: Tensor, expected: Tensor) -> str:
    if not came.isfinite().all():
        return _LOG_OF_0
    if not came.any():
        return "the entropy is cut off from the weights, or not added: no detach, no no_grad"
    if same(-came, expected, 1e-3):
        return "the sign is flipped: the entropy is added to the loss, so that a narrow attention is cheaper"
    times = float((came * expected).sum() / (expected * expected).sum())
    if times > 0 and same(came, times * expected, 1e-3):
        return (
            f"the pull is {times:.3g} times what it should be: the penalty is the strength times the mean over the "
            "reviews of their entropies, in nats"
        )
    return _PENALTY


def _centred(rows: Tensor, mask: Tensor) -> Tensor:
    """The rows less their means over the words, 0 on padding."""
    words = rows.masked_fill(~mask, 0)
    return (words - words.sum(dim=1, keepdim=True) / mask.sum(dim=1, keepdim=True)).masked_fill(~mask, 0)


def _bits(mask: Tensor) -> str:
    return str(mask.int().tolist())
