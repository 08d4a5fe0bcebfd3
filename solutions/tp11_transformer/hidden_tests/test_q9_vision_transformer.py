"""Hidden tests of exercise 9.2: what the logits of an image hang on; any readout and any positions will do."""

import pytest

from amal_attention.checks import (
    ImageProbe,
    answers_afresh,
    draws_while_training,
    equal_to,
    gradient_reaches,
    grows_by_layers,
    keeps_types,
    leaves_inputs_alone,
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
        return student.VisionTransformer(
            3 * size,
            size,
            dim,
            heads,
            hidden_size,
            num_classes=num_classes,
            **options,
        )

    return build, ImageProbe(3 * size, num_classes), size


def exchanged(size, axis):
    """Exchanges the first two squares of the first row, or of the first column."""

    def turn(images):
        moved = images.clone()
        first, second = (
            (slice(None), slice(size), slice(size)),
            (slice(None), slice(size), slice(size, 2 * size)),
        )
        if axis == 1:
            second = (slice(None), slice(size, 2 * size), slice(size))
        moved[first], moved[second] = images[second], images[first]
        return (moved,)

    return turn


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
    build, probe, size = some_model(student, draws)
    seed = draws.seed()

    def look():
        model = build()
        for axis in (1, 2):
            minds_the_order(
                model,
                probe,
                exchanged(size, axis),
                last=False,
                seed=seed,
                what="two squares the other way round give other logits",
                hint="squares without positions are a set: each has its own, N of them, one more with [CLS]",
            )
        for row, column in ((0, 0), (-1, -1), (size, 0), (0, -1)):
            minds_the_order(
                model,
                probe,
                lambda images, at=(row, column): (with_another_pixel(images, *at),),
                last=False,
                seed=seed,
                what="each pixel counts",
                hint="all squares are read, and all pixels of each",
            )

        hear_of_each_other(model, probe, size, seed)

    fairly(look, *PARTS)
    by_hand("VisionTransformer")


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
    requires=("logits", "alone", "own-layers", "dropout", "learned", "calls"),
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
        draws_while_training(build(dropout=0.5), probe, seed=seed)

    fairly(look, *PARTS)
