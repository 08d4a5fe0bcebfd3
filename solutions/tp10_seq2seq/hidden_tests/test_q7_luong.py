"""Hidden tests of exercise 7.4: a decoder that attends after its state."""

import pytest
import torch

from amal_attention.checks import (
    DecoderProbe,
    agrees_with,
    answers_afresh,
    asks_with,
    combines_by_tanh,
    decodes_alike,
    equal_to,
    follows_memory,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    levels_off,
    passes_gradient,
    reads_by_weights,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    shapes,
    simplex,
    starts_from_state,
    state_sees_memory,
    weighs_by_score,
)

LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
)
BY_ATTEND = "attend(scores, memory, mask) makes the weights: the mask is handed on as it is"
BY_WEIGHTS = "the context is the sum of the memory by the weights of attend"


def softmax(scores, mask):
    """What attention makes of scores."""
    return scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(dim=2)


def best(scores, mask):
    """What the stand-in for an attention makes of them: all of the weight on the largest."""
    hidden = scores.masked_fill(~mask.unsqueeze(1), -torch.inf)
    return torch.nn.functional.one_hot(hidden.argmax(dim=2), scores.shape[2]).float()


def attended(scores, values, mask):
    """What exercise 7.3 asks for."""
    weights = softmax(scores, mask)
    return weights @ values, weights


def is_wrong_attend(student, draws):
    """Whether the answer to exercise 7.3 is wrong; that has cost there."""
    generator, sizes = draws.generator(), ((3, 2, 4), (1, 1, 4))
    try:
        for rows, steps, longest in sizes:
            scores = torch.randn(rows, steps, longest, generator=generator)
            values = torch.randn(rows, longest, 5, generator=generator)
            mask = torch.arange(longest) < torch.tensor([[4], [2], [3]])[-rows:]
            inputs = (scores, values, mask)
            agrees_with(student.attend, attended, inputs, tolerance=3e-6)
            passes_gradient(student.attend, inputs, parts=(0, 1), seed=draws.seed())
            after = student.attend.inputs_after(*inputs)
            if not all(map(torch.equal, after, inputs)):
                return True
            if any(each.dtype != torch.float32 for each in student.attend(*inputs)):
                return True
    except Exception:
        return True
    return False


def unless_by_attend(student, draws, look):
    """Look at the answer; where it is missed and attend is wrong, once more with a stand-in in the place of attend."""
    try:
        look(softmax)
    except Exception:
        if not is_wrong_attend(student, draws):
            raise
        with student.standing_in(attend="best_place"):
            look(best)


def decoder_around(student, draws, name, score, steps=4):
    """A decoder of sizes that all differ, and its probe."""
    num_tokens, dim, hidden_size = (
        draws.between(9, 12),
        draws.between(3, 4),
        draws.between(5, 6),
    )
    built = getattr(student, name)(
        num_tokens=num_tokens, dim=dim, hidden_size=hidden_size, score=score
    )
    return built, DecoderProbe(num_tokens, hidden_size, attends=True, steps=steps)


def fixed_score(student, draws):
    """Scores that are told in advance, for as many places as any source of these tests has."""
    return student.FixedScore(torch.randn(40, generator=draws.generator()))


@pytest.mark.question(
    "q7-luong",
    points=0,
    alive=True,
    hint="the decoder looks at the memory: another one gives other logits, or other weights",
)
def test_it_looks_at_the_memory(student, draws):
    def look(weigh):
        decoder, probe = decoder_around(student, draws, "LuongDecoder", student.DistanceScore())
        follows_memory(decoder, probe, seed=draws.seed())

    unless_by_attend(student, draws, look)


@pytest.mark.question(
    "q7-luong",
    points=0.5,
    essential=True,
    requires=("asks-with-new-state", "score"),
    hint="first the state, then the attention: the query is the state after the token is read",
)
def test_when_it_attends(student, draws):
    def look(weigh):
        score = fixed_score(student, draws)
        decoder, probe = decoder_around(student, draws, "LuongDecoder", score)
        asks_with(decoder, score, probe, which="after", seed=draws.seed())
        equal_to(
            "score.scores" in decoder.state(),
            True,
            what="the score is kept in the attribute score",
            hint="self.score = score: not in a list, and under this name",
        )

    unless_by_attend(student, draws, look)


@pytest.mark.question(
    "q7-luong",
    points=0.25,
    essential=True,
    requires=("tanh-of-both",),
    hint="logits are a linear layer of the attention vector, tanh(W [c; h])",
)
def test_the_attention_vector(student, draws):
    def look(weigh):
        score = fixed_score(student, draws)
        decoder, probe = decoder_around(student, draws, "LuongDecoder", score)
        combines_by_tanh(decoder, score, probe, seed=draws.seed())
        levels_off(decoder, probe, reads=(2,), seed=draws.seed())

    unless_by_attend(student, draws, look)


@pytest.mark.question(
    "q7-luong",
    points=0.25,
    requires=("weights", "padding", "alone"),
    hint="attend(scores, memory, mask) gives context and weights, of each line by itself",
)
def test_weights_and_padding(student, draws):
    def look(weigh):
        score = fixed_score(student, draws)
        decoder, probe = decoder_around(student, draws, "LuongDecoder", score)
        weighs_by_score(decoder, score, probe, weigh, hint=BY_ATTEND, seed=draws.seed())
        reads_each_alone(decoder, probe, seed=draws.seed(), times=1)
        reads_by_weights(decoder, probe, seed=draws.seed(), hint=BY_WEIGHTS)
        near, other = decoder_around(student, draws, "LuongDecoder", student.DistanceScore())
        is_a_reply(near, other, draws)

    unless_by_attend(student, draws, look)


def is_a_reply(decoder, probe, draws):
    """Look at shapes, weights and padding."""
    what = "logits (B, T, V), state (B, H) and weights (B, T, S) come back"
    shapes(decoder, probe, lengths=draws.lengths(3), seed=draws.seed(), what=what)
    reads_each_alone(decoder, probe, seed=draws.seed(), times=1)
    simplex(
        decoder, probe, lengths=draws.lengths(4), seed=draws.seed(), times=1, hint=BY_ATTEND
    )
    padded = {
        "lengths": draws.lengths(3),
        "longest": draws.between(9, 12),
        "under": 10.0,
        "hint": BY_WEIGHTS,
    }
    ignores_padding(decoder, probe, **padded, seed=draws.seed(), times=1)


@pytest.mark.question(
    "q7-luong",
    points=0.25,
    requires=("state", "sees-its-past", "learned", "calls"),
    hint="the state that comes back is that of the recurrent layer, after the last token",
)
def test_state_past_and_what_learns(student, draws):
    def look(weigh):
        decoder, probe = decoder_around(student, draws, "LuongDecoder", student.DistanceScore())
        state_sees_memory(decoder, probe, False, seed=draws.seed())
        goes_on_and_learns(student, draws, "LuongDecoder", weigh)

    unless_by_attend(student, draws, look)


def goes_on_and_learns(student, draws, name, weigh):
    """Look at what a decoder knows of what was written, and at what it learns."""
    sizes = {"num_tokens": 9, "dim": 4, "hidden_size": 5}
    probe = DecoderProbe(9, 5, attends=True, steps=3)
    build = lambda: getattr(student, name)(**sizes, score=student.DistanceScore())  # noqa: E731
    registers_everything(build, probe, seed=draws.seed(), times=1)
    decoder, other = decoder_around(student, draws, name, student.DistanceScore())
    starts_from_state(decoder, other, seed=draws.seed())
    sees_no_future(decoder, other, seed=draws.seed(), times=1)
    sees_its_past(decoder, other, seed=draws.seed())
    decodes_alike(decoder, other, seed=draws.seed())
    gradient_reaches(build(), probe, seed=draws.seed())
    answers_each_call(decoder, other, draws)
    if weigh is softmax:  # the stand-in is not smooth
        inputs = probe.inputs((4, 2, 3), draws.seed())
        passes_gradient(build(), inputs, parts=(0, 1, 2), seed=draws.seed())


def answers_each_call(module, probe, draws):
    """Look at what a call keeps and changes, at the type of its answer, and at the same call in training."""
    answers_afresh(module, probe, seed=draws.seed(), what=LINES_AFRESH)
    leaves_inputs_alone(module, probe, seed=draws.seed())
    same_in_training(module, probe, seed=draws.seed(), hint=LINE_IN_TRAINING)
    keeps_types(
        module,
        probe,
        seed=draws.seed(),
        what="logits, state and weights are of float32",
    )
