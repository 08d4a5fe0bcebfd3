"""Expectations on attention whose scores come out of a hidden layer: of each word by itself, or of what stands before.

Scores are not seen, but how weights compare is: where one of two words stays as it is, the log-ratio of their weights
is the score of the other, up to a constant.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.poolings.probe import PoolingProbe
from amal_attention.checks.expectations.sequences.perceptron import WEIGHTS, alike, mistake_of_layer
from amal_attention.checks.probes.probe import answers, probed
from amal_attention.checks.probes.window import WindowProbe
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["compares_states_before", "scores_by_perceptron", "scores_keys_by_perceptron", "sums_values"]

Module = nn.Module | Subject

_ROWS = 40
_LENGTHS = (5, 3, 1)
_LEAST = 1e-5
_TRIES = 3
_OF_KEYS = "values never choose: the scores are made of the keys, the first half of each state, alone"
_NOT_VALUES = "the context is the sum of the values, the second half of each state, by the weights"
_OF_STATES = "the keys are summed: the context is made of the values, the second half of each state"
_SHARED = "the states before and the own one have a map each: W₁ k_j + W₂ k_i"
_NOT_LEARNED = "it is no v · tanh(W x), with W and v that are learned: W reads all numbers of a word"
_NOT_LEARNED_OF_TWO = (
    "it is no v · tanh(W₁ k_j + W₂ k_i), with W₁, W₂ and v that are learned: all three are registered, and each map "
    "reads all numbers of a key"
)
_FORM = "scores v · tanh(W x)"
_FORM_OF_TWO = "scores v · tanh(W₁ k_j + W₂ k_i)"


@expectation("the score of a word is v · tanh(W x)")
def scores_by_perceptron(pooling: Module, dim: int, *, seed: int = 0, hint: str = "") -> None:
    """With all parameters alike, the log-ratio of the weights of two words follows a tanh of the first.

    Args:
        pooling: the module.
        dim: D of what it reads.
        seed: another seed, other words.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    x = torch.randn(_ROWS, 2, dim, generator=torch.Generator().manual_seed(seed))
    x[:, 1] = x[0, 1]
    inputs, probe = (x, torch.ones(_ROWS, 2, dtype=torch.bool)), PoolingProbe(dim)
    looked_at = subject(pooling).eval()
    looked_at.materialise(*inputs)
    weights, odds = [each / math.sqrt(dim) for each in WEIGHTS], []
    for weight in weights:
        (seen,) = answers(alike(looked_at, weight), probe, [inputs])
        odds.append(_odds(seen["weights"]))
    likely = mistake_of_layer(odds, [[x[:, 0].sum(dim=1)]] * len(weights), weights, hint or _NOT_LEARNED)
    if likely:
        raise Missed(_FORM, f"log-ratios of weights {numbers(odds[0])}", likely, probe.sent(inputs))


@expectation("the score of a state before is v · tanh(W₁ k_j + W₂ k_i)")
def scores_keys_by_perceptron(module: Module, probe: WindowProbe, *, seed: int = 0, hint: str = "") -> None:
    """With all parameters alike, the log-ratio of the weights of two states before a third follows a tanh.

    Args:
        module: its window is 2 at least.
        probe: its kind.
        seed: another seed, other states.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    states, mask = probe.inputs([3] * _ROWS, seed)
    states[:, 1:] = states[:1, 1:]
    states[:, 2, : probe.dim] *= 1.37 / states[:, 2, : probe.dim].sum(dim=1, keepdim=True)
    looked_at = subject(module).eval()
    looked_at.materialise(states, mask)
    weights, odds = [each / math.sqrt(probe.dim) for each in WEIGHTS], []
    for weight in weights:
        (seen,) = answers(alike(looked_at, weight), probe, [(states, mask)])
        odds.append(_odds(seen["weights"][:, 2, :2]))
    parts = [states[:, place, : probe.dim].sum(dim=1) for place in (0, 2)]
    likely = mistake_of_layer(odds, [parts] * len(weights), weights, hint or _NOT_LEARNED_OF_TWO)
    if likely:
        raise Missed(_FORM_OF_TWO, f"log-ratios of weights {numbers(odds[0])}", likely, probe.sent((states, mask)))
    for at, number in probed(module, probe, (3,), _TRIES, seed):
        line, mask = probe.inputs((3,), number)
        step = torch.cat([torch.ones(2, probe.dim), -torch.ones(1, probe.dim)])
        moved = line.clone()
        moved[0, :, : probe.dim] += step
        first, second = (_odds(seen["weights"][:, 2, :2]) for seen in answers(at, probe, [(line, mask), (moved, mask)]))
        if not same(first, second, _LEAST):
            return
    raise Missed(
        "other weights where keys grow by as much as the own one shrinks", "the same", _SHARED, probe.sent((line, mask))
    )


@expectation("the keys of the states before choose among them")
def compares_states_before(module: Module, probe: WindowProbe, *, seed: int = 0, hint: str = "") -> None:
    """In some look another state before changes the weights of a place, which is no padding.

    Args:
        module: its window is 2 at least.
        probe: its kind.
        seed: another seed, other parameters and states.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, (4, 4), _TRIES, seed):
        inputs = probe.inputs((4, 4), at)
        first, second = answers(looked_at, probe, [inputs, probe.another(inputs, 1, at)], finite=False)
        apart = (first["weights"] - second["weights"])[:, [0, 2, 3]].abs()
        if not (apart <= _LEAST).all():
            return
    raise Missed(
        "other weights where a state before is another one",
        f"the same, {numbers(first['weights'][0, -1])} for the last place",
        hint or "the weights are made of the keys of the states before",
        probe.sent(inputs),
    )


@expectation("the context is the sum of the values by the weights, and the values choose nothing")
def sums_values(module: Module, probe: WindowProbe, *, seed: int = 0, hint: str = "") -> None:
    """The second half of each state is what is summed, and has no part in the weights.

    Args:
        module: the module.
        probe: its kind.
        seed: another seed, other parameters and states.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for looked_at, at in probed(module, probe, _LENGTHS, _TRIES, seed):
        states, mask = inputs = probe.inputs(_LENGTHS, at)
        keys, values = states.tensor_split(2, dim=2)
        first, second = answers(looked_at, probe, [inputs, (torch.cat([keys, 1 - values], dim=2), mask)])
        first, second = probe.shown(first, inputs), probe.shown(second, inputs)
        if not same(first["weights"], second["weights"]):
            raise Missed("the same weights with other values", "others", _OF_KEYS, probe.sent(inputs))
        expected = _over(first["weights"] @ values, mask)
        if not same(first["context"], expected):
            known = _OF_STATES if same(first["context"], _over(first["weights"] @ keys, mask)) else ""
            raise Missed(
                numbers(expected[0]), numbers(first["context"][0]), known or hint or _NOT_VALUES, probe.sent(inputs)
            )


def _odds(weights: Tensor) -> Tensor:
    """The log-ratio of the first two weights of each row."""
    logs = weights.double().clamp(min=1e-30).log()
    return logs[:, 0] - logs[:, 1]


def _over(context: Tensor, mask: Tensor) -> Tensor:
    return context.masked_fill(~mask.unsqueeze(2), 0)
