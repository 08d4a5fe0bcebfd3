"""Hidden tests of exercise 8.1: who asks whom, what is known when, and what is added and normalised; names are free."""

import pytest

from amal_attention.checks import (
    DecoderLayerProbe,
    adds_to_its_input,
    answers_afresh,
    asks_memory,
    begins_alike,
    bends_between_units,
    close_to,
    differ,
    differentiates,
    drops_each_part,
    drops_nothing,
    drops_what_it_adds,
    equal_to,
    gradient_reaches,
    grows_by_units,
    hands_on,
    hangs_on_memory,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    looks_past_gaps,
    normalises,
    passes_through,
    reaches_far_back,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    simplex,
    takes_its_parts_in_turn,
)

WRITTEN = "written by hand: no nn.TransformerDecoderLayer, and no recurrent layer"
CAUSAL = "the first attention: a place of x sees itself and all that is written before, and nothing else"
PARTS = ("MultiHeadAttention", "LayerNorm", "causal_mask")


def some_layer(student, draws, longer=1):
    """Builds a layer of sizes that differ, in the order of norms that is asked for, and its kind."""
    heads = draws.between(2, 3)
    dim, hidden_size = 4 * heads, draws.between(13, 17)

    def build(hidden_size=hidden_size, **options):
        return student.DecoderLayer(dim, heads, hidden_size, **options)

    return build, DecoderLayerProbe(dim, heads, longer)


@pytest.mark.question(
    "q8-decoder-layer", points=0, alive=True, hint="the states hang on x and on the memory"
)
def test_states_hang_on_x_and_on_the_memory(student, draws, fairly):
    build, probe = some_layer(student, draws, longer=0)
    fairly(lambda: hangs_on_memory(build(), probe, seed=draws.seed()), *PARTS)


@pytest.mark.question(
    "q8-decoder-layer",
    points=0.25,
    essential=True,
    requires=("asks-the-memory",),
    hint="the second attention: queries from x, keys and values from the memory, and its weights come back",
)
def test_x_asks_the_memory(student, draws, fairly):
    kinds, seed = [some_layer(student, draws, longer) for longer in (0, 2)], draws.seed()

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
        for norm_first in (False, True):
            layer = build(norm_first=norm_first)
            sees_no_future(layer, probe, lengths=lengths, seed=seed, times=1, hint=CAUSAL)
            begins_alike(layer, probe, lengths=(4, 3), seed=seed)
            sees_its_past(layer, probe, lengths=lengths, seed=seed, hint=CAUSAL)
        reaches_far_back(layer, probe, length=60, seed=seed)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q8-decoder-layer",
    points=0.25,
    requires=("adds-and-normalises", "network", "dropout"),
    hint="three parts, each added to what it reads, each with a norm: after the sum, or before the part with norm_first",
)
def test_what_is_added_and_where_it_is_normalised(student, draws, fairly, by_hand):
    build, probe = some_layer(student, draws)
    seed = draws.seed()

    def look():
        post, pre = build(), build(norm_first=True)
        for norm_first, layer in ((False, post), (True, pre)):
            passes_through(layer, probe, norm_first=norm_first, seed=seed)
        normalises(build(), probe, seed=seed)
        adds_to_its_input(build(norm_first=True), probe, seed=seed)
        asks_with_its_norm(build(norm_first=True), probe, seed)
        for norm_first in (False, True):
            looks_at_the_memory_as_it_is(build(norm_first=norm_first), probe, seed)
        grows_by_units(build, probe.dim)
        has_parts_of_its_own(build(20), probe.dim, 20)
        bends_between_units(lambda number: build(number, norm_first=True), probe, seed=seed)
        drops_what_it_adds(build(norm_first=True, dropout=1.0), probe, seed=seed)
        for norm_first in (False, True):
            layer = build(norm_first=norm_first)
            takes_its_parts_in_turn(layer, probe, norm_first=norm_first, seed=seed)
            drops_each_part(build(norm_first=norm_first, dropout=0.3), probe, seed=seed)
            drops_nothing(build(norm_first=norm_first), probe, seed=seed)

    fairly(look, *PARTS)
    fairly(
        lambda: hands_on(build(), {"heads": probe.heads}),
        *PARTS[1:],
        MultiHeadAttention="HeadsAsTheyAre",
    )
    by_hand("DecoderLayer", "nn.TransformerDecoderLayer", "nn.Transformer", hint=WRITTEN)


def asks_with_its_norm(layer, probe, seed):
    """Pre-LN: a norm makes what asks the memory as long as ever, however long the words; bare, they saturate the weights."""
    x, mask, memory, memory_mask = probe.inputs((4, 4), seed)
    long, longer = (
        layer.eval()(factor * x, mask, memory, memory_mask)[1] for factor in (1e3, 1e4)
    )
    hint = "three parts, and with norm_first each reads a norm of x: the second attention asks with it too"
    equal_to(
        bool((long.amax(dim=-1) < 0.9).any()),
        True,
        what="pre-LN: words 1,000 times as long spread their weights over the memory",
        hint=hint,
    )
    close_to(
        longer,
        long,
        what="pre-LN: words 10,000 times as long spread them alike",
        tolerance=0.02,
        hint=hint,
    )


def looks_at_the_memory_as_it_is(layer, probe, seed):
    """The encoder has normed the memory: a norm more would make a memory of three times the length the same."""
    x, mask, memory, memory_mask = probe.inputs((4, 4), seed)
    layer.eval().randomise(seed)
    _, weights = layer(x, mask, memory, memory_mask)
    _, longer = layer(x, mask, 3 * memory, memory_mask)
    differ(
        weights,
        longer,
        what="a memory three times as long spreads the weights otherwise",
        hint="the memory is looked at as it is: x alone is normed before the second attention",
    )


def has_parts_of_its_own(layer, dim, hidden_size):
    """Norms are told by their scales, which are 1 at the start; attentions by how many parameters they need."""
    parameters = layer.parameters().values()
    scales = [each for each in parameters if each.numel() == dim and (each == 1).all()]
    equal_to(
        len(scales) >= 3,
        True,
        what="three norms, one for each part",
        hint="three parts, and each has a norm of its own: parameters for each",
    )
    needed = 8 * dim * dim + 2 * dim * hidden_size
    equal_to(
        sum(each.numel() for each in parameters) >= needed,
        True,
        what=f"{needed} parameters and more: two attentions of four maps, a network of two",
        hint="two attentions, and each has parameters of its own",
    )


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
        for norm_first in (False, True):
            layer = build(norm_first=norm_first)
            reads_each_alone(layer, probe, lengths=(3, 3), seed=seed, times=1)
            ignores_padding(layer, probe, lengths=lengths, longest=longest, seed=seed, times=1)
            looks_past_gaps(layer, probe, seed=seed)
            gradient_reaches(layer, probe, lengths=(4, 2), seed=seed)
            differentiates(
                layer,
                probe.inputs((3, 2), seed),
                names=("x", "memory"),
                parts=(0,),
                seed=seed,
                hint="the encoder learns through the memory: no detach",
            )
        registers_everything(build, probe, lengths=(4, 2), seed=seed, times=1)
        answers_afresh(layer, probe, seed=seed, what="each call answers for itself")
        leaves_inputs_alone(layer, probe, seed=seed)
        same_in_training(
            layer, probe, seed=seed, hint="nothing hangs on self.training but dropout"
        )
        keeps_types(layer, probe, seed=seed, what="states and weights are of float32")

    fairly(look, *PARTS)
