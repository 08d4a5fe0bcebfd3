"""Expectations on attention over the states of a recurrent network, of which nothing but the replies is known.

A text of one word gives its state h₁, since its weight is 1. From left to right that state is the same where a second
word follows, and then pooled = w₁h₁ + w₂h₂ tells h₂; from right to left it is the state of the last word that stays. So
states can be seen, and what attention makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.poolings.probe import read, read_each
from amal_attention.checks.expectations.poolings.wording import reviews_sent
from amal_attention.checks.probes.texts import some_texts
from amal_attention.checks.subjects.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["attends_states", "carries_memory", "reads_leftward", "reads_order", "unexplained", "uses_last_layer"]

Module = nn.Module | Subject

_SEEN = 0.03
"""A weight below it tells too little of a state."""
_SMALL = 1e-3
"""A share of how much something varies: of right answers it is less than 1e-5, of wrong ones more than 1e-2."""
_LARGEST = 10
"""Of the numbers of a state, be the first one a parameter; what grows with the words is larger."""
_TRIES = 6
_STRENGTHS = (2, 1, 0.5)
"""What parameters are multiplied by, in one look after the other."""
_BENT = (
    "the scores are q · h_i, with h_i the states that the weights sum: nothing bends them, and nothing else is summed"
)
_NO_STATE = (
    "a text of one word gives the state of that word, which GRU and LSTM keep between -1 and 1: nothing is added to "
    "it, and no layer stands behind it"
)
_BENT_STATE = (
    "the states are summed as the network gives them, below 0 too: no ReLU, no absolute value, no sigmoid of them"
)
_EMBEDDINGS = "attention looks at the embeddings, not at the states"
_WORDS_SUMMED = "what is summed knows nothing of the words before: sum the states of the recurrent layer"
_NO_SCORES = "the same weight for every word: attention does not look at the states"
_FROM_TEXT = "q is a parameter, the same for all texts: it is computed from no word and from no state"
_OVER_COUNT = "scores are divided by the number of words of the text: q · h goes into the softmax as it is"
_ONE_WAY = "is bidirectional used? Nothing is read from right to left"
_NOT_TURNED = "a leftward state stands at another word than its own: turn the states back before you join them"
_ONE_LAYER = "is num_layers used?"
_LAST_ALONE = "the states of the last layer alone: no mean and no sum over the layers"
_FORGOTTEN = "give the cell what it gave for the word before: an LSTM its state and its memory, h, c = cell(x, (h, c))"
_CELLS = {3: nn.GRUCell, 4: nn.LSTMCell}
"""By how many gates, each of as many rows as a state has numbers."""


@expectation("attention falls on the states: log-weights are a constant plus q · h, and the h are what is summed")
def attends_states(
    pooling: Module,
    dim: int,
    *,
    width: int,
    bidirectional: bool = False,
    layers: int = 1,
    own: Callable[[], Module] | None = None,
    seed: int = 0,
    hint: str = "",
) -> None:
    """The states of two words tell how their weights compare.

    Args:
        pooling: reads from left to right; if in both directions, in one layer.
        dim: D of what it reads.
        width: the width of its states, those of both directions together.
        bidirectional: whether it reads in both directions.
        layers: how many it has; of several, all states may have one sign by chance: their signs are not looked at.
        own: builds the student's own attention for ``width`` numbers: a mistake there is not charged again.
        seed: another seed, other parameters and words.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    count = 3 * width
    x, answers = _comparable(pooling, dim, width, seed)
    (first, _), (second, _), (pooled, weights), (_, with_third), (far, _) = answers
    odds, same_odds = map(_odds, (weights, with_third))
    sent = f"{len(x)} texts of one and of two words"
    spread = float(odds.std())
    if own is not None and _attends_otherwise(own, width, seed):
        return
    if not spread > 1e-6:
        raise Missed("weights that differ from word to word", numbers(weights[0]), _NO_SCORES, sent)
    if not bidirectional and (odds - same_odds).abs().max() > _SMALL * spread:
        raise Missed(
            f"the log of the ratio of two weights to stay {odds[0]:.3g} where a third word follows",
            f"{same_odds[0]:.3g}",
            _OVER_COUNT if same(2 * odds, 3 * same_odds, 1e-2) else _FROM_TEXT,
            "texts of two words, then the same with a third one",
        )
    told = (weights > 1e-6).all(dim=1)
    if unexplained((x[:, 0] - x[:, 1])[told], odds[told]) < _SMALL:
        raise Missed("weights by the states", "weights by the words", _EMBEDDINGS, sent)
    seen = _seen(weights)
    if seen.sum() < 2 * width:
        raise Missed("weights that can be compared", numbers(weights[0]), hint or _BENT, sent)
    rightward = _second_states(first, pooled, weights)
    _knows_the_first(rightward[:count] - rightward[count:], seen[:count] & seen[count:])
    _stays_small(far, hint)
    _has_both_signs(first, layers, hint)
    apart = [first - rightward]
    if bidirectional:
        leftward = _second_states(second, pooled, weights.flip(1)) - second
        half = width // 2
        apart = [
            torch.cat([apart[0][:, :half], leftward[:, half:]], 1),
            torch.cat([leftward[:, :half], apart[0][:, half:]], 1),
        ]
    share = min(unexplained(each[seen], odds[seen]) for each in apart)
    if share > _SMALL:
        raise Missed(
            "log-weights that q · h tells, with the same q in all texts",
            f"{share:.0%} of how they vary is something else",
            hint or _BENT,
            sent,
        )


@expectation("read both ways, a word's state joins what came before it and what comes after it")
def reads_leftward(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """How the first two words of four compare depends on the first and the last word together, not on each by itself.

    The leftward state of the first word has read all four. Where leftward states are not turned back, or not all words
    are read, it lacks one of the two, and these have their effects one beside the other.
    """
    for look in range(seed, seed + _TRIES):  # the ReLU of a question 2 may hide all in some of them
        looked_at, words, _ = _strong(pooling, dim, (4, 6), look)
        texts = torch.cat([words[:, [first, 2, 3, last]] for first in (0, 1) for last in (4, 5)])
        _, weights = read(looked_at, texts, torch.ones(texts.shape[:2], dtype=torch.bool))
        odds = _odds(weights).reshape(2, 2, 4)
        by_last, spread = odds.diff(dim=1), float(odds.std())
        if by_last.diff(dim=0).abs().max() > _SMALL * spread:
            return
    one_way = by_last.abs().max() <= _SMALL * spread
    raise Missed(
        "another ratio of the weights of two words before another last word, and by how much to depend on the first",
        "the same ratio" if one_way else "one effect of the first word, and one of the last",
        hint or (_ONE_WAY if one_way else _NOT_TURNED),
        "16 texts of four words, the second and the third the same in four of them",
    )


@expectation("a cell that is called word by word carries on what it gave for the word before")
def carries_memory(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """The state of a second word is what torch's own cell gives, with the same parameters, after the first word.

    An answer that calls no ``nn.GRUCell`` or ``nn.LSTMCell``, or another than once for a word, tells nothing here.

    Args:
        pooling: reads in one direction, in one layer.
        dim: D of what it reads.
        seed: another seed, other parameters and words.
        hint: the likely mistake, told with a miss.
    """
    looked_at, x, mask = _strong(pooling, dim, (8, 2), seed)
    cell = _cell_with(looked_at.parameters(), dim)
    if cell is None:
        return
    (first, _), (pooled, weights) = read_each(looked_at, [(x[:, :1], mask[:, :1]), (x, mask)])
    with torch.no_grad():
        given = cell(x[:, 0])
        expected = cell(x[:, 1], given)
    if isinstance(cell, nn.LSTMCell):
        given, expected = given[0], expected[0]
    seen = _seen(weights)
    second = _second_states(first, pooled, weights)
    if same(first, given) and not same(second[seen].float(), expected[seen], _SMALL):
        raise Missed(numbers(expected[seen][0]), numbers(second[seen][0]), hint or _FORGOTTEN, reviews_sent(x, mask))


@expectation("what is attended are the states of the last layer")
def uses_last_layer(pooling: Module, dim: int, *, layers: int, seed: int = 0, hint: str = "") -> None:
    """Whatever layer is kept from seeing what lies below it, nothing of the text comes through any more.

    With its matrix of inputs set to 0, a layer gives the same states for all texts. Layers that are written with
    several such matrices tell nothing here, and are passed over.

    Args:
        pooling: reads in one direction.
        dim: D of what it reads.
        layers: how many it has.
        seed: another seed, other parameters and words.
        hint: the likely mistake, told with a miss.
    """
    looked_at, x, mask = _strong(pooling, dim, (3, 3), seed)
    start, closed = looked_at.parameters(), 0
    matrices = {name: each for name, each in start.items() if each.ndim == 2 and min(each.shape) > 1}
    for name, each in matrices.items():
        looked_at.load(start | {name: torch.zeros_like(each)})
        pooled, _ = read(looked_at, x, mask)
        closed += same(pooled, pooled[:1].expand_as(pooled), 1e-6)
    if 0 < closed < layers:
        raise Missed(
            f"nothing of the text to pass where any of the {layers} layers is closed",
            f"what {layers - closed} of them give to pass by the last one",
            hint or (_ONE_LAYER if len(matrices) < 2 * layers else _LAST_ALONE),
            reviews_sent(x, mask),
        )


@expectation("the order of the words matters")
def reads_order(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """With their first two words the other way round, and behind another review, reviews get other pooled vectors.

    What reads no order, word or review after the other, gives the same.
    """
    looked_at, x, _ = _strong(pooling, dim, (3, 4), seed)
    mask = torch.arange(4) < torch.tensor([4, 4, 2]).unsqueeze(1)
    turned = torch.cat([x[:1], x[1:, [1, 0, 2, 3]]])
    (pooled, _), (behind, _) = read_each(looked_at, [(x[1:], mask[1:]), (turned, mask)])
    if same(pooled, behind[1:]):
        raise Missed(
            "another pooled vector where the first two words are the other way round",
            f"the same, {numbers(pooled[0])}",
            hint or _EMBEDDINGS,
            reviews_sent(x[1:], mask[1:]),
        )


def _comparable(pooling: Module, dim: int, width: int, seed: int) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    """Texts of three words, and what is answered to their first word, second, first two, all, and first far out.

    The second words of the second half are those of the first. Where one of two words takes all of the weight in most
    texts, as with a query that is a product of parameters, smaller parameters are tried.
    """
    count = 3 * width
    for strength in _STRENGTHS:
        looked_at, x, mask = _strong(pooling, dim, (2 * count, 3), seed, strength)
        x[count:, 1] = x[:count, 1]
        texts = [(x[:, at], mask[:, at]) for at in (slice(1), slice(1, 2), slice(2), slice(3))]
        texts.append((1000 * x[:, :1], mask[:, :1]))
        answers = list(read_each(looked_at, texts))
        _, weights = answers[2]
        if _seen(weights).sum() >= 2 * width:
            break
    return x, answers


def _cell_with(parameters: Mapping[str, Tensor], dim: int) -> nn.RNNCellBase | None:
    """Torch's cell with the parameters of the one cell there is among these; None where there is none."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    found = [(name.rpartition(".")[2], each) for name, each in parameters.items() if name.endswith(names)]
    if sorted(name for name, _ in found) != sorted(names):
        return None
    rows, hidden = dict(found)["weight_hh"].shape
    if rows // hidden not in _CELLS or dict(found)["weight_ih"].shape[1] != dim:
        return None
    cell = _CELLS[rows // hidden](dim, hidden)
    cell.load_state_dict(dict(found))
    return cell


def _seen(weights: Tensor) -> Tensor:
    """In which texts no word's weight is so small that it cannot be told, ``(B,)``."""
    return (weights > _SEEN).all(dim=1)


def _strong(
    pooling: Module, dim: int, shape: tuple[int, int], seed: int, strength: float = 2
) -> tuple[Subject, Tensor, Tensor]:
    """The pooling with parameters, and texts of words, twice as large as usual: what bends is bent clearly."""
    count, length = shape
    x, mask = some_texts(dim, [length] * count, seed)
    looked_at = subject(pooling).eval()
    looked_at.materialise(x, mask)
    randomised(looked_at, seed + 1)
    looked_at.load({name: strength * each for name, each in looked_at.parameters().items()})
    return looked_at, 2 * x, mask


def _attends_otherwise(own: Callable[[], Module], width: int, seed: int) -> bool:
    """Whether an attention weighs words, but not by q · x, or does not sum them; not if it cannot be asked."""
    try:
        looked_at, longer, all_words = _strong(own(), width, (6 * width, 3), seed)
        x, mask = longer[:, :2], all_words[:, :2]
        (pooled, weights), (_, with_third) = read_each(looked_at, [(x, mask), (longer, all_words)])
    except Exception:
        return False
    told = (weights > 1e-6).all(dim=1)
    odds, beside = (_odds(each)[told] for each in (weights, with_third))
    spread = float(odds.std())
    if not spread > 1e-6:
        return False
    if (odds - beside).abs().max() > _SMALL * spread:
        return True
    summed = (weights.unsqueeze(2) * x).sum(dim=1)
    return not same(summed, pooled, 1e-3) or unexplained((x[:, 0] - x[:, 1])[told], odds) > _SMALL


def _odds(weights: Tensor) -> Tensor:
    """The log-ratio of the weights of the first two words of each text."""
    return weights[:, 0].double().log() - weights[:, 1].double().log()


def _second_states(first: Tensor, pooled: Tensor, weights: Tensor) -> Tensor:
    """The states of second words, from those of the first ones and from what is summed."""
    weights = weights.double()
    return (pooled - weights[:, :1] * first) / weights[:, 1:].clamp(min=1e-9)


def _knows_the_first(difference: Tensor, seen: Tensor) -> None:
    if seen.any() and difference[seen].abs().max() <= 1e-4:
        raise Missed(
            "another state of a second word after another first one",
            "the same one",
            _WORDS_SUMMED,
            "texts of two words, the second the same in two of them",
        )


def _stays_small(states: Tensor, hint: str) -> None:
    if states.abs().max() > _LARGEST:
        came = numbers(states[int(states.abs().max(dim=1).values.argmax())])
        raise Missed("a state, which stays small", came, hint or _NO_STATE, "texts of one word, as long as 1000 others")


def _has_both_signs(states: Tensor, layers: int, hint: str) -> None:
    if layers == 1 and not ((states < 0).any() and (states > 0).any()):
        came = numbers(states[0])
        raise Missed("states with numbers below 0 and above", came, hint or _BENT_STATE, "texts of one word")


def unexplained(states: Tensor, odds: Tensor) -> float:
    """How much of the log-ratios no linear function of the states tells, as a share of how they vary."""
    states, odds = states.double(), odds.double().unsqueeze(1)
    told = states @ torch.linalg.lstsq(states, odds, driver="gelsd").solution
    return float((told - odds).pow(2).mean().sqrt() / odds.std())
