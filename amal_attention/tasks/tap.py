"""Seeing the attention of a model that returns something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from amal_attention.errors import LabError, explain
from amal_attention.language import message
from amal_attention.tasks.bare import bare

__all__ = ["AttentionTap", "tapped_attention"]

_WEIGHTS = message("a module of the model, registered and called, whose reply ends in weights of {dim} axes")
_GIVES = message("{name} gives {reason}")
_SUMS = message("rows that sum to {least} up to {most}")
_TOLERANCE = 0.02  # of the sum of a row: bfloat16 has eight bits, and a row may be long


class AttentionTap:
    """Holds the weights that the modules of a model gave in its last call.

    Weights are what a reply of several parts ends in, if it is a tensor ``(..., S)`` of no negative number whose rows
    sum to 1, or to 0 where there was nothing to see: ``(B, L)``, ``(B, T, S)``, ``(B, h, L, S)``. Where several modules
    hand on one tensor, it is the innermost module's.

    Attributes:
        weights: the weights by name of the module in the model, in the order in which they replied.
    """

    def __init__(self) -> None:
        self.weights: dict[str, Tensor] = {}
        self._refused: dict[str, str] = {}

    def begin(self) -> None:
        """Forget the call before."""
        self.weights.clear()
        self._refused.clear()

    def see(self, name: str, reply: Any) -> None:
        """Keep what the module of this name gave, if it is weights."""
        weights = reply[-1] if isinstance(reply, (tuple, list)) and len(reply) > 1 else None
        if not isinstance(weights, Tensor) or not weights.is_floating_point() or weights.dim() < 2:
            return
        weights = weights.detach()
        if any(_same(weights, known) for known in self.weights.values()):
            return
        if reason := _no_weights(weights):
            self._refused[name] = reason
            return
        self.weights.pop(name, None)  # it comes last now
        self.weights[name] = weights

    def latest(self, *shape: int) -> Tensor | None:
        """The weights of this shape that came last, of several heads their mean; ``None`` where the model gave none."""
        for weights in reversed(self.weights.values()):
            if weights.shape == shape:
                return weights
            if weights.dim() == len(shape) + 1 and (weights.shape[:1] + weights.shape[2:]) == shape:
                return weights.mean(dim=1)
        return None

    def last(self, dim: int) -> Tensor:
        """The weights with this many axes that came last.

        Raises:
            LabError: the model gave none.
        """
        for weights in reversed(self.weights.values()):
            if weights.dim() == dim:
                return weights
        seen = ", ".join(_GIVES.format(name=name, reason=reason) for name, reason in self._refused.items())
        raise LabError(
            explain(
                expected=_WEIGHTS.format(dim=dim),
                got=seen or message("none"),
                do=message("let the attention return its weights last, and let their rows sum to 1"),
            )
        )


@contextmanager
def tapped_attention(model: nn.Module) -> Iterator[AttentionTap]:
    """While open, keep the attention weights of each call of ``model``, from whichever of its modules gives them."""
    tap = AttentionTap()
    handles = [bare(model).register_forward_pre_hook(lambda module, inputs: tap.begin())]
    for name, module in model.named_modules():
        handles.append(module.register_forward_hook(_seer(tap, name)))
    try:
        yield tap
    finally:
        for handle in handles:
            handle.remove()


def _seer(tap: AttentionTap, name: str) -> Any:
    def see(module: nn.Module, inputs: Any, reply: Any) -> None:
        tap.see(name, reply)

    return see


def _same(one: Tensor, other: Tensor) -> bool:
    return one.data_ptr() == other.data_ptr() and one.shape == other.shape and one.numel() > 0


def _no_weights(weights: Tensor) -> str:
    """Why a tensor is no weights; "" if it is."""
    if not weights.numel():
        return ""
    if not bool((weights >= 0).all()):
        return message("numbers, some of them negative or nan")
    sums = weights.float().sum(dim=-1)
    to_one, to_zero = (sums - 1).abs() <= _TOLERANCE, sums <= _TOLERANCE
    if not bool((to_one | to_zero).all()):
        return _SUMS.format(least=f"{float(sums.min()):.3g}", most=f"{float(sums.max()):.3g}")
    return "" if bool(to_one.any()) else message("rows that sum to 0")
