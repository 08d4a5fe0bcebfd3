"""What stands in for the squares of images has each pixel once, beside its neighbours, in an order of its own."""

from __future__ import annotations

import torch

from amal_attention.checks.subjects.stand_ins.squares import squares_by_column


def test_squares_hold_each_pixel_once_and_stand_column_by_column() -> None:
    image = torch.arange(24.0).reshape(1, 4, 6)
    squares = squares_by_column(image, 2)
    assert squares.shape == (1, 6, 4) and sorted(squares.flatten().tolist()) == list(range(24))
    assert squares[0, 0].tolist() == [5, 4, 11, 10] and squares[0, 1].tolist() == [17, 16, 23, 22]
    assert squares_by_column(image.expand(3, 4, 6), 2).shape == (3, 6, 4)
