"""Seeing the attention of a model that returns logits alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from amal_attention.errors import LabError, explain
from amal_attention.language import message

__all__ = ["AttentionTap", "tapped_attention"]

_WITHOUT = message("a {model} without one")


class AttentionTap:
    """Holds what the pooling of a model returned last.

    Attributes:
        weights: the attention of the last batch, ``(B, L)``; ``None`` before the first one.
    """

    def __init__(self) -> None:
        self.weights: Tensor | None = None

    def __call__(self, module: nn.Module, inputs: Any, output: Any) -> None:
        """Keep the weights of a pair, a tuple or a list as in the checks: this is the forward hook."""
        if not (isinstance(output, (tuple, list)) and len(output) == 2 and isinstance(output[1], Tensor)):
            raise LabError(
                explain(
                    expected=message("a pooling that returns the pair (pooled, weights)"),
                    got=type(output).__name__,
                    do=message("return both"),
                )
            )
        self.weights = output[1].detach()

    def taken(self) -> Tensor:
        """The weights of the last batch.

        Raises:
            LabError: the model has not called its pooling.
        """
        if self.weights is None:
            raise LabError(
                explain(
                    expected=message("a model that calls self.pooling in its forward"),
                    got=message("no call"),
                    do=message("keep the pooling in the attribute `pooling` and call it"),
                )
            )
        return self.weights


@contextmanager
def tapped_attention(model: nn.Module) -> Iterator[AttentionTap]:
    """While open, keep the attention weights of each batch that ``model`` reads; it must have a module ``pooling``.

    Raises:
        LabError: the model has no pooling.
    """
    pooling = getattr(model, "pooling", None)
    if not isinstance(pooling, nn.Module):
        raise LabError(
            explain(
                expected=message("a model with its pooling in the attribute `pooling`"),
                got=_WITHOUT.format(model=type(model).__name__),
                do=message("assign self.pooling"),
            )
        )
    tap = AttentionTap()
    handle = pooling.register_forward_hook(tap)
    try:
        yield tap
    finally:
        handle.remove()
