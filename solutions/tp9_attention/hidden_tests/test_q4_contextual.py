"""Hidden tests of exercise 4: attention over the states of a recurrent network, in either reading direction."""

from functools import partial
from itertools import product

import pytest

from amal_attention.checks import (
    answers_afresh,
    attends_states,
    carries_gradient,
    carries_memory,
    equal_to,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    leaves_its_start,
    log_weights_affine,
    one_query_for_all,
    reads_each_alone,
    reads_leftward,
    reads_order,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
    some_texts,
    sums_by_weights,
    uses_last_layer,
    weighs_words_apart,
    weights_carry_gradient,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.expectations.poolings.probe import read

CELLS = ("gru", "lstm")


def some_sizes(draws, cell):
    """Sizes that all differ, for one of the cells."""
    return {"dim": draws.between(8, 9), "hidden_size": draws.between(5, 7), "cell": cell}


def own(student, width):
    """Builds the answer of question 2 for states: a mistake there has cost there."""
    return lambda: student.LearnedQueryPooling(dim=width)


def unless_by_question_2(student, expect, sizes, seed, of_any_kind=False, **options):
    """Look at the answer; where it is missed, the attention of question 2 is used and misses it too, that has cost there.

    So it is, ``of_any_kind``, where that attention is wrong in another way.
    """
    try:
        look(
            lambda: student.ContextualPooling(**sizes),
            expect,
            sizes["dim"],
            seed=seed,
            **options,
        )
    except Exception:
        wrong = is_missed_by_question_2(student, expect, sizes, seed, **options) or (
            of_any_kind and is_wrong_question_2(student, sizes, seed)
        )
        if not (wrong and attends_by_question_2(student, sizes)):
            raise


def look(build, expect, dim, **options):
    """Look at what is built, or, for copies of it, at how."""
    expect(build if expect is registers_everything else build(), dim, **options)


def is_missed_by_question_2(student, expect, sizes, seed, **options):
    """Whether the answer to question 2 does not meet an expectation."""
    width = sizes["hidden_size"] * (1 + sizes.get("bidirectional", False))
    try:
        look(own(student, width), expect, width, seed=seed, **options)
    except Exception:
        return True
    return False


def is_wrong_question_2(student, sizes, seed):
    """Whether the answer to question 2 misses what states need of an attention."""
    width = sizes["hidden_size"] * (1 + sizes.get("bidirectional", False))
    looks = (
        partial(shapes, out_features=width),
        simplex,
        sums_by_weights,
        log_weights_affine,
        one_query_for_all,
        answers_afresh,
        same_in_training,
        reads_each_alone,
        leaves_inputs_alone,
    )
    return any(is_missed_by_question_2(student, each, sizes, seed) for each in looks)


def unless_wrong_question_2(student, expect, sizes, seed):
    """Look at the states; where they are missed, and the attention of question 2 is used and wrong, that has cost there."""
    pooling, dim = student.ContextualPooling(**sizes), sizes["dim"]
    bidirectional = sizes.get("bidirectional", False)
    width = sizes["hidden_size"] * (1 + bidirectional)
    options = {"width": width, "bidirectional": bidirectional, "own": own(student, width)}
    options["layers"] = sizes.get("num_layers", 1)
    try:
        expect(pooling, dim, seed=seed, **(options if expect is attends_states else {}))
    except Exception:
        if not (
            is_wrong_question_2(student, sizes, seed) and attends_by_question_2(student, sizes)
        ):
            raise


def in_each_direction(draws):
    """Both reading directions, with the cells and one or two layers, in any order."""
    cells, layers = draws.sizes(2, 0, 1), draws.sizes(2, 1, 2)
    for bidirectional in (False, True):
        sizes = some_sizes(draws, CELLS[cells[bidirectional]])
        yield sizes | {"num_layers": layers[bidirectional], "bidirectional": bidirectional}


@pytest.mark.question(
    "q4-contextual",
    points=0,
    alive=True,
    hint="a recurrent network reads the words in their order, and attention prefers some of its states",
)
def test_states_are_read_in_order_and_weighed(student, draws):
    sizes = some_sizes(draws, CELLS[draws.between(0, 1)])
    pooling = student.ContextualPooling(**sizes)
    reads_order(pooling, sizes["dim"], seed=draws.seed())
    hint = "the same weight for every word: attention does not look at the states"
    try:
        weighs_words_apart(pooling, sizes["dim"], seed=draws.seed(), hint=hint)
    except ExpectationMissed:
        if not attends_by_question_2(student, sizes):
            raise


def attends_by_question_2(student, sizes):
    """Whether the weights are those of the answer to question 2: what is wrong with them has cost there."""
    x, mask = some_texts(sizes["dim"], (3, 2, 4, 3, 2, 4))
    with student.standing_in(LearnedQueryPooling="FirstWord"):
        _, weights = read(student.ContextualPooling(**sizes), x, mask)
    _, own_weights = read(student.ContextualPooling(**sizes), x, mask, finite=False)
    return bool((weights[:, 0] == 1).all()) and not bool((own_weights[:, 0] == 1).all())


@pytest.mark.question(
    "q4-contextual",
    points=0.5,
    essential=True,
    requires=("states",),
    hint="log p(a_i | t) = constant + q · h_i, and the states h_i of the last layer are summed",
)
def test_states_are_attended(student, draws):
    for cell in CELLS:
        sizes = some_sizes(draws, cell)
        unless_wrong_question_2(student, attends_states, sizes, draws.seed())
        unless_wrong_question_2(student, carries_memory, sizes, draws.seed())


@pytest.mark.question(
    "q4-contextual",
    points=0.5,
    essential=True,
    requires=("both",),
    hint="read both ways, h_i joins what precedes word i and what follows it",
)
def test_states_of_both_directions_are_attended(student, draws):
    for cell in CELLS:
        sizes = some_sizes(draws, cell) | {"bidirectional": True}
        deep = sizes | {"num_layers": draws.between(2, 3)}
        unless_wrong_question_2(student, reads_leftward, sizes, draws.seed())
        unless_wrong_question_2(student, attends_states, sizes, draws.seed())
        unless_wrong_question_2(student, reads_leftward, deep, draws.seed())


GATES = {"gru": 3, "lstm": 4}


def has_the_matrices(pooling, sizes, num_layers, cell, bidirectional):
    """Look whether there are as many numbers in matrices as the gates of all layers have, and few more for attention.

    Each gate has a matrix for the words, or for the states of the layer below, and one for the state before. The states
    below may be those of both directions, or of the same one.
    """
    pooling.materialise(*some_texts(sizes["dim"]))
    found = sum(each.numel() for each in pooling.parameters().values() if each.ndim > 1)
    hidden, ways = sizes["hidden_size"], 1 + bidirectional
    of_a_gate = (sizes["dim"] + hidden, ways * hidden + hidden, hidden + hidden)
    one, further, apart = (GATES[cell] * ways * hidden * width for width in of_a_gate)
    expected, in_stacks = (one + (num_layers - 1) * each for each in (further, apart))
    gate = expected // GATES[cell]
    known = {
        expected // ways: "is bidirectional used? Each layer reads both ways",
        gate: "a plain nn.RNN has one gate: cell says which of nn.GRU and nn.LSTM",
        3 * gate: "is cell used? A GRU has 3 gates, an LSTM 4, in any layer",
        4 * gate: "is cell used? A GRU has 3 gates, an LSTM 4, in any layer",
    } | {
        one + more * further: "is num_layers used? With either cell, it is the number of layers"
        for more in range(2 * num_layers)
    }
    attention = (ways * hidden) ** 2 + ways * hidden
    equal_to(
        any(size <= found <= size + attention for size in (expected, in_stacks)),
        True,
        what="there are as many matrices as the gates of all layers have",
        sent=f"num_layers = {num_layers}, cell = {cell!r}, bidirectional = {bidirectional}",
        hint=known.get(
            max((size for size in known if size <= found <= size + attention), default=0), ""
        ),
    )


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    requires=("arguments", "states"),
    hint="every argument counts: num_layers, cell, bidirectional; the last layer's states alone",
)
def test_arguments(student, draws):
    sizes = some_sizes(draws, "gru")
    sizes["dim"] = (
        2 * sizes["hidden_size"]
    )  # so that no further layer reads more than the first

    for bidirectional, layers, cell in product((False, True), (1, 2, 3), CELLS):
        asked = {"num_layers": layers, "cell": cell, "bidirectional": bidirectional}
        try:
            has_the_matrices(student.ContextualPooling(**sizes | asked), sizes, **asked)
        except ExpectationMissed:  # a query for each review of a batch is one matrix more
            seed = draws.seed()
            if not (
                is_wrong_question_2(student, sizes, seed)
                and attends_by_question_2(student, sizes)
            ):
                raise
    layers, sizes = draws.between(2, 3), some_sizes(draws, CELLS[draws.between(0, 1)])
    deep = sizes | {"num_layers": layers}
    unless_wrong_question_2(student, attends_states, deep, draws.seed())
    pooling = student.ContextualPooling(**deep)
    uses_last_layer(pooling, sizes["dim"], layers=layers, seed=draws.seed())


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    requires=("shapes", "weights"),
    hint="out_features is hidden_size, or twice as many if bidirectional; weights sum to 1",
)
def test_shapes_and_weights(student, draws):
    for sizes in in_each_direction(draws):
        width = sizes["hidden_size"] * (1 + sizes["bidirectional"])
        unless_by_question_2(
            student, shapes, sizes, draws.seed(), out_features=width, lengths=draws.lengths(3)
        )
        lengths = [*draws.lengths(4), draws.between(12, 20)]
        unless_by_question_2(student, simplex, sizes, draws.seed(), lengths=lengths, times=1)
    sizes, lengths = some_sizes(draws, "lstm"), [draws.between(520, 540)]
    unless_by_question_2(student, simplex, sizes, draws.seed(), lengths=lengths, times=1)


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    requires=("padding", "alone", "calls"),
    hint="the answer depends neither on padding, nor on its length, nor on the other reviews",
)
def test_padding_and_other_reviews(student, draws):
    for sizes in in_each_direction(draws):
        count, length = draws.sizes(2, 3, 7)
        read_alone = {"lengths": [length] * count, "times": 1}
        padded = {
            "lengths": draws.lengths(3),
            "longest": draws.between(10, 30),
            "under": 100.0,
            "times": 1,
            "hint": "from right to left, padding is read before the words"
            if sizes["bidirectional"]
            else "",
        }
        for expect, options in (
            (answers_afresh, {}),
            (reads_each_alone, read_alone),
            (ignores_padding, padded),
            (leaves_inputs_alone, {}),
            (same_in_training, {}),
            (keeps_types, {}),
        ):
            unless_by_question_2(student, expect, sizes, draws.seed(), **options)


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    requires=("learned",),
    hint="every layer is registered, and a gradient reaches each parameter",
)
def test_what_learns(student, draws):
    for sizes in in_each_direction(draws):
        lengths = draws.lengths(3)
        unless_by_question_2(
            student, registers_everything, sizes, draws.seed(), True, lengths=lengths, times=1
        )
        unless_by_question_2(
            student, gradient_reaches, sizes, draws.seed(), True, lengths=lengths
        )
        unless_by_question_2(student, weights_carry_gradient, sizes, draws.seed(), True)
        # The states are smooth.
        unless_by_question_2(
            student,
            carries_gradient,
            sizes,
            draws.seed(),
            True,
            lengths=draws.lengths(6),
            tolerance=0.01,
            times=3,
        )
        unless_by_question_2(student, leaves_its_start, sizes, draws.seed(), True)
