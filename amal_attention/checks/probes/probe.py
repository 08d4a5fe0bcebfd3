"""Probes: how modules of one kind are called, and how their replies are read, so that an expectation need not know it.

A batch has rows, each with a length of its own: a text of so many words, a line of so many tokens. Its inputs are a
nest of tensors with the rows first; a reply is a nest of parts, each with the rows first too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, sending
from amal_attention.checks.subjects.nests import leaves, mapped
from amal_attention.checks.subjects.subject import Subject, randomised, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, tensors_sent

__all__ = ["KEPT", "UNSTEADY", "Change", "Probe", "Seen", "alone", "answers", "beside", "changed", "probed", "steady"]

KEPT = "something is kept from one call to the next: an answer, a mask or a state"
"""What the answer to another batch hints at."""
UNSTEADY = (
    "the same batch gives another answer at the next call: something random is made in forward (a layer, or F.dropout "
    "without training=self.training), or something is kept from one call to the next"
)

Seen = dict[str, Tensor]
"""The parts of a reply, by name."""


@dataclass(frozen=True)
class Change:
    """A row of a part of a reply that is not what it should be: ``expected`` and ``came`` have one shape."""

    name: str
    row: int
    expected: Tensor
    came: Tensor


class Probe:
    """A kind of module. What is made and read is told by a subclass; the words are those of any module.

    Attributes:
        has_empty_rows: whether a row of length 0 is a row too.
    """

    has_empty_rows = False

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Any, ...]:
        """What the module is called with: a row of each length, padded on the right; other words for another seed.

        What stands under the padding is multiplied by ``under``, and nothing else hangs on that.
        """
        raise NotImplementedError

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor of the reply, by name, in the order in which the reply holds them."""
        raise NotImplementedError

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Where a part holds something, bool, to be broadcast over the part; parts without padding are left out."""
        return {}

    def main(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The parts that are the answer: a gradient starts from them, and a copy must give them again."""
        return list(self.shapes(inputs))

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The parts of a reply.

        Args:
            reply: what came.
            inputs: the inputs that it came for.
            finite: whether all numbers must be, but for those on padding.
            mend: whether what another expectation tells, such as an axis too many, may be put right.

        Raises:
            Missed: it is no such reply.
        """
        shapes, parts = self.shapes(inputs), list(leaves(reply))
        if len(parts) != len(shapes) or not all(isinstance(each, Tensor) for each in parts):
            named = ", ".join(shapes)
            raise Missed(f"tensors in this order: {named}", kind(reply), sent=self.sent(inputs))
        seen = {name: each.detach() for name, each in zip(shapes, parts, strict=True)}
        for name, part in seen.items():
            if tuple(part.shape) != shapes[name]:
                expected, came = f"{name} of shape {shapes[name]}", f"shape {tuple(part.shape)}"
                raise Missed(expected, came, _lost_axis(name, tuple(part.shape), shapes[name]), self.sent(inputs))
        for name, part in self.shown(seen, inputs).items():
            if finite and not part.isfinite().all():
                raise Missed("finite numbers", f"{name} {numbers(part)}", sent=self.sent(inputs))
        return seen

    def shown(self, seen: Seen, inputs: tuple[Any, ...]) -> Seen:
        """The parts with zeros on padding: what stands there is free."""
        places = self.places(inputs)
        return {
            name: part.where(_over(places[name], part), torch.zeros_like(part)) if name in places else part
            for name, part in seen.items()
        }

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """What the inputs are called in the statement, one name for each tensor of them."""
        return [f"input {number}" for number, _ in enumerate(leaves(inputs), 1)]

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """The inputs, in words."""
        return tensors_sent(list(leaves(inputs)))

    def same_as(self, change: Change) -> str:
        """What is expected where a row must not change, in words."""
        name, seen = change.name, numbers(change.expected, change.came)
        return f"the same {name}, {seen}"

    def alone(self, change: Change) -> str:
        """What is expected of a row in a batch, told by what it gives alone, in words."""
        name, seen = change.name, numbers(change.expected, change.came)
        return f"what it gives alone, {name} {seen}"

    def came(self, change: Change) -> str:
        """What came for a row, in words."""
        name, seen, number = change.name, numbers(change.came, change.expected), change.row + 1
        return f"{name} {seen} for row {number}"

    def came_in_batch(self, change: Change) -> str:
        """What came for a row of a batch, in words."""
        name, seen, number = change.name, numbers(change.came, change.expected), change.row + 1
        return f"{name} {seen} for row {number} of the batch"

    def with_gradient(self, inputs: tuple[Any, ...]) -> str:
        """The inputs and a gradient that is sent back, in words."""
        return f"{self.sent(inputs)}, and a gradient of the answer"

    def longer(self, length: int) -> str:
        """A further row, which is longer than those before or as long, in words."""
        return f"beside one more row, of {length} places"

    def unused(self, name: str) -> str:
        """The likely mistake where no gradient comes to a parameter."""
        return f"{name} is not used in the answer, or cut off from it by a detach or a no_grad"

    def mistake_of_padding(
        self, looked_at: Subject, before: tuple[tuple[Any, ...], Seen], after: tuple[tuple[Any, ...], Seen], known: str
    ) -> str:
        """The likely mistake where padding changes the answer, ``before`` and ``after`` being inputs and parts."""
        return known

    def mistake_in_batch(self, looked_at: Subject, inputs: tuple[Any, ...], together: Seen, apart: list[Seen]) -> str:
        """The likely mistake where rows that are read together give something else than each alone."""
        return "each row is read by itself: nothing is taken over the batch, dim=0"

    def mistake_of_order(self, looked_at: Subject, inputs: tuple[Any, ...]) -> str:
        """The likely mistake where a batch from last to first gives another answer at the next call."""
        return KEPT

    def with_a_zero_vector(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs, with one of the words that weights are over a vector of zeros, if words are vectors."""
        return inputs

    def weighs_every_word(self, weights: Tensor, inputs: tuple[Any, ...]) -> None:
        """Look whether each word has a weight above 0, where that is asked for.

        Raises:
            Missed: one has not.
        """

    def mistake_of_weights(self, weights: Tensor, places: Tensor, hint: str) -> str:
        """The likely mistake of weights that are no distribution."""
        return hint or "weights come out of a softmax over the last axis, and nothing is done to them after it"


def probed(
    module: nn.Module | Subject, probe: Probe, lengths: Sequence[int], times: int = 3, seed: int = 0
) -> Iterator[tuple[Subject, int]]:
    """The module with random parameters, and a seed for inputs; others each time.

    One look can miss a mistake, or see one that is none: the ReLU of a narrow layer may be 0 on every word. Another
    ``seed`` gives other looks.
    """
    looked_at = subject(module)
    for look in range(seed, seed + times):  # other seeds for words than for parameters: a query must be no word again
        looked_at.materialise(*probe.inputs(lengths, times + look))
        yield randomised(looked_at, look), times + look


def answers(
    looked_at: Subject, probe: Probe, batches: Sequence[tuple[Any, ...]], *, finite: bool = True, mend: bool = True
) -> Iterator[Seen]:
    """What the module gives for several batches, asked at once.

    Raises:
        Missed: in its turn, it gives something else.
    """
    replies = looked_at.each(batches)
    for inputs in batches:
        with sending(partial(probe.sent, inputs)):
            reply = next(replies)
        yield probe.seen(reply, inputs, finite=finite, mend=mend)


def steady(looked_at: Subject, probe: Probe, inputs: tuple[Any, ...], seen: Seen) -> bool:
    """Whether the same inputs give the same parts again."""
    (again,) = answers(looked_at, probe, [inputs], finite=False)
    return all(same(part, again[name], nan=True) for name, part in seen.items())


def alone(inputs: tuple[Any, ...], row: int) -> tuple[Any, ...]:
    """A row of a batch, in a batch of one."""
    return tuple(mapped(lambda leaf: leaf[row : row + 1] if isinstance(leaf, Tensor) else leaf, inputs))


def beside(inputs: tuple[Any, ...], others: tuple[Any, ...]) -> tuple[Any, ...]:
    """The rows of two batches in one, each padded with zeros as the longest row needs."""
    following = iter([*leaves(others)])
    return tuple(mapped(lambda leaf: _joined(leaf, next(following)), inputs))


def changed(expected: Seen, came: Seen) -> Change | None:
    """The row that changed most, in the first part that changed of those that were expected; None if none did.

    There may be more rows in what came, and more padding behind each.
    """
    for name, part in expected.items():
        other = came[name][tuple(map(slice, part.shape))]
        if not same(part, other):
            row = int((other - part).abs().flatten(1).sum(dim=1).argmax())
            return Change(name, row, part[row], other[row])
    return None


def _lost_axis(name: str, came: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """What it hints at that a shape is the expected one without one of its axes; empty if it is not."""
    lost = (size for axis, size in enumerate(expected) if came == expected[:axis] + expected[axis + 1 :])
    size = next(lost, None)
    return "" if size is None else f"{name} lack an axis of {size}: is it squeezed, summed or averaged away?"


def _joined(first: Any, second: Any) -> Any:
    if not isinstance(first, Tensor):
        return first
    sizes = [max(pair) for pair in zip(first.shape[1:], second.shape[1:], strict=True)]
    return torch.cat([_padded(first, sizes), _padded(second, sizes)])


def _padded(tensor: Tensor, sizes: Sequence[int]) -> Tensor:
    """A tensor whose axes behind the first have these sizes."""
    padded = tensor.new_zeros((len(tensor), *sizes))
    padded[tuple(map(slice, tensor.shape))] = tensor
    return padded


def _over(places: Tensor, part: Tensor) -> Tensor:
    """The places, with as many axes as the part has."""
    return places.reshape(*places.shape, *[1] * (part.ndim - places.ndim))
