"""Decoders go on from a state, token by token or many at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    decodes_alike,
    keeps_state_small,
    looks_at_no_memory,
    starts_from_state,
    writes_by_what_it_reads,
    writes_logits,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.probes.decoding import DecoderProbe
from amal_attention.outcome import Outcome
from tests.checks.decoders import HIDDEN, RIGHT, TOKENS, Attending, Recurrent

PROBE, WITH_WEIGHTS = DecoderProbe(TOKENS, HIDDEN), DecoderProbe(TOKENS, HIDDEN, attends=True)


class Unchanged(Recurrent):
    def after(self, states: Tensor, before: Tensor) -> Tensor:
        return before


class FirstState(Recurrent):
    def after(self, states: Tensor, before: Tensor) -> Tensor:
        return states[:, 0]


class FromZeros(Recurrent):
    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return self.rnn(embedded)[0]


class Bridged(Recurrent):
    """The state goes through a layer each time it comes in."""

    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return super().states(embedded, state.tanh())


class StateOfLayers(Recurrent):
    """The state keeps the axis of its layers: the shape is told by another expectation."""

    def after(self, states: Tensor, before: Tensor) -> Tensor:
        return states[:, -1].unsqueeze(0)


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


@pytest.mark.parametrize("build", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("seed", range(3))
def test_right_decoders_go_on_from_their_state(build: Callable[[], nn.Module], seed: int) -> None:
    for look in (decodes_alike, starts_from_state, writes_by_what_it_reads, writes_logits, looks_at_no_memory):
        look(build(), PROBE, seed=seed)
    keeps_state_small(build(), PROBE, seed=seed)


def test_decoders_with_attention_do_as_well() -> None:
    decodes_alike(Attending(), WITH_WEIGHTS)
    starts_from_state(Attending(), WITH_WEIGHTS)


def test_an_axis_of_layers_is_no_matter_here() -> None:
    decodes_alike(StateOfLayers(), PROBE)
    starts_from_state(StateOfLayers(), PROBE)


def test_a_state_that_comes_back_unchanged_is_named() -> None:
    assert "the one that was given" in missed(lambda: decodes_alike(Unchanged(), PROBE)).hint


@pytest.mark.parametrize("build", [FirstState, Bridged])
def test_another_state_than_the_last_one_is_told(build: Callable[[], nn.Module]) -> None:
    assert "the one after the last token" in missed(lambda: decodes_alike(build(), PROBE)).hint
    assert missed(lambda: decodes_alike(build(), PROBE, hint="mine")).hint == "mine"


def test_weights_are_compared_too() -> None:
    class Dulled(Attending):
        def forward(self, *inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            logits, after, weights = super().forward(*inputs)
            return logits, after, weights.cumsum(dim=1)

    assert missed(lambda: decodes_alike(Dulled(), WITH_WEIGHTS)).expected.startswith("weights")


def test_a_layer_that_starts_from_zeros_is_told() -> None:
    outcome = missed(lambda: starts_from_state(FromZeros(), PROBE))
    assert outcome.expected == "other logits at place 1" and "not from zeros" in outcome.hint


def test_a_state_that_hangs_on_none_before_is_told() -> None:
    class Alone(Recurrent):
        def after(self, states: Tensor, before: Tensor) -> Tensor:
            return torch.zeros_like(before)

    assert missed(lambda: starts_from_state(Alone(), PROBE)).expected == "another state afterwards"


class Bent(Recurrent):
    """Something stands behind the last layer."""

    def __init__(self, bend: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.bend = bend

    def logits(self, states: Tensor) -> Tensor:
        return self.bend(self.output(states))


@pytest.mark.parametrize(
    "bend", [lambda x: x.softmax(dim=2), lambda x: x.log_softmax(dim=2), torch.sigmoid, torch.tanh, torch.relu]
)
def test_logits_that_are_squashed_are_told(bend: Callable[[Tensor], Tensor]) -> None:
    assert "no softmax" in missed(lambda: writes_logits(Bent(bend), PROBE)).hint


def test_one_that_looks_at_the_memory_is_told() -> None:
    outcome = missed(lambda: looks_at_no_memory(Attending(), PROBE))
    assert outcome.sent.endswith("with another memory")

    class Counts(Recurrent):
        def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, None]:
            logits, after, _ = super().forward(tokens, state, memory, mask)
            return logits + mask.sum(), after, None

    assert missed(lambda: looks_at_no_memory(Counts(), PROBE)).sent.endswith("with another mask")


def test_a_state_that_grows_is_no_state_of_a_recurrent_layer() -> None:
    class Adds(Recurrent):
        def states(self, embedded: Tensor, state: Tensor) -> Tensor:
            return super().states(embedded, state) + state.unsqueeze(1)

    assert "nothing is added to it" in missed(lambda: keeps_state_small(Adds(), PROBE)).hint


class OfTokenAlone(Recurrent):
    """A linear map of each token; the state is handed through."""

    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return embedded.sum(dim=2, keepdim=True) + torch.zeros(HIDDEN)

    def after(self, states: Tensor, before: Tensor) -> Tensor:
        return before


class OfTokenAndState(OfTokenAlone):
    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return super().states(embedded, state) + state.unsqueeze(1)


class OfStateAlone(Recurrent):
    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return super().states(torch.zeros_like(embedded), state)


class Drawn(Recurrent):
    def logits(self, states: Tensor) -> Tensor:
        return torch.randn(*states.shape[:2], TOKENS)


class AllTheSame(Recurrent):
    """The logits of a place are one number."""

    def logits(self, states: Tensor) -> Tensor:
        return self.output(states)[:, :, :1].expand(-1, -1, TOKENS)


@pytest.mark.parametrize("build", [OfTokenAlone, OfTokenAndState, OfStateAlone, Drawn, AllTheSame])
def test_what_reads_no_text_is_not_alive(build: Callable[[], nn.Module]) -> None:
    hint = missed(lambda: writes_by_what_it_reads(build(), PROBE)).hint
    assert ("something random" if build is Drawn else "recurrent layer from the given state") in hint


class Resets(Recurrent):
    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return torch.cat([super(Resets, self).states(each, state) for each in embedded.split(1, dim=1)], dim=1)


class Dropping(Recurrent):
    """Dropout is on in evaluation."""

    def logits(self, states: Tensor) -> Tensor:
        return self.output(nn.functional.dropout(states, 0.5))


@pytest.mark.parametrize(
    "build", [Unchanged, FromZeros, FirstState, Resets, StateOfLayers, Dropping, lambda: Bent(lambda x: x.softmax(2))]
)
@pytest.mark.parametrize("seed", range(3))
def test_an_attempt_with_a_mistake_is_alive(build: Callable[[], nn.Module], seed: int) -> None:
    writes_by_what_it_reads(build(), PROBE, seed=seed)


def test_logits_that_are_no_numbers_are_told_as_that_and_not_as_logits_that_change() -> None:
    class Nowhere(Recurrent):
        def logits(self, states: Tensor) -> Tensor:
            return super().logits(states) * torch.nan

    with pytest.raises(ExpectationMissed) as caught:
        writes_by_what_it_reads(Nowhere(), PROBE)
    assert caught.value.outcome.expected == "finite numbers" and "nan" in caught.value.outcome.came
