"""Expectations on scores: modules that compare queries ``(B, T, H)`` with keys ``(B, S, H)``, and give ``(B, T, S)``.

What they learn may be called and laid out in any way: it is seen in the replies alone.
"""

from __future__ import annotations

import math
from itertools import combinations

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.sequences.perceptron import WEIGHTS, alike, mistake_of_layer
from amal_attention.checks.probes.probe import answers, probed
from amal_attention.checks.probes.scores import ScoreProbe
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers

__all__ = ["compares_each_pair", "compares_query_and_keys", "is_bilinear", "is_perceptron", "scores_places"]

Module = nn.Module | Subject

_TRIES = 3
_LENGTHS = (4, 4, 4)
_LEAST = 1e-5
_ROWS = 40
_NO_BIAS = "there is no bias: a query of zeros, or a key of zeros, has the score 0"
_DIAGONAL = (
    "the matrix is free: its numbers off the diagonal count too, so that each number of a query meets each of a key"
)
_SYMMETRIC = (
    "the matrix is free, not symmetric: it multiplies the query or the keys, and one of them alone; one map of both "
    "gives the dot product of their images"
)
_NO_MATRIX = "this is a multiple of the dot product: a matrix that is learned stands between query and key"
_LOW_RANK = "the matrix is free, of full rank: it is no product of narrow ones"
_NOT_BILINEAR = "the score is q · W k, and nothing bends it"
_NOT_LEARNED = (
    "it is no v · tanh(W₁ q + W₂ k), with W₁, W₂ and v that are learned: all three are registered, and each map reads "
    "all numbers of a vector"
)
_MIXED = "each query meets each key: unsqueeze and broadcast, where repeat and view set others side by side"
_SHARED = "query and keys have a map each: with one for both, they could change places"
_OF_KEYS = "the scores are those of places: W q, whatever the keys are"
_LINEAR = "the scores of the places are W q: nothing bends them"
_CUT = "the scores of fewer keys are the first S of those for all places"
_WEIGHTS = "these are weights, which sum to 1: the softmax comes later, in attend"
_EVEN = "each place has a row of its own in the matrix that is learned"


@expectation("scores hang on the query and on the keys")
def compares_query_and_keys(score: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """In some look another query changes the scores, and another key does; in whatever form they come.

    Args:
        score: the module.
        dim: H.
        seed: another seed, other parameters and vectors.
        hint: the likely mistake, told with a miss.
    """
    probe, of_query, of_key = ScoreProbe(dim), False, False
    for looked_at, at in probed(score, probe, _LENGTHS, _TRIES, seed):
        query, keys = probe.inputs(_LENGTHS, at)
        moved = keys.index_put((torch.tensor(1), torch.tensor(2)), -2 * keys[1, 2])
        before, by_query, by_key = looked_at.each([(query, keys), (query.flip(2) + 1, keys), (query, moved)])
        if not isinstance(before, Tensor):
            raise Missed("a tensor of scores", kind(before), "", probe.sent((query, keys)))
        of_query = of_query or not same(before, by_query, _LEAST)
        of_key = of_key or not same(before, by_key, _LEAST)
    if not (of_query and of_key):
        raise Missed(
            "other scores for another query, and for another key",
            "the same for another query" if not of_query else "the same for another key",
            hint or "the score of a query and a key is made of these two",
            probe.sent((query, keys)),
        )


@expectation("the score is bilinear: q · W k, with one free matrix")
def is_bilinear(score: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """Vectors of a single 1 show the matrix; the scores of any others follow from it.

    Args:
        score: the module.
        dim: H.
        seed: another seed, other parameters and vectors.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    probe, ones, none = ScoreProbe(dim), torch.eye(dim).unsqueeze(0), torch.zeros(1, 1, dim)
    for looked_at, at in probed(score, probe, _LENGTHS, _TRIES, seed):
        inputs = query, keys = probe.inputs((5, 5), at)
        batches = [(ones, ones), (none, keys[:1]), (query[:1], none), inputs]
        matrix, of_no_query, of_no_key, came = (seen["scores"] for seen in answers(looked_at, probe, batches))
        matrix, sent = matrix[0], probe.sent(inputs)
        if of_no_query.abs().max() > _LEAST or of_no_key.abs().max() > _LEAST:
            raise Missed("0 for a query, or for a key, of zeros", numbers(of_no_query), _NO_BIAS, sent)
        expected = torch.einsum("bth,hk,bsk->bts", query, matrix, keys)
        if not same(came, expected, 1e-3):
            raise Missed(numbers(expected[0]), numbers(came[0]), hint or _NOT_BILINEAR, sent)
        likely = _mistake_of_matrix(matrix)
        if not likely:
            return
    raise Missed("any matrix W", f"W = {numbers(matrix)}", likely, "queries and keys of one 1 each")


@expectation("the score is a hidden layer of tanh that reads query and key: v · tanh(W₁ q + W₂ k)")
def is_perceptron(score: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """With all parameters alike it follows a tanh; with others, query and key play different parts.

    Args:
        score: the module.
        dim: H.
        seed: another seed, other parameters and vectors.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    probe = ScoreProbe(dim)
    query, keys = (torch.randn(_ROWS, 1, dim, generator=torch.Generator().manual_seed(seed + each)) for each in (0, 1))
    looked_at = subject(score).eval()
    looked_at.materialise(query, keys)
    weights = [each / math.sqrt(dim) for each in WEIGHTS]
    came = []
    for weight in weights:
        (seen,) = answers(alike(looked_at, weight), probe, [(query, keys)])
        came.append(seen["scores"].flatten())
    parts = [query.sum(dim=2).flatten(), keys.sum(dim=2).flatten()]
    likely = mistake_of_layer(came, [parts] * len(weights), weights, hint or _NOT_LEARNED)
    if likely:
        raise Missed(
            "v · tanh(W₁ q + W₂ k)",
            f"{numbers(came[0])}, with {weights[0]:.3g} for all parameters",
            likely,
            probe.sent((query, keys)),
        )
    for at, each in probed(score, probe, _LENGTHS, _TRIES, seed):
        pair = query[: each % 5 + 2], keys[: each % 5 + 2]
        first, turned = (seen["scores"] for seen in answers(at, probe, [pair, pair[::-1]]))
        if not same(first, turned):
            return
    raise Missed("another score where query and key change places", "the same", _SHARED, probe.sent((query, keys)))


@expectation("a score compares its own query with its own key, whatever others stand beside them")
def compares_each_pair(score: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """Three queries and five keys give what each query gives with each key alone.

    Args:
        score: the module.
        dim: H.
        seed: another seed, other parameters and vectors.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    probe = ScoreProbe(dim)
    for looked_at, at in probed(score, probe, _LENGTHS, 1, seed):
        query, keys = probe.inputs((5, 5), at)
        rows = [(query[:, [place]], keys) for place in range(query.shape[1])]
        columns = [(query, keys[:, [place]]) for place in range(keys.shape[1])]
        whole, *parts = (seen["scores"] for seen in answers(looked_at, probe, [(query, keys), *rows, *columns]))
        by_query = torch.cat(parts[: len(rows)], dim=1)
        by_key = torch.cat(parts[len(rows) :], dim=2)
        for apart in (by_query, by_key):
            if not same(whole, apart):
                came, expected = numbers(whole.flatten(), apart.flatten()), numbers(apart.flatten(), whole.flatten())
                raise Missed(f"{expected}, as of each alone", came, hint or _MIXED, probe.sent((query, keys)))


@expectation("the scores are those of places: W q, cut to as many as there are keys")
def scores_places(score: Module, dim: int, longest: int, *, seed: int = 0, hint: str = "") -> None:
    """Keys tell how many scores are wanted, and nothing else; the map of the query is linear, with or without bias.

    Args:
        score: built with ``longest``.
        dim: H.
        longest: how many places it has scores for.
        seed: another seed, other parameters and vectors.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    probe = ScoreProbe(dim)
    for looked_at, at in probed(score, probe, _LENGTHS, _TRIES, seed):
        query, keys = probe.inputs((longest, longest), at)
        other, few, sent = query.flip(0) - 1, keys[:, : max(longest // 2, 1)], probe.sent((query, keys))
        given = [
            (query, keys),
            (query, -2 * keys),
            (query, few),
            (other, keys),
            (query + other, keys),
            (0 * query, keys),
        ]
        came, of_others, cut, *linear = (seen["scores"] for seen in answers(looked_at, probe, given))
        if not same(came, of_others):
            raise Missed(f"the same for other keys, {numbers(came[0, 0])}", numbers(of_others[0, 0]), _OF_KEYS, sent)
        expected = came[:, :, : few.shape[1]]
        if not same(cut, expected):
            likely = _WEIGHTS if same(cut.sum(dim=2), torch.ones(cut.shape[:2])) else _CUT
            raise Missed(numbers(expected[0, 0]), numbers(cut[0, 0]), likely, probe.sent((query, few)))
        of_other, of_sum, of_none = linear
        if not same(of_sum - of_none, (came - of_none) + (of_other - of_none), 1e-3):
            raise Missed("W (q + q') = W q + W q'", numbers(of_sum[0, 0]), _LINEAR, sent)
        columns = (came - of_none).flatten(0, 1)
        if any(same(columns[:, one], columns[:, other]) for one, other in combinations(range(longest), 2)):
            raise Missed("a row of W for each place", numbers(columns[0]), _EVEN, sent)


def _mistake_of_matrix(matrix: Tensor) -> str:
    """Why a matrix is no free one; empty where it may be."""
    size = float(matrix.abs().max())
    diagonal = torch.diag(matrix.diagonal())
    if same(matrix / size, diagonal / size, 1e-3):
        return _NO_MATRIX if same(diagonal / size, torch.eye(len(matrix)) * diagonal[0, 0] / size, 1e-3) else _DIAGONAL
    if same(matrix / size, matrix.T / size, 1e-3):
        return _SYMMETRIC
    return _LOW_RANK if int(torch.linalg.matrix_rank(matrix / size, atol=1e-4)) < len(matrix) else ""
