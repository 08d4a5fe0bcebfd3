"""Advice on what torch and Python really raise, so that a message that changes is noticed."""

from __future__ import annotations

import copy
import linecache
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from lightning import LightningModule
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence
from torchmetrics.classification import MulticlassAccuracy

from amal_attention.checks.advice import TABLE, advice, near_name
from amal_attention.checks.subjects.quiet import quiet_trainer, served, silence

X = torch.zeros(3, 4, 5)
MASK = torch.ones(3, 4, dtype=torch.bool)
PAIR = (X, MASK)


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, number: float) -> torch.Tensor:
        return number * x

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        return 2 * gradient


class Saving(Doubled):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, number: float) -> torch.Tensor:
        ctx.save_for_backward(number)
        return number * x


class Reads(nn.Module):
    def forward(self, x: Any) -> Any:
        return x


class Hasty(nn.Module):
    def __init__(self) -> None:
        self.out_features = 2


class HastyLayer(nn.Module):
    def __init__(self) -> None:
        self.score = nn.Linear(2, 1)


class Misspelt(nn.Module):
    def foward(self, x: Any) -> Any:
        return x


def in_place() -> None:
    x = torch.ones(3, requires_grad=True).exp()
    x += 1
    x.sum().backward()  # type: ignore[no-untyped-call]


def in_place_on_a_leaf() -> None:
    query = nn.Parameter(torch.ones(3))
    query /= 2


class Trained(LightningModule):
    """Trained for a step, with what a subclass gets wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        return self.layer(torch.ones(1, 1)).sum()

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters())


class NoOptimiser(Trained):
    configure_optimizers = LightningModule.configure_optimizers


class OptimiserNotMade(Trained):
    def configure_optimizers(self) -> Any:
        return torch.optim.Adam


class LogsTwice(Trained):
    def training_step(self, batch: Any, batch_idx: int) -> Any:
        self.log("loss", 1.0)
        self.log("loss", 1.0, on_epoch=True)


class Detached(Trained):
    def training_step(self, batch: Any, batch_idx: int) -> Any:
        return super().training_step(batch, batch_idx).detach()


def fit(module: Any) -> None:
    with silence():
        quiet_trainer().fit(module, served([1]))


class KeepsGraph:
    loss = nn.Linear(1, 1)(torch.ones(1, 1)).exp().sum()

    def twice(self) -> None:
        self.loss.backward()
        self.loss.backward()


def without_a_value() -> Any:
    if not X.numel():
        weights = X
    return weights


def itself() -> Any:
    return itself()


def for_review(weights: Any, mask: Any, x: Any) -> Any:
    return weights * x


def filled(scores: Any, mask: Any) -> Any:
    return scores.masked_fill(~mask, 0)


PACKED = pack_padded_sequence(X, torch.tensor([4, 4, 4]), batch_first=True)
DEEP = nn.Parameter(torch.ones(2)).exp()

RAISED: dict[str, tuple[Callable[[], Any], str]] = {
    "no super, a layer": (HastyLayer, "super().__init__()"),
    "no super, a call": (lambda: Hasty()(X), "super().__init__()"),
    "no super, a mode": (lambda: Hasty().eval(), "super().__init__()"),
    "no forward": (lambda: Misspelt()(X), "forward"),
    "no LightningModule": (lambda: fit(Reads()), "class Reads(LightningModule)"),
    "no optimiser's method": (lambda: fit(NoOptimiser()), "no method configure_optimizers"),
    "an optimiser that is not made": (lambda: fit(OptimiserNotMade()), "returns an optimiser"),
    "a loss without a gradient": (lambda: fit(Detached()), "no detach"),
    "logged twice": (lambda: fit(LogsTwice()), "loss is logged already"),
    "no trainer": (lambda: Trained().trainer, "in training alone"),
    "parameters not asked": (lambda: torch.optim.Adam(Trained().parameters), "self.parameters()"),  # type: ignore[arg-type]
    "a parameter replaced": (lambda: setattr(nn.Linear(2, 2), "weight", X), "nn.Parameter(...)"),
    "one review in batch norm": (lambda: nn.BatchNorm1d(5)(X[:1, 0]), "LayerNorm"),
    "a batch in two": (lambda: _unpacks(PAIR + PAIR), "names on the left"),
    "a batch in two fields": (lambda: _unpacks_batch(PAIR + PAIR), "batch.tokens"),
    "one value in two": (lambda: _unpacks(PAIR[:1]), "fewer values"),
    "a list in a layer": (lambda: nn.Linear(5, 2)([X]), "torch.stack"),
    "an attribute of a list": (lambda: [X].shape, "torch.stack"),  # type: ignore[attr-defined]
    "an array in a layer": (lambda: nn.Linear(5, 2)(np.zeros(5)), "torch.from_numpy"),
    "packed states": (lambda: PACKED @ X, "pad_packed_sequence"),  # type: ignore[operator]
    "an attribute of packed states": (lambda: PACKED.shape, "pad_packed_sequence"),  # type: ignore[attr-defined]
    "an attribute that is not there": (lambda: Reads().query, "self.query = ..."),
    "a name without a value": (without_a_value, "another branch"),
    "a name that nobody gave": (lambda: unknown, "misspelt"),  # type: ignore[name-defined]  # noqa: F821
    "a tensor called": (lambda: X(MASK), "square brackets"),
    "endless": (itself, "calls itself"),
    "packed words first": (
        lambda: nn.GRU(5, 2, batch_first=True)(pack_padded_sequence(X, torch.tensor([4, 2, 1]), enforce_sorted=False)),
        "batch_first=True in pack_padded_sequence",
    ),
    "lengths of another axis": (lambda: pack_padded_sequence(X, torch.tensor([4, 2, 1])), "batch_first=True"),
    "four axes in a recurrent layer": (lambda: nn.GRU(5, 2)(X.unsqueeze(0)), "(B, L, D)"),
    "tokens as floats": (lambda: F.embedding(MASK.float(), X[0]), "integers"),
    "integers and floats": (lambda: MASK.long().unsqueeze(1) @ X, "has the type of x"),
    "integers in a layer": (lambda: nn.Linear(5, 2)(X.long()), "has the type of x"),
    "float64 in a recurrent layer": (lambda: nn.GRU(5, 2)(X.double()), "float64"),
    "weights in float64": (lambda: torch.bmm(MASK.double().unsqueeze(1), X), "float64"),
    "-inf in integers": (lambda: MASK.long().masked_fill(~MASK, float("-inf")), "scores are floats"),
    "another device": (lambda: X + torch.zeros(4, 5, device="meta"), "device=x.device"),
    "not mask": (lambda: X[0].masked_fill(not MASK, 0), "it is ~mask"),
    "a loss not made": (lambda: nn.CrossEntropyLoss(X[:, 0], MASK[:, 0].long()), "nn.CrossEntropyLoss()(logits"),
    "a function of math": (lambda: math.log(X[0, 0]), "torch.log(x)"),
    "a number of many": (lambda: float(X[0, 0]), "one number"),
    "targets of another shape": (
        lambda: F.binary_cross_entropy_with_logits(X[:, 0], torch.zeros(3)),
        "integer labels (B,)",
    ),
    "an accuracy of one text": (lambda: MulticlassAccuracy(2)(X[0, 0], torch.zeros(1)), "squeezed away"),
    "an accuracy of one column": (lambda: MulticlassAccuracy(2)(X[:, 0, :1], torch.zeros(3)), "num_classes"),
    "a graph used twice": (lambda: KeepsGraph().twice(), "compute it anew"),
    "one gradient for two arguments": (lambda: Doubled.apply(DEEP, 2.0).sum().backward(), "None for a number"),  # type: ignore[no-untyped-call]
    "a number that is saved": (lambda: Saving.apply(DEEP, 2.0), "ctx.strength = strength"),  # type: ignore[no-untyped-call]
    "a function of autograd that is called": (lambda: Doubled()(DEEP, 2.0), "@staticmethod"),
    "a hook without a gradient": (lambda: X.register_hook(abs), "another tensor"),  # type: ignore[no-untyped-call]
    "numpy of what learns": (lambda: DEEP.numpy(), "stay in torch"),
    "a copy of a result": (lambda: copy.deepcopy(DEEP), "kept in self"),
    "a leaf in place": (in_place_on_a_leaf, "in place"),
    "scores with an axis too many": (lambda: filled(X[..., :1], MASK), "squeeze(-1)"),
    "weights without a third axis": (lambda: for_review(MASK.float(), MASK, X), "unsqueeze(-1)"),
    "bmm of another batch": (lambda: torch.bmm(X, torch.zeros(32, 5, 1)), "a batch of 3 meets one of 32"),
    "bmm of another width": (lambda: torch.bmm(X, torch.zeros(3, 16, 1)), "5 numbers meet a query of 16"),
    "joined with another shape": (lambda: torch.cat([X, X[:, 0]]), "agree in all axes but one"),
    "a mask of another shape": (lambda: X[MASK[:2]], "its shape is theirs"),
    "an axis too few": (lambda: MASK.shape[2], "fewer axes than are asked for"),
    "a word too many": (lambda: ["a"][3], "is short"),
    "nothing to learn": (lambda: torch.optim.Adam(Reads().parameters()), "nn.Parameter"),
    "a pair in a layer": (lambda: nn.Linear(5, 2)(PAIR), "unpack"),
    "a pair times a query": (lambda: PAIR @ X, "unpack"),  # type: ignore[operator]
    "a pair indexed": (lambda: PAIR[:, 0], "unpack"),  # type: ignore[call-overload]
    "an attribute of a pair": (lambda: PAIR.shape, "unpack"),  # type: ignore[attr-defined]
    "None unpacked": (lambda: (lambda a, b: a)(*None), "return"),  # type: ignore[misc]
    "None in a sum": (lambda: X + None, "return"),  # type: ignore[operator]
    "an argument too many": (lambda: Reads()(X, MASK), "signature"),
    "an argument too few": (lambda: Reads()(), "signature"),
    "an unknown option": (lambda: Reads(cell="gru"), "signature"),
    "not sorted": (lambda: pack_padded_sequence(X, torch.tensor([1, 2, 4]), batch_first=True), "enforce_sorted=False"),
    "an empty text": (
        lambda: pack_padded_sequence(X, torch.tensor([4, 2, 0]), batch_first=True),
        "without words",
    ),
    "a mask for lengths": (lambda: pack_padded_sequence(X, MASK, True, False), "mask.sum(dim=1)"),
    "another input width": (lambda: nn.GRU(7, 2, batch_first=True)(X), "another width"),
    "bmm of bool": (lambda: torch.bmm(MASK.unsqueeze(1), X), "mask.to(x.dtype)"),
    "matmul of bool": (lambda: MASK @ X[0], "mask.to(x.dtype)"),
    "softmax of bool": (lambda: MASK.softmax(1), "mask.to(x.dtype)"),
    "mean of bool": (lambda: MASK.mean(dim=1), "mask.to(x.dtype)"),
    "1 - mask": (lambda: 1 - MASK, "~mask"),
    "a float mask": (lambda: X[..., 0].masked_fill(MASK.float(), 0), "~mask"),
    "a float mask picks": (lambda: X[MASK.float()], "~mask"),
    "~ of floats": (lambda: ~MASK.float(), "~mask"),
    "float64 and float32": (lambda: X @ torch.zeros(5).double(), "float64"),
    "an if on a mask": (lambda: bool(MASK), ".any()"),
    "targets that are one-hot": (lambda: F.cross_entropy(X[:, 0], torch.zeros(3, 2, dtype=torch.long)), "labels (B,)"),
    "too many classes": (lambda: F.cross_entropy(X[:, 0], torch.tensor([0, 9, 1])), "num_classes"),
    "a loss of many numbers": (lambda: (X.clone().requires_grad_() * 2).backward(), "mean"),  # type: ignore[no-untyped-call]
    "a loss cut off": (lambda: torch.tensor(1.0).backward(), "detach"),  # type: ignore[no-untyped-call]
    "a change in place": (in_place, "in place"),
    "topk of too few": (lambda: torch.zeros(3).topk(5), "min(k"),
    "a width written down": (lambda: nn.Linear(50, 2)(X[:, 0]), "for 50 numbers is given 5"),
    "a query too long": (lambda: X[..., :3] @ torch.zeros(5), "3 numbers meet a query of 5"),
    "no keepdim": (lambda: MASK / MASK.sum(dim=1), "keepdim=True"),
    "a batch size written down": (lambda: X.view(32, 5), "B, L, D = x.shape"),
    "a batch size expanded": (lambda: torch.zeros(1, 5).expand(32, 7), "B, L, D = x.shape"),
    "bmm of matrices": (lambda: torch.bmm(X[0], X), "unsqueeze"),
    "letters of einsum": (lambda: torch.einsum("bl,bd->bl", MASK, X), "einsum"),
    "an axis that is not there": (lambda: MASK.sum(dim=2), "fewer axes"),
    "a tensor as an index": (lambda: ["a"][torch.tensor(0.5)], "int(...)"),
    "a token too many": (lambda: F.embedding(torch.tensor([9]), X[0]), "whole table"),
    "a key that is not there": (lambda: {"gru": 1}["GRU"], "option"),
    "nothing to divide by": (lambda: 1 / 0, "no word"),
}


def _unpacks(parts: Any) -> Any:
    x, y = parts
    return x, y


def _unpacks_batch(batch: Any) -> Any:
    x, y = batch
    return x, y


def raised(fail: Callable[[], Any]) -> tuple[Exception, str]:
    """What it raises, and the line of this file that does."""
    with pytest.raises(Exception) as caught:
        fail()
    numbers = [entry.lineno for entry in caught.traceback if str(entry.path) == __file__]
    return caught.value, linecache.getline(__file__, numbers[-1] + 1).strip()


@pytest.mark.parametrize("name", RAISED)
def test_what_is_raised_is_answered_with_advice(name: str) -> None:
    fail, words = RAISED[name]
    assert words in advice(*raised(fail))


def test_every_row_of_the_table_answers_something_that_is_raised() -> None:
    seen = [f"{type(error).__name__}: {error}\n{line}" for error, line in (raised(fail) for fail, _ in RAISED.values())]
    first = [next((pattern for pattern, _ in TABLE if re.search(pattern, text)), "") for text in seen]
    assert {pattern for pattern, _ in TABLE} - set(first) == set()


def test_a_batch_that_is_unpacked_into_two_is_told_by_its_fields() -> None:
    error = ValueError("too many values to unpack (expected 2)")
    assert "batch.tokens" in advice(error, "x, y = batch")
    assert "batch.tokens" not in advice(error, "a, b = parts")


def test_an_attribute_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError) as caught:
        Reads().query  # noqa: B018
    assert "self.query = ..." in advice(caught.value)


@pytest.mark.parametrize("error", [ValueError("no"), OSError(), TypeError("int is not a Module subclass")])
def test_nothing_is_said_where_nothing_is_known(error: Exception) -> None:
    assert advice(error) == ""


def test_an_exception_that_cannot_be_told_is_answered_with_nothing() -> None:
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("never")

    assert advice(Unspeakable()) == ""


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("MeanPoling", "there is no MeanPoling: is MeanPooling meant?"),
        ("weigths", "there is no weigths: is weights meant?"),
        ("entropy", ""),
    ],
)
def test_a_name_that_is_almost_one_that_is_known_is_told_with_it(missing: str, told: str) -> None:
    known = ["MeanPooling", "LearnedQueryPooling", "weights", "mask", missing]
    assert near_name(NameError("", name=missing), known) == told


def test_a_mask_that_has_its_third_axis_already_is_not_asked_for_it() -> None:
    error = RuntimeError("The size of tensor a (5) must match the size of tensor b (3) at non-singleton dimension 1")
    assert "keepdim=True" in advice(error, "text = (x * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1)")
    assert "third axis" in advice(error, "pooled = (x * mask).sum(dim=1)")
