"""A stand-in for a function that is called once, with what the grader knows: its reply is told in advance."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["FixedReply"]


@stand_in
class FixedReply(nn.Module):
    """Gives one tensor of the grader's, whatever it is called with.

    Args:
        reply: the tensor, of any type and shape.
    """

    def __init__(self, reply: Tensor) -> None:
        super().__init__()
        self.reply: Tensor
        self.register_buffer("reply", reply.detach().clone())

    def forward(self, *inputs: Any, **named: Any) -> Tensor:
        """A copy of the tensor."""
        return self.reply.clone()
