"""Poolings as students write them, right in every variant and wrong in every way, on which expectations are tried.

Each is built anew by a function without arguments, and reads vectors of width ``DIM``.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

DIM, VALUE, HIDDEN = 5, 6, 4

Build = Callable[[], nn.Module]
Softmax = Callable[[Tensor, Tensor], Tensor]
Sum = Callable[[Tensor, Tensor], Tensor]


# Masks: scores (B, L) and mask (B, L) -> weights (B, L)


def filled(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=1)


def chosen(scores: Tensor, mask: Tensor) -> Tensor:
    return torch.where(mask, scores, torch.tensor(float("-inf"))).softmax(dim=1)


def lowered(scores: Tensor, mask: Tensor) -> Tensor:
    return (scores - 1e9 * (~mask).float()).softmax(dim=1)


def lowered_little(scores: Tensor, mask: Tensor) -> Tensor:
    return F.softmax(scores + (1.0 - mask.float()) * -1e4, dim=-1)


def lowered_least(scores: Tensor, mask: Tensor) -> Tensor:
    return torch.where(mask, scores, -100.0).softmax(dim=1)


def lowest(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1) * mask


def by_hand(scores: Tensor, mask: Tensor) -> Tensor:
    shares = (scores - scores.max(dim=1, keepdim=True).values).exp() * mask
    return shares / shares.sum(dim=1, keepdim=True)


def by_hand_with_epsilon(scores: Tensor, mask: Tensor) -> Tensor:
    shares = (scores - scores.masked_fill(~mask, -1e9).amax(dim=1, keepdim=True)).exp() * mask.float()
    return shares / (shares.sum(dim=1, keepdim=True) + 1e-9)


def renormalised(scores: Tensor, mask: Tensor) -> Tensor:
    weights = scores.softmax(dim=1) * mask
    return weights / weights.sum(dim=1, keepdim=True)


def unmasked(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=1)


def times_mask(scores: Tensor, mask: Tensor) -> Tensor:
    return (scores * mask).softmax(dim=1)


def inverted(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(mask, float("-inf")).softmax(dim=1)


def inverted_little(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(mask, -1e9).softmax(dim=1)


def over_batch(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -1e9).softmax(dim=0)


def cut_after(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=1) * mask


def sigmoid_first(scores: Tensor, mask: Tensor) -> Tensor:
    return filled(scores.sigmoid(), mask)


def relu_first(scores: Tensor, mask: Tensor) -> Tensor:
    return filled(scores.relu(), mask)


def tanh_first(scores: Tensor, mask: Tensor) -> Tensor:
    return filled(scores.tanh(), mask)


def overflowing(scores: Tensor, mask: Tensor) -> Tensor:
    shares = scores.exp() * mask
    return shares / shares.sum(dim=1, keepdim=True)


def raw(scores: Tensor, mask: Tensor) -> Tensor:
    return scores * mask / (scores * mask).sum(dim=1, keepdim=True)


def sigmoids(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.sigmoid() * mask


# Sums: weights (B, L) and values (B, L, D) -> pooled (B, D)


def by_bmm(weights: Tensor, values: Tensor) -> Tensor:
    return torch.bmm(weights.unsqueeze(1), values).squeeze(1)


def by_einsum(weights: Tensor, values: Tensor) -> Tensor:
    return torch.einsum("bl,bld->bd", weights, values)


def by_product(weights: Tensor, values: Tensor) -> Tensor:
    return (weights[:, :, None] * values).sum(dim=1)


def by_matmul(weights: Tensor, values: Tensor) -> Tensor:
    return (weights[:, None] @ values)[:, 0]


# Question 1: the mean


class Mean(nn.Module):
    """``pooled`` and ``weights`` are given by functions of x, mask and the number of words ``(B, 1)``."""

    def __init__(
        self,
        pooled: Callable[[Tensor, Tensor, Tensor], Tensor],
        weights: Callable[[Tensor, Tensor], Tensor] = lambda mask, count: mask / count,
    ) -> None:
        super().__init__()
        self.out_features, self.pooled, self.weights = DIM, pooled, weights

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        count = mask.sum(dim=1, keepdim=True)
        return self.pooled(x, mask, count), self.weights(mask, count)


class BagMean(nn.Module):
    """The mean through ``embedding_bag``: each word is a row of a table."""

    out_features = DIM

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        counts = mask.sum(1)
        offsets = counts.cumsum(0) - counts
        pooled = F.embedding_bag(torch.arange(int(counts.sum())), x[mask], offsets, mode="mean")
        return pooled, mask.float() / counts.unsqueeze(1)


class InPlaceMean(nn.Module):
    """Empties the padding of what it was given."""

    out_features = DIM

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x[~mask] = 0.0
        count = mask.sum(1, keepdim=True)
        return x.sum(1) / count, mask / count


class ListMean(Mean):
    """Gives a list of the two."""

    def forward(self, x: Tensor, mask: Tensor) -> list[Tensor]:
        return list(super().forward(x, mask))


class DoubleMean(Mean):
    """Computes in float64."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(x.double(), mask)


def masked_mean(x: Tensor, mask: Tensor, count: Tensor) -> Tensor:
    return (x * mask.unsqueeze(2)).sum(dim=1) / count


RIGHT_MEANS: dict[str, Build] = {
    "sum / count": lambda: Mean(masked_mean),
    "nanmean": lambda: Mean(lambda x, mask, count: x.masked_fill(~mask[..., None], float("nan")).nanmean(dim=1)),
    "bmm": lambda: Mean(lambda x, mask, count: by_bmm(mask / count, x)),
    "masked tensor of a loop": lambda: Mean(
        lambda x, mask, count: torch.stack([row[words].mean(0) for row, words in zip(x, mask, strict=True)])
    ),
    "embedding bag": BagMean,
    "in place": InPlaceMean,
    "a list": lambda: ListMean(masked_mean),
    "float64": lambda: DoubleMean(masked_mean),
}

WRONG_MEANS: dict[str, Build] = {
    "counts padding": lambda: Mean(lambda x, mask, count: x.mean(dim=1)),
    "divides by the length": lambda: Mean(lambda x, mask, count: (x * mask.unsqueeze(2)).sum(dim=1) / x.shape[1]),
    "adds padding": lambda: Mean(lambda x, mask, count: x.sum(dim=1) / count),
    "uniform over padding": lambda: Mean(masked_mean, lambda mask, count: torch.full(mask.shape, 1 / mask.shape[1])),
    "weights of 1": lambda: Mean(masked_mean, lambda mask, count: mask.float()),
    "weights (B, L, 1)": lambda: Mean(masked_mean, lambda mask, count: (mask / count).unsqueeze(2)),
    "weights (L, B)": lambda: Mean(masked_mean, lambda mask, count: (mask / count).T),
    "weights (B, L, D)": lambda: Mean(masked_mean, lambda mask, count: (mask / count)[..., None].expand(-1, -1, DIM)),
    "weights (B,)": lambda: Mean(masked_mean, lambda mask, count: (1 / count).squeeze(1)),
    "squeezed": lambda: Mean(lambda *given: masked_mean(*given).squeeze()),
    "over the batch": lambda: Mean(lambda x, mask, count: x.sum(dim=0)),
    "all in one": lambda: Mean(lambda x, mask, count: x.mean()),
    "pooled (B, 1, D)": lambda: Mean(lambda *given: masked_mean(*given).unsqueeze(1)),
    "one batch size": lambda: Mean(lambda *given: masked_mean(*given).repeat(3, 1)[:3]),
}


# Question 2: a learned query


class Query(nn.Module):
    """p(a_i given t) ∝ exp(q·x_i), from a query of some kind, a softmax and a sum."""

    def __init__(self, scores: nn.Module, softmax: Softmax = filled, total: Sum = by_bmm, scale: float = 1) -> None:
        super().__init__()
        self.scores, self.softmax, self.total, self.scale = scores, softmax, total, scale
        self.out_features = DIM

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = self.softmax(self.scores(x) * self.scale, mask)
        return self.total(weights, x), weights


class VectorScores(nn.Module):
    """A query as a Parameter of any shape."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(sizes))

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("d,bld->bl", self.query.flatten(), x)


class LinearScores(nn.Module):
    """A query as a linear layer with one output."""

    def __init__(self, bias: bool, dim: int = DIM) -> None:
        super().__init__()
        self.score = nn.Linear(dim, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.score(x).squeeze(-1)


class KeyScores(nn.Module):
    """A query over keys that a linear layer makes: still linear in the word."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.query = nn.Linear(DIM, HIDDEN), nn.Parameter(torch.randn(HIDDEN))

    def forward(self, x: Tensor) -> Tensor:
        return self.key(x) @ self.query


class TemperatureScores(VectorScores):
    """A query and a temperature that is learned."""

    def __init__(self) -> None:
        super().__init__(DIM)
        self.temperature = nn.Parameter(torch.tensor(1.0))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) / self.temperature


class MultilayerScores(nn.Module):
    """Scores from a tanh layer: not the law of a learned query."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(DIM, 8), nn.Tanh(), nn.Linear(8, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x).squeeze(2)


class DroppedQuery(Query):
    """Dropout on the vectors, off in evaluation."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(F.dropout(x, 0.5, self.training), mask)


class SeededQuery(Query):
    """Prints, and seeds the generator."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        torch.manual_seed(7)
        print("attending to", tuple(x.shape))
        return super().forward(x, mask)


RIGHT_QUERIES: dict[str, Build] = {
    "parameter (d,)": lambda: Query(VectorScores(DIM)),
    "parameter (1, d)": lambda: Query(VectorScores(1, DIM), chosen, by_einsum),
    "parameter (d, 1)": lambda: Query(VectorScores(DIM, 1), lowered, by_product),
    "linear with bias": lambda: Query(LinearScores(True), by_hand, by_matmul),
    "linear without bias": lambda: Query(LinearScores(False), by_hand_with_epsilon),
    "lowest number": lambda: Query(LinearScores(True), lowest),
    "not so large a negative number": lambda: Query(LinearScores(True), lowered_little),
    "a negative number just large enough": lambda: Query(LinearScores(True), lowered_least),
    "scaled": lambda: Query(VectorScores(DIM), scale=DIM**-0.5),
    "keys": lambda: Query(KeyScores()),
    "temperature": lambda: Query(TemperatureScores()),
    "dropout": lambda: DroppedQuery(VectorScores(DIM)),
    "seeds and prints": lambda: SeededQuery(VectorScores(DIM)),
    "masked and divided after the softmax": lambda: Query(VectorScores(DIM), renormalised),
}


class PlainScores(nn.Module):
    """A query that is a tensor, not a Parameter."""

    def __init__(self, query: Tensor) -> None:
        super().__init__()
        self.query = query

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.query


class FreshScores(nn.Module):
    """A query that is made anew at each call."""

    def forward(self, x: Tensor) -> Tensor:
        return x @ nn.Parameter(torch.randn(DIM))


class DetachedScores(VectorScores):
    """A query that learns nothing."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).detach()


class NoGradQuery(Query):
    """Attention computed where no gradient is recorded."""

    @torch.no_grad()
    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(x, mask)


class WideQuery(Query):
    """A softmax over the numbers of a word, not over the words."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = (x * self.scores.query).softmax(dim=2)
        return (weights * x).sum(dim=1), weights


class ColumnQuery(Query):
    """A softmax over an axis of length 1, (B, L, 1): all weights are 1."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = self.scores(x).unsqueeze(2).softmax(dim=-1).squeeze(2) * mask
        return by_bmm(weights, x), weights


class OtherWeightsQuery(Query):
    """Gives other weights than those it sums with."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        _, weights = super().forward(x, mask)
        return masked_mean(x, mask, mask.sum(1, keepdim=True)), weights


class PooledOnly(Query):
    """Gives the pooled vectors alone."""

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return super().forward(x, mask)[0]


class OneTuple(Query):
    """Gives a tuple of the pooled vectors alone."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor]:
        return (super().forward(x, mask)[0],)


class SqueezedQuery(Query):
    """squeeze() without a dimension, which also takes a batch of one."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled, weights = super().forward(x, mask)
        return pooled.squeeze(), weights


class WrittenBatchQuery(Query):
    """A batch size written into the code."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.scores(x).view(3, -1)
        weights = filled(scores, mask)
        return by_bmm(weights, x), weights


def softmaxed(softmax: Softmax) -> Build:
    return lambda: Query(LinearScores(True), softmax)


WRONG_QUERIES: dict[str, Build] = {
    "no mask": softmaxed(unmasked),
    "scores times mask": softmaxed(times_mask),
    "inverted": softmaxed(inverted),
    "inverted, with a large number": softmaxed(inverted_little),
    "over the batch": softmaxed(over_batch),
    "cut after the softmax": softmaxed(cut_after),
    "sigmoid first": softmaxed(sigmoid_first),
    "relu first": softmaxed(relu_first),
    "tanh first": softmaxed(tanh_first),
    "overflows": softmaxed(overflowing),
    "no softmax": softmaxed(raw),
    "sigmoids": softmaxed(sigmoids),
    "plain zeros": lambda: Query(PlainScores(torch.zeros(DIM))),
    "plain random": lambda: Query(PlainScores(torch.randn(DIM))),
    "made in forward": lambda: Query(FreshScores()),
    "detached": lambda: Query(DetachedScores(DIM)),
    "no_grad": lambda: NoGradQuery(VectorScores(DIM)),
    "multilayer": lambda: Query(MultilayerScores()),
    "over the numbers of a word": lambda: WideQuery(VectorScores(DIM)),
    "over an axis of 1": lambda: ColumnQuery(VectorScores(DIM)),
    "other weights": lambda: OtherWeightsQuery(VectorScores(DIM)),
    "pooled only": lambda: PooledOnly(VectorScores(DIM)),
    "a tuple of one": lambda: OneTuple(VectorScores(DIM)),
    "squeezed": lambda: SqueezedQuery(VectorScores(DIM)),
    "a written batch size": lambda: WrittenBatchQuery(VectorScores(DIM)),
}


# Question 3: a query from the text, and a value


class TextQuery(nn.Module):
    """A query that a network computes from the mean of the text, and values from another."""

    def __init__(
        self,
        query: nn.Module | None = None,
        value: nn.Module | None = None,
        softmax: Softmax = filled,
        scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.query = query or nn.Linear(DIM, DIM)
        self.value = value or nn.Linear(DIM, VALUE)
        self.softmax, self.scale, self.out_features = softmax, scale, VALUE

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return masked_mean(x, mask, mask.sum(1, keepdim=True))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        scores = (x @ self.query(self.mean(x, mask)).unsqueeze(2)).squeeze(2)
        weights = self.softmax(scores * self.scale, mask)
        return by_bmm(weights, self.value(x)), weights


class KeyedTextQuery(TextQuery):
    """Words are compared through keys, whose bias rightly gets no gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.key = nn.Linear(DIM, DIM)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        scores = (self.key(x) * self.query(self.mean(x, mask))[:, None]).sum(2)
        weights = filled(scores, mask)
        return by_bmm(weights, self.value(x)), weights


def perceptron(width: int, outputs: int = VALUE) -> nn.Module:
    return nn.Sequential(nn.Linear(DIM, width), nn.ReLU(), nn.Linear(width, outputs))


RIGHT_TEXT_QUERIES: dict[str, Build] = {
    "linear": TextQuery,
    "scaled": lambda: TextQuery(scale=DIM**-0.5),
    "query without bias": lambda: TextQuery(nn.Linear(DIM, DIM, bias=False)),
    "narrow query of two layers": lambda: TextQuery(perceptron(2, DIM)),
    "wide query of two layers": lambda: TextQuery(perceptron(300, DIM)),
    "query of three layers": lambda: TextQuery(
        nn.Sequential(perceptron(8, 9), nn.Tanh(), nn.Linear(9, 7), nn.ReLU(), nn.Linear(7, DIM))
    ),
    "value with a relu": lambda: TextQuery(value=nn.Sequential(nn.Linear(DIM, VALUE), nn.ReLU())),
    "narrow value": lambda: TextQuery(value=perceptron(2)),
    "wide value": lambda: TextQuery(value=perceptron(512)),
    "value with norms": lambda: TextQuery(
        value=nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, VALUE), nn.GELU(), nn.Dropout(0.5))
    ),
    "keys": KeyedTextQuery,
    "lowered": lambda: TextQuery(softmax=lowered),
}


class PaddedTextQuery(TextQuery):
    """The query comes from the padded mean."""

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return x.mean(dim=1)


class SameTextQuery(TextQuery):
    """Question 2 again: the query does not see the text."""

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        return x.new_ones(len(x), DIM)


class UnvaluedTextQuery(TextQuery):
    """v_θ is applied, and its result never used."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        _, weights = super().forward(x, mask)
        return by_bmm(weights, x), weights


class UnweightedTextQuery(TextQuery):
    """The values are averaged: the weights are for show."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        _, weights = super().forward(x, mask)
        return masked_mean(self.value(x), mask, mask.sum(1, keepdim=True)), weights


class ListedTextQuery(TextQuery):
    """Layers in a Python list."""

    def __init__(self) -> None:
        super().__init__(query=nn.Identity())
        self.layers = [nn.Linear(DIM, 7), nn.Linear(7, DIM)]

    def mean(self, x: Tensor, mask: Tensor) -> Tensor:
        first, second = self.layers
        return second(first(super().mean(x, mask)).relu())


class PooledValueTextQuery(TextQuery):
    """The value of the sum, with a ReLU, in place of the sum of the values."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        _, weights = super().forward(x, mask)
        return self.value(by_bmm(weights, x)).relu(), weights


WRONG_TEXT_QUERIES: dict[str, Build] = {
    "padded mean": PaddedTextQuery,
    "the same for all": SameTextQuery,
    "value unused": UnvaluedTextQuery,
    "weights unused": UnweightedTextQuery,
    "layers in a list": ListedTextQuery,
    "value of the sum": PooledValueTextQuery,
    "relu first": lambda: TextQuery(softmax=relu_first),
    "overflows": lambda: TextQuery(softmax=overflowing),
    "no mask": lambda: TextQuery(softmax=unmasked),
}


# Question 4: attention over recurrent states


class Recurrent(nn.Module):
    """Attention over the states of a recurrent network that reads packed reviews."""

    def __init__(
        self, cell: type[nn.RNNBase] = nn.GRU, layers: int = 1, both: bool = False, scores: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.network = cell(DIM, HIDDEN, layers, batch_first=True, bidirectional=both)  # type: ignore[call-arg]
        self.out_features = HIDDEN * (1 + both)
        self.scores = scores or LinearScores(True, self.out_features)

    def states(self, x: Tensor, mask: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, mask.sum(1), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.network(packed)[0], batch_first=True)[0]

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        states = self.states(x, mask)
        weights = filled(self.scores(states), mask)
        return by_bmm(weights, states), weights


class MaskedRecurrent(Recurrent):
    """Reads padding too, which stands on the right: right as long as it reads rightward alone."""

    def states(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.network(x)[0]


class TurnedRecurrent(nn.Module):
    """Two networks, the second reads each review from its last word."""

    def __init__(self) -> None:
        super().__init__()
        self.right, self.left = (nn.LSTM(DIM, HIDDEN, batch_first=True) for _ in range(2))
        self.query = nn.Parameter(torch.zeros(2 * HIDDEN))
        self.out_features = 2 * HIDDEN

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        states = torch.cat([self.right(x)[0], self.turned(self.left(self.turned(x, mask))[0], mask)], dim=2)
        weights = filled(states @ self.query, mask)
        return by_bmm(weights, states), weights

    @staticmethod
    def turned(x: Tensor, mask: Tensor) -> Tensor:
        turned = x.clone()
        for review, length in enumerate(mask.sum(1).tolist()):
            turned[review, :length] = x[review, :length].flip(0)
        return turned


class StateScores(nn.Module):
    """Scores from a tanh layer on the states."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden, self.query = nn.Linear(width, 7), nn.Linear(7, 1, bias=False)

    def forward(self, states: Tensor) -> Tensor:
        return self.query(self.hidden(states).tanh()).squeeze(2)


RIGHT_RECURRENTS: dict[str, Build] = {
    "packed gru": Recurrent,
    "packed lstm both ways": lambda: Recurrent(nn.LSTM, both=True),
    "packed gru of 2 layers both ways": lambda: Recurrent(nn.GRU, 2, True),
    "packed lstm of 2 layers": lambda: Recurrent(nn.LSTM, 2),
    "masked gru": MaskedRecurrent,
    "masked lstm of 2 layers": lambda: MaskedRecurrent(nn.LSTM, 2),
    "turned lstm": TurnedRecurrent,
    "tanh scores": lambda: Recurrent(scores=StateScores(HIDDEN)),
}


class TimeFirstRecurrent(MaskedRecurrent):
    """batch_first left out: it reads across the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.GRU(DIM, HIDDEN)


class WordScoredRecurrent(Recurrent):
    """Sums the states by a query over the embeddings."""

    def __init__(self) -> None:
        super().__init__(scores=LinearScores(True))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = filled(self.scores(x), mask)
        return by_bmm(weights, self.states(x, mask)), weights


class WordSummedRecurrent(Recurrent):
    """Sums the embeddings by a query over the states."""

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = filled(self.scores(self.states(x, mask)), mask)
        return by_bmm(weights, x), weights


class OrderlessRecurrent(Recurrent):
    """A linear layer in place of a recurrent one."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Linear(DIM, HIDDEN)

    def states(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.network(x)


WRONG_RECURRENTS: dict[str, Build] = {
    "reads padding from the right": lambda: MaskedRecurrent(both=True),
    "reads padding from the right, 2 layers": lambda: MaskedRecurrent(nn.LSTM, 2, True),
    "batch_first left out": TimeFirstRecurrent,
    "scores of the embeddings": WordScoredRecurrent,
    "sums the embeddings": WordSummedRecurrent,
    "no recurrence": OrderlessRecurrent,
}
