"""Scores and an attention that are known do what they say."""

from __future__ import annotations

import torch
from torch import nn

from amal_attention.checks import DistanceScore, FixedScore
from amal_attention.checks.subjects.stand_ins.attention import LooksAtItself, best_place


def test_a_fixed_score_gives_the_first_of_its_numbers_and_keeps_what_it_was_handed() -> None:
    score = FixedScore(torch.tensor([3.0, 1.0, 2.0]))
    assert set(score.state_dict()) == {"scores"} and not list(score.parameters())
    query, keys = torch.randn(2, 4, 5), torch.randn(2, 2, 5)
    assert torch.equal(score(query, keys), torch.tensor([3.0, 1.0]).expand(2, 4, 2))
    assert torch.equal(score.state_dict()["query"], query) and torch.equal(score.state_dict()["keys"], keys)


def test_a_distance_score_prefers_the_nearest_key() -> None:
    query, keys = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[1.0, 0.0], [1.0, 3.0]]])
    assert DistanceScore()(query, keys).tolist() == [[[0, -9]]]


def test_the_best_place_is_that_of_the_largest_score_where_the_mask_is_true() -> None:
    scores, values = torch.tensor([[[-5.0, -4.0, 9.0]]]), torch.tensor([[[1.0], [2.0], [3.0]]])
    context, weights = best_place(scores, values, torch.tensor([[True, True, False]]))
    assert context.tolist() == [[[2]]] and weights.tolist() == [[[0, 1, 0]]]


def test_what_looks_at_itself_is_handed_one_tensor_twice() -> None:
    class Same(nn.Module):
        def forward(self, x: torch.Tensor, memory: torch.Tensor) -> bool:
            return x is memory

    assert LooksAtItself(Same())(torch.ones(1, 2, 3)) is True
