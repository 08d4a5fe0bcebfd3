"""Decoders, right and wrong, of V = 7 tokens and states of H = 4 numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["HIDDEN", "RIGHT", "TOKENS", "Attending", "Build", "Recurrent"]

TOKENS, DIM, HIDDEN = 7, 3, 4

Build = Callable[[], nn.Module]


class Recurrent(nn.Module):
    """A right decoder, whose parts may be replaced."""

    def __init__(self, layer: type[nn.RNNBase] = nn.GRU, **options: Any) -> None:
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, DIM)
        self.rnn = layer(DIM, HIDDEN, batch_first=True, **options)
        self.output = nn.Linear(HIDDEN, TOKENS)

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> Any:
        states = self.states(self.embedding(tokens), state)
        return self.logits(states), self.after(states, state), None

    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return self.rnn(embedded, state.unsqueeze(0))[0]

    def logits(self, states: Tensor) -> Tensor:
        return self.output(states)

    def after(self, states: Tensor, before: Tensor) -> Tensor:
        return states[:, -1]


class Looping(Recurrent):
    """The same with a cell, and dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRUCell(DIM, HIDDEN)
        self.dropout = nn.Dropout(0.5)

    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        states = []
        for each in self.dropout(embedded).unbind(dim=1):
            state = self.rnn(each, state)
            states.append(state)
        return torch.stack(states, dim=1)


class Attending(Recurrent):
    """A decoder that reads the memory, by its dot product with the states."""

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> Any:
        states = self.states(self.embedding(tokens), state)
        scores = states @ memory.transpose(1, 2)
        weights = scores.masked_fill(~mask[:, None], float("-inf")).softmax(dim=2)
        return self.logits(states + weights @ memory), self.after(states, state), weights


RIGHT: dict[str, Build] = {
    "a GRU": Recurrent,
    "a plain recurrent layer": lambda: Recurrent(nn.RNN),
    "a cell in a loop": Looping,
}
