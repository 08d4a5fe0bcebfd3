"""How the inputs of a pooling are told."""

from __future__ import annotations

import pytest
import torch

from amal_attention.checks.expectations.poolings.wording import reviews_sent


@pytest.mark.parametrize(
    ("lengths", "told"),
    [
        ((1,), "1 review of 1 word, in dimension 5"),
        ((3,), "1 review of 3 words, in dimension 5"),
        ((2, 2), "2 reviews of 2 and 2 words, in dimension 5"),
        ((4, 2, 1), "3 reviews of 4, 2 and 1 words, padded to 4, in dimension 5"),
    ],
)
def test_reviews_are_told_by_their_lengths(lengths: tuple[int, ...], told: str) -> None:
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    assert reviews_sent(torch.zeros(*mask.shape, 5), mask) == told
