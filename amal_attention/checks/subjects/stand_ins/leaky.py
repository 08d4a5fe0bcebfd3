"""Stand-ins for an encoder and a decoder whose states leak: each is half of the one before plus what is read."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.registry import stand_in

__all__ = ["LeakyDecoder", "LeakyEncoder", "plain_cost"]


@stand_in
class LeakyEncoder(nn.Module):
    """An encoder whose state becomes half of itself plus the embedding of each character. It keeps what it was handed.

    On padding its memory is 1: its final state is that of the last character.

    Args:
        num_tokens: V.
        hidden_size: H.

    Attributes:
        out_features: H.
        tokens: what it was handed last, ``(B, S)``.
        mask: the same, ``(B, S)``.
        in_training: whether it was in training mode then, bool, one number.
    """

    def __init__(self, num_tokens: int, hidden_size: int) -> None:
        super().__init__()
        self.embedding, self.out_features = nn.Embedding(num_tokens, hidden_size), hidden_size
        _remember(self, "tokens", "mask", "in_training")

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``tokens`` int ``(B, S)``, ``mask`` bool ``(B, S)`` -> memory ``(B, S, H)``, final ``(B, H)``."""
        _keep(self, tokens=tokens, mask=mask, in_training=torch.tensor(self.training))
        memory = _leaking(self.embedding(tokens), torch.zeros(len(tokens), self.out_features), mask)
        return memory.masked_fill(~mask.unsqueeze(2), 1), memory[:, -1]


@stand_in
class LeakyDecoder(nn.Module):
    """A decoder whose state becomes half of itself plus the embedding of each token. It keeps what it was handed.

    The logits are a linear layer of the state plus the mean of the memory. No answer has such states: they leave
    (-1, 1), and the mean is read by no score.

    Args:
        num_tokens: V.
        hidden_size: H.

    Attributes:
        calls: how often it was called, int, one number.
        tokens: what it was handed last, ``(B, T)``.
        state: the same, ``(B, H)``.
        memory: the same, ``(B, S, H)``.
        mask: the same, ``(B, S)``.
        logits: what it gave then, ``(B, T, V)``.
    """

    def __init__(self, num_tokens: int, hidden_size: int) -> None:
        super().__init__()
        self.embedding, self.output = nn.Embedding(num_tokens, hidden_size), nn.Linear(hidden_size, num_tokens)
        self.calls: Tensor
        self.register_buffer("calls", torch.tensor(0))
        _remember(self, "tokens", "state", "memory", "mask", "logits")

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, None]:
        """``tokens`` ``(B, T)``, ``state`` ``(B, H)``, ``memory``, ``mask`` -> logits ``(B, T, V)``, state, None."""
        places = mask.unsqueeze(2).to(memory.dtype)
        mean = (places * memory).sum(dim=1, keepdim=True) / places.sum(dim=1, keepdim=True)
        states = _leaking(self.embedding(tokens), state, torch.ones_like(tokens, dtype=torch.bool))
        logits: Tensor = self.output(states + mean)
        self.calls = self.calls + 1
        _keep(self, tokens=tokens, state=state, memory=memory, mask=mask, logits=logits)
        return logits, states[:, -1], None


@stand_in
def plain_cost(logits: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """A number that hangs on all that a loss reads: the sum under the mask of the squares of logits, by their targets.

    It stands in for a loss that is wrong, where something that is built on it is looked at.

    Args:
        logits: ``(B, T, V)``.
        target: int ``(B, T)``.
        mask: bool ``(B, T)``.
    """
    return (logits.square().sum(dim=2) * (1 + target) * mask).sum()


def _leaking(embedded: Tensor, state: Tensor, mask: Tensor) -> Tensor:
    """The states ``(B, L, H)`` after each place, which leave a state as it is where the mask is False."""
    passed = []
    for place in range(embedded.shape[1]):
        state = torch.where(mask[:, place : place + 1], state / 2 + embedded[:, place], state)
        passed.append(state)
    return torch.stack(passed, dim=1)


def _remember(module: nn.Module, *names: str) -> None:
    """Let there be a buffer of each name: buffers are seen in the state, from another process too."""
    for name in names:
        module.register_buffer(name, None)


def _keep(module: nn.Module, **handed: Tensor) -> None:
    for name, each in handed.items():
        setattr(module, name, each.detach().clone())
