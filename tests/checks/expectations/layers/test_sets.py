"""What has no positions reads a set."""

from __future__ import annotations

import pytest
from torch import Tensor, nn

from amal_attention.checks import AttentionProbe, LayerProbe, permutes_with
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.attending import Attends, Heads

DIM, WIDTH, HEADS = 6, 4, 2


class Words(nn.Module):
    """A layer on each word, by itself or beside the one before."""

    def __init__(self, before: bool = False) -> None:
        super().__init__()
        self.layer, self.before = nn.Linear(DIM, DIM), before

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.layer(x + x.roll(1, dims=1) if self.before else x)


def test_right_layers_move_along():
    permutes_with(Words(), LayerProbe(DIM))
    permutes_with(Attends(DIM, WIDTH), AttentionProbe(DIM, WIDTH))
    permutes_with(Heads(DIM, HEADS), AttentionProbe(DIM, heads=HEADS), lengths=(4, 2, 3))
    permutes_with(Words(), LayerProbe(DIM), lengths=(1,))


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        (Attends(DIM, WIDTH, places=True), "states"),
        (Attends(DIM, WIDTH, turn=False), "weights"),
    ],
)
def test_what_hangs_on_the_number_of_a_place_is_missed(wrong, part):
    with pytest.raises(ExpectationMissed) as caught:
        permutes_with(wrong, AttentionProbe(DIM, WIDTH))
    outcome = caught.value.outcome
    assert outcome.expected.startswith(f"the same {part}") and "number of a place" in outcome.hint
    assert "; then x in the order " in outcome.sent


def test_a_neighbour_is_a_place():
    with pytest.raises(ExpectationMissed) as caught:
        permutes_with(Words(before=True), LayerProbe(DIM), hint="mine", what="the title")
    assert (caught.value.outcome.hint, caught.value.outcome.expectation) == ("mine", "the title")


def test_what_is_kept_from_the_first_call_is_told():
    class Kept(Words):
        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            self.first = getattr(self, "first", super().forward(x, mask))
            return self.first

    with pytest.raises(ExpectationMissed, match="something is kept"):
        permutes_with(Kept(), LayerProbe(DIM), times=1)
