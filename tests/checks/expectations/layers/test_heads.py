"""Linear maps by their names, and heads that attend apart."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import MemoryProbe, has_layers, heads_differ
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.attending import Looks

DIM, HEADS = 6, 3
PROBE = MemoryProbe(DIM, HEADS, asking=4)


class Maps(nn.Module):
    def __init__(self, bias: bool = True, width: int = 3) -> None:
        super().__init__()
        self.query = nn.Linear(5, width, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.query(x)


class Lazy(Maps):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.LazyLinear(3)


@pytest.mark.parametrize("bias", [True, False])
def test_maps_of_the_names_and_sizes_are_there_with_or_without_a_bias(bias):
    has_layers(Maps(bias), {"query": (5, 3)})


class Shared(Maps):
    def __init__(self) -> None:
        super().__init__()
        self.key = nn.Linear(5, 3)
        self.key.weight = self.query.weight


def test_two_maps_that_share_a_weight_are_one():
    with pytest.raises(ExpectationMissed, match="two of them share one"):
        has_layers(Shared(), {"query": (5, 3), "key": (5, 3)})


def test_lazy_maps_have_sizes_once_they_were_called():
    has_layers(Lazy(), {"query": (5, 3)}, inputs=(torch.ones(2, 5),))


@pytest.mark.parametrize(
    ("module", "name", "came"),
    [
        (Maps(), "key", "none among query.bias, query.weight"),
        (Maps(width=4), "query", "(4, 5)"),
        (nn.Identity(), "query", "none among {}"),
    ],
)
def test_what_is_not_there_or_has_another_size_is_told(module, name, came):
    with pytest.raises(ExpectationMissed) as caught:
        has_layers(module, {name: (5, 3)})
    outcome = caught.value.outcome
    assert (outcome.expected, outcome.came) == (f"{name}.weight of shape (3, 5)", came)
    assert outcome.hint == f"in __init__: self.{name} = nn.Linear(5, 3)"


def test_heads_that_attend_by_columns_of_their_own_are_seen():
    heads_differ(Looks(DIM, HEADS), PROBE, HEADS)
    heads_differ(Looks(DIM, HEADS, bias=False), PROBE, HEADS, lengths=(3, 3), seed=5)


@pytest.mark.parametrize("wrong", ["view", "first head"])
def test_heads_whose_columns_are_mixed_are_missed(wrong):
    with pytest.raises(ExpectationMissed) as caught:
        heads_differ(Looks(DIM, HEADS, wrong=wrong), PROBE, HEADS)
    outcome = caught.value.outcome
    assert outcome.expected == "even weights of head 1, and those of the others as before"
    assert "then transpose(1, 2)" in outcome.hint and "the rows of head 1 in query are 0" in outcome.sent
