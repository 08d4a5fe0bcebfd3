"""Hidden tests of exercise 2.1: states of a recurrent network, and where, in each direction, the last one stands."""

import pytest
import torch

from amal_attention.checks import (
    EncoderProbe,
    answers_afresh,
    differ,
    equal_to,
    fills_the_mask,
    final_is_last_state,
    gradient_reaches,
    hangs_on_order,
    ignores_padding,
    keeps_types,
    learns_through_time,
    leaves_inputs_alone,
    reads_both_ways,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    shapes,
    shows_last_layer,
)

LINE_ALONE = "a line is read by itself, whatever stands beside it in the batch"
LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
)
FORGETS = "a state knows all characters before it: is the recurrent layer batch_first=True?"
PARTS = ("memory", "final")


def some_sizes(draws):
    """V, D and H, which all differ, from one another and from what H is a factor of."""
    num_tokens = (11, 13)[draws.between(0, 1)]
    return {
        "num_tokens": num_tokens,
        "dim": draws.between(3, 4),
        "hidden_size": draws.between(5, 6),
    }


def probe_of(sizes, parts=PARTS, bidirectional=False, **_):
    """The kind of encoder that is built with these sizes and options."""
    return EncoderProbe(sizes["num_tokens"], sizes["hidden_size"] * (1 + bidirectional), parts)


def look(student, expect, sizes, options, parts=PARTS, **more):
    """Look at an encoder; for copies of it, at how it is built."""
    build, probe = (
        lambda: student.Encoder(**sizes, **options),
        probe_of(sizes, parts, **options),
    )
    expect(build if expect is registers_everything else build(), probe, **more)


def unless_plain(student, expect, sizes, options, **more):
    """Look at an encoder with options; what one without any misses too has cost there."""
    try:
        look(student, expect, sizes, options, **more)
    except Exception:
        plain = {name: value for name, value in more.items() if name != "bidirectional"}
        try:
            look(student, expect, sizes, {}, **plain)
        except Exception:
            return
        raise


def has_the_width(student, sizes, options):
    """Look whether the attribute tells the width of a state."""
    width = probe_of(sizes, **options).width
    equal_to(
        student.Encoder(**sizes, **options).out_features,
        width,
        what="out_features is the width of a state, of both directions together",
    )


@pytest.mark.question(
    "q2-encoder",
    points=0,
    alive=True,
    hint="a recurrent network reads the characters in their order",
)
def test_characters_are_read_in_order(student, draws):
    look(student, hangs_on_order, some_sizes(draws), {}, seed=draws.seed())


@pytest.mark.question(
    "q2-encoder",
    points=0.125,
    requires=("memory",),
    hint="memory is (B, S, H), S as in the mask, and final (B, H)",
)
def test_shapes(student, draws):
    sizes = some_sizes(draws)
    has_the_width(student, sizes, {})
    look(
        student,
        shapes,
        sizes,
        {},
        lengths=draws.lengths(3),
        seed=draws.seed(),
        what="memory is (B, S, H) and final (B, H), for any B and S",
    )
    look(student, fills_the_mask, sizes, {}, seed=draws.seed())


@pytest.mark.question(
    "q2-encoder",
    points=0.375,
    essential=True,
    requires=("final-at-last-character", "padding"),
    hint="final is the state at the last True of the mask",
)
def test_final_is_the_state_at_the_last_character(student, draws):
    lengths = sorted(draws.lengths(4), reverse=True)
    look(
        student, final_is_last_state, some_sizes(draws), {}, lengths=lengths, seed=draws.seed()
    )


@pytest.mark.question(
    "q2-encoder",
    points=0.25,
    essential=True,
    requires=("order",),
    hint="the state at a character hangs on all those up to it, and on none after it",
)
def test_states_follow_the_order_of_the_characters(student, draws):
    sizes, lengths = some_sizes(draws), [draws.between(4, 5)] * 2
    look(student, sees_no_future, sizes, {}, lengths=lengths, seed=draws.seed())
    look(student, sees_its_past, sizes, {}, lengths=lengths, seed=draws.seed(), hint=FORGETS)
    encoder, place = (
        student.Encoder(**sizes | {"num_tokens": 4099}),
        4096 + 2 * draws.between(0, 1),
    )
    first, second = (
        encoder.eval()(torch.tensor([[token]]), torch.tensor([[True]]))[1]
        for token in (place, place - 1)
    )
    differ(
        first,
        second,
        what="each character has an embedding of its own",
        sent="lines of one character",
    )


@pytest.mark.question(
    "q2-encoder",
    points=0.125,
    requires=("padding", "alone", "calls"),
    hint="what a line gives depends neither on padding, nor on other lines, nor on calls before",
)
def test_padding_other_lines_and_calls(student, draws):
    sizes, longest = some_sizes(draws), draws.between(10, 14)
    look(
        student,
        reads_each_alone,
        sizes,
        {},
        lengths=draws.lengths(3),
        seed=draws.seed(),
        what=LINE_ALONE,
    )
    look(
        student,
        ignores_padding,
        sizes,
        {},
        parts=("memory",),
        lengths=draws.lengths(3),
        longest=longest,
        seed=draws.seed(),
    )
    look(student, answers_afresh, sizes, {}, seed=draws.seed(), what=LINES_AFRESH)
    look(student, leaves_inputs_alone, sizes, {}, seed=draws.seed())
    look(student, same_in_training, sizes, {}, seed=draws.seed(), hint=LINE_IN_TRAINING)
    look(
        student,
        keeps_types,
        sizes,
        {},
        seed=draws.seed(),
        what="memory and final are of float32",
    )


@pytest.mark.question(
    "q2-encoder",
    points=0.125,
    requires=("learned",),
    hint="every layer is registered, and a gradient of memory and of final reaches it",
)
def test_what_learns(student, draws):
    sizes, seed = some_sizes(draws), draws.seed()
    look(student, registers_everything, sizes, {}, seed=seed, times=1)
    for part in PARTS:
        look(student, gradient_reaches, sizes, {}, parts=(part,), lengths=(4, 4), seed=seed)
    look(student, learns_through_time, sizes, {}, seed=seed)


def with_all_that_holds_for_any(student, draws, sizes, options):
    """Look at an encoder with options as at one without."""
    bidirectional = options.get("bidirectional", False)
    lengths = sorted(draws.lengths(4), reverse=True)
    what = "memory is (B, S, H) and final (B, H), for any B and S"
    for lines in (
        [draws.between(3, 6)] * 3,
        lengths,
    ):  # where there is no padding, then where there is some
        unless_plain(
            student,
            final_is_last_state,
            sizes,
            options,
            lengths=lines,
            seed=draws.seed(),
            bidirectional=bidirectional,
        )
    has_the_width(student, sizes, options)
    unless_plain(student, shapes, sizes, options, lengths=lengths, seed=draws.seed(), what=what)
    unless_plain(student, fills_the_mask, sizes, options, seed=draws.seed())
    unless_plain(
        student,
        reads_each_alone,
        sizes,
        options,
        lengths=draws.lengths(3),
        seed=draws.seed(),
        times=2,
        what=LINE_ALONE,
    )
    unless_plain(
        student,
        ignores_padding,
        sizes,
        options,
        parts=("memory",),
        lengths=draws.lengths(3),
        longest=draws.between(10, 14),
        seed=draws.seed(),
        times=2,
    )
    unless_plain(student, registers_everything, sizes, options, seed=draws.seed(), times=1)
    for part in PARTS:
        unless_plain(
            student,
            gradient_reaches,
            sizes,
            options,
            parts=(part,),
            lengths=(4, 4),
            seed=draws.seed(),
        )


@pytest.mark.question(
    "q2-encoder",
    points=0.25,
    essential=True,
    requires=("leftward-within-its-length", "padding"),
    hint="leftward, a line is read from its last character to its first, and the state at the first one is the last",
)
def test_both_directions(student, draws):
    sizes, options = some_sizes(draws), {"bidirectional": True}
    look(student, reads_both_ways, sizes, options, seed=draws.seed())
    unless_plain(student, learns_through_time, sizes, options, seed=draws.seed())
    with_all_that_holds_for_any(student, draws, sizes, options)


@pytest.mark.question(
    "q2-encoder",
    points=0.25,
    requires=("last-layer",),
    hint="num_layers is the number of layers, in one direction and in both, and the last one is what is seen",
)
def test_layers(student, draws):
    sizes, layers = some_sizes(draws), 3
    grown = {}
    for bidirectional in (False, True):
        counts = [
            numbers_learned(
                student, sizes, {"num_layers": more, "bidirectional": bidirectional}
            )
            for more in (1, 2, 3)
        ]
        grown[bidirectional] = counts[2] - counts[1]
        equal_to(
            counts[0] < counts[1] < counts[2],
            True,
            what="each layer has parameters of its own",
            sent=f"num_layers = 1, 2 and 3, bidirectional = {bidirectional}",
        )
        if not bidirectional:
            alike = counts[1] - counts[0] == grown[False]
            equal_to(
                alike and grown[False] < 2 * one_layer_learned(student, sizes),
                True,
                what="one more in num_layers is one more layer",
                sent="num_layers = 1, 2 and 3",
                hint="num_layers is the number of all layers, the first one among them",
            )
    equal_to(
        grown[True] >= 2 * grown[False],
        True,
        what="read both ways, each layer has parameters for either direction",
        sent="num_layers = 2 and 3",
    )
    for count in (1, layers):
        options = {"num_layers": count}
        look(student, shows_last_layer, sizes, options, layers=count, seed=draws.seed())
    with_all_that_holds_for_any(student, draws, sizes, {"num_layers": layers})
    deep = {"num_layers": layers, "bidirectional": True}
    try:
        with_all_that_holds_for_any(student, draws, sizes, deep)
    except Exception:  # what is wrong with one layer that reads both ways has cost there
        if not is_missed_in_both_directions(student, draws, sizes):
            raise


def is_missed_in_both_directions(student, draws, sizes):
    """Whether one layer that reads both ways is wrong."""
    both = {"bidirectional": True}
    try:
        look(student, reads_both_ways, sizes, both, seed=draws.seed())
        with_all_that_holds_for_any(student, draws, sizes, both)
    except Exception:
        return True
    return False


def numbers_learned(student, sizes, options):
    """How many numbers an encoder learns."""
    encoder = student.Encoder(**sizes, **options)
    encoder.materialise(*probe_of(sizes).inputs((2, 1), 0))
    return sum(each.numel() for each in encoder.parameters().values())


def one_layer_learned(student, sizes):
    """How many numbers a layer learns that reads states of its own width."""
    width = sizes["hidden_size"]
    alone = sizes | {"dim": width, "num_layers": 1}
    return numbers_learned(student, alone, {}) - sizes["num_tokens"] * width
