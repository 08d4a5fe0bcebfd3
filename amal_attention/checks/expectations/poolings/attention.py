"""Expectations on poolings: modules that read vectors ``(B, L, D)`` and a mask ``(B, L)``, and give a pair.

The pair is ``pooled (B, out_features)`` and ``weights (B, L)``. Each expectation looks at one property, with inputs
that show that one alone: whether a review is read apart from the others is seen on reviews without padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.any_module import is_distribution
from amal_attention.checks.expectations.poolings.diagnosis import (
    mistake_of_law,
    mistake_of_sum,
    mistake_of_value,
    mistake_of_weights,
    mistake_of_zeros,
)
from amal_attention.checks.expectations.poolings.probe import looks, read, read_each, unsteady
from amal_attention.checks.expectations.poolings.wording import reviews_sent
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = [
    "depends_on_first_word_alone",
    "depends_on_mean_alone",
    "depends_on_text",
    "follows_its_parameters",
    "follows_large_scores",
    "gives_zeros_without_words",
    "keeps_weights_of_words",
    "log_weights_affine",
    "one_query_for_all",
    "sums_by_weights",
    "survives_large_scores",
]

Module = nn.Module | Subject

_LENGTHS = (4, 2, 1)

_TRIES = 6
"""How often something that must be seen once is looked for: the ReLU of a narrow layer may hide it in some looks."""
_CLEAR_TRIES = 16
_CLEAR = 1.0  # between two log-weights

_TINY = 1e-30
"""Below this a weight is as good as 0, and its logarithm tells nothing."""

_BENT = "the scores q · x go into the softmax as they are: no sigmoid, no ReLU, no tanh, no clamp before it"
_OVER_COUNT = (
    "scores are divided by the number of words of the text, or by its root: q · x goes into the softmax as it is"
)
_DIVIDES_BY_0 = "0 / 0 is nan: divide by at least 1, clamp(min=1)"
_POOLS_PADDING = "where no place has a weight, pooled is made of something else than the words: sum by the weights"
_WEIGHS_PADDING = "where a text has no word, no place has a weight: padding weighs something here"
_BY_PLACE = "the place of a word must not count: each is compared with the query in the same way"
_ONE_QUERY = "q is a parameter of the module: it is neither computed from the text nor drawn in forward"
_OTHER_FIRST_WORD = "1 review of 3 words, then the same with another first word"


@expectation("a text without words gives zeros")
def gives_zeros_without_words(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """A text of padding alone, in a batch with others, gives zeros: pooled and weights."""
    for looked_at, x, mask in looks(pooling, dim, (3, 2, 3), times=1, seed=seed):
        empty = mask & (torch.arange(3) != 1).unsqueeze(1)
        pooled, weights = read(looked_at, x, empty, finite=False)
        if not (same(pooled[1], torch.zeros_like(pooled[1])) and same(weights[1], torch.zeros_like(weights[1]))):
            likely = _mistake_without_words(pooled[1], weights[1])
            raise Missed(
                "zeros for the text without words",
                f"pooled {numbers(pooled[1])}, weights {numbers(weights[1])}",
                likely or hint,
                f"{reviews_sent(x, mask)}; the second has no word, its mask is False everywhere",
            )


@expectation("a review is a bag of words: in another order, each word keeps its weight")
def keeps_weights_of_words(
    pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """The words of each review turned around: their weights turn with them, and the pooled vector stays as it is."""
    for looked_at, x, mask in looks(pooling, dim, lengths, seed=seed):
        places = torch.arange(x.shape[1])
        from_the_end = mask.sum(dim=1, keepdim=True) - places - 1
        turned = torch.where(from_the_end >= 0, from_the_end, places)
        other = x.take_along_dim(turned.unsqueeze(2), dim=1)
        (expected, weights), (pooled, came) = read_each(looked_at, [(x, mask), (other, mask)])
        if not (same(pooled, expected) and same(came, weights.take_along_dim(turned, dim=1))):
            review = int((pooled - expected).abs().sum(dim=1).argmax())
            raise Missed(
                f"the same pooled vector, {numbers(expected[review])}, and each word's own weight",
                f"{numbers(pooled[review])}, weights {numbers(came[review])} after {numbers(weights[review])}",
                (mistake_of_zeros(weights, mask, x) if (weights[mask] == 0).any() else hint) or _BY_PLACE,
                f"{reviews_sent(x, mask)}; then the same words from last to first",
            )


@expectation("the pooled vector is the sum of the words' values, counted by the weights")
def sums_by_weights(
    pooling: Module,
    dim: int,
    *,
    lengths: Sequence[int] = (3, 3),
    seed: int = 0,
    of_words: bool = False,
    hint: str = "",
) -> None:
    """What a review gives is the sum of what each of its words gives as a review of its own, counted by the weights.

    A review of one word gives the value of that word, since its weight is 1.

    Args:
        pooling: the module.
        dim: D of what it reads.
        lengths: how many words each review has, all equal.
        seed: another seed, other parameters and words.
        of_words: whether the value of a word is the word itself.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for looked_at, x, mask in looks(pooling, dim, lengths, seed=seed):
        words = [(word.reshape(1, 1, -1), mask[:1, :1]) for word in x.flatten(0, 1)]
        (pooled, weights), *answers = read_each(looked_at, [(x, mask), *words])
        values = torch.cat([value for value, _ in answers]).reshape(*mask.shape, -1)
        if of_words and not same(values[0, 0], x[0, 0]) and same(weights.sum(dim=1), torch.ones(len(x))):
            raise Missed(
                f"the word itself, {numbers(x[0, 0])}",
                numbers(values[0, 0]),
                mistake_of_value(values.flatten(0, 1), x.flatten(0, 1)),
                "a review of 1 word",
            )
        totals = (weights.unsqueeze(2) * values).sum(dim=1)
        for review, total in enumerate(totals):
            if not same(total, pooled[review], 1e-3):
                raise Missed(
                    f"{numbers(total)}, the values of its words counted by its weights {numbers(weights[review])}",
                    f"pooled {numbers(pooled[review])}",
                    mistake_of_sum(pooled[review], values[review], weights[review])
                    or hint
                    or "are the weights that you return those that you sum with?",
                    reviews_sent(x, mask),
                )


@expectation("large scores do no harm")
def survives_large_scores(
    pooling: Module, dim: int, *, lengths: Sequence[int] = (4, 4, 4), seed: int = 0, hint: str = ""
) -> None:
    """Vectors a thousand times longer still give finite numbers, and weights that sum to 1; there is no padding."""
    for looked_at, x, mask in looks(pooling, dim, lengths, seed=seed):
        read(looked_at, x, mask)
        pooled, weights = read(looked_at, 1000 * x, mask, finite=False)
        sent = f"{reviews_sent(x, mask)}, a thousand times as long as usual"
        if not (pooled.isfinite().all() and weights.isfinite().all()):
            raise Missed(
                "finite numbers",
                f"weights {numbers(weights)}",
                "exp overflows above 88: subtract the largest score of the review first, as softmax does",
                sent,
            )
        is_distribution(weights, mask, sent, partial(mistake_of_weights, weights, mask))


@expectation("where a parameter is twice as large, the weights are others")
def follows_its_parameters(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """In some look, twice as large numbers of one parameter give other weights: the length of q counts."""
    for looked_at, x, mask in looks(pooling, dim, (4,), seed=seed):
        _, before = read(looked_at, x, mask)
        start = looked_at.parameters()
        for name, each in start.items():
            looked_at.load(start | {name: 2 * each})
            _, weights = read(looked_at, x, mask)
            if not same(weights, before):
                return
    raise Missed(
        "other weights, as q · x is twice as large",
        f"the same weights, {numbers(before[0])}",
        hint or "the length of q counts: q is the parameter as it is, nothing brings it to length 1",
        f"{reviews_sent(x, mask)}, with some parameters, then with one of them twice as large",
    )


@expectation("scores a thousand times as large leave attention to the word with the largest")
def follows_large_scores(pooling: Module, dim: int, *, length: int = 4, seed: int = 0, hint: str = "") -> None:
    """Of vectors a thousand times as long, log-weights differ a thousand times as much: nothing cuts the scores off.

    That holds for scores q · x, with one q for all texts. Looks in which small scores are bent, or hold something else
    besides, are passed over: other expectations tell that.
    """
    compared = 0
    for looked_at, x, mask in looks(pooling, dim, (length,), _CLEAR_TRIES, seed):
        (_, before), (_, weights) = read_each(looked_at, [(x, mask), (3 * x, mask)])
        log_weights, before = (each.clamp(min=_TINY).double().log() for each in (weights, before))
        words = log_weights[0].topk(2).indices
        apart, apart_before = (-each[0, words].diff() for each in (log_weights, before))
        if apart < _CLEAR or not same(apart, 3 * apart_before, 1e-2):
            continue
        compared += 1
        if compared > 3:
            return
        _, came = read(looked_at, 1000 * x, mask)
        expected = (1000 / 3 * log_weights).softmax(dim=1)
        if not same(came, expected, 0.05):
            raise Missed(
                f"weights {numbers(expected)}",
                f"weights {numbers(came)}, of {numbers(weights)} for the vectors themselves",
                hint or _BENT,
                f"{reviews_sent(x, mask)}, then the same a thousand times as long",
            )


@expectation("log-weights are a constant plus q · x: nothing bends the scores")
def log_weights_affine(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """For words at equal steps along a line, the log-weights go in equal steps too."""
    rise = False
    for looked_at, ends, _ in looks(pooling, dim, (2,), _TRIES, seed):
        start, step = ends[0]
        steps = torch.arange(-3.0, 4.0)
        x = (start + steps.unsqueeze(1) * step).unsqueeze(0)
        _, weights = read(looked_at, x, torch.ones(1, len(steps), dtype=torch.bool))
        rises = weights[weights > _TINY].double().log().diff()
        if not same(rises, rises.mean().expand_as(rises), 1e-2):
            raise Missed(
                "the same rise of log-weight from each word to the next",
                f"rises {numbers(rises)}",
                _of_place(looked_at, x) or _mistake_of_law(looked_at, start, step, weights) or hint or _BENT,
                "1 review of 7 words x, x + u, x + 2u ...",
            )
        rise = rise or not same(rises, torch.zeros_like(rises))
    if not rise:
        hint = _no_query(looked_at) or _of_batch(looked_at, x)
        raise Missed("log-weights that rise with q · x", "the same weight for every word", hint)


@expectation("one query serves all reviews: the other words of a review do not change how two words compare")
def one_query_for_all(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """The ratio of the weights of two words is the same beside another word, and in a longer text."""
    for looked_at, x, _ in looks(pooling, dim, (3,), _TRIES, seed):
        other = torch.cat([1 - 2 * x[:, :1], x[:, 1:]], dim=1)
        longer = torch.cat([1 - 2 * x, x[:, 1:]], dim=1)
        first, *others = _odds(looked_at, (x, other, longer), -2, -1)
        beside, later = (f"{each:.3g}" for each in others)
        told = (f"{beside} beside another word", f"{later} in a text of 5 words")
        for second, came, where in zip(others, told, ("beside another word", "in a text of 5 words"), strict=True):
            if not (same(first, second, 1e-3) or bool((first - second).isnan())):
                raise Missed(
                    f"the log of the ratio of their weights to be {first:.3g} in both",
                    came,
                    (_OVER_COUNT if _over_count(first, second) else hint or _of_place(looked_at, x)) or _ONE_QUERY,
                    f"1 review of 3 words, then its last two words {where}",
                )


def _over_count(in_three: Tensor, in_five: Tensor) -> bool:
    """Whether odds in texts of 3 and of 5 words differ as scores over the number of words do, or over its root."""
    return any(same(3**power * in_three, 5**power * in_five, 1e-2) for power in (0.5, 1))


@expectation("attention depends on the text: the other words of a review change how two words compare")
def depends_on_text(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """The ratio of the weights of two words changes with the word that stands before them."""
    odds = []
    for first, second in _odds_beside_other_words(pooling, dim, seed):
        if not same(first, second):
            return
        odds.append(first)
    raise Missed(
        "another ratio of their weights beside another word",
        f"the same, its log is {odds[0]:.3g}" if odds else "a weight of 0",
        hint or "the query is the same for all texts: compute it from the text",
        _OTHER_FIRST_WORD,
    )


@expectation("the query comes from the mean alone: a text of the same mean makes the same query")
def depends_on_mean_alone(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """The ratio of the weights of two words is the same in a text twice as long whose mean is the same."""
    for looked_at, x, _ in looks(pooling, dim, (4,), seed=seed):
        x[:, 0] = -x[:, 2]
        other = torch.cat([x, x], dim=1)
        other[:, 0], other[:, 1] = 0, x[:, 1] - x[:, 2]  # a word whose vector is zeros counts as any other
        first, second = _odds(looked_at, (x, other), 2, 3)
        if not (same(first, second, 1e-3) or (first - second).isnan()):
            raise Missed(
                f"the log of the ratio of their weights to be {first:.3g} in both",
                f"{second:.3g} in the second",
                hint or "the query is a function of the mean of the words: not of one word, of their sum or maximum",
                "1 review of 4 words, then 1 of 8 words with the same mean and two words in common",
            )


@expectation("built on the first word in place of the mean, the query comes from it alone")
def depends_on_first_word_alone(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """The ratio of the weights of two words is the same beside another third word, the first one being the same."""
    for looked_at, x, _ in looks(pooling, dim, (4,), seed=seed):
        other = x.index_put((torch.tensor(0), torch.tensor(1)), 1 - 2 * x[0, 1])
        first, second = _odds(looked_at, (x, other), 2, 3)
        if not (same(first, second, 1e-3) or (first - second).isnan()):
            raise Missed(
                f"the log of the ratio of their weights to be {first:.3g} in both",
                f"{second:.3g} in the second",
                hint or "the query is a function of what the pooling of question 1 gives, and of nothing else",
                "1 review of 4 words, then the same with another second word",
            )


def _mistake_without_words(pooled: Tensor, weights: Tensor) -> str:
    """What the pooled vector and the weights of a text without words show."""
    if not (pooled.isfinite().all() and weights.isfinite().all()):
        return _DIVIDES_BY_0
    return _WEIGHS_PADDING if weights.any() else _POOLS_PADDING


def _of_place(looked_at: Subject, x: Tensor) -> str:
    """Whether the words of one review weigh otherwise where they stand in another order."""
    mask = torch.ones(x.shape[:2], dtype=torch.bool)
    (_, weights), (_, turned) = read_each(looked_at, [(x, mask), (x.flip(1), mask)], finite=False)
    drawn = unsteady(looked_at, (x, mask), read(looked_at, x, mask, finite=False))
    return drawn or ("" if same(turned.flip(1), weights) else _BY_PLACE)


def _mistake_of_law(looked_at: Subject, start: Tensor, step: Tensor, weights: Tensor) -> str:
    """What bends the scores, seen on a line of words far apart too."""
    steps = torch.arange(-3.0, 4.0)
    far = (start + 1000 * steps.unsqueeze(1) * step).unsqueeze(0)
    mask = torch.ones(1, len(steps), dtype=torch.bool)
    further = (start + 3 * steps.unsqueeze(1) * step).unsqueeze(0)
    (_, weights_far), (_, weights_further) = read_each(looked_at, [(far, mask), (further, mask)], finite=False)
    if not weights_far.isfinite().all():
        return ""
    return mistake_of_law(weights[0], weights_far[0]) or mistake_of_law(weights_further[0], weights_far[0])


def _odds_beside_other_words(pooling: Module, dim: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The log-ratio of the weights of the two last words, in two reviews that differ in their first word."""
    for looked_at, x, _ in looks(pooling, dim, (3,), _TRIES, seed):
        other = x.clone()
        other[:, 0] = -2 * x[:, 0] + 1
        first, second = _odds(looked_at, (x, other), 1, 2)
        if not (first - second).isnan():
            yield first, second


def _odds(pooling: Subject, texts: Sequence[Tensor], one: int, other: int) -> list[Tensor]:
    """The log-ratio of the weights of two words, in reviews without padding; nan if a weight is as good as 0."""
    odds = []
    for _, weights in read_each(pooling, [(x, torch.ones(x.shape[:2], dtype=torch.bool)) for x in texts]):
        compared = weights[0, [one, other]].double().abs()
        odds.append((compared.log() @ torch.tensor([1.0, -1.0]).double()).where((compared > _TINY).all(), torch.nan))
    return odds


def _of_batch(looked_at: Subject, x: Tensor) -> str:
    """Which mistake the weights of a review that stands twice in a batch show; empty if each of them has its own."""
    mask = torch.ones(2, x.shape[1], dtype=torch.bool)
    _, weights = read(looked_at, x.expand(2, -1, -1), mask, finite=False)
    return "" if same(weights.sum(dim=1), torch.ones(2)) else mistake_of_weights(weights, mask)


def _no_query(looked_at: Subject) -> str:
    return "" if looked_at.parameters() else "the module has no parameter: a query that is learned is an nn.Parameter"
