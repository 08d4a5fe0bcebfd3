"""Which mistake a wrong answer of a pooling shows: what known mistakes would have given on these very inputs.

Where none of them fits, it is said what differs, and nothing is guessed.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from amal_attention.checks.values import same

__all__ = [
    "MASK_BEFORE_SOFTMAX",
    "MEAN_FOR_SUM",
    "NOT_FINITE",
    "OF_MASK",
    "mistake_among_others",
    "mistake_of_law",
    "mistake_of_mean",
    "mistake_of_nan",
    "mistake_of_sum",
    "mistake_of_value",
    "mistake_of_weights",
    "mistake_of_zeros",
    "permuted",
    "wrong_means",
]

NOT_FINITE = (
    "there is a nan or an infinite number: softmax over nothing but -inf (is the mask inverted?), 0 / 0, "
    "or an exp that overflows"
)
MASK_BEFORE_SOFTMAX = (
    "rows sum to 1 only with padding counted: is the mask applied before the softmax? "
    "scores there are -inf, or as low as -1e9"
)

MEAN_FOR_SUM = "this is the sum divided by the length: sum over the words, dim=1, in place of a mean"

_SOFTMAX = "weights come out of a softmax over the words, dim=1, and nothing is done to them after it"
_ONES = (
    "every word weighs 1, and nothing makes that a sum of 1: weights come out of a softmax over the words, dim=1, not "
    "over an axis of length 1"
)
_BATCH_SOFTMAX = "the softmax goes over the batch: take it over the words, dim=1"
_WHOLE_SOFTMAX = "all weights of the batch sum to 1 together: take the softmax over the words of each review, dim=1"
_CUT_AFTER = (
    "weights were set to 0 on padding after the softmax, and no longer sum to 1: mask the scores before it; "
    "for a mean, divide by the number of words"
)
_LITTLE_OFF = (
    "the weights sum to a little less or more than 1: no epsilon in the divisor, and no numbers of half precision"
)
_LOGARITHMS = "these are logarithms of weights: take softmax in place of log_softmax, or their exp"
_INVERTED = "the mask is inverted: it is True on words, so hide the places where it is False"
_EMPTY = "a text without words gives nan: 0 / 0, or a softmax over nothing but -inf; it gives zeros"
OF_MASK = "this is a softmax of the mask, and padding still weighs something: divide the mask by the number of words"
_COUNTED = "padding is counted: each place weighs 1 / the length; divide by the number of words, mask.sum(dim=1)"
_LITTLE = "padding still weighs a little: scores there are -inf, or as low as -1e9, before the softmax"
_BETWEEN_0_AND_1 = "scores lie between 0 and 1 before the softmax: a sigmoid, or a softmax that is taken twice"
_BETWEEN_1_AND_1 = "scores lie between -1 and 1 before the softmax: a tanh, or the cosine, which takes the norm away"
_RELU = "scores below 0 all count the same: no ReLU before the softmax, it keeps words from being pushed down"
_SIGMOID = "words with a positive score all weigh the same: a softmax, exp(q · x) over its sum, in place of a sigmoid"
_FLOOR = "no weight falls below a floor: something even is mixed into the softmax"
_LEVELS_OFF = "scores level off as words grow: no tanh, sigmoid or norm between q · x and the softmax, no hidden layer"
_EVEN_FUNCTION = "scores rise and fall again along a line: no square, absolute value or hidden layer, q · x as it is"
_ZERO_VECTOR = (
    "a word whose vector is zeros is taken for padding: the mask tells where the words are, not their vectors"
)
_REORDERED = "the reviews come back in another order: what is sorted by length must be put back, or not be sorted"
_OTHERS = (
    "what a review gives depends on the reviews beside it: is a mean, a maximum, a sum or a norm taken over the batch, "
    "dim=0 or no dim at all? Each review has its own, over its words, dim=1"
)


def mistake_of_weights(weights: Tensor, mask: Tensor) -> str:
    """Which mistake weights show that are no distribution over words, looked for from the plainest to the least."""
    words = weights.masked_fill(~mask, 0).sum(dim=1)
    padding = weights.masked_fill(mask, 0).abs().sum(dim=1)
    padded = ~mask.all(dim=1)
    columns = weights.sum(dim=0)
    even = _even_weights(weights, mask)
    signs = (
        (_INVERTED, padded.any() and (words[padded] < 1e-3).all() and (padding[padded] > 0.5).all()),
        (_ONES, same(weights[mask], torch.ones_like(weights[mask])) and (mask.sum(dim=1) > 1).any()),
        (mistake_of_nan(weights, mask), not weights.isfinite().all()),
        (_LOGARITHMS, _are_logarithms(weights, mask)),
        ("a weight is negative: scores become weights through a softmax", (weights < 0).any()),
        (_BATCH_SOFTMAX, len(weights) > 1 and same(columns, torch.ones_like(columns))),
        (_WHOLE_SOFTMAX, len(weights) > 1 and same(weights.sum(), torch.ones(()))),
        (_even_on_padding(weights, mask), padding.any() and even is not None),
        (_REORDERED, _of_other_lengths(weights, mask)),
        (_LITTLE, padding.any() and (padding < 1e-2).all()),
        (MASK_BEFORE_SOFTMAX, padding.any()),
        (_mistake_of_divisor(even, mask), even is not None),
        (_LITTLE_OFF, not padding.any() and (words - 1).abs().max() < 0.05),
        (_CUT_AFTER, (words[padded] < 1 - 1e-4).all() and same(words[~padded], torch.ones_like(words[~padded]))),
    )
    return next((hint for hint, seen in signs if seen and hint), _SOFTMAX)


def mistake_of_nan(weights: Tensor, mask: Tensor, pooled: Tensor | None = None) -> str:
    """What weights ``(B, L)`` show that are not all finite, or finite weights beside such pooled vectors."""
    all_of_it = weights if pooled is None else torch.cat([weights, pooled], dim=1)
    counts = mask.sum(dim=1)
    if all_of_it[counts > 0].isfinite().all():
        return _EMPTY
    if (counts > 1).any() and same(weights[mask], torch.ones_like(weights[mask])):
        return _ONES
    full = mask.all(dim=1)
    hidden = weights[~full][mask[~full]]  # what a mask that is inverted leaves of the words beside padding
    if full.any() and len(hidden) and weights[full].isnan().all() and same(hidden, torch.zeros_like(hidden)):
        return _INVERTED
    return NOT_FINITE


def wrong_means(x: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """What known mistakes give for the mean of the words, ``(B, D)`` each, by the hint that names them.

    Args:
        x: vectors ``(B, L, D)``, those on padding too.
        mask: ``(B, L)``, True on words.
    """
    count = mask.sum(dim=1, keepdim=True).clamp(min=1)
    hidden = ~mask.unsqueeze(2)
    words = (x * mask.unsqueeze(2)).sum(dim=1)
    return {
        "padding is counted in the mean: divide by the number of words": x.mean(dim=1),
        "what stands under the padding is added in": x.sum(dim=1) / count,
        "the sum of the words is divided by the length": words / x.shape[1],
        "this is the sum: divide by the number of words": words,
        "this is the sum, of padding too: count only the words, and divide by their number": x.sum(dim=1),
        "the sum of the words is divided by n + 1, not by n": words / (count + 1),
        "this is the maximum of the words: their mean is asked for": x.masked_fill(hidden, -math.inf).amax(dim=1),
        "this is the median of the words: their mean is asked for": x.masked_fill(hidden, math.nan).nanmedian(dim=1)[0],
        "the mean is made of length 1: it is asked for as it is": nn.functional.normalize(words, dim=1),
    }


def mistake_of_mean(pooled: Tensor, x: Tensor, mask: Tensor) -> str:
    """Which wrong mean of the words the pooled vectors are; empty if they are none."""
    if mask.all():
        return ""
    return next((hint for hint, mean in wrong_means(x, mask).items() if same(pooled, mean)), "")


def mistake_among_others(
    alone: tuple[Tensor, Tensor], together: tuple[Tensor, Tensor], *, reviews: int | None = None, otherwise: str = ""
) -> str:
    """Why reviews of one length give other answers in a batch than each alone.

    Args:
        alone: pooled and weights, a row for each review that was read alone.
        together: the same for the batch.
        reviews: how many rows of the batch are compared; all, if it is not given.
        otherwise: what else is known of it, where none of the mistakes that show here fits.
    """
    (pooled, weights), (came, weights_then) = alone, together
    columns = weights_then.sum(dim=0)
    rest = came[: reviews or len(came)]
    if same(columns, torch.ones_like(columns)):
        return _BATCH_SOFTMAX
    if permuted(pooled, came):
        return _REORDERED
    if _proportional(weights, weights_then[: len(weights)]):
        return (
            "the weights are divided by something of the whole batch: each review by its own sum, dim=1, keepdim=True"
        )
    if len(weights_then) > 1 and same(weights_then, weights_then[:1].expand_as(weights_then)):
        return "every review gets the weights of the first: compute them for each review, x and not x[0]"
    if same(pooled[:1], rest[:1]) and not same(pooled, rest):
        return (
            "only the first review of the batch is right, as the batch is taken for time: a recurrent layer has "
            "batch_first=True, and positions are added to the words, one for each place of the text"
        )
    return otherwise or _OTHERS


def permuted(rows: Tensor, came: Tensor) -> bool:
    """Whether all the rows came, but some at other places."""
    if rows.shape[1:] != came.shape[1:] or same(rows, came[: len(rows)]):
        return False
    return all(any(same(row, other) for other in came) for row in rows)


def mistake_of_sum(pooled: Tensor, values: Tensor, weights: Tensor) -> str:
    """What one review gives in place of the sum of its values, ``(L, V)``, by its weights, ``(L,)``."""
    total, count = weights @ values, len(values)
    if not same(weights.sum(), torch.ones(())):
        return ""  # then the weights are at fault, and others say so
    sums = {
        MEAN_FOR_SUM: total / count,
        "this is the plain mean of the words: sum them by the weights": values.mean(dim=0),
        "this is the plain sum of the words: sum them by the weights": values.sum(dim=0),
        "the sign is flipped": -total,
    }
    return next((hint for hint, wrong in sums.items() if same(pooled, wrong, 1e-3)), "")


def mistake_of_value(values: Tensor, words: Tensor) -> str:
    """What stands in the place of the words, ``(N, D)``, that are to be summed as they are."""
    if values.shape != words.shape:
        return ""
    factor = float((values * words).sum() / (words * words).sum())
    if same(values, factor * words, 1e-3):
        return (
            f"the words are {factor:.3g} times as long as they should be: they are summed as they are, by the weights"
        )
    if same(values, nn.functional.normalize(words, dim=1), 1e-3):
        return "the words are made of length 1 before they are summed: sum them as they are"
    return "something else than the words is summed, a map of them for instance: their value is the word itself"


def mistake_of_zeros(weights: Tensor, mask: Tensor, x: Tensor) -> str:
    """Why some words, x ``(B, L, D)``, have no weight at all."""
    without = mask & (weights == 0)
    if not without[x.any(dim=2)].any():
        return _ZERO_VECTOR
    reached = torch.arange(mask.shape[1]) < (mask & ~without).any(dim=0).nonzero().max() + 1
    if not without[:, reached][x[:, reached].any(dim=2)].any():
        return f"words after the first {int(reached.sum())} have no weight: a long text is read to its end"
    return "only the best words have weight: a softmax gives some to each, however little"


def mistake_of_law(near: Tensor, far: Tensor) -> str:
    """What bends the scores, told by the weights of words at equal steps along a line.

    Args:
        near: weights of words at small steps.
        far: the same at steps a thousand times as long.
    """
    if bool((near < 0).any() or (far < 0).any()):
        return ""
    logs = far.clamp(min=1e-30).double().log()
    spread = float(logs.max() - logs.min())
    rises = near.clamp(min=1e-30).double().log().diff()
    still = rises.abs() < 1e-5
    moving = rises[~still]
    flat = same(logs[:2].diff(), torch.zeros(1)) and same(logs[-2:].diff(), torch.zeros(1))
    one_way = bool((rises > -1e-6).all() or (rises < 1e-6).all())
    signs = (
        (_BETWEEN_0_AND_1, spread < 1.01 and one_way),
        (_BETWEEN_1_AND_1, spread < 2.01),
        (_RELU, still.any() and len(moving) > 0 and not flat and _steady(moving[1:-1])),
        (_SIGMOID, int((far > 0.5 / len(far)).sum()) > 1 and bool((far < 1e-6).any())),
        (
            _FLOOR,
            float(far.min()) > 1e-6 and same(logs.sort().values[:-1], logs.min().expand(len(logs) - 1)),
        ),
        (_LEVELS_OFF, flat),
        (
            _EVEN_FUNCTION,
            (rises > 0).any() and (rises < 0).any() and float(rises.sum().abs()) < float(rises.abs().sum()),
        ),
    )
    return next((hint for hint, seen in signs if seen), "")


def _steady(rises: Tensor) -> bool:
    return same(rises, rises.mean().expand_as(rises))


def _even_weights(weights: Tensor, mask: Tensor) -> Tensor | None:
    """The one weight that all words of a review have, for each review; None if some differ, or are 0."""
    count = mask.sum(dim=1)
    each = weights.masked_fill(~mask, 0).sum(dim=1) / count.clamp(min=1)
    if not bool((count > 1).any()) or not each.isfinite().all() or bool((each[count > 0] <= 0).any()):
        return None
    return each if same(weights[mask], each.unsqueeze(1).expand_as(weights)[mask]) else None


def _even_on_padding(weights: Tensor, mask: Tensor) -> str:
    """What even weights show that padding has too."""
    padded = ~mask.all(dim=1)
    if same(weights[padded], torch.full_like(weights[padded], 1 / weights.shape[1])):
        return _COUNTED
    share = mask.to(weights.dtype).softmax(dim=1)
    return OF_MASK if same(weights, share) else ""


def _mistake_of_divisor(even: Tensor | None, mask: Tensor) -> str:
    """By what even weights were divided, in place of the number of words."""
    if even is None:
        return ""
    counts = mask.sum(dim=1).to(even.dtype)
    divisors = {
        "the weights are divided by the length: divide by the number of words, mask.sum(dim=1)": len(mask[0]),
        "the weights are divided by n + 1, and their sum is too small: clamp(min=1) guards against n = 0": counts + 1,
        "every review is divided by the number of words of the first: each by its own, mask.sum(dim=1)": counts[0],
        "the weights are divided by all the words of the batch: each review by its own, mask.sum(dim=1)": counts.sum(),
        "the weights are divided by the mean number of words in the batch: each review by its own": counts.mean(),
        "the weights are divided by the root of the number of words: divide by the number of words": counts.sqrt(),
    }
    came = 1 / even[counts > 0]
    for hint, divisor in divisors.items():
        if same(came, torch.as_tensor(divisor).to(came.dtype).expand_as(counts)[counts > 0]):
            return hint
    over = came - counts[counts > 0]
    if float(over.abs().max()) < 0.5 and same(over, over.mean().expand_as(over)):
        return "the sum of the weights is a little off 1: an epsilon in the divisor; clamp(min=1) guards against n = 0"
    return ""


def _of_other_lengths(weights: Tensor, mask: Tensor) -> bool:
    """Whether each row is a distribution over the words of another review of the batch."""
    counts, came = mask.sum(dim=1), (weights.abs() > 1e-12).sum(dim=1)
    sums = weights.sum(dim=1)
    return (
        same(sums, torch.ones_like(sums))
        and not bool((counts == came).all())
        and bool((counts.sort().values == came.sort().values).all())
    )


def _are_logarithms(weights: Tensor, mask: Tensor) -> bool:
    sums = weights.exp().masked_fill(~mask, 0).sum(dim=1)
    return bool((weights[mask] <= 0).all()) and same(sums, torch.ones_like(sums))


def _proportional(weights: Tensor, other: Tensor) -> bool:
    """Whether the rows differ by a factor alone."""
    if weights.shape != other.shape or bool((weights.sum(dim=1) == 0).any() or (other.sum(dim=1) == 0).any()):
        return False
    first, second = (each / each.sum(dim=1, keepdim=True) for each in (weights, other))
    return same(first, second) and not same(weights, other)
