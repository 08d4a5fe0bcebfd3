"""What a norm learns."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import scales_and_shifts
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.encoding import Norm

DIM = 6


class FromZero(nn.Module):
    """Its scale is 1 plus what is learned, and stands behind the shift; three axes each."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = (nn.Parameter(torch.zeros(1, 1, DIM)) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.first + (1 + self.second) * nn.functional.layer_norm(x, (DIM,))


@pytest.mark.parametrize("norm", [Norm(DIM), FromZero(), nn.LayerNorm(DIM), Norm(DIM, "sample")])
def test_a_scale_and_a_shift_are_seen_whatever_they_are_called(norm):
    scales_and_shifts(norm, DIM)


def test_other_parameters_are_told():
    with pytest.raises(ExpectationMissed) as caught:
        scales_and_shifts(Norm(DIM, "one number"), DIM)
    assert caught.value.outcome.came == "a tensor (6,) of float32, a tensor (1,) of float32"
    with pytest.raises(ExpectationMissed, match="came: none"):
        scales_and_shifts(nn.Identity(), DIM)


def test_a_shift_that_is_scaled_is_missed():
    with pytest.raises(ExpectationMissed, match="then the shift is added"):
        scales_and_shifts(Norm(DIM, "shift first"), DIM)
