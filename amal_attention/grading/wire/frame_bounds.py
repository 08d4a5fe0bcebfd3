"""What a frame may hold, and the errors for one that holds something else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import torch

from amal_attention.errors import WireError, explain

__all__ = ["Bounded", "Limits", "at_most", "quoted", "refuse", "unsendable"]

_AXES = 8


@dataclass(frozen=True)
class Limits:
    """How much one message may hold; the last value that a limit allows is the limit.

    Attributes:
        frame_bytes: the whole frame.
        header_bytes: its JSON.
        depth: how many values stand around another.
        items: values of all kinds, those inside others too.
        tensors: tensors among them.
        numbers: numbers of one tensor; an axis of length 0 counts as 1, so that no other axis is beyond measure.
        characters: one text, or one key.
    """

    frame_bytes: int = 64 * 2**20
    header_bytes: int = 2**20
    depth: int = 16
    items: int = 10_000
    tensors: int = 512
    numbers: int = 2**24
    characters: int = 2**16


class Bounded:
    """Counts of what a frame holds, as it is written or read; none may pass its limit."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.body_bytes = 0
        self._items = 0
        self._tensors = 0

    def enter(self, depth: int) -> None:
        """Count one more value, inside ``depth`` others."""
        self._items += 1
        if self._items > self.limits.items or depth > self.limits.depth:  # asked for every value: one look at both
            at_most(self.limits.items, self._items, "values")
            at_most(self.limits.depth, depth, "values around another")

    def text(self, text: str) -> str:
        """The text, if it is short."""
        at_most(self.limits.characters, len(text), "characters")
        return text

    def fits(self, shape: Sequence[int]) -> int:
        """Look whether a tensor of this shape may cross; how many numbers it has."""
        at_most(_AXES, len(shape), "axes")
        count = math.prod(shape)
        at_most(self.limits.numbers, count or math.prod(length or 1 for length in shape), "numbers in a tensor")
        return count

    def tensor_bytes(self, dtype: torch.dtype, shape: Sequence[int]) -> int:
        """Count one more tensor; how many bytes it has."""
        self._tensors += 1
        at_most(self.limits.tensors, self._tensors, "tensors")
        count = self.fits(shape) * dtype.itemsize
        self.body_bytes += count
        at_most(self.limits.frame_bytes, self.body_bytes, "bytes")
        return count


def at_most(limit: int, count: int, what: str) -> None:
    """Refuse more than so many.

    Raises:
        WireError: there are more.
    """
    if count > limit:
        raise WireError(explain(expected=f"at most {limit:,} {what}", got=f"{count:,}", do="send less at once"))


def refuse(expected: str, got: str) -> NoReturn:
    """Refuse a message; raises WireError."""
    raise WireError(explain(expected=expected, got=got, do="the message is refused"))


def unsendable(value: object, expected: str = "values that can be sent", got: str | None = None) -> NoReturn:
    """Refuse to send a value; raises WireError."""
    got, do = got or f"a {type(value).__name__}", "use tensors, numbers, text, and lists, tuples and dicts of them"
    raise WireError(explain(expected=expected, got=got, do=do))


def quoted(text: str) -> str:
    """The beginning of what the other side wrote, without anything a terminal acts on."""
    return ascii(text[:40])
