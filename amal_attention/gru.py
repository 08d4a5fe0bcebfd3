"""``nn.GRU`` for training on CPU: the same states and gradients in fewer and smaller steps.

On CPU torch hands an LSTM to oneDNN, but not a GRU, which it unrolls into some twenty recorded operations a step. Here
a step is five operations forward and twelve backward, which write where their results stay, and the gradient of the
weights is one product, after the last step.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

__all__ = ["ScannedGRU"]


class ScannedGRU(nn.GRU):
    """A GRU of one layer and one direction, batch first, with the parameters of ``nn.GRU`` (Cho et al. 2014).

    It is ``nn.GRU`` itself where it does not learn, or not on CPU in single precision, autocast or not.

    Args:
        input_size: width of what is read.
        hidden_size: H, width of a state.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size, batch_first=True)

    @classmethod
    def of(cls, layer: nn.GRU) -> ScannedGRU:
        """The same layer, with the same parameters."""
        scanned = cls(layer.input_size, layer.hidden_size)
        for name, parameter in layer.named_parameters():
            setattr(scanned, name, parameter)
        return scanned

    def forward(self, x: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """``x`` float ``(B, L, D)`` -> the states ``(B, L, H)`` and the last of them ``(1, B, H)``."""
        weight_read, weight, bias_read, bias = self.all_weights[0]
        learns = torch.is_grad_enabled() and weight.requires_grad
        on_cpu = x.device.type == "cpu" and x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
        if not (learns and on_cpu and hx is None and x.dim() == 3 and x.shape[1] > 0):
            return super().forward(x, hx)
        read = torch.addmm(bias_read, x.transpose(0, 1).flatten(0, 1), weight_read.t())
        read = read.view(x.shape[1], x.shape[0], -1)
        states: Tensor = _Scan.apply(read, weight, bias)  # type: ignore[no-untyped-call]
        return states.transpose(0, 1), states[-1:]


class _Scan(Function):
    """The states of a GRU, ``(L, B, H)``, from what its gates read of the words, ``(L, B, 3H)``.

    A step, with the gates r and z, and u = W h + b in three parts: r, z = σ(read + u), n = tanh(read + r u), and the
    next state is (1 - z) n + z h.
    """

    @staticmethod
    def forward(ctx: Any, read: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        length, batch, width = read.shape[0], read.shape[1], weight.shape[1]
        states = read.new_empty(length + 1, batch, width)
        states[0] = 0
        gates, new = read.new_empty(length, batch, 2 * width), read.new_empty(length, batch, width)
        recurrent = torch.empty_like(read)
        steps = zip(
            *(each.unbind() for each in (recurrent, *_gates_and_new(recurrent), *_gates_and_new(read))),
            *(each.unbind() for each in (gates, *gates.chunk(2, dim=2), new, states[:-1], states[1:])),
            strict=True,
        )
        for u, u_gates, u_new, read_gates, read_new, gate, r, z, n, state, following in steps:
            torch.addmm(bias, state, weight.t(), out=u)
            torch.add(read_gates, u_gates, out=gate).sigmoid_()
            torch.addcmul(read_new, r, u_new, out=n).tanh_()
            torch.lerp(n, state, z, out=following)
        ctx.save_for_backward(states, gates, new, recurrent, weight)
        return states[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        states, gates, new, recurrent, weight = ctx.saved_tensors
        d_recurrent, d_read = torch.empty_like(recurrent), torch.empty_like(recurrent)
        d_state = torch.zeros_like(states[0])
        one, kept, factor = d_state.new_ones(()), torch.empty_like(d_state), torch.empty_like(d_state)
        inputs = (upstream, *gates.chunk(2, dim=2), new, recurrent.chunk(3, dim=2)[2], states[:-1])
        outputs = (d_recurrent, *d_recurrent.chunk(3, dim=2), d_read.chunk(3, dim=2)[2])
        steps = zip(*(reversed(each.unbind()) for each in (*inputs, *outputs)), strict=True)
        for d_out, r, z, n, u_new, state, d_u, d_r, d_z, d_u_new, d_new in steps:
            d_state.add_(d_out)
            torch.mul(d_state, z, out=kept)
            d_state.sub_(kept)  # of (1 - z) n + z h, what goes to n
            torch.addcmul(one, n, n, value=-1, out=factor)
            torch.mul(d_state, factor, out=d_new)
            torch.sub(state, n, out=factor).mul_(z)
            torch.mul(d_state, factor, out=d_z)
            torch.mul(d_new, r, out=d_u_new)
            torch.mul(d_u_new, u_new, out=factor)
            torch.addcmul(factor, factor, r, value=-1, out=d_r)
            torch.addmm(kept, d_u, weight, out=d_state)
        width = 2 * d_state.shape[1]
        d_read[..., :width] = d_recurrent[..., :width]
        d_all = d_recurrent.flatten(0, 1)
        return d_read, d_all.t() @ states[:-1].flatten(0, 1), d_all.sum(dim=0)


def _gates_and_new(parts: Tensor) -> tuple[Tensor, Tensor]:
    """Views of ``(L, B, 3H)``: the two gates, and the new state."""
    width = 2 * parts.shape[2] // 3
    return parts[..., :width], parts[..., width:]
