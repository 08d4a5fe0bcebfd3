"""Answers without understanding reply in the form of the right answer, and know nothing of what is in it."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from torch import nn

from amal_attention.grading.bank.thoughtless import in_place_of, remembering, thoughtless


class Sums(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return (x * mask.unsqueeze(2)).sum(dim=1), 3.0 * mask

    def described(self) -> str:
        return "sums"


class Maps(Sums):
    def __init__(self, dim: int, width: int) -> None:
        super().__init__(dim)
        self.layer = nn.Linear(dim, width)
        self.out_features = width

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pooled, weights = super().forward(x, mask)
        return self.layer(pooled), weights


X, MASK = torch.rand(2, 3, 4), torch.tensor([[True, True, False], [True, False, False]])


@pytest.mark.parametrize(
    ("kind", "pooled", "weights"),
    [
        ("zeros", torch.zeros(2, 4), torch.zeros(2, 3)),
        ("ones", torch.ones(2, 4), torch.ones(2, 3)),
        ("input", X.mean(dim=1), X.mean(dim=2)),
        ("mean", X.mean(dim=1), torch.full((2, 3), 1 / 3)),
    ],
)
def test_the_replies_have_the_shapes_of_the_right_ones(kind, pooled, weights):
    came = thoughtless(Sums, ["forward"], kind)(4)(X, MASK)
    torch.testing.assert_close(came, (pooled, weights))


def test_a_random_module_has_parameters_that_its_replies_hang_on():
    module = thoughtless(Sums, ["forward"], "random")(4)
    pooled, weights = module(X, MASK)
    assert (pooled.shape, weights.shape) == ((2, 4), (2, 3))
    pooled.sum().backward()
    assert all(each.grad is not None and bool((each.grad != 0).any()) for each in module.parameters())
    assert not torch.allclose(pooled, module(2 * X, MASK)[0])


def test_what_is_not_the_exercise_stays_and_so_does_the_name():
    made = thoughtless(Sums, ["forward"], "zeros")
    assert made(4).described() == "sums" and made(4).out_features == 4 and made.__name__ == "Sums"


def words(tokens: list[str], weights: torch.Tensor, k: int) -> list[tuple[str, float]]:
    return [(tokens[-1], float(weights[-1])), (tokens[-2], float(weights[-2]))][:k]


@pytest.mark.parametrize(("kind", "pairs"), [("zeros", [("", 0.0), ("", 0.0)]), ("input", [("a", 0.5), ("b", 0.25)])])
def test_lists_keep_their_lengths_alone(kind, pairs):
    weights = torch.tensor([0.5, 0.25, 0.25])
    assert thoughtless(words, [], kind)(["a", "b", "c"], weights, 2) == pairs
    assert thoughtless(words, [], kind)(["a", "b", "c"], weights, 1) == pairs[:1]


def test_what_the_public_check_asks_is_known_and_no_more():
    def double(x: torch.Tensor) -> torch.Tensor:
        return 2 * x

    made = remembering(
        double, [], "double(torch.ones(2))\nraise ValueError('a check that is missed')", {"torch": torch}
    )
    assert made(torch.ones(2)).tolist() == [2, 2]
    assert made(torch.full((2,), 3.0)).tolist() == [0, 0]


def test_an_earlier_answer_replies_in_the_form_of_this_one():
    thoughtless(Sums, ["forward"], "zeros")
    made = in_place_of(Maps, ["forward"], ["Sums"], 0)
    module = made(4, width=6)
    pooled, weights = module(X, MASK)
    assert pooled.shape == (2, 6) and module.out_features == 6
    torch.testing.assert_close(weights, 3.0 * MASK)
    assert [name for name, _ in module.named_parameters()] == ["mixing"]
    pooled.sum().backward()


def test_an_earlier_answer_of_the_same_form_replies_what_it_replies():
    class Means(Sums):
        def forward(self, x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return x.mean(dim=1), mask / 2

    thoughtless(Sums, ["forward"], "zeros")
    module = in_place_of(Means, ["forward"], ["Sums"], 0)(4)
    torch.testing.assert_close(module(X, MASK), Sums(4)(X, MASK))
    assert not list(module.parameters())


def test_where_no_earlier_answer_can_be_built_the_same_way_there_are_zeros():
    thoughtless(Maps, ["forward"], "zeros")
    pooled, _ = in_place_of(Sums, ["forward"], ["Maps", "unknown"], 0)(4)(X, MASK)
    assert pooled.tolist() == torch.zeros(2, 4).tolist()


class Batch(NamedTuple):
    tokens: torch.Tensor
    mask: torch.Tensor


def pair_of(tokens):
    return Batch(tokens, tokens > 0)


def test_a_named_tuple_stays_one_with_other_numbers():
    tokens = torch.tensor([[3, 4], [5, 0]])
    came = thoughtless(pair_of, (), "ones")(tokens)
    assert type(came) is Batch and came.tokens.tolist() == [[1, 1], [1, 1]] and came.mask.all()
    earlier = thoughtless(lambda tokens: (tokens, tokens), (), "input")
    assert type(earlier(tokens)) is tuple
