"""Decoders are called, and their replies read, as their probe says."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from amal_attention.checks import gradient_reaches, ignores_padding, reads_each_alone, registers_everything, shapes
from amal_attention.checks.expectation import ExpectationMissed, Missed
from amal_attention.checks.probes.decoding import DecoderProbe
from tests.checks.decoders import HIDDEN, RIGHT, TOKENS, Attending, Build

PROBE, WITH_WEIGHTS = DecoderProbe(TOKENS, HIDDEN), DecoderProbe(TOKENS, HIDDEN, attends=True)


@pytest.mark.parametrize("build", RIGHT.values(), ids=RIGHT)
def test_right_decoders_meet_what_any_module_must(build: Build) -> None:
    shapes(build(), PROBE)
    shapes(build(), DecoderProbe(TOKENS, HIDDEN, steps=1))
    reads_each_alone(build(), PROBE)
    gradient_reaches(build(), PROBE)
    registers_everything(build, PROBE)


def test_decoders_with_attention_do_as_well_and_ignore_padding() -> None:
    shapes(Attending(), WITH_WEIGHTS)
    ignores_padding(Attending(), WITH_WEIGHTS)


def test_what_stands_under_the_padding_alone_hangs_on_under() -> None:
    first, second = (PROBE.inputs((3, 1), 5, under) for under in (0.0, 2.0))
    assert all(torch.equal(first[place], second[place]) for place in (0, 1, 3))
    memory, other, mask = first[2], second[2], first[3]
    assert torch.equal(memory[mask], other[mask]) and not memory[~mask].any() and bool(other[~mask].all())
    assert first[1].abs().max() < 1


@pytest.mark.parametrize("place", [0, 4])
def test_another_token_stands_at_one_place_of_each_row(place: int) -> None:
    tokens, *others = PROBE.inputs((3, 1, 2), 1)
    changed, *rest = PROBE.another((tokens, *others), place, 3)
    assert (changed != tokens).all(dim=0).tolist() == [each == place for each in range(5)]
    assert ((changed >= 0) & (changed < TOKENS)).all() and all(map(torch.equal, others, rest))


def reply(state: tuple[int, ...] = (2, HIDDEN), *weights: Any) -> tuple[Any, ...]:
    return torch.zeros(2, 5, TOKENS), torch.zeros(state), *weights


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (torch.zeros(2, 5, TOKENS), "return three things"),
        (reply(), "return three things"),
        (reply((2, HIDDEN), torch.ones(2, 5, 3)), "attends to nothing"),
        (reply((1, 2, HIDDEN), None), "a state (2, 4)"),
    ],
)
def test_shapes_are_looked_at_where_nothing_is_mended(given: Any, told: str) -> None:
    with pytest.raises(Missed) as caught:
        PROBE.seen(given, PROBE.inputs((3, 1), 0), mend=False)
    assert told in caught.value.hint + caught.value.expected


@pytest.mark.parametrize("given", [reply(), reply((1, 2, HIDDEN), None), reply((2, HIDDEN), torch.ones(2, 5, 3))])
def test_elsewhere_they_are_mended(given: Any) -> None:
    seen = PROBE.seen(given, PROBE.inputs((3, 1), 0))
    assert {name: tuple(part.shape) for name, part in seen.items()} == {"logits": (2, 5, TOKENS), "state": (2, HIDDEN)}


def test_weights_that_are_missing_are_told_in_an_outcome() -> None:
    class Hides(Attending):
        def forward(self, *inputs: torch.Tensor) -> Any:
            return *super().forward(*inputs)[:2], None

    with pytest.raises(ExpectationMissed) as caught:
        shapes(Hides(), WITH_WEIGHTS)
    assert caught.value.outcome.expected == "tensors in this order: logits, state, weights"
