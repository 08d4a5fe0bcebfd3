"""Hidden tests of exercise 8.1: a decoder that attends before its state."""

import pytest

from amal_attention.checks import (
    asks_with,
    reads_by_weights,
    starts_from_state,
    state_sees_memory,
    writes_logits,
)

NOTHING_FOLLOWS = (
    "a linear layer gives the logits, and nothing follows it: no softmax, no tanh, no relu"
)
BY_WEIGHTS = "the context is the sum of the memory by the weights of attend"


@pytest.mark.question(
    "q8-bahdanau",
    points=0,
    alive=True,
    hint="attention comes before the state: asked with the state before, or read by the recurrent cell",
)
def test_it_attends_before_its_state(attending, draws):
    def look(weigh, smooth):
        score = attending.fixed_score()
        decoder, probe = attending.decoder("BahdanauDecoder", score)
        try:
            asks_with(decoder, score, probe, which="before", seed=draws.seed())
        except Exception:
            state_sees_memory(decoder, probe, True, steps=2, seed=draws.seed())

    attending.look(look)


@pytest.mark.question(
    "q8-bahdanau",
    points=0.25,
    essential=True,
    requires=("asks-with-old-state", "score"),
    hint="first the attention, then the state: the query is the state before the token is read",
)
def test_when_it_attends(attending):
    attending.look(lambda weigh, smooth: attending.asks("BahdanauDecoder", "before"))


@pytest.mark.question(
    "q8-bahdanau",
    points=0.25,
    essential=True,
    requires=("context-enters-the-cell",),
    hint="the recurrent cell reads the token and the context of this very step: [y; c]",
)
def test_the_context_enters_the_cell(attending, draws):
    def look(weigh, smooth):
        decoder, probe = attending.decoder("BahdanauDecoder", attending.fixed_score())
        state_sees_memory(decoder, probe, True, seed=draws.seed())
        reads_by_weights(decoder, probe, seed=draws.seed(), hint=BY_WEIGHTS)
        starts_from_state(decoder, probe, seed=draws.seed())

    attending.look(look)


@pytest.mark.question(
    "q8-bahdanau",
    points=0.25,
    requires=("weights", "padding", "alone", "logits"),
    hint="attend(scores, memory, mask) gives context and weights, of each line by itself",
)
def test_weights_and_padding(attending, draws):
    def look(weigh, smooth):
        attending.weighs("BahdanauDecoder", weigh)
        decoder, probe = attending.replies("BahdanauDecoder")
        writes_logits(decoder, probe, seed=draws.seed(), hint=NOTHING_FOLLOWS)

    attending.look(look)


@pytest.mark.question(
    "q8-bahdanau",
    points=0.25,
    requires=("sees-its-past", "learned", "calls"),
    hint="each step goes on from the state that the one before has left",
)
def test_past_and_what_learns(attending):
    attending.look(
        lambda weigh, smooth: attending.goes_on_and_learns("BahdanauDecoder", smooth)
    )
