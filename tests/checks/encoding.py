"""Norms, layers, stacks and readouts of a Transformer, right and wrong in one way each, for tests of expectations."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.checks.attending import Heads

__all__ = ["Layer", "Norm", "Reads", "Stack", "Unnamed"]


class Norm(nn.Module):
    """A norm of vectors; ``wrong`` says in what way it is none."""

    def __init__(self, dim: int, wrong: str = "") -> None:
        super().__init__()
        self.wrong = wrong
        self.scale, self.shift = nn.Parameter(torch.ones(dim)), nn.Parameter(torch.zeros(dim))
        if wrong == "one number":
            self.shift = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        spread, mean = torch.std_mean(x, dim=-1, keepdim=True, correction=self.wrong == "sample")
        normed = (x - mean) / (spread + 1e-5)
        if self.wrong == "shift first":
            return self.scale * (normed + self.shift)
        return self.scale * normed + self.shift


class Layer(nn.Module):
    """Attention, then a network on each word; ``wrong`` says what it does otherwise."""

    def __init__(
        self, dim: int, units: int = 7, norm_first: bool = False, dropout: float = 0.0, *, wrong: str = ""
    ) -> None:
        super().__init__()
        self.first, self.wrong = norm_first, wrong
        self.attend, self.norm, self.last = Heads(dim, 2), Norm(dim), Norm(dim)
        self.up, self.down = nn.Linear(dim, units), nn.Linear(units, dim)
        self.drop = nn.Dropout(dropout)

    def network(self, x: Tensor) -> Tensor:
        if self.wrong == "neighbours":
            x = x + x.roll(1, dims=1)
        inside = self.up(x.relu() if self.wrong == "relu first" else x)
        made: Tensor = self.down(inside if self.wrong in ("linear", "relu first") else inside.relu())
        if self.wrong == "no network":
            return 0 * made
        if self.wrong == "tanh at the end":
            return made.tanh()
        return made.relu() if self.wrong == "relu at the end" else made

    def attended(self, x: Tensor, read: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        added, weights = self.attend(read, mask)
        if self.wrong == "bare queries":
            weights = self.attend(x, mask)[1]
        if self.wrong == "shortens":
            with torch.no_grad():
                self.up.weight /= 2
        return added, weights

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        read = self.norm(x) if self.first or self.wrong == "reads the normed" else x
        added, weights = self.attended(x, read, mask)
        if self.wrong == "deaf":
            added = 0 * added
        if self.wrong == "even":
            weights = mask[:, None, None] / mask.sum(dim=1)[:, None, None, None] + 0 * weights
        before = read if self.wrong == "adds to the normed" else x
        drop = nn.Dropout(0.0) if self.wrong == "keeps all of attention" else self.drop
        attended = self.drop(before + added) if self.wrong == "drops x" else before + drop(added)
        if self.wrong == "attention alone":
            attended = added
        if self.wrong == "drops always":
            attended = nn.functional.dropout(attended, 0.5)
        if self.first:
            reads = x if self.wrong == "side by side" else attended
            return attended + self.drop(self.network(self.last(reads))), weights
        attended = attended if self.wrong == "one norm" else self.norm(attended)
        if self.wrong == "norm inside":
            return x + self.last(self.network(attended)), weights
        return self.last(attended + self.drop(self.network(attended))), weights


class Unnamed(nn.Module):
    """A right pre-LN layer of torch's parts, its network two convolutions of width 1."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(2))
        self.attend = Heads(dim, 2)
        self.network = nn.Sequential(nn.Conv1d(dim, 9, 1), nn.Tanh(), nn.Conv1d(9, dim, 1))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        added, weights = self.attend(self.norms[0](x), mask)
        x = x + added
        return x + self.network(self.norms[1](x).mT).mT, weights


class Stack(nn.Module):
    """Layers on layers; ``wrong`` says how they do not follow each other."""

    def __init__(self, dim: int, layers: int, norm_first: bool = False, *, wrong: str = "") -> None:
        super().__init__()
        first = norm_first and wrong != "post layers"
        built = [Layer(dim, norm_first=first) for _ in range(1 if wrong == "one layer" else layers)]
        self.layers = nn.ModuleList(built[:1] * layers if wrong == "the same layer" else built)
        self.unread = Layer(dim) if wrong == "a layer more" else nn.Identity()
        ends = norm_first != (wrong == "other end")
        self.end, self.wrong = Norm(dim) if ends else nn.Identity(), wrong

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        kept, states = [], []
        for layer in self.layers:
            state, weights = layer(x, mask)
            x = x if self.wrong == "side by side" else state
            kept.append(weights)
            states.append(state)
        last = torch.stack(states).mean(dim=0) if self.wrong == "side by side" else x
        return self.end(last), kept[0 if self.wrong == "first weights" else -1]


class Reads(nn.Module):
    """A stack that sums a text up, by a query or by a vector in front; ``wrong`` says how it does not."""

    def __init__(self, dim: int, width: int, *, front: bool = False, wrong: str = "") -> None:
        super().__init__()
        self.enter, self.stack = nn.Linear(dim, width), Stack(width, 1, norm_first=True)
        self.vector, self.front, self.wrong = nn.Parameter(torch.randn(width)), front, wrong

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        words = self.enter(x)
        return self.in_front(words, mask) if self.front else self.by_query(words, mask)

    def in_front(self, words: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        here = torch.full_like(mask[:, :1], self.wrong != "hidden")
        vector = self.vector.expand(len(words), 1, -1)
        if self.wrong == "of the text":
            vector = vector + words.mean(dim=1, keepdim=True)
        read = mask & (torch.arange(mask.shape[1]) != 2) if self.wrong == "unread" else mask
        states, _ = self.stack(torch.cat([vector, words], dim=1), torch.cat([here, read], dim=1))
        return states[:, 1 if self.wrong == "first word" else 0], mask / mask.sum(dim=1, keepdim=True)

    def by_query(self, words: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        states, _ = self.stack(words, mask)
        query = states.mean(dim=1, keepdim=True) if self.wrong == "of the text" else self.vector
        scores = (states * query).sum(dim=2)
        scores = 0 * scores if self.wrong == "even" else scores.tanh() if self.wrong == "bent" else scores
        weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)
        summed = states.flip(1) if self.wrong == "other states" else states
        return (weights.unsqueeze(2) * summed).sum(dim=1), weights
