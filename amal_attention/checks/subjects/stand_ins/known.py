"""Stand-ins for models whose gradients can be worked out by hand: a reader of words, a linear layer, one point.

They give no answer away: they sum, and they neither hide padding from a softmax, nor move a word. Two costs stand in
for losses of two players that are wrong: they are differences of means, and no cross-entropies.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["KnownLayer", "KnownPoints", "KnownReader", "mean_gap", "minus_mean"]


class _Known(nn.Module):
    """Parameters that are told in advance.

    Args:
        marked: let ``grad`` of the last one be ones from the start, and let none of the others learn: a function that
            adds to it, wipes it, makes a new one, or lets all learn, is seen then.
        **values: the parameters, by name.
    """

    def __init__(self, marked: bool, **values: Tensor) -> None:
        super().__init__()
        for name, value in values.items():
            self.register_parameter(name, nn.Parameter(value.detach().clone(), requires_grad=not marked))
        if marked:
            *_, last = self.parameters()
            last.requires_grad_().grad = torch.ones_like(last)


@stand_in
class KnownReader(_Known):
    """Reads vectors of words: the logits are the sum over the words of ``tanh(x_i @ hidden) @ output``.

    Args:
        hidden: float ``(D, H)``.
        output: float ``(H, C)``.
        bend: without it there is no tanh, and the logits are linear in every word.
        reads_padding: sum over all places, and not over the words alone.
        marked: let ``grad`` of the output start as ones, and the other one not learn.

    Attributes:
        hidden: the same, a parameter.
        output: the same.
    """

    hidden: nn.Parameter
    output: nn.Parameter

    def __init__(
        self, hidden: Tensor, output: Tensor, bend: bool = True, reads_padding: bool = False, marked: bool = False
    ) -> None:
        super().__init__(marked, hidden=hidden, output=output)
        self.bend, self.reads_padding = bend, reads_padding

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``x`` float ``(B, L, D)``, ``mask`` bool ``(B, L)`` -> logits ``(B, C)``."""
        units = x @ self.hidden
        read = (units.tanh() if self.bend else units) @ self.output
        return (read if self.reads_padding else read * mask.unsqueeze(2)).sum(dim=1)


@stand_in
class KnownLayer(_Known):
    """A linear layer, ``x @ weight.T + bias``.

    Args:
        weight: float ``(C, F)``.
        bias: float ``(C,)``.
        marked: let ``grad`` of the bias start as ones, and the weight not learn.

    Attributes:
        weight: the same, a parameter.
        bias: the same.
    """

    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, weight: Tensor, bias: Tensor, marked: bool = False) -> None:
        super().__init__(marked, weight=weight, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """``x`` float ``(B, F)`` -> ``(B, C)``."""
        return x @ self.weight.T + self.bias


@stand_in
class KnownPoints(_Known):
    """Makes the same point of every row of noise, and keeps the noise.

    Args:
        point: float ``(F,)``.
        marked: let ``grad`` of it start as ones.

    Attributes:
        point: the same, a parameter.
        noise: what it was handed last, ``(B, Z)``.
    """

    point: nn.Parameter

    def __init__(self, point: Tensor, marked: bool = False) -> None:
        super().__init__(marked, point=point)
        self.noise: Tensor | None
        self.register_buffer("noise", None)  # buffers are seen in the state, from another process too

    def forward(self, noise: Tensor) -> Tensor:
        """``noise`` float ``(B, Z)`` -> points ``(B, F)``."""
        self.noise = noise.detach().clone()
        return self.point.repeat(len(noise), 1)


@stand_in
def mean_gap(first: Tensor, second: Tensor) -> Tensor:
    """Twice the mean of the second numbers, less that of the first."""
    return 2 * second.mean() - first.mean()


@stand_in
def minus_mean(numbers: Tensor) -> Tensor:
    """Minus their mean."""
    return -numbers.mean()
