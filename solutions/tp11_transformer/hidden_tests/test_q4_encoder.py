"""Hidden tests of exercise 4.3: layers on layers, each with parameters of its own."""

from functools import partial

import pytest

from amal_attention.checks import (
    AttentionProbe,
    answers_afresh,
    chains_layers,
    differ,
    differentiates,
    ends_with_norm,
    equal_to,
    gradient_reaches,
    grows_by_layers,
    grows_by_units,
    hands_on,
    hangs_on_depth,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    normalises,
    registers_everything,
    same_in_training,
    shapes,
    some_texts,
)

PARTS = ("EncoderLayer", "LayerNorm", "MultiHeadAttention")
MASKED = "each layer is handed the mask"
TORCH = ("nn.TransformerEncoderLayer", "nn.TransformerEncoder", "nn.Transformer")
SHAPES = "states are (B, L, D) and weights (B, h, L, L), for any B and L"
TYPES = "states and weights are of float32"
DROPS = "dropout is handed on to each layer: in training the same texts give other states"
ONE_NORM = (
    "with norm_first one norm stands behind the last layer, however many layers there are"
)
KEEPS = "without dropout the same texts give the same states in training"

EVEN = ((2, 4), (2, 5), (3, 4))  # heads, and how wide they are


def some_sizes(draws):
    """Sizes that all differ."""
    heads, width = EVEN[draws.between(0, 2)]
    return {
        "dim": heads * width,
        "heads": heads,
        "hidden_size": heads * width + draws.between(1, 4),
    }


def probe_of(sizes):
    return AttentionProbe(sizes["dim"], heads=sizes["heads"])


def encoder(student, sizes, num_layers, norm_first=False, dropout=0.0):
    return student.Encoder(
        **sizes, num_layers=num_layers, norm_first=norm_first, dropout=dropout
    )


@pytest.mark.question(
    "q4-encoder",
    points=0,
    alive=True,
    hint="num_layers layers read the text one after the other",
)
def test_there_are_layers(student, draws, fairly, by_hand):
    by_hand("Encoder", *TORCH, hint="the layers are those of exercise 4.2, not torch's own")
    sizes, seed = some_sizes(draws), draws.seed()
    build = partial(encoder, student, sizes)
    fairly(lambda: hangs_on_depth(build, probe_of(sizes), seed=seed), *PARTS)


@pytest.mark.question(
    "q4-encoder",
    points=0.25,
    essential=True,
    requires=("own-layers-chained", "last-weights"),
    hint="num_layers layers in an nn.ModuleList, each built anew; each reads what the one before gives",
)
def test_layers_follow_each_other(student, draws, fairly):
    sizes, layers = some_sizes(draws), draws.between(2, 3)
    probe, seeds, lengths = (
        probe_of(sizes),
        [draws.seed() for _ in range(2)],
        draws.lengths(3, 6),
    )
    build = partial(encoder, student, sizes)

    def look():
        grows_by_layers(build)
        chains_layers(build(layers), probe, layers, seed=seeds[0])
        gradient_reaches(build(2), probe, lengths=lengths, seed=seeds[1])
        inputs = some_texts(sizes["dim"], (3, 3), seeds[1])
        differentiates(build(2), inputs, names=("x",), parts=(0,), seed=seeds[1])

    fairly(look, *PARTS)


@pytest.mark.question(
    "q4-encoder",
    points=0.25,
    requires=("norm-at-the-end", "padding", "options", "calls"),
    hint="with norm_first one more norm at the end; each layer gets the mask, and all that __init__ is given",
)
def test_options_and_padding(student, draws, fairly):
    sizes, lengths, longest = some_sizes(draws), draws.lengths(3, 6), draws.between(7, 9)
    probe, seeds = probe_of(sizes), [draws.seed() for _ in range(6)]
    build, (x, mask) = (
        partial(encoder, student, sizes),
        some_texts(sizes["dim"], (3, 3), seeds[0]),
    )

    def look():
        grows_by_layers(lambda layers: build(layers, True), hint=ONE_NORM)
        ends_with_norm(build, probe, sizes["dim"], seed=seeds[1])
        for norm_first in (False, True):
            made = build(2, norm_first)
            shapes(made, probe, lengths=lengths, seed=seeds[2], what=SHAPES)
            padded = {"lengths": lengths, "longest": longest, "under": 100.0, "times": 1}
            ignores_padding(made, probe, **padded, seed=seeds[3], hint=MASKED)
            answers_afresh(made, probe, seed=seeds[5])
            leaves_inputs_alone(made, probe, seed=seeds[3])
            same_in_training(build(2, norm_first), probe, seed=seeds[4])
            keeps_types(made, probe, seed=seeds[2], what=TYPES)
            normalises(build(2, norm_first), probe, seed=seeds[4])
            registers_everything(partial(build, 2, norm_first), probe, seed=seeds[5], times=1)
        fewer = lambda units: encoder(student, sizes | {"hidden_size": units}, 2)  # noqa: E731
        grows_by_units(fewer, sizes["dim"], layers=2)
        dropping, keeping = (build(2, dropout=share).train() for share in (0.5, 0.0))
        differ(dropping(x, mask)[0], dropping(x, mask)[0], what=DROPS)
        equal_to(bool((keeping(x, mask)[0] == keeping(x, mask)[0]).all()), True, what=KEEPS)

    given = {"norm_first": True, "dropout": 0.25}
    told = {name: sizes[name] for name in ("heads", "hidden_size")} | given
    fairly(lambda: hands_on(build(3, **given), told), EncoderLayer="EncoderLayerAsItIs")
    fairly(look, *PARTS)
