"""The parts of a layer of a Transformer, told apart by what becomes of the answer without them: names are free.

A matrix without which no word hears of the others belongs to the attention, and one that still counts then to the
network. Numbers that are all 1 at the start scale a norm; all else that is no matrix is a bias, and 0 here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.probe import Probe, Seen, answers
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same

__all__ = ["Parts", "drawn", "is_matrix", "normed", "scales_of", "silent", "times"]

_LENGTHS = (4, 4, 4)
_LEAST = 1e-4
_DEAF = "no word hears of the others: attention adds nothing to what a word becomes"
_ALL_HEAR = "the network reads each word by itself: here it is no single matrix of attention that joins words"
_NO_NETWORK = (
    "nothing but attention is added: the network, two linear maps with a non-linearity between them, is missing"
)


class Parts:
    """A layer whose biases are 0 and whose norms are as at the start, with one of its two parts, both, or neither.

    Args:
        layer: the layer as it was built.
        probe: its kind.
        seed: another seed, other matrices and words.
        lengths: how many words each text has.

    Attributes:
        probe: the kind of the layer.
        inputs: some texts.

    Raises:
        Missed: one of the two parts adds nothing, or something else than attention joins words.
    """

    def __init__(self, layer: nn.Module | Subject, probe: Probe, seed: int, lengths: Sequence[int] = _LENGTHS) -> None:
        self.probe, self.inputs = probe, probe.inputs(lengths, seed)
        self._layer = subject(layer).eval()
        self._layer.materialise(*self.inputs)
        self._none = silent(self._layer.parameters())
        self._drawn = drawn(self._none, seed)
        self._layer.load({**self._none, **self._drawn})
        if not self._joins_words():
            raise Missed("another state of a word beside other words", "the same", _DEAF, self.sent)
        attention = [name for name in self._drawn if not self._joins_words_without(name)]
        self._network = self._all_but(attention)
        bare = self.without_attention(self.inputs)
        network = [name for name in self._drawn if name not in attention and self._counts(name, bare)]
        if not network:
            raise Missed("another state for the network", "the same without any other matrix", _NO_NETWORK, self.sent)
        self._attention = self._all_but(network)
        self._of_network = network

    @property
    def sent(self) -> str:
        """What the layer was given, in words."""
        told = self.probe.sent(self.inputs)
        return f"{told}; all biases 0"

    def whole(self, *inputs: tuple[Any, ...]) -> Tensor:
        """The states with both parts; of several batches, one after the other."""
        return self._states({**self._none, **self._drawn}, inputs)

    def without_attention(self, *inputs: tuple[Any, ...]) -> Tensor:
        """The states with the network alone."""
        return self._states(self._network, inputs)

    def without_attention_scaled(self, scale: Tensor) -> Tensor:
        """The same, with the scales of all norms multiplied by these D numbers."""
        scales = scales_of(self._none)
        scaled = {name: scale.reshape(each.shape) for name, each in scales.items()}
        states = self._states({**self._network, **scaled}, [self.inputs])
        self._layer.load(scales)
        return states

    def without_attention_times(self, factor: float) -> list[Tensor]:
        """The states with the network alone, one of its matrices multiplied by a factor: once for each of them."""
        multiplied = ({name: factor * self._network[name]} for name in self._of_network)
        return [self._states({**self._network, **each}, [self.inputs]) for each in multiplied]

    def without_network(self, *inputs: tuple[Any, ...]) -> Tensor:
        """The states with attention alone."""
        return self._states(self._attention, inputs)

    def seen_without_network(self) -> Seen:
        """All parts of the reply with attention alone."""
        self._layer.load(self._attention)
        (seen,) = answers(self._layer, self.probe, [self.inputs])
        return seen

    def without_both(self, *inputs: tuple[Any, ...]) -> Tensor:
        """The states with neither."""
        return self._states(self._none, inputs)

    def in_training(self) -> Parts:
        """Itself, in training mode from now on."""
        self._layer.train()
        return self

    def _joins_words_without(self, name: str) -> bool:
        """Whether a word's state still hangs on the other words where a matrix is 0."""
        self._layer.load({name: self._none[name]})
        joined = self._joins_words()
        self._layer.load({name: self._drawn[name]})
        return joined

    def _joins_words(self) -> bool:
        x, *others = self.inputs
        moved = (torch.cat([x[:, :1], 1 - x[:, 1:]], dim=1), *others)
        both = tuple(torch.cat(pair) for pair in zip(self.inputs, moved, strict=True))
        (seen,) = answers(self._layer, self.probe, [both])
        first, second = seen[self._name][:, 0].chunk(2)
        return not same(first, second, _LEAST)

    def _counts(self, name: str, bare: Tensor) -> bool:
        """Whether the states are others where a matrix is 0 too, and attention silent."""
        self._layer.load({name: self._none[name]})
        (seen,) = answers(self._layer, self.probe, [self.inputs])
        self._layer.load({name: self._drawn[name]})
        return not same(seen[self._name], bare, _LEAST)

    def _all_but(self, names: Sequence[str]) -> dict[str, Tensor]:
        """All parameters, with zeros for some of the matrices."""
        if not names:
            raise Missed("a matrix of attention, without which no word hears of others", "none", _ALL_HEAR, self.sent)
        return {**self._none, **{name: each for name, each in self._drawn.items() if name not in names}}

    def _states(self, values: Mapping[str, Tensor], batches: Sequence[tuple[Any, ...]]) -> Tensor:
        self._layer.load(values)
        given = torch.cat(tuple(seen[self._name] for seen in answers(self._layer, self.probe, batches)))
        return given.to(batches[0][0].dtype)  # another type is told elsewhere

    @property
    def _name(self) -> str:
        return next(iter(self.probe.main(self.inputs)))


def scales_of(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The parameters whose numbers are all 1, those of one number apart: at the start, what norms multiply by."""
    return {name: each for name, each in parameters.items() if each.numel() > 1 and (each == 1).all()}


def is_matrix(parameter: Tensor) -> bool:
    """Whether it has two axes at least that are longer than 1."""
    return sum(size > 1 for size in parameter.shape) > 1


def silent(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The parameters with zeros for all but the scales of norms: no linear map gives anything any more."""
    scales = scales_of(parameters)
    return {name: each if name in scales else torch.zeros_like(each) for name, each in parameters.items()}


def normed(vectors: Tensor) -> Tensor:
    """Each vector less its mean, divided by the root of its variance."""
    return nn.functional.layer_norm(vectors, vectors.shape[-1:])


def times(factor: float, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs, with what is read first so many times as large."""
    x, *others = inputs
    return factor * x, *others


def drawn(like: Mapping[str, Tensor], seed: int) -> dict[str, Tensor]:
    """Random matrices, as large as keeps sums of products near 1."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(each.shape, generator=generator) / each[0].numel() ** 0.5
        for name, each in like.items()
        if is_matrix(each)
    }
