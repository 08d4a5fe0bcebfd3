"""Expectations on poolings: modules that read vectors ``(B, L, D)`` and a mask ``(B, L)``, and give a pair.

The pair is ``pooled (B, out_features)`` and ``weights (B, L)``. Each expectation looks at one property, with inputs
that show that one alone: whether a review is read apart from the others is seen on reviews without padding.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.inputs import some_reviews
from amal_attention.checks.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, reviews_sent, shape

__all__ = [
    "depends_on_text",
    "ignores_padding",
    "log_weights_affine",
    "one_query_for_all",
    "reads_each_alone",
    "reads_order",
    "shapes",
    "simplex",
    "sums_by_weights",
    "survives_large_scores",
]

Module = nn.Module | Subject

_PADDED_SOFTMAX = "rows sum to 1 only with padding counted: is the mask applied before the softmax?"
_COUNTS_PADDING = (
    "padding is counted in a sum or a mean: divide by the number of words, mask.sum(dim=1), not by the length; "
    "and a recurrent layer that reads from the right meets the padding first"
)


@expectation("pooled is (B, out_features) and weights (B, L), for any B and L")
def shapes(pooling: Module, dim: int, out_features: int, *, hint: str = "") -> None:
    """Shapes for several reviews, for a batch of one, and for a review of one word; ``out_features`` is an attribute.

    Args:
        pooling: the module.
        dim: D of what it reads.
        out_features: the width of what it gives.
        hint: for a miss without a likely mistake of its own.
    """
    declared = getattr(pooling, "out_features", None)
    if declared != out_features:
        raise Missed(f"out_features = {out_features}", f"out_features = {declared!r}", "set self.out_features", "")
    for lengths in ((4, 2, 1), (3,), (1,), (2, 2)):
        x, mask = some_reviews(dim, lengths)
        pooled, _ = _read(subject(pooling).eval(), x, mask)
        if pooled.shape != (len(lengths), out_features):
            raise Missed(
                f"pooled of shape ({len(lengths)}, {out_features})",
                f"pooled of shape {shape(pooled)}",
                _mistake_of_pooled(pooled, len(lengths), dim),
                reviews_sent(x, mask),
            )


@expectation("weights sum to 1 over the words of a review, and are 0 on padding")
def simplex(pooling: Module, dim: int, *, hint: str = "") -> None:
    """Weights are a distribution over the words of each review."""
    x, mask = some_reviews(dim, (4, 2, 1))
    _, weights = _read(randomised(pooling), x, mask)
    _distribution(weights, mask, reviews_sent(x, mask))


@expectation("padding changes nothing: neither what stands there, nor how much of it there is")
def ignores_padding(pooling: Module, dim: int, *, hint: str = "") -> None:
    """The same answer with zeros under the padding, with other numbers there, and with more padding."""
    looked_at = randomised(pooling)
    x, mask = some_reviews(dim, (4, 2, 1))
    empty = x * mask.unsqueeze(2)
    longer = torch.cat([empty, torch.zeros(len(x), 3, dim)], dim=1)
    longer_mask = torch.cat([mask, torch.zeros(len(x), 3, dtype=torch.bool)], dim=1)
    pooled, weights = _read(looked_at, empty, mask)
    variants = {
        "with 3 more places of padding": _read(looked_at, longer, longer_mask),
        "with numbers under the padding in place of zeros": _read(looked_at, x, mask),
    }
    for variant, (other, other_weights) in variants.items():
        if not (same(pooled, other) and same(weights * mask, other_weights[:, : mask.shape[1]] * mask)):
            review = int((pooled - other).abs().sum(dim=1).argmax())
            leaks = bool((weights * ~mask).abs().max() > 1e-4)
            raise Missed(
                f"the same pooled vector, {numbers(pooled[review])}",
                f"{numbers(other[review])} for review {review + 1}",
                _PADDED_SOFTMAX if leaks else _mistake_of_padding(variant, hint),
                f"{reviews_sent(x, mask)}; then the same {variant}",
            )


@expectation("a review is read by itself, whatever stands beside it in the batch")
def reads_each_alone(pooling: Module, dim: int, *, hint: str = "") -> None:
    """Reviews of the same length give alone what they give together."""
    looked_at = randomised(pooling)
    x, mask = some_reviews(dim, (4, 4, 4))
    pooled, weights = _read(looked_at, x, mask)
    for review in range(len(x)):
        alone, alone_weights = _read(looked_at, x[review : review + 1], mask[review : review + 1])
        if not (same(alone[0], pooled[review]) and same(alone_weights[0], weights[review])):
            raise Missed(
                f"what it gives alone, {numbers(alone[0])}",
                f"{numbers(pooled[review])} for review {review + 1} of the batch",
                _mistake_of_batch(weights, hint),
                f"{reviews_sent(x, mask)}; then each in a batch of one",
            )


@expectation("the pooled vector is the sum of the words' values, counted by the weights")
def sums_by_weights(pooling: Module, dim: int, *, hint: str = "") -> None:
    """What a review gives is the sum of what each of its words gives as a review of its own, counted by the weights.

    A review of one word gives the value of that word, since its weight is 1.
    """
    looked_at = randomised(pooling)
    x, mask = some_reviews(dim, (3, 3))
    pooled, weights = _read(looked_at, x, mask)
    for review in range(len(x)):
        total = torch.zeros_like(pooled[review])
        for place in range(x.shape[1]):
            value, _ = _read(looked_at, x[review : review + 1, place : place + 1], mask[:1, :1])
            total = total + weights[review, place] * value[0]
        if not same(total, pooled[review], 1e-3):
            raise Missed(
                f"{numbers(total)}, the values of its words counted by its weights {numbers(weights[review])}",
                f"pooled {numbers(pooled[review])}",
                hint or "are the weights that you return those that you sum with?",
                reviews_sent(x, mask),
            )


@expectation("large scores do no harm")
def survives_large_scores(pooling: Module, dim: int, *, hint: str = "") -> None:
    """Vectors a thousand times longer still give finite numbers, and weights that sum to 1."""
    x, mask = some_reviews(dim, (4, 2, 1))
    pooled, weights = _read(randomised(pooling), 1000 * x, mask)
    if not (pooled.isfinite().all() and weights.isfinite().all()):
        raise Missed(
            "finite numbers",
            f"weights {numbers(weights)}",
            "exp overflows above 88: subtract the largest score first, as softmax does",
            f"{reviews_sent(x, mask)}, a thousand times as long as usual",
        )
    _distribution(weights, mask, f"{reviews_sent(x, mask)}, a thousand times as long as usual")


@expectation("log-weights are a constant plus q · x: nothing bends the scores")
def log_weights_affine(pooling: Module, dim: int, *, hint: str = "") -> None:
    """For words at equal steps along a line, the log-weights go in equal steps too."""
    looked_at = randomised(pooling)
    start, step = some_reviews(dim, (2,))[0][0]
    steps = torch.arange(-3.0, 4.0)
    x = (start + steps.unsqueeze(1) * step).unsqueeze(0)
    mask = torch.ones(1, len(steps), dtype=torch.bool)
    _, weights = _read(looked_at, x, mask)
    rises = weights[0].clamp(min=1e-30).log().diff()
    if not same(rises, rises.mean().expand_as(rises), 1e-2):
        raise Missed(
            "the same rise of log-weight from each word to the next",
            f"rises {numbers(rises)}",
            hint or "the scores q · x go into the softmax as they are: no sigmoid, no ReLU, no tanh before it",
            "1 review of 7 words x, x + u, x + 2u ...",
        )
    if same(rises, torch.zeros_like(rises)):
        raise Missed("log-weights that rise with q · x", "the same weight for every word", _no_query(looked_at))


@expectation("one query serves all reviews: the other words of a review do not change how two words compare")
def one_query_for_all(pooling: Module, dim: int, *, hint: str = "") -> None:
    """The ratio of the weights of two words is the same, whatever third word stands beside them."""
    first, second, sent = _odds_beside_other_words(pooling, dim)
    if not same(first, second, 1e-3):
        raise Missed(
            f"the log of the ratio of their weights to be {first:.3g} in both",
            f"{second:.3g} beside the other word",
            hint or "q is a parameter of the module: it is neither computed from the text nor drawn in forward",
            sent,
        )


@expectation("attention depends on the text: the other words of a review change how two words compare")
def depends_on_text(pooling: Module, dim: int, *, hint: str = "") -> None:
    """The ratio of the weights of two words changes with the word that stands before them."""
    first, second, sent = _odds_beside_other_words(pooling, dim)
    if same(first, second, 1e-4):
        raise Missed(
            "another ratio of their weights beside another word",
            f"the same, its log is {first:.3g}",
            hint or "the query is the same for all texts: compute it from the text",
            sent,
        )


@expectation("the order of the words matters")
def reads_order(pooling: Module, dim: int, *, hint: str = "") -> None:
    """The same words in another order give another pooled vector."""
    looked_at = randomised(pooling)
    x, mask = some_reviews(dim, (4,))
    pooled, _ = _read(looked_at, x, mask)
    turned, _ = _read(looked_at, x.flip(1), mask)
    if same(pooled, turned, 1e-4):
        raise Missed(
            "another pooled vector for the same words from last to first",
            f"the same, {numbers(pooled[0])}",
            hint or "attention looks at the embeddings: let it look at the states of the recurrent layer",
            reviews_sent(x, mask),
        )


def _read(pooling: Subject, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """What a pooling gives, in the shape of an answer: a pair of tensors, the weights ``(B, L)``."""
    reply = pooling(x, mask)
    sent = reviews_sent(x, mask)
    if not (isinstance(reply, tuple) and len(reply) == 2 and all(isinstance(each, Tensor) for each in reply)):
        raise Missed("the pair of tensors (pooled, weights)", kind(reply), "return both, pooled first", sent)
    pooled, weights = (each.detach() for each in reply)
    if weights.shape != mask.shape:
        raise Missed(
            f"weights of shape {shape(mask)}", f"shape {shape(weights)}", _mistake_of_weights(weights, x), sent
        )
    return pooled, weights


def _distribution(weights: Tensor, mask: Tensor, sent: str) -> None:
    words = weights.masked_fill(~mask, 0).sum(dim=1)
    padding = weights.masked_fill(mask, 0).abs().sum(dim=1)
    fine = weights.isfinite().all() and (weights >= 0).all() and not padding.any()
    if not (fine and same(words, torch.ones_like(words))):
        raise Missed(
            "sums of 1 over the words, and 0 on padding",
            f"sums of {numbers(words)} over the words, and {numbers(padding)} on padding",
            _mistake_of_distribution(weights, mask, words, padding),
            sent,
        )


def _mistake_of_distribution(weights: Tensor, mask: Tensor, words: Tensor, padding: Tensor) -> str:
    """Which mistake the weights show, looked for from the plainest to the least."""
    padded = ~mask.all(dim=1)
    columns = weights.sum(dim=0)
    signs = {
        "there is a nan or an infinite number: softmax over nothing but -inf, or an exp that overflows": not (
            weights.isfinite().all()
        ),
        "a weight is negative: scores become weights through a softmax": (weights < 0).any(),
        "the softmax goes over the batch: take it over the words, dim=1": same(columns, torch.ones_like(columns)),
        "the mask is inverted: it is True on words, so hide the places where it is False": (
            (words[padded] < 1e-3).all() and padding.any()
        ),
        _PADDED_SOFTMAX: padding.any(),
        "weights were set to 0 on padding after the softmax, and no longer sum to 1: mask the scores before it": (
            (words[padded] < 1 - 1e-4).all() and same(words[~padded], torch.ones_like(words[~padded]))
        ),
    }
    return next((hint for hint, seen in signs.items() if seen), "weights come out of a softmax over the words, dim=1")


def _mistake_of_weights(weights: Tensor, x: Tensor) -> str:
    if weights.numel() == x.shape[0] * x.shape[1]:
        return "the numbers are there: an axis of length 1 is left over, or squeeze() took one too many; give it a dim"
    if weights.shape == x.shape:
        return "one weight for each number of a word: first reduce each word to one score"
    return "one weight a word"


def _mistake_of_pooled(pooled: Tensor, batch: int, dim: int) -> str:
    if pooled.ndim == 1:
        return "the batch axis is gone: squeeze() also squeezes a batch of one; give it a dim"
    if pooled.ndim == 2 and pooled.shape == (batch, dim):
        return "it has the width of the embeddings: are they what you sum, in place of the values or states?"
    if pooled.shape[0] != batch:
        return "another number of reviews than was sent: is a batch size written into the code?"
    return ""


def _mistake_of_padding(variant: str, hint: str) -> str:
    if variant.startswith("with numbers"):
        return "what stands under the padding is added in: count only the places where the mask is True"
    return hint or _COUNTS_PADDING


def _mistake_of_batch(weights: Tensor, hint: str) -> str:
    columns = weights.sum(dim=0)
    if same(columns, torch.ones_like(columns)):
        return "the softmax goes over the batch: take it over the words, dim=1"
    return hint or "reviews are mixed: a recurrent layer needs batch_first=True, and a softmax or a sum dim=1"


def _odds_beside_other_words(pooling: Module, dim: int) -> tuple[Tensor, Tensor, str]:
    """The log-ratio of the weights of the two last words, in two reviews that differ in their first word."""
    looked_at = randomised(pooling)
    x, mask = some_reviews(dim, (3,))
    other = x.clone()
    other[:, 0] = -2 * x[:, 0] + 1
    odds = []
    for each in (x, other):
        _, weights = _read(looked_at, each, mask)
        logs = weights[0].clamp(min=1e-30).log()
        odds.append(logs[1] - logs[2])
    return odds[0], odds[1], "1 review of 3 words, then the same with another first word"


def _no_query(looked_at: Any) -> str:
    return "" if looked_at.parameters() else "the module has no parameter: a query that is learned is an nn.Parameter"
