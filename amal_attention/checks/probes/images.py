"""Probes of classifiers of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed
from amal_attention.checks.probes.probe import Probe, Seen
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.wording import kind, shape

__all__ = ["ImageProbe"]


class ImageProbe(Probe):
    """Classifiers of images: they read ``images`` float ``(B, side, side)``, and give logits ``(B, C)``.

    Args:
        side: the side of an image.
        num_classes: C.
    """

    def __init__(self, side: int, num_classes: int) -> None:
        self.side, self.num_classes = side, num_classes

    def inputs(self, lengths: Sequence[int], seed: int, under: float = 1.0) -> tuple[Tensor]:
        """As many random images as there are lengths: all are of one size."""
        generator = torch.Generator().manual_seed(seed)
        return (torch.rand(len(lengths), self.side, self.side, generator=generator),)

    def shapes(self, inputs: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
        """Logits of each image."""
        return {"logits": (len(inputs[0]), self.num_classes)}

    def seen(self, reply: Any, inputs: tuple[Any, ...], *, finite: bool = True, mend: bool = True) -> Seen:
        """The logits.

        Raises:
            Missed: it is something else.
        """
        expected = self.shapes(inputs)["logits"]
        if not isinstance(reply, Tensor) or tuple(reply.shape) != expected:
            raise Missed(f"logits {expected}", kind(reply), "a number for each class of each image", self.sent(inputs))
        return super().seen(reply, inputs, finite=finite, mend=mend)

    def names(self, inputs: tuple[Any, ...]) -> Sequence[str]:
        """The name that the statement uses."""
        return ["images"]

    def sent(self, inputs: tuple[Any, ...]) -> str:
        """Their shape."""
        return f"images {shape(inputs[0])}"

    def mistake_in_batch(self, looked_at: Subject, inputs: tuple[Any, ...], together: Seen, apart: list[Seen]) -> str:
        """The likely mistake: images are mixed."""
        return "each image is read by itself: nothing is taken over the batch, dim=0"
