"""Probes of layers that look at a memory: at states of another text than the one that they go through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.in_time import TimeProbe
from amal_attention.checks.probes.probe import Seen
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.wording import kind, shape

__all__ = ["DecoderLayerProbe"]

_PAIR = "return the pair of states and weights, the states first"
_OF_EACH_HEAD = "the weights are those over the memory, of each head: (B, h, L, S), a row for each place of x"


class DecoderLayerProbe(TimeProbe):
    """Decoder layers: ``x`` float ``(B, L, D)``, its ``mask``, ``memory`` float ``(B, S, D)`` and its ``memory_mask``.

    They give states ``(B, L, D)``, free on padding, and the weights over the memory ``(B, h, L, S)``.

    Args:
        dim: D.
        heads: h.
        longer: how many words each memory has more than its text; with 0 they are of the same length.
    """

    def __init__(self, dim: int, heads: int, longer: int = 1) -> None:
        self.dim, self.heads, self.longer_by = dim, heads, longer

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Texts of random vectors and their memories; what stands under padding is multiplied by ``under``."""
        generator = torch.Generator().manual_seed(seed)
        sides: list[Tensor] = []
        for more in (0, self.longer_by):
            mask = torch.arange(max(lengths) + more) < torch.tensor(lengths).unsqueeze(1) + more
            vectors = torch.randn(*mask.shape, self.dim, generator=generator)
            sides += [torch.where(mask.unsqueeze(2), vectors, under * vectors), mask]
        x, mask, memory, memory_mask = sides
        return x, mask, memory, memory_mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """The shapes of states and weights."""
        x, _, memory, _ = inputs
        return {"states": tuple(x.shape), "weights": (len(x), self.heads, x.shape[1], memory.shape[1])}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """States are on the words of x; weights are on those of the memory, where a word of x asks."""
        _, mask, _, memory_mask = inputs
        return {"states": mask, "weights": mask[:, None, :, None] & memory_mask[:, None, None, :]}

    def main(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The states."""
        return ["states"]

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """States and weights, with zeros where padding asks: what it is told is free.

        Raises:
            Missed: it is no such pair.
        """
        expected, parts = self.shapes(inputs), reply if isinstance(reply, (tuple, list)) else ()
        wanted = ", ".join(f"{name} {each}" for name, each in expected.items())
        if len(parts) != 2 or not all(isinstance(each, Tensor) for each in parts):
            raise Missed(wanted, kind(reply), _PAIR, self.sent(inputs))
        if [tuple(each.shape) for each in parts] != [*expected.values()]:
            likely = _PAIR if parts[0].ndim > parts[1].ndim else _OF_EACH_HEAD
            raise Missed(wanted, f"{kind(parts[0])}, and {kind(parts[1])}", likely, self.sent(inputs))
        states, weights = parts
        asks = inputs[1][:, None, :, None]
        asked = weights.where(asks, torch.zeros_like(weights))
        return super().seen((states, asked), inputs, finite=finite, mend=mend)

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The names that the statement uses."""
        return ["x", "mask", "memory", "memory_mask"]

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """The shapes of all four."""
        x, mask, memory, memory_mask = inputs
        return f"x {shape(x)}, mask {shape(mask)}, memory {shape(memory)}, memory_mask {shape(memory_mask)}"

    def mistake_of_padding(
        self, looked_at: Subject, before: tuple[tuple[Any, ...], Seen], after: tuple[tuple[Any, ...], Seen], known: str
    ) -> str:
        """The likely mistake: a mask that is not used, or the wrong one."""
        return "padding is looked at: memory_mask hides that of the memory, mask that of x"

    def mistake_of_weights(self, weights: Tensor, places: Tensor, hint: str) -> str:
        """The likely mistake: weight on the padding of the memory."""
        wrong = weights.masked_fill(places, 0).abs().sum() > 0
        return hint or ("memory_mask hides the padding of the memory from every head" if wrong else "")

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many places the longest text has."""
        return int(inputs[0].shape[1])

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The states."""
        return ["states"]

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The texts with another random vector at one place of each: a norm would not see a constant added to it."""
        x, *others = inputs
        moved = x.clone()
        moved[:, place] = torch.randn(len(x), self.dim, generator=torch.Generator().manual_seed(seed + 1))
        return moved, *others

    def cut(self, inputs: tuple[Any, ...], steps: int) -> tuple[Any, ...]:
        """The first places of each text, and the whole memory."""
        x, mask, *memory = inputs
        return x[:, :steps], mask[:, :steps], *memory
