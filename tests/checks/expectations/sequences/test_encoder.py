"""Expectations on encoders: right ones of any kind meet them, and each wrong one is missed and told its mistake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    EncoderProbe,
    answers_afresh,
    fills_the_mask,
    final_is_last_state,
    hangs_on_order,
    ignores_padding,
    keeps_types,
    learns_through_time,
    leaves_inputs_alone,
    reads_both_ways,
    reads_each_alone,
    same_in_training,
    sees_its_past,
    sees_no_future,
    shows_last_layer,
)
from amal_attention.checks.expectation import ExpectationMissed

TOKENS, DIM, HIDDEN = 11, 4, 5


class Cells(nn.Module):
    """Reads line by line, with a stack of layers for each direction, and gives their states; what is wrong is told.

    Args:
        both: whether it reads in both directions.
        layers: how many.
        wrong: the mistake, or empty.
        kind: of the recurrent layers.
    """

    def __init__(self, both: bool = False, layers: int = 1, wrong: str = "", kind: type[nn.RNNBase] = nn.GRU) -> None:
        super().__init__()
        self.embedding, self.wrong, self.kept = nn.Embedding(TOKENS, DIM), wrong, None
        self.ways = nn.ModuleList(kind(DIM, HIDDEN, layers) for _ in range(1 + both))

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        if self.wrong == "in place":
            tokens.masked_fill_(~mask, 0)
        lengths = (tokens != 0 if self.wrong == "by tokens" else mask).sum(dim=1)
        read = [self.line(line, int(length)) for line, length in zip(tokens, lengths, strict=True)]
        memory, final = (torch.stack(each) for each in zip(*read, strict=True))
        return self.spoilt(memory, final, lengths)

    def line(self, tokens: Tensor, length: int) -> tuple[Tensor, Tensor]:
        if self.wrong == "last column":
            length = len(tokens)
        x = self.embedding(tokens[:length])
        states = [self.states(way, x.flip(0) if way else x) for way in range(len(self.ways))]
        ends = [each[-1] for each in states]
        turned = [each.flip(0) if way and self.wrong != "not turned" else each for way, each in enumerate(states)]
        memory = torch.cat(turned, dim=1)
        last = memory[-1] if self.wrong == "joined at the last" else torch.cat(ends)
        return nn.functional.pad(memory, (0, 0, 0, len(tokens) - length)), last

    def states(self, way: int, x: Tensor) -> Tensor:
        layer = self.ways[0 if self.wrong == "one way" else way]
        if self.wrong == "one way" and way:
            x = x.flip(0)
        if self.wrong == "no order":
            return torch.cat([layer(each[None])[0] for each in x])
        if self.wrong == "cut in time":
            state, states = None, []
            for each in x:
                out, state = layer(each[None], state)
                state, states = state.detach(), [*states, out]
            return torch.cat(states)
        out = layer(x)[0]
        return out.flip(0) if self.wrong == "one way" and way else out

    def spoilt(self, memory: Tensor, final: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        rows = torch.arange(len(memory))
        changed: dict[str, Callable[[], tuple[Tensor, Tensor]]] = {
            "first state": lambda: (memory, memory[:, 0]),
            "early": lambda: (memory, memory[rows, (lengths - 2).clamp(min=0)]),
            "mean": lambda: (memory, memory.sum(dim=1) / lengths.unsqueeze(1)),
            "bent": lambda: (memory, final.tanh()),
            "narrow": lambda: (memory[:, : int(lengths.max())], final),
            "reordered": lambda: (memory[lengths.argsort()], final[lengths.argsort()]),
            "over the batch": lambda: (memory - memory.mean(dim=(0, 1)), final),
            "float64": lambda: (memory.double(), final.double()),
            "training": lambda: (memory, 2 * final if self.training else final),
            "kept": lambda: self.first(memory, final),
        }
        return changed.get(self.wrong, lambda: (memory, final))()

    def first(self, memory: Tensor, final: Tensor) -> Any:
        self.kept = self.kept or {}
        return self.kept.setdefault(memory.shape, (memory, final))


ONE, TWO = EncoderProbe(TOKENS, HIDDEN), EncoderProbe(TOKENS, 2 * HIDDEN)
STATES = EncoderProbe(TOKENS, 2 * HIDDEN, parts=["memory"])
Looks = dict[str, Callable[[nn.Module], None]]
IN_ONE: Looks = {
    "order": lambda encoder: hangs_on_order(encoder, ONE),
    "wide": lambda encoder: fills_the_mask(encoder, ONE),
    "final": lambda encoder: final_is_last_state(encoder, ONE),
    "past": lambda encoder: sees_its_past(encoder, ONE),
    "future": lambda encoder: sees_no_future(encoder, ONE),
    "time": lambda encoder: learns_through_time(encoder, ONE),
    "alone": lambda encoder: reads_each_alone(encoder, ONE, lengths=(2, 4, 3)),
    "afresh": lambda encoder: answers_afresh(encoder, ONE),
    "inputs": lambda encoder: leaves_inputs_alone(encoder, ONE),
    "types": lambda encoder: keeps_types(encoder, ONE),
    "training": lambda encoder: same_in_training(encoder, ONE),
}
IN_BOTH: Looks = {
    "both": lambda encoder: reads_both_ways(encoder, TWO),
    "final": lambda encoder: final_is_last_state(encoder, TWO, bidirectional=True),
    "padding": lambda encoder: ignores_padding(encoder, STATES),
    "time": lambda encoder: learns_through_time(encoder, TWO),
}
WRONG = [
    ("no order", "order", "one after the other"),
    ("no order", "past", "carried from one place to the next"),
    ("narrow", "wide", "total_length"),
    ("last column", "final", "mask is True last"),
    ("by tokens", "final", "not the numbers of its tokens"),
    ("first state", "final", "first character"),
    ("early", "final", "one character too early"),
    ("mean", "final", "the mean"),
    ("bent", "final", "nothing is done to it"),
    ("cut in time", "time", "no detach"),
    ("reordered", "alone", "comes back in its row"),
    ("over the batch", "alone", "lines are mixed"),
    ("kept", "alone", "kept from one call"),
    ("kept", "afresh", "kept from one call"),
    ("in place", "inputs", "in place"),
    ("float64", "types", "float64"),
    ("training", "training", "in training"),
]
WRONG_IN_BOTH = [
    ("one way", "both", "is bidirectional used"),
    ("not turned", "both", "turn the states back"),
    ("joined at the last", "final", "stands at the first character"),
    ("last column", "padding", "padding is met before"),
]


@pytest.mark.parametrize("kind", [nn.GRU, nn.RNN])
@pytest.mark.parametrize("look", IN_ONE)
def test_a_right_encoder_meets_every_expectation(look, kind):
    torch.manual_seed(2)
    IN_ONE[look](Cells(kind=kind))
    IN_ONE[look](Cells(layers=2, kind=kind))


@pytest.mark.parametrize("look", IN_BOTH)
def test_a_right_encoder_of_both_directions_meets_every_expectation(look):
    IN_BOTH[look](Cells(both=True))
    IN_BOTH[look](Cells(both=True, layers=2))


@pytest.mark.parametrize(("wrong", "look", "hint"), WRONG)
def test_a_wrong_encoder_is_told_its_mistake(wrong, look, hint):
    with pytest.raises(ExpectationMissed) as caught:
        IN_ONE[look](Cells(wrong=wrong))
    assert hint in caught.value.outcome.hint


@pytest.mark.parametrize(("wrong", "look", "hint"), WRONG_IN_BOTH)
def test_a_wrong_encoder_of_both_directions_is_told_its_mistake(wrong, look, hint):
    with pytest.raises(ExpectationMissed) as caught:
        IN_BOTH[look](Cells(both=True, wrong=wrong))
    assert hint in caught.value.outcome.hint


def test_an_encoder_that_reads_both_ways_sees_the_future():
    with pytest.raises(ExpectationMissed, match="nothing bidirectional"):
        sees_no_future(Cells(both=True), TWO)


@pytest.mark.parametrize("turned", [(True, False), (False, True), (True, True)])
def test_the_rightward_half_stands_first(turned):
    class Turned(Cells):
        def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            parts = super().forward(tokens, mask)
            memory, final = (
                each.roll(HIDDEN, dims=-1) if turn else each for each, turn in zip(parts, turned, strict=True)
            )
            return memory, final

    reads_both_ways(Turned(both=True), TWO)
    with pytest.raises(ExpectationMissed, match="the rightward state comes first"):
        final_is_last_state(Turned(both=True), TWO, bidirectional=True)


class Layers(nn.Module):
    """Layers one above the other; ``seen`` tells what of their states is given."""

    def __init__(self, count: int, seen: Callable[[list[Tensor]], Tensor]) -> None:
        super().__init__()
        self.embedding, self.seen = nn.Embedding(TOKENS, HIDDEN), seen
        self.layers = nn.ModuleList(nn.GRU(HIDDEN, HIDDEN, batch_first=True) for _ in range(count))

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        every = [self.embedding(tokens)]
        for layer in self.layers:
            every.append(layer(every[-1])[0])
        memory = self.seen(every[1:])
        return memory, memory[torch.arange(len(tokens)), mask.sum(dim=1) - 1]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_last_layer_is_seen(count):
    shows_last_layer(Layers(count, lambda every: every[-1]), ONE, layers=count)


@pytest.mark.parametrize(
    ("count", "seen", "hint"),
    [
        (3, lambda every: torch.stack(every).mean(dim=0), "last layer alone"),
        (3, lambda every: every[0], "last layer alone"),
        (1, lambda every: every[0], "num_layers"),
        (4, lambda every: every[-1], "num_layers"),
    ],
)
def test_other_layers_are_missed(count, seen, hint):
    with pytest.raises(ExpectationMissed) as caught:
        shows_last_layer(Layers(count, seen), ONE, layers=3)
    assert hint in caught.value.outcome.hint


@pytest.mark.parametrize(
    ("tells", "is_missed"), [("yy", False), ("nyy", False), ("nyn", True), ("ynn", True), ("nn", True)]
)
def test_a_gradient_must_tell_two_of_three_ways(tells: str, is_missed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter([None if each == "y" else (1.0, 0.0) for each in tells] + [None] * 100)
    monkeypatch.setattr("amal_attention.checks.expectations.sequences.encoder._untold", lambda *asked: next(seen))
    if is_missed:
        with pytest.raises(ExpectationMissed):
            learns_through_time(Cells(), ONE)
    else:
        learns_through_time(Cells(), ONE)
