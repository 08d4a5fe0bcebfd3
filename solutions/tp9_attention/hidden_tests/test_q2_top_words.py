"""Hidden tests of exercise 2.3: which words, with which weights, in which order, and how many."""

import pytest
import torch
from torch import Tensor

from amal_attention.checks import close_to, equal_to
from amal_attention.checks.expectation import Missed, expectation


def some_words(draws):
    """Words that all differ, and their weights, which clearly differ and are in no order."""
    count = draws.between(7, 10)
    weights = torch.randperm(count, generator=draws.generator()) + 1.0
    return [
        f"word{draws.between(10 * place, 10 * place + 9)}" for place in range(count)
    ], weights / weights.sum()


def pairs_of(came):
    are_pairs(came)
    return [(word, float(weight)) for word, weight in came]


@expectation("a list of pairs (word, weight)")
def are_pairs(came):
    """Each is a pair of a word and a number."""
    if not isinstance(came, (list, tuple)):
        raise Missed("a list of pairs", f"a {type(came).__name__}", "return a list")
    for each in came:
        if (
            not isinstance(each, (list, tuple))
            or len(each) != 2
            or not isinstance(each[0], str)
        ):
            raise Missed(
                "pairs (word, weight)",
                f"{each!r}"[:100],
                "pairs are (word, weight): the word first",
            )
        if not isinstance(each[1], (int, float, Tensor)):
            raise Missed(
                "a number for each word",
                f"{each!r}"[:100],
                "pairs are (word, weight), the weight a number",
            )


@pytest.mark.question(
    "q2-top-words", points=0.5, hint="sort by weight, from the largest down, and keep k"
)
def test_words(student, draws):
    tokens, weights = some_words(draws)
    k = draws.between(3, len(tokens) - 3)
    words = [word for word, _ in pairs_of(student.top_words(tokens, weights, k=k))]
    order = weights.argsort(descending=True).tolist()
    expected = [tokens[place] for place in order[:k]]
    mistakes = {
        "these are the least attended words: sort from the largest down": [
            tokens[place] for place in order[::-1][:k]
        ],
        "the right words, in the wrong order: most attended first": expected[::-1],
        "these are the first words, in the order of the text": tokens[:k],
        "the right words, in the order of the text: most attended first": [
            each for each in tokens if each in expected
        ],
    }
    equal_to(
        words,
        expected,
        what="the k most attended words, most attended first",
        mistakes=mistakes,
    )


@pytest.mark.question("q2-top-words", points=0.25, hint="each word comes with its own weight")
def test_weights(student, draws):
    tokens, weights = some_words(draws)
    k = draws.between(3, len(tokens) - 3)
    pairs = pairs_of(student.top_words(tokens, weights, k=k))
    equal_to(len(pairs), k, what="k pairs of them")
    own = dict(zip(tokens, weights.tolist(), strict=True))
    close_to(
        torch.tensor([weight for _, weight in pairs]),
        [own.get(word, 0.0) for word, _ in pairs],
        what="each word comes with its own weight",
        hint="sort words and weights together: these are the weights of other words, in the order of the text",
    )


@pytest.mark.question(
    "q2-top-words",
    points=0.25,
    hint="with fewer than k words, all of them: k may be too large for topk",
)
def test_more_than_there_are(student, draws):
    tokens, weights = some_words(draws)
    for shares in (weights, torch.full_like(weights, 1 / len(tokens))):
        pairs = pairs_of(student.top_words(tokens, shares, k=len(tokens) + draws.between(1, 9)))
        equal_to(
            sorted(word for word, _ in pairs),
            sorted(tokens),
            what="with fewer than k words, all of them",
            hint="words may have the same weight: a weight does not tell which word it is",
        )
