"""The order of what is read counts, or it does not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from amal_attention.checks import ImageProbe, LanguageProbe, minds_every_place, minds_the_order
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.speakers import CLASSES, SIDE, TOKENS, Looker, Speaker


def turned(tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return tokens[:, [1, 0, 2, 3]], mask


class WithoutPositions(Speaker):
    def placed(self, words: Tensor) -> Tensor:
        return words


class Mean(Looker):
    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images.mean(dim=(1, 2), keepdim=True).expand_as(images))


@pytest.mark.parametrize("seed", range(4))
def test_positions_make_an_order(seed: int) -> None:
    minds_the_order(Speaker(), LanguageProbe(TOKENS), turned, seed=seed)


def test_a_mean_of_the_past_has_none() -> None:
    with pytest.raises(ExpectationMissed) as caught:
        minds_the_order(WithoutPositions(), LanguageProbe(TOKENS), turned)
    assert "positions are added" in caught.value.outcome.hint and "logits" in caught.value.outcome.expected


def test_of_an_image_the_whole_answer_is_compared() -> None:
    probe = ImageProbe(SIDE, CLASSES)
    minds_the_order(Looker(), probe, lambda images: (images.flip(1),), last=False, what="rows count")
    with pytest.raises(ExpectationMissed) as caught:
        minds_the_order(Mean(), probe, lambda images: (images.flip(1),), last=False, hint="mine")
    assert caught.value.outcome.hint == "mine"


class ThreePlaces(Speaker):
    def placed(self, words: Tensor) -> Tensor:
        return words * (1 + self.positions(torch.arange(words.shape[1]) % 3))


def exchanged(inputs: tuple[Tensor, Tensor], first: int, second: int) -> tuple[Tensor, Tensor]:
    tokens, mask = inputs
    moved = tokens.clone()
    moved[:, [first, second]] = tokens[:, [second, first]]
    return moved, mask


def test_places_that_are_told_by_the_same_positions() -> None:
    sizes = {"places": 5, "lengths": (6, 6, 6), "last": True}
    minds_every_place(Speaker(), LanguageProbe(TOKENS), exchanged, **sizes)
    with pytest.raises(ExpectationMissed, match="places 1 and 4 exchanged"):
        minds_every_place(ThreePlaces(), LanguageProbe(TOKENS), exchanged, **sizes)
