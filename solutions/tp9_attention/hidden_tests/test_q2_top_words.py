"""Hidden tests of exercise 2.3: which words, with which weights, in which order, and how many."""

import pytest
import torch
from torch import Tensor

from amal_attention.checks import are_pairs, close_to, differ, equal_to, leaves_arguments_alone


def some_words(draws):
    """Words that all differ, twelve or more, and their weights, which clearly differ and are in no order; one is 0.

    Of the three most attended one is in lower case, one has a capital, and one ends in a mark.
    """
    count = draws.between(12, 15)
    weights = torch.randperm(count, generator=draws.generator())
    forms = ("word{}", "Word{}", "{}!")
    words = [
        forms[weight % 3].format(draws.between(10 * place, 10 * place + 9))
        for place, weight in enumerate(weights.tolist())
    ]
    return words, weights / weights.sum()


def pairs_of(came, mend=True):
    """The pairs; with ``mend`` those that are the other way round are turned, since one test looks at that."""
    if mend and isinstance(came, (list, tuple)) and all(is_turned(each) for each in came):
        came = [(word, weight) for weight, word in came]
    are_pairs(
        came,
        first=str,
        second=(int, float, Tensor),
        what="a list of pairs (word, weight)",
        hint="pairs are (word, weight): the word first, the weight a number",
    )
    return [(word, float(weight)) for word, weight in came]


def is_turned(each):
    """Whether this is a pair of a weight and a word."""
    return isinstance(each, (list, tuple)) and len(each) == 2 and isinstance(each[1], str)


@pytest.mark.question(
    "q2-top-words", points=0, alive=True, hint="which words come hangs on the weights"
)
def test_the_words_hang_on_the_weights(student, draws):
    tokens, weights = some_words(draws)
    k, turned = draws.between(2, 3), weights.max() - weights
    first, second = (
        [word for word, _ in pairs_of(student.top_words(tokens, each, k=k))]
        for each in (weights, turned)
    )
    hint = "these are the first words, in the order of the text" if first == tokens[:k] else ""
    sent = "a text, then the same with other weights"
    differ(first, second, what="which words come hangs on the weights", sent=sent, hint=hint)


@pytest.mark.question(
    "q2-top-words",
    points=0.5,
    essential=True,
    requires=("words",),
    hint="sort by weight, from the largest down, and keep k",
)
def test_words(student, draws):
    tokens, weights = some_words(draws)
    k = draws.between(4, len(tokens) - 3)
    order = weights.argsort(descending=True).tolist()
    tokens[order[3]] = "the"  # a word like any other
    words = [word for word, _ in pairs_of(student.top_words(tokens, weights, k=k))]
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
        "words come back as they stand in the text: no lower case": [
            each.lower() for each in expected
        ],
    }
    equal_to(
        words,
        expected,
        what="the k most attended words, most attended first",
        mistakes=mistakes,
    )
    weights[order[k]] = weights[order[k - 1]]
    equal_to(
        len(pairs_of(student.top_words(tokens, weights, k=k))),
        k,
        what="as many words as are asked for",
        sent=f"a text in which the k-th word weighs as much as the next one, k = {k}",
        hint="k words come: where two weigh the same at the end, either of them will do",
    )


@pytest.mark.question(
    "q2-top-words",
    points=0.25,
    requires=("weights", "twice", "calls"),
    hint="each word comes with its own weight, a word that occurs twice once for each of its places",
)
def test_weights(student, draws):
    tokens, weights = some_words(draws)
    places = weights.argsort(descending=True).tolist()
    tokens[places[0]] = tokens[places[2]]  # a word that occurs twice
    k = draws.between(4, len(tokens) - 3)
    pairs = pairs_of(student.top_words(tokens, weights, k=k), mend=False)
    equal_to(
        [word for word, _ in pairs],
        [tokens[place] for place in places[:k]],
        what="a word that occurs twice counts at each of its places",
        hint="a word that occurs twice counts at each of its places: do not look words up by name",
    )
    expected = weights[places[:k]]
    mistakes = {
        "weights come as they are: not divided by their sum": expected / expected.sum(),
        "weights come as they are: no softmax": weights.softmax(dim=0)[places[:k]],
        "weights come as they are: not rounded": (1000 * expected).round() / 1000,
        "weights come as they are: no percentages": 100 * expected,
    }
    close_to(
        torch.tensor([weight for _, weight in pairs]),
        expected,
        what="each word comes with its own weight",
        mistakes=mistakes,
        hint="sort words and weights together: these are the weights of other words, in the order of the text",
    )
    leaves_arguments_alone(
        student.top_words,
        (tokens, weights, k),
        names=("tokens", "weights", "k"),
        hint="work on a copy: no tokens.sort(), no weights[...] = ...",
    )


@pytest.mark.question(
    "q2-top-words",
    points=0.25,
    requires=("fewer", "twice"),
    hint="with fewer than k words, all of them: k may be too large for topk",
)
def test_more_than_there_are(student, draws):
    tokens, weights = some_words(draws)
    first, second = weights.nonzero().flatten().tolist()[:2]
    tokens[second] = tokens[first]
    for shares in (weights, torch.full_like(weights, 1 / len(tokens))):
        pairs = pairs_of(student.top_words(tokens, shares, k=len(tokens) + draws.between(1, 9)))
        words = [word for word, _ in pairs]
        equal_to(
            sorted(words),
            sorted(tokens),
            what="with fewer than k words, all of them",
            hint=mistake_of_all(words, tokens, shares)
            or "words may have the same weight, or occur twice: a place tells which word it is",
        )
    equal_to(
        pairs_of(student.top_words([], torch.zeros(0), k=draws.between(1, 9))),
        [],
        what="of a text without words, none",
        hint="with fewer than k words, all of them: here there is none",
    )


def shares_alike(weights):
    """Whether all words weigh the same."""
    return bool((weights == weights[0]).all())


def mistake_of_all(words, tokens, weights):
    """Why these are not all the words of a text."""
    attended = [token for token, weight in zip(tokens, weights, strict=True) if weight > 0]
    if len(words) > len(tokens):
        return "more come than there are words: nothing is filled up to k"
    if len(words) == 10:
        return "these are ten: as many come as are asked for, k or all"
    if shares_alike(weights) and len(words) == 1:
        return "words may weigh the same: look words up by their places, not by their weights"
    if len(words) < len(tokens) and {*words} == {*tokens}:
        return "a word that occurs twice counts at each of its places: no dictionary, no set"
    if sorted(words) == sorted(attended):
        return "a word of weight 0 is a word too: of fewer than k, all come"
    if len(words) < len(tokens):
        return f"{len(tokens) - len(words)} of {len(tokens)} words are missing: of fewer than k, all come"
    return ""
