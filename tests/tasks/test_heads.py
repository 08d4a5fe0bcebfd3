"""A matrix for each head of each layer, with names where these fit."""

from __future__ import annotations

import torch

from amal_attention.tasks.heads import head_grids


def test_each_head_of_each_module_has_a_matrix_of_the_first_text():
    weights = torch.rand(2, 3, 2, 4)
    grids = head_grids(
        {"low": weights, "pooling": torch.rand(2, 4), "high": weights[:, :1]}, [["a", "b", "c", "d"], ["x", "y"]]
    )
    assert [grid.name for grid in grids] == ["low, head 1", "low, head 2", "low, head 3", "high, head 1"]
    assert grids[1].rows == ["x", "y"] and grids[1].columns == ["a", "b", "c", "d"]
    assert torch.equal(torch.tensor(grids[1].weights), weights[0, 1])


def test_one_place_more_stands_in_front_and_others_are_numbered():
    (grid,) = head_grids({"all": torch.rand(1, 1, 3, 5)}, [["a", "b"]])
    assert grid.rows == ["[CLS]", "a", "b"] and grid.columns == ["1", "2", "3", "4", "5"]
