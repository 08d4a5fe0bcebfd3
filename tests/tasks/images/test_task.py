"""What the task measures of a model, shows of it and reads with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lightning import LightningModule
from torch import Tensor, nn

from amal_attention.errors import DataError
from amal_attention.tasks.images.task import TASK


class Looks(nn.Module):
    """Two heads that look where the ink is, from every square and from a place in front, if there is one."""

    def __init__(self, in_front: bool) -> None:
        super().__init__()
        self.in_front = in_front

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor]:
        weights = squares / squares.sum(dim=1, keepdim=True)
        if self.in_front:
            weights = torch.cat([torch.zeros(len(weights), 1), weights], dim=1)
        length = weights.shape[1]
        return squares, weights[:, None, None].expand(-1, 2, length, length)


class Brightest(LightningModule):
    """Says which of nine squares has the ink; of the last label it says the first."""

    def __init__(self, in_front: bool = True) -> None:
        super().__init__()
        self.looks = Looks(in_front)

    def forward(self, images: Tensor) -> Tensor:
        squares = images.unflatten(1, (3, 2)).unflatten(3, (3, 2)).mean(dim=(2, 4)).flatten(1)
        self.looks(squares)
        told = squares.argmax(dim=1)
        return 5.0 * nn.functional.one_hot(told.where(told < 8, 0), 10)


def test_accuracy_is_the_share_of_images_that_are_told_rightly(data):
    tested = TASK.test(Brightest(), data, {})
    expected = data.whole(data.rows("test")).labels.numpy() < 8
    assert np.array_equal(tested.right, expected)
    assert tested.metrics["accuracy"][0] == pytest.approx(expected.mean())


@pytest.mark.parametrize("in_front", [True, False])
def test_an_exhibit_shows_how_much_each_square_is_looked_at(data, in_front):
    (shown,) = TASK.exhibits(Brightest(in_front), data, np.array([14]), {})
    assert (shown.label, shown.prediction, shown.right) == ("5", "5", True)
    expected = np.zeros((3, 3))
    expected[1, 2] = 1
    assert shown.grid is not None and shown.grid.weights == expected.tolist()
    assert TASK.places({}, shown) == [["1,1", "1,2", "1,3", "2,1", "2,2", "2,3", "3,1", "3,2", "3,3"]]


def test_a_test_image_is_read_by_its_place(data):
    row = int(data.rows("test")[7])
    assert TASK.read(Brightest(), TASK.kept(data), " 7 ", {}).row == row


@pytest.mark.parametrize("text", ["20", "-1", "seven", ""])
def test_an_image_that_is_none_is_told(data, refusal, text):
    told = refusal(DataError, lambda: TASK.read(Brightest(), TASK.kept(data), text, {}))
    assert "from 0 to 19" in told
