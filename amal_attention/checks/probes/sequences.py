"""Probes of modules that read and write lines: numbers of tokens, and where the lines have some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.probes.probe import Probe, Seen
from amal_attention.checks.wording import lines_sent

__all__ = ["EncoderProbe", "some_lines"]


def some_lines(num_tokens: int, lengths: Sequence[int], seed: int = 0) -> tuple[Tensor, Tensor]:
    """Lines of random tokens, ``tokens`` int64 ``(B, S)`` and ``mask`` bool ``(B, S)``; tokens stand on padding too.

    Args:
        num_tokens: V; token 0 is in no line.
        lengths: how many characters each line has.
        seed: another seed, other lines.
    """
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return torch.randint(1, num_tokens, mask.shape, generator=generator), mask


class EncoderProbe(Probe):
    """Encoders: they read ``tokens`` int64 ``(B, S)`` and ``mask`` bool ``(B, S)``, True on characters.

    They give a memory ``(B, S, H)``, free on padding, and a final state ``(B, H)``.

    Args:
        num_tokens: V.
        width: H, of both directions together.
    """

    def __init__(self, num_tokens: int, width: int) -> None:
        self.num_tokens, self.width = num_tokens, width

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor]:
        """Lines of random tokens, and where they are; on padding stands token 0 if ``under`` is 0, else any token."""
        tokens, mask = some_lines(self.num_tokens, lengths, seed)
        return tokens if under else tokens * mask, mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """A state for each place, and one for the line."""
        rows, longest = inputs[1].shape
        return {"memory": (rows, longest, self.width), "final": (rows, self.width)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Where characters are."""
        return {"memory": inputs[1]}

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The memory, 0 on padding, and the final state."""
        return self.shown(super().seen(reply, inputs, finite=finite, mend=mend), inputs)

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """How many lines, of how many characters."""
        return lines_sent(inputs[1])

    def longer(self, length: int) -> str:
        """A further line."""
        return f"beside one more line, of {length} characters"
