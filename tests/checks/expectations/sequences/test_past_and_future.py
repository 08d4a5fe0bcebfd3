"""What is told at a place hangs on all up to there, and on nothing that follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    LanguageProbe,
    begins_alike,
    hears_other_places,
    looks_past_gaps,
    reaches_far_back,
    sees_its_past,
    sees_no_future,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.probes.decoding import DecoderProbe
from amal_attention.checks.probes.in_time import TimeProbe
from amal_attention.checks.probes.texts import LayerProbe
from amal_attention.outcome import Outcome
from tests.checks.decoders import HIDDEN, RIGHT, TOKENS, Attending, Recurrent
from tests.checks.speakers import TOKENS as SPOKEN
from tests.checks.speakers import Speaker

PROBE, WITH_WEIGHTS = DecoderProbe(TOKENS, HIDDEN), DecoderProbe(TOKENS, HIDDEN, attends=True)
DIM = 6


class Causal(nn.Module):
    """A layer ``(B, L, D)`` that sums what came before each place, itself included."""

    def __init__(self, ahead: int = 0, back: int = 9) -> None:
        super().__init__()
        self.value, self.ahead, self.back = nn.Linear(DIM, DIM), ahead, back

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        places = torch.arange(x.shape[1])
        back = places.unsqueeze(1) - places
        seen = (back >= -self.ahead) & (back <= self.back) & mask.unsqueeze(1)
        return seen.float() @ self.value(x)


class LaterProbe(LayerProbe, TimeProbe):
    """Layers whose places follow one another."""

    def steps(self, inputs: tuple[Tensor, ...]) -> int:
        return inputs[0].shape[1]

    def in_time(self, inputs: tuple[Tensor, ...]) -> list[str]:
        return ["output"]

    def another(self, inputs: tuple[Tensor, ...], place: int, seed: int) -> tuple[Tensor, ...]:
        x, mask = inputs
        x = x.clone()
        x[:, place] += 1
        return x, mask


class BothWays(Recurrent):
    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return super().states(embedded, state) + super().states(embedded.flip(1), state).flip(1)


class LooksAhead(Attending):
    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, after, weights = super().forward(tokens, state, memory, mask)
        return logits, after, weights.mean(dim=1, keepdim=True).expand_as(weights)


class Resets(Recurrent):
    """Each token is read from the first state."""

    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return torch.cat([super(Resets, self).states(each, state) for each in embedded.split(1, dim=1)], dim=1)


class OneLate(Recurrent):
    """The logits of a place do not know its token yet."""

    def states(self, embedded: Tensor, state: Tensor) -> Tensor:
        return torch.cat([state.unsqueeze(1), super().states(embedded, state)[:, :-1]], dim=1)


class Rare(Recurrent):
    """A ReLU hides most of what is carried."""

    def logits(self, states: Tensor) -> Tensor:
        return self.output(states.relu())


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


@pytest.mark.parametrize("build", [*RIGHT.values(), Rare])
@pytest.mark.parametrize("seed", range(3))
def test_right_decoders_see_what_was_written_and_nothing_else(build: Callable[[], nn.Module], seed: int) -> None:
    sees_no_future(build(), PROBE, seed=seed)
    sees_its_past(build(), PROBE, seed=seed)


def test_weights_tell_nothing_of_what_follows_either() -> None:
    sees_no_future(Attending(), WITH_WEIGHTS)
    sees_its_past(Attending(), WITH_WEIGHTS)
    assert missed(lambda: sees_no_future(LooksAhead(), WITH_WEIGHTS)).expected == "the same weights up to place 1"


def test_layers_whose_places_follow_one_another_are_seen_by_a_probe_of_their_own() -> None:
    probe = LaterProbe(DIM)
    sees_no_future(Causal(), probe)
    sees_its_past(Causal(), probe, lengths=(4, 4, 2))
    assert missed(lambda: sees_no_future(Causal(ahead=1), probe)).expected == "the same output up to place 1"
    outcome = missed(lambda: sees_its_past(Causal(back=1), probe))
    assert outcome.expected == "other output at place 3" and outcome.sent.endswith("something else at place 1")


def test_padding_is_free() -> None:
    class Noisy(Causal):
        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            return super().forward(x, mask).where(mask.unsqueeze(2), x.sum(dim=(1, 2), keepdim=True))

    sees_no_future(Noisy(), LaterProbe(DIM))


def test_what_reads_both_ways_sees_the_future() -> None:
    outcome = missed(lambda: sees_no_future(BothWays(), PROBE))
    assert outcome.expected == "the same logits up to place 1" and "nothing bidirectional" in outcome.hint
    assert outcome.sent.endswith("then the same with something else at place 2")


def test_a_state_that_is_reset_at_each_step_forgets() -> None:
    outcome = missed(lambda: sees_its_past(Resets(), PROBE))
    assert outcome.expected == "other logits at place 2" and "nothing is carried" in outcome.hint
    sees_no_future(Resets(), PROBE)


def test_what_comes_one_place_late_is_told() -> None:
    outcome = missed(lambda: sees_its_past(OneLate(), PROBE))
    assert outcome.expected == "other logits at place 1" and "what stands there too" in outcome.hint


def test_a_hint_of_the_caller_comes_first() -> None:
    assert missed(lambda: sees_its_past(Resets(), PROBE, hint="mine")).hint == "mine"
    assert missed(lambda: sees_no_future(BothWays(), PROBE, hint="mine")).hint == "mine"


SPEECH = LanguageProbe(SPOKEN)


class ByLength(Speaker):
    """What is told hangs on how long the text is."""

    def placed(self, words: Tensor) -> Tensor:
        return super().placed(words) / words.shape[1]


class AllPlaces(Speaker):
    """The mask of the text is not used."""

    def past(self, words: Tensor, mask: Tensor) -> Tensor:
        return super().past(words, torch.ones_like(mask))


class Alone(Speaker):
    """No place hears of another."""

    def past(self, words: Tensor, mask: Tensor) -> Tensor:
        return words


class Unsteady(Speaker):
    def placed(self, words: Tensor) -> Tensor:
        return super().placed(words) + torch.randn_like(words)


@pytest.mark.parametrize("seed", range(4))
def test_a_language_model_knows_its_past_alone(seed: int) -> None:
    for look in (sees_no_future, sees_its_past, begins_alike, hears_other_places, looks_past_gaps):
        look(Speaker(), SPEECH, seed=seed)  # type: ignore[operator]


def test_what_hangs_on_the_length_is_seen_where_a_text_is_cut() -> None:
    sees_no_future(ByLength(), SPEECH)
    outcome = missed(lambda: begins_alike(ByLength(), SPEECH))
    assert "how long the text is" in outcome.hint and outcome.sent.endswith("cut behind place 1")


def test_a_gap_is_a_place_that_the_mask_hides() -> None:
    outcome = missed(lambda: looks_past_gaps(AllPlaces(), SPEECH))
    assert "both masks count" in outcome.hint and "second place hidden" in outcome.sent


def test_a_place_that_hears_of_no_other() -> None:
    assert "nothing joins the places" in missed(lambda: hears_other_places(Alone(), SPEECH)).hint
    assert missed(lambda: hears_other_places(Alone(), SPEECH, hint="mine")).hint == "mine"


def test_what_is_drawn_at_each_call_is_told_first() -> None:
    for look in (sees_no_future, begins_alike):
        assert "another answer at the next call" in missed(lambda look=look: look(Unsteady(), SPEECH)).hint  # type: ignore[misc]


def test_a_window_and_a_table_that_ends() -> None:
    reaches_far_back(Causal(back=99), LaterProbe(DIM), length=40)
    with pytest.raises(ExpectationMissed, match="no window"):
        reaches_far_back(Causal(), LaterProbe(DIM), length=40)
    with pytest.raises(ExpectationMissed, match="no table that ends"):
        reaches_far_back(Speaker(), LanguageProbe(SPOKEN), length=40)
