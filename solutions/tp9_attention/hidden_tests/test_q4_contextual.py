"""Hidden tests of exercise 4: attention over the states of a recurrent network, in either reading direction."""

import pytest

from amal_attention.checks import (
    depends_on_text,
    equal_to,
    gradient_reaches,
    ignores_padding,
    reads_each_alone,
    reads_leftward,
    reads_order,
    registers_everything,
    shapes,
    simplex,
)


def some_sizes(draws):
    """Sizes that all differ, and one of the cells."""
    dim, hidden_size = draws.between(8, 9), draws.between(5, 7)
    return {
        "dim": dim,
        "hidden_size": hidden_size,
        "cell": ("gru", "lstm")[draws.between(0, 1)],
    }


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    hint="out_features is hidden_size, or twice as many if bidirectional",
)
def test_shapes(student, draws):
    for bidirectional in (False, True):
        sizes = some_sizes(draws) | {
            "bidirectional": bidirectional,
            "num_layers": draws.between(1, 3),
        }
        pooling, width = (
            student.ContextualPooling(**sizes),
            sizes["hidden_size"] * (1 + bidirectional),
        )
        shapes(pooling, sizes["dim"], width, lengths=draws.lengths(3), seed=draws.seed())


@pytest.mark.question(
    "q4-contextual", points=0.25, hint="is the mask applied before the softmax, over the words?"
)
def test_weights(student, draws):
    for bidirectional in (False, True):
        sizes = some_sizes(draws) | {"bidirectional": bidirectional}
        simplex(
            student.ContextualPooling(**sizes),
            sizes["dim"],
            lengths=draws.lengths(4),
            seed=draws.seed(),
        )


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    hint="the answer does not depend on padding, nor on its length",
)
def test_padding_reading_rightward(student, draws):
    padding_changes_nothing(student, draws, bidirectional=False)


@pytest.mark.question(
    "q4-contextual", points=0.25, hint="from right to left, padding is read before the words"
)
def test_padding_reading_both_ways(student, draws):
    padding_changes_nothing(student, draws, bidirectional=True)


def padding_changes_nothing(student, draws, bidirectional):
    for layers in draws.sizes(2, 1, 3):
        sizes = some_sizes(draws) | {"bidirectional": bidirectional, "num_layers": layers}
        ignores_padding(
            student.ContextualPooling(**sizes),
            sizes["dim"],
            lengths=draws.lengths(3),
            longest=draws.between(10, 30),
            under=100.0,
            seed=draws.seed(),
            hint="from right to left, padding is read before the words"
            if bidirectional
            else "",
        )


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    hint="batch_first=True: a recurrent layer reads along the words",
)
def test_one_review_does_not_change_another(student, draws):
    sizes, (count, length) = some_sizes(draws), draws.sizes(2, 3, 7)
    pooling = student.ContextualPooling(**sizes, bidirectional=True)
    reads_each_alone(pooling, sizes["dim"], lengths=[length] * count, seed=draws.seed())


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    hint="attention falls on the states of the last layer, not on the embeddings",
)
def test_states_are_attended(student, draws):
    sizes = some_sizes(draws) | {"num_layers": draws.between(1, 2)}
    pooling = student.ContextualPooling(**sizes)
    hint = "attention looks at the embeddings, not at the states"
    depends_on_text(pooling, sizes["dim"], seed=draws.seed(), hint=hint)
    reads_order(pooling, sizes["dim"], seed=draws.seed())


@pytest.mark.question(
    "q4-contextual", points=0.25, hint="every argument counts: num_layers, cell, bidirectional"
)
def test_arguments(student, draws):
    sizes = some_sizes(draws) | {"bidirectional": bool(draws.between(0, 1))}

    def size(**changed):
        return sum(
            each.numel()
            for each in student.ContextualPooling(**sizes | changed).parameters().values()
        )

    layers = draws.between(1, 2)
    grows = size(num_layers=layers) < size(num_layers=layers + 1)
    equal_to(
        grows,
        True,
        what=f"{layers + 1} layers have more parameters than {layers}",
        hint="is num_layers used?",
    )
    equal_to(
        size(cell="gru") < size(cell="lstm"),
        True,
        what="an LSTM has more than a GRU",
        hint="is cell used?",
    )
    pooling = student.ContextualPooling(**sizes | {"bidirectional": True})
    reads_leftward(pooling, sizes["dim"], seed=draws.seed(), hint="is bidirectional used?")


@pytest.mark.question(
    "q4-contextual",
    points=0.25,
    hint="every layer is registered, and a gradient reaches each parameter",
)
def test_what_learns(student, draws):
    sizes = some_sizes(draws) | {"num_layers": draws.between(1, 2), "bidirectional": True}
    lengths = draws.lengths(3)
    pooling = student.ContextualPooling(**sizes)
    registers_everything(
        lambda: student.ContextualPooling(**sizes),
        sizes["dim"],
        lengths=lengths,
        seed=draws.seed(),
    )
    gradient_reaches(pooling, sizes["dim"], lengths=lengths, seed=draws.seed())
