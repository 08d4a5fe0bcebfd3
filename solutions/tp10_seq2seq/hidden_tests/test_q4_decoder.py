"""Hidden tests of exercise 4.1: where the decoder starts, what it knows at each place, and what it gives."""

import pytest
import torch

from amal_attention.checks import (
    DecoderProbe,
    close_to,
    decodes_alike,
    differentiates,
    equal_to,
    gradient_reaches,
    keeps_state_small,
    learns_through_time,
    looks_at_no_memory,
    reads_each_alone,
    registers_everything,
    sees_its_past,
    sees_no_future,
    shapes,
    starts_from_state,
    writes_by_what_it_reads,
    writes_logits,
)


def some_decoder(student, draws):
    """Builds a decoder of sizes that differ, and its kind."""
    hidden_size, dim = draws.sizes(2, 3, 6)
    num_tokens = draws.between(7, 12)

    def build():
        return student.Decoder(num_tokens=num_tokens, dim=dim, hidden_size=hidden_size)

    return build, DecoderProbe(num_tokens, hidden_size)


@pytest.mark.question(
    "q4-decoder",
    points=0,
    alive=True,
    hint="embedding, then the recurrent layer from the given state, then a linear layer",
)
def test_what_is_written_hangs_on_what_was_read(student, draws):
    build, probe = some_decoder(student, draws)
    writes_by_what_it_reads(build(), probe, seed=draws.seed())


@pytest.mark.question(
    "q4-decoder",
    points=0.75,
    essential=True,
    requires=("starts-from-state", "sees-its-past"),
    hint="start from the state, carry it from token to token, and return the last one",
)
def test_it_goes_on_from_its_state(student, draws):
    build, probe = some_decoder(student, draws)
    decoder, lengths = build(), draws.lengths(3, 6)
    sees_its_past(decoder, probe, lengths=lengths, seed=draws.seed())
    starts_from_state(decoder, probe, lengths=lengths, seed=draws.seed())
    sees_no_future(decoder, probe, lengths=lengths, seed=draws.seed())
    decodes_alike(decoder, probe, lengths=lengths, seed=draws.seed())
    keeps_state_small(decoder, probe, lengths=lengths, seed=draws.seed())


@pytest.mark.question(
    "q4-decoder",
    points=0.25,
    requires=("logits",),
    hint="logits (B, T, V) without a softmax, the state (B, H), and None",
)
def test_logits(student, draws):
    build, probe = some_decoder(student, draws)
    decoder = build()
    for steps in (5, 1):
        each = DecoderProbe(probe.num_tokens, probe.hidden_size, steps=steps)
        shapes(
            decoder,
            each,
            lengths=draws.lengths(3, 6),
            what="logits (B, T, V), state (B, H), and None",
        )
    writes_logits(decoder, probe, seed=draws.seed())


@pytest.mark.question(
    "q4-decoder",
    points=0.25,
    requires=("alone", "memory", "learned", "calls"),
    hint="each line is read by itself, from its tokens and its state alone, by layers that learn",
)
def test_each_line_is_read_by_itself_and_all_is_learned(student, draws):
    build, probe = some_decoder(student, draws)
    decoder = build()
    reads_each_alone(decoder, probe, seed=draws.seed())
    looks_at_no_memory(decoder, probe, seed=draws.seed())
    gradient_reaches(decoder, probe, seed=draws.seed())
    registers_everything(build, probe, seed=draws.seed())
    learns_through_time(decoder, probe, part="state", seed=draws.seed())
    inputs = probe.inputs(draws.lengths(3, 6), draws.seed())
    differentiates(
        decoder,
        inputs,
        parts=(1,),
        seed=draws.seed(),
        hint="the encoder learns through the states: no detach",
    )
    _, (_, of_state, _, _) = decoder.train().gradients(inputs)
    equal_to(
        of_state is not None and bool(of_state.any()),
        True,
        what="the gradient of the logits reaches the state that is given",
        hint="the encoder learns through the states: no detach",
    )
    evaluated, _, _ = decoder.eval()(*inputs)
    trained, _, _ = decoder.train(dropout=False)(*inputs)
    close_to(
        trained,
        evaluated,
        what="in training it writes what it writes in evaluation, dropout apart",
        hint="nothing hangs on self.training but dropout",
    )
    equal_to(str(evaluated.dtype), "torch.float32", what="logits are of float32")
    after = decoder.inputs_after(*inputs)
    equal_to(
        all(map(torch.equal, inputs, after)),
        True,
        what="a call leaves what it is given as it is",
        hint="what ends in _ changes in place what others go on from: make a new one",
    )
