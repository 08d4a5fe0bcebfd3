"""How far texts move: right moves are met, and each wrong one is told by its own mistake."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from amal_attention.checks import keeps_padding, moves_within, some_texts
from amal_attention.checks.expectation import ExpectationMissed

G, MASK = some_texts(5, (4, 2, 1))
WORDS = MASK.unsqueeze(2)
EPSILON = 0.3


def by_text(g: Tensor) -> Tensor:
    return EPSILON * g / g.flatten(1).norm(dim=1).reshape(-1, 1, 1)


def test_a_move_of_one_norm_a_text_is_met() -> None:
    moves_within(by_text(G * WORDS), MASK, EPSILON)
    keeps_padding(by_text(G * WORDS), MASK)


def test_padding_has_no_part_in_how_far_a_text_moves() -> None:
    moves_within(by_text(G * WORDS) + 7 * ~WORDS, MASK, EPSILON)


@pytest.mark.parametrize(
    ("moves", "hint"),
    [
        (EPSILON * G / G.norm(dim=2, keepdim=True) * WORDS, "the words of a text are one vector"),
        (EPSILON * G * WORDS / (G * WORDS).norm(), "each text has a norm of its own"),
        (by_text(G) * WORDS, "set padding to 0 first"),
        (G * WORDS, "divide by the norm"),
        (by_text(G * WORDS).flatten(1), "one move for each place"),
    ],
)
def test_each_wrong_norm_is_told(moves: Tensor, hint: str) -> None:
    with pytest.raises(ExpectationMissed, match=hint):
        moves_within(moves, MASK, EPSILON)


def test_every_number_moves_where_the_largest_counts() -> None:
    moves_within(EPSILON * G.sign(), MASK, EPSILON, math.inf)
    for wrong in (EPSILON * G.clamp(-1, 1), EPSILON * G.sign() * (G > 0), 2 * EPSILON * G.sign()):
        with pytest.raises(ExpectationMissed, match="every number of every word moves by ε"):
            moves_within(wrong, MASK, EPSILON, math.inf)


def test_a_move_of_padding_is_told_with_its_place() -> None:
    with pytest.raises(ExpectationMissed, match=r"(?s)place 3 of text 2.*multiply by the mask"):
        keeps_padding(
            torch.where(torch.arange(3).reshape(-1, 1, 1) == 1, G, G * WORDS) * (torch.arange(4) < 3).reshape(1, -1, 1),
            MASK,
        )


def test_what_is_told_of_each_word_is_looked_at_too() -> None:
    keeps_padding(MASK.float(), MASK)
    with pytest.raises(ExpectationMissed, match="place 2 of text 3"):
        keeps_padding(torch.tensor([[0.0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]]), MASK)
    with pytest.raises(ExpectationMissed, match="one move for each place"):
        keeps_padding(torch.zeros(4, 3), MASK)
