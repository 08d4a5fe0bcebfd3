"""Hidden tests of exercise 9.2: what the logits of an image hang on; any readout and any positions will do."""

import pytest

from amal_attention.checks import (
    ImageProbe,
    answers_afresh,
    draws_while_training,
    drops_nothing,
    equal_to,
    gradient_reaches,
    grows_by_layers,
    grows_by_units,
    hands_on,
    keeps_types,
    leaves_inputs_alone,
    leaves_parameters_alone,
    minds_every_place,
    minds_the_order,
    reads_each_alone,
    registers_everything,
    same_in_training,
    writes_logits,
)

PARTS = (
    "patches",
    "sinusoidal_positions",
    "Encoder",
    "EncoderLayer",
    "LayerNorm",
    "MultiHeadAttention",
)


def some_model(student, draws):
    """Builds a model of sizes that differ, its kind, and the side of its squares."""
    heads, size, num_classes = draws.between(2, 3), draws.between(2, 3), draws.between(6, 9)
    dim, hidden_size = 4 * heads, draws.between(13, 17)

    def build(**options):
        sizes = {"dim": dim, "heads": heads, "hidden_size": hidden_size}
        return student.VisionTransformer(
            3 * size, size, **(sizes | options), num_classes=num_classes
        )

    return build, ImageProbe(3 * size, num_classes), size


def exchanged(size):
    """Exchanges two of nine squares, which are numbered in reading order."""

    def square(number):
        row, column = (size * each for each in divmod(number, 3))
        return slice(None), slice(row, row + size), slice(column, column + size)

    def exchange(inputs, first, second):
        (images,) = inputs
        moved = images.clone()
        moved[square(first)], moved[square(second)] = (
            images[square(second)],
            images[square(first)],
        )
        return (moved,)

    return exchange


@pytest.mark.question(
    "q9-vision-transformer", points=0, alive=True, hint="the logits hang on the image"
)
def test_logits_hang_on_the_image(student, draws, fairly):
    build, probe, _ = some_model(student, draws)
    seed = draws.seed()
    fairly(
        lambda: minds_the_order(
            build(),
            probe,
            lambda images: (images.flip(0),),
            last=False,
            seed=seed,
            what="the logits hang on the image",
            hint="the logits are made of the image",
        ),
        *PARTS,
    )


@pytest.mark.question(
    "q9-vision-transformer",
    points=0.25,
    essential=True,
    requires=("order-of-patches-counts", "attention"),
    hint="a linear map of each square, positions, the encoder, then [CLS] or the mean",
)
def test_what_stands_where_counts(student, draws, fairly, by_hand):
    by_hand("VisionTransformer")
    build, probe, size = some_model(student, draws)
    seed = draws.seed()

    def look():
        model = build()
        corners = [(row, column) for row in (0, size, -1) for column in (0, size, -1)]
        for row, column in (*corners, (1, 1)):
            minds_the_order(
                model,
                probe,
                lambda images, at=(row, column): (with_another_pixel(images, *at),),
                last=False,
                seed=seed,
                what="each pixel counts",
                hint="all squares are read, and all pixels of each",
            )
        minds_every_place(
            model,
            probe,
            exchanged(size),
            9,
            lengths=(1, 1),
            seed=seed,
            what="two squares the other way round give other logits",
            hint="squares without positions are a set: each has its own, N of them, one more with [CLS]",
        )
        hear_of_each_other(model, probe, size, seed)

    fairly(look, *PARTS)
    fairly(
        lambda: sums_all_up(build(), probe, size, seed),
        *PARTS[:2],
        Encoder="WordsAsTheyAre",
    )


def sums_all_up(model, probe, size, seed):
    """With an encoder that mixes nothing, [CLS] hears of no square, and a mean of all of them."""
    (images,) = probe.inputs((1, 1), seed)
    model.eval().randomise(seed)
    squares = [
        with_another_pixel(images, row, column)
        for row in (0, size, -1)
        for column in (0, size, -1)
    ]
    first, *others = model.each([(each,) for each in (images, *squares)])
    heard = {bool((each - first).abs().max() > 1e-6) for each in others}
    equal_to(
        len(heard),
        1,
        what="what is read is the state of [CLS], or the mean of the states of all squares",
        sent="images, then the same with another square; an encoder that mixes nothing",
        hint="read the state of [CLS], which stands at place 0, or the mean over all squares",
    )
    for name, each in model.state().items():
        if name.endswith(".handed"):
            equal_to(
                bool(each.all()), True, what="no square is hidden: the mask is True everywhere"
            )


def hear_of_each_other(model, probe, size, seed):
    """What a square adds to the logits hangs on another one: it is not the same beside two others."""
    for look in (seed, seed + 1, seed + 2):
        (images,) = probe.inputs((1, 1), look)
        first, last = images.clone(), images.clone()
        first[:, :size, :size], last[:, -size:, -size:] = 0, 0
        both = first.clone()
        both[:, -size:, -size:] = 0
        model.eval().randomise(look)
        whole, one, other, neither = model.each([(images,), (first,), (last,), (both,)])
        if (whole - one - other + neither).abs().max() > 1e-4:
            return
    equal_to(
        "each by itself",
        "by what stands beside it",
        what="a square is read by what stands beside it",
        hint="the squares hear of each other, by the attention of the encoder",
    )


def with_another_pixel(images, row, column):
    moved = images.clone()
    moved[:, row, column] = 1 - images[:, row, column]
    return moved


@pytest.mark.question(
    "q9-vision-transformer",
    points=0.25,
    requires=("logits", "alone", "own-layers", "options", "dropout", "learned", "calls"),
    hint="logits without a softmax; each image by itself; layers of their own, all is registered and learns",
)
def test_logits_other_images_and_what_is_learned(student, draws, fairly):
    build, probe, _ = some_model(student, draws)
    seed = draws.seed()

    def look():
        model = build(num_layers=2)
        writes_logits(model, probe, seed=seed)
        reads_each_alone(model, probe, lengths=(1, 1), seed=seed, times=1)
        registers_everything(build, probe, lengths=(1, 1), seed=seed, times=1)
        grows_by_layers(lambda number: build(num_layers=number))
        gradient_reaches(model, probe, lengths=(1, 1), seed=seed)
        answers_afresh(model, probe, seed=seed, what="each call answers for itself")
        leaves_inputs_alone(model, probe, seed=seed)
        same_in_training(
            model, probe, seed=seed, hint="nothing hangs on self.training but dropout"
        )
        keeps_types(model, probe, seed=seed, what="logits are of float32")
        drops_nothing(build(), probe, seed=seed)
        draws_while_training(build(dropout=0.5), probe, seed=seed)
        leaves_parameters_alone(build(), probe, seed=seed)
        grows_by_units(lambda units: build(dim=6, heads=2, hidden_size=units), 6)

    fairly(look, *PARTS)
    sizes = {"heads": 2, "hidden_size": 9, "dropout": 0.25}
    fairly(
        lambda: hands_on(build(dim=8, num_layers=2, **sizes), sizes),
        *PARTS[:2],
        Encoder="WordsAsTheyAre",
        EncoderLayer="EncoderLayerAsItIs",
    )
