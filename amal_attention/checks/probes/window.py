"""Probes of modules that look back: at each place of a line, some of the states before it are attended to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.in_time import TimeProbe
from amal_attention.checks.wording import numbers

__all__ = ["WindowProbe"]

_NAN = "where there is nothing to look back at, a softmax over nothing but -inf gives nan: weights are 0 there"
_ITSELF = "a place does not look at itself: the states before it alone"
_FORWARD = "a place looks at what follows: the states before it alone"
_TOO_FAR = "a place looks further back than the window is long"
_TOO_SHORT = "the window is shorter than it should be, or begins further back: the states just before a place"
_PADDING = "the weights are 0 wherever either place is padding"
_SUM = "weights come out of a softmax over the states of the window"


class WindowProbe(TimeProbe):
    """Modules that read ``states (B, T, 2 dim)`` and ``mask (B, T)``, and give ``context (B, T, dim)`` and weights.

    The weights ``(B, T, T)`` are those of the states before each place, as many as the window is long; context is free
    on padding.

    Args:
        dim: width of a key, and of a value.
        window: how many states before a place are seen.
    """

    def __init__(self, dim: int, window: int) -> None:
        self.dim, self.window = dim, window

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor, Tensor]:
        """Lines of random states, and where they are."""
        generator = torch.Generator().manual_seed(seed)
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        states = torch.randn(*mask.shape, 2 * self.dim, generator=generator)
        return torch.where(mask.unsqueeze(2), states, under * states), mask

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """A context for each place, and a weight for each pair of places."""
        rows, longest = inputs[1].shape
        return {"context": (rows, longest, self.dim), "weights": (rows, longest, longest)}

    def places(self, inputs: tuple[Any, ...]) -> Mapping[str, Tensor]:
        """Where the window is, and no padding."""
        mask = inputs[1]
        places = range(mask.shape[1])
        seen = torch.tensor([[0 < here - there <= self.window for there in places] for here in places])
        return {"context": mask, "weights": seen & mask.unsqueeze(1) & mask.unsqueeze(2)}

    def main(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The context."""
        return ["context"]

    def steps(self, inputs: tuple[Any, ...]) -> int:
        """How many places there are."""
        return int(inputs[1].shape[1])

    def in_time(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """Both parts."""
        return ["context", "weights"]

    def another(self, inputs: tuple[Any, ...], place: int, seed: int) -> tuple[Any, ...]:
        """The lines with another state at one place."""
        states, mask = inputs
        moved = states.clone()
        moved[:, place] = 1 - states[:, place]
        return moved, mask

    def weighs_every_word(self, weights: Tensor, inputs: tuple[Any, ...]) -> None:
        """No weight of a softmax over the window is 0.

        Raises:
            Missed: one is 0.
        """
        if (weights[self.places(inputs)["weights"]] == 0).any():
            raise Missed("a weight above 0 for each state of the window", numbers(weights[0]), _TOO_SHORT)

    def mistake_of_weights(self, weights: Tensor, places: Tensor, hint: str) -> str:
        """The likely mistake: weights at places that must have none."""
        if not weights.isfinite().all():
            return _NAN
        longest = weights.shape[1]
        place = torch.arange(longest)
        back = (place.unsqueeze(1) - place).expand_as(weights)
        wrong = (weights.abs() > 1e-6) & ~places
        signs = {
            _ITSELF: wrong & (back == 0),
            _FORWARD: wrong & (back < 0),
            _TOO_FAR: wrong & (back > self.window),
            _PADDING: wrong,
        }
        return next((known for known, seen in signs.items() if seen.any()), hint or _SUM)
