"""An expectation on the weights that a layer of a Transformer gives back: they are those that it reads by."""

from __future__ import annotations

import torch
from torch import nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import Parts, normed, times
from amal_attention.checks.probes.probe import Probe, answers, probed
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["looks_by_its_norm", "reads_by_its_weights"]

_LENGTHS = (5, 3)
_TEXTS = (5,) * 12
_LITTLE = 1e-3
_OTHERS = "the weights that come back are those of the attention of this layer, one matrix a head, and of this call"

_BARE = "pre-LN: attention reads LN(x) and nothing else, queries as well as keys and values"


@expectation("pre-LN: where a word looks does not hang on how long the words are")
def looks_by_its_norm(
    layer: nn.Module | Subject, probe: Probe, *, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """Words ten times as long are the same behind a norm, and get the same weights.

    Args:
        layer: a pre-LN layer.
        probe: its kind; what it gives are states and weights, and it reads x first.
        seed: another seed, other parameters and words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(layer, probe, _LENGTHS, 1, seed):
        inputs = probe.inputs(_LENGTHS, at)
        first, second = answers(looked_at, probe, [times(factor, inputs) for factor in (3, 30)])
        expected, came = first["weights"], second["weights"]
        if not same(came, expected, _LITTLE):
            sent = f"{probe.sent(inputs)}; then words ten times as long"
            raise Missed(numbers(expected, came), numbers(came, expected), hint or _BARE, sent)


@expectation("what attention adds is made of the words by the weights that come back")
def reads_by_its_weights(
    layer: nn.Module | Subject, probe: Probe, *, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """What is added to a word is a linear map of what its heads read, the sum of LN(x) by the weights of each head.

    Args:
        layer: a pre-LN layer, as it was built.
        probe: its kind; what it gives are states and weights.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    parts = Parts(layer, probe, seed, _TEXTS)
    seen, x = parts.seen_without_network(), parts.inputs[0]
    read = (seen["weights"] @ normed(x).unsqueeze(1)).transpose(1, 2).flatten(2).flatten(0, 1).double()
    added = (seen["states"] - x).flatten(0, 1).double()
    told = read @ torch.linalg.lstsq(read, added, driver="gelsd").solution
    other = float((told - added).norm() / added.norm())
    if other > _LITTLE:
        raise Missed(
            "weights that tell what is added to each word",
            f"{other:.0%} of it is something else",
            hint or _OTHERS,
            f"{parts.sent}; with attention alone",
        )
