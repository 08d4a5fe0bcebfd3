"""Expectations on a layer of a decoder: its three parts follow each other, and each is dropped; names are free."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import torch
from torch import nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import drawn, silent
from amal_attention.checks.probes.memory import DecoderLayerProbe
from amal_attention.checks.probes.probe import Seen, answers
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["drops_each_part", "takes_its_parts_in_turn"]

Module = nn.Module | Subject

_TEXTS = (5,) * 9
_LEAST, _LITTLE = 1e-4, 1e-3
_IN_TURN = (
    "attention to what is written comes first, then attention to the memory, then the network: each reads what the one "
    "before gives"
)
_MISSING = "three parts: attention to what is written, attention to the memory, a network"
_OTHERS = (
    "what the second attention adds is made of the memory as it is, by the weights that come back, one matrix a head"
)
_READS_NORMED = "post-LN: attention reads x as it is; what is normalised is the sum, and nothing else"
_KEPT = "dropout falls on what each of the three parts adds, in both orders of the norms, with the share that is given"


@expectation("what is written, then the memory, then the network: each part reads what the one before gives")
def takes_its_parts_in_turn(
    layer: Module, probe: DecoderLayerProbe, *, norm_first: bool, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """The layer gives what its parts give one after the other; what the memory adds is told by the weights.

    Args:
        layer: the layer as it was built.
        probe: its kind.
        norm_first: whether it is a pre-LN layer.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    parts = _ThreeParts(layer, probe, seed)
    x, *others = parts.inputs
    for names in parts.by_part:
        x = parts.seen(names, (x, *others))["states"]
    whole = parts.seen(parts.all_names, parts.inputs)["states"]
    if not same(whole, x, _LITTLE):
        told = f"{probe.sent(parts.inputs)}; each part alone, then all three; all biases 0"
        raise Missed(numbers(x[0, 0]), numbers(whole[0, 0]), hint or _IN_TURN, told)
    if norm_first:
        _reads_the_memory_by_its_weights(parts, hint)
    else:
        _reads_words_as_they_are(parts, hint)


@expectation("dropout falls on each of the three parts, in training")
def drops_each_part(layer: Module, probe: DecoderLayerProbe, *, seed: int = 0, what: str = "", hint: str = "") -> None:
    """With one part alone, two calls in training differ.

    Args:
        layer: built with dropout.
        probe: its kind.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    parts = _ThreeParts(layer, probe, seed)
    parts.layer.train()
    for names in parts.by_part:
        first, second = (parts.seen(names, parts.inputs)["states"] for _ in range(2))
        if same(first, second, 1e-6):
            told = f"{probe.sent(parts.inputs)}, in training, one of the parts alone"
            raise Missed("other states at the next call", "the same", hint or _KEPT, told)


class _ThreeParts:
    """A decoder layer whose biases are 0 and whose norms are as at the start, with some of its matrices.

    Args:
        layer: the layer as it was built.
        probe: its kind.
        seed: another seed, other matrices and words.

    Attributes:
        layer: the layer, in evaluation mode at first.
        inputs: some texts and memories.
        by_part: the names of the matrices with which each part is alone, in the order of the parts.

    Raises:
        Missed: one of the parts adds nothing.
    """

    def __init__(self, layer: Module, probe: DecoderLayerProbe, seed: int) -> None:
        self._probe, self.inputs = probe, probe.inputs(_TEXTS, seed)
        self.layer = subject(layer).eval()
        self.layer.materialise(*self.inputs)
        self._none = silent(self.layer.parameters())
        self._drawn = drawn(self._none, seed)
        own, cross = self._those_that_join()
        rest = self._all_but(own, cross)
        alone = self.seen(rest, self.inputs)["states"]
        network = [
            name
            for name in rest
            if not same(self.seen(self._all_but(own, cross, [name]), self.inputs)["states"], alone, _LEAST)
        ]
        if not (own and cross and network):
            raise Missed("three parts that count", "fewer of them", _MISSING, probe.sent(self.inputs))
        self.by_part = (self._all_but(cross, network), self._all_but(own, network), rest)

    @property
    def all_names(self) -> Collection[str]:
        """The names of all matrices."""
        return self._drawn

    def seen(self, names: Collection[str], inputs: tuple[Any, ...]) -> Seen:
        """What the layer gives with these matrices, all others 0."""
        self.layer.load({**self._none, **{name: self._drawn[name] for name in names}})
        (seen,) = answers(self.layer, self._probe, [inputs])
        return seen

    def _all_but(self, *left_out: Collection[str]) -> list[str]:
        """The names of all matrices but these; queries and keys may stay, which are silent without values."""
        silenced = {name for names in left_out for name in names}
        return [name for name in self._drawn if name not in silenced]

    def _those_that_join(self) -> tuple[list[str], list[str]]:
        """The matrices without which the last place hears of no earlier one, and those without which of no memory."""
        x, mask, memory, memory_mask = self.inputs
        earlier = torch.cat([1 - x[:, :-1], x[:, -1:]], dim=1)
        changed = (torch.cat([x, earlier, x]), mask.repeat(3, 1))
        batch = (*changed, torch.cat([memory, memory, 1 - memory]), memory_mask.repeat(3, 1))

        def alike(left_out: str) -> tuple[bool, ...]:
            first, *others = self.seen(self._all_but([left_out]), batch)["states"][:, -1].chunk(3)
            return tuple(same(first, other, _LEAST) for other in others)

        without = {name: alike(name) for name in self._drawn}
        own, cross = ([name for name, told in without.items() if told[which]] for which in range(2))
        return own, cross


def _reads_words_as_they_are(parts: _ThreeParts, hint: str) -> None:
    """Look whether a first word three times as long is the same behind the norm: a part that reads LN(x) adds as much.

    Raises:
        Missed: it is another one.
    """
    x, mask, *memory = parts.inputs
    one, longer = (
        parts.seen(parts.by_part[0], (factor * x[:, :1], mask[:, :1], *memory))["states"] for factor in (1, 3)
    )
    if not same(one, longer, _LITTLE):
        expected, came = numbers(one[0, 0], longer[0, 0]), numbers(longer[0, 0], one[0, 0])
        raise Missed(expected, came, hint or _READS_NORMED, "a first word, then three times as long; all biases 0")


def _reads_the_memory_by_its_weights(parts: _ThreeParts, hint: str) -> None:
    """Look whether what is added is a linear map of what the heads read, the sum of the memory by the weights of each.

    Raises:
        Missed: it is not.
    """
    x, _, memory, _ = parts.inputs
    seen = parts.seen(parts.by_part[1], parts.inputs)
    read = (seen["weights"] @ memory.unsqueeze(1)).transpose(1, 2).flatten(2).flatten(0, 1).double()
    added = (seen["states"] - x).flatten(0, 1).double()
    told = read @ torch.linalg.lstsq(read, added, driver="gelsd").solution
    other = float((told - added).norm() / added.norm())
    if other > _LITTLE:
        raise Missed(
            "weights that tell what is added to each word",
            f"{other:.0%} of it is something else",
            hint or _OTHERS,
            "a memory, the second attention alone; all biases 0",
        )
