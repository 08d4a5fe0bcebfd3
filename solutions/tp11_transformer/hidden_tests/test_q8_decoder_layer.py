"""Hidden tests of exercise 8.1: who asks whom, what is known when, and what is added and normalised; names are free."""

import pytest

from amal_attention.checks import (
    MemoryProbe,
    answers_afresh,
    asks_memory,
    begins_alike,
    differentiates,
    gradient_reaches,
    hangs_on_memory,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    looks_past_gaps,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    simplex,
)

PARTS = ("MultiHeadAttention", "LayerNorm", "causal_mask")


def some_layer(student, draws, longer=1):
    """Builds a layer of sizes that differ, in the order of norms that is asked for, and its kind."""
    heads = draws.between(2, 3)
    dim, hidden_size = 4 * heads, draws.between(13, 17)

    def build(norm_first=False, **options):
        return student.DecoderLayer(dim, heads, hidden_size, norm_first=norm_first, **options)

    return build, MemoryProbe(dim, heads, longer)


@pytest.mark.question(
    "q8-decoder-layer", points=0, alive=True, hint="the states hang on x and on the memory"
)
def test_states_hang_on_x_and_on_the_memory(student, draws, fairly):
    build, probe = some_layer(student, draws)
    fairly(lambda: hangs_on_memory(build(), probe, seed=draws.seed()), *PARTS)


@pytest.mark.question(
    "q8-decoder-layer",
    points=0.25,
    essential=True,
    requires=("asks-the-memory",),
    hint="the second attention: queries from x, keys and values from the memory, and its weights come back",
)
def test_x_asks_the_memory(student, draws, fairly):
    kinds, seed = [some_layer(student, draws, longer) for longer in (2, 0)], draws.seed()

    def look():
        for build, probe in kinds:
            asks_memory(build(), probe, seed=seed)
        simplex(build(), probe, lengths=(3, 1, 4), seed=seed, times=1)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q8-decoder-layer",
    points=0.25,
    essential=True,
    requires=("causal-in-x-alone",),
    hint="the first attention sees what is written so far, the second all of the memory",
)
def test_no_place_sees_what_is_written_later(student, draws, fairly):
    build, probe = some_layer(student, draws)
    lengths, seed = draws.lengths(3, 5), draws.seed()

    def look():
        layer = build(norm_first=True)
        sees_no_future(layer, probe, lengths=lengths, seed=seed, times=1)
        begins_alike(layer, probe, lengths=(4, 3), seed=seed)
        sees_its_past(layer, probe, lengths=lengths, seed=seed)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q8-decoder-layer",
    points=0.25,
    requires=("padding", "alone", "learned", "calls"),
    hint="mask hides the padding of x, memory_mask that of the memory; all is learned, and nothing is kept",
)
def test_padding_other_texts_and_what_is_learned(student, draws, fairly):
    build, probe = some_layer(student, draws)
    lengths, seed, longest = draws.lengths(3, 5), draws.seed(), draws.between(8, 9)

    def look():
        layer = build()
        ignores_padding(layer, probe, lengths=lengths, longest=longest, seed=seed, times=1)
        looks_past_gaps(layer, probe, seed=seed)
        reads_each_alone(layer, probe, lengths=(3, 3), seed=seed, times=1)
        gradient_reaches(layer, probe, lengths=(4, 2), seed=seed)
        registers_everything(build, probe, lengths=(4, 2), seed=seed, times=1)
        differentiates(
            layer,
            probe.inputs((3, 2), seed),
            names=("x", "memory"),
            parts=(0,),
            seed=seed,
            hint="the encoder learns through the memory: no detach",
        )
        answers_afresh(layer, probe, seed=seed, what="each call answers for itself")
        leaves_inputs_alone(layer, probe, seed=seed)
        same_in_training(
            layer, probe, seed=seed, hint="nothing hangs on self.training but dropout"
        )
        keeps_types(layer, probe, seed=seed, what="states and weights are of float32")

    fairly(look, *PARTS)
