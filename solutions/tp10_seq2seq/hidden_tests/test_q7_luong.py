"""Hidden tests of exercise 7.4: a decoder that attends after its state."""

import pytest

from amal_attention.checks import (
    combines_by_tanh,
    follows_memory,
    levels_off,
    reads_by_weights,
    reads_each_alone,
    sees_attention_vector_alone,
    state_sees_memory,
)

BY_WEIGHTS = "the context is the sum of the memory by the weights of attend"


@pytest.mark.question(
    "q7-luong",
    points=0,
    alive=True,
    hint="the decoder looks at the memory: another one gives other logits, or other weights",
)
def test_it_looks_at_the_memory(attending, student, draws):
    def look(weigh, smooth):
        decoder, probe = attending.decoder("LuongDecoder", student.DistanceScore())
        follows_memory(decoder, probe, seed=draws.seed())

    attending.look(look)


@pytest.mark.question(
    "q7-luong",
    points=0.5,
    essential=True,
    requires=("asks-with-new-state", "score"),
    hint="first the state, then the attention: the query is the state after the token is read",
)
def test_when_it_attends(attending):
    attending.look(lambda weigh, smooth: attending.asks("LuongDecoder", "after"))


@pytest.mark.question(
    "q7-luong",
    points=0.25,
    essential=True,
    requires=("tanh-of-both",),
    hint="logits are a linear layer of the attention vector, tanh(W [c; h])",
)
def test_the_attention_vector(attending, draws):
    def look(weigh, smooth):
        score = attending.fixed_score()
        decoder, probe = attending.decoder("LuongDecoder", score)
        combines_by_tanh(decoder, score, probe, seed=draws.seed())
        levels_off(decoder, probe, reads=(2,), seed=draws.seed())
        sees_attention_vector_alone(decoder, probe, seed=draws.seed())

    attending.look(look)


@pytest.mark.question(
    "q7-luong",
    points=0.25,
    requires=("weights", "padding", "alone"),
    hint="attend(scores, memory, mask) gives context and weights, of each line by itself",
)
def test_weights_and_padding(attending, draws):
    def look(weigh, smooth):
        decoder, probe = attending.weighs("LuongDecoder", weigh)
        reads_each_alone(decoder, probe, seed=draws.seed(), times=1)
        reads_by_weights(decoder, probe, seed=draws.seed(), hint=BY_WEIGHTS)
        attending.replies("LuongDecoder")

    attending.look(look)


@pytest.mark.question(
    "q7-luong",
    points=0.25,
    requires=("state", "sees-its-past", "learned", "calls"),
    hint="the state that comes back is that of the recurrent layer, after the last token",
)
def test_state_past_and_what_learns(attending, student, draws):
    def look(weigh, smooth):
        decoder, probe = attending.decoder("LuongDecoder", student.DistanceScore())
        state_sees_memory(decoder, probe, False, seed=draws.seed())
        attending.goes_on_and_learns("LuongDecoder", smooth)

    attending.look(look)
