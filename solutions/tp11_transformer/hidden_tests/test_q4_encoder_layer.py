"""Hidden tests of exercise 4.2: attention, then a network on each word alone, each added to what it reads."""

from contextlib import suppress
from functools import partial

import pytest
import torch

from amal_attention.checks import (
    AttentionProbe,
    adds_to_its_input,
    answers_afresh,
    bends,
    chains_its_parts,
    differ,
    differentiates,
    drops_in_training,
    drops_nothing,
    equal_to,
    gradient_reaches,
    grows_by_units,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    looks_by_its_norm,
    normalises,
    passes_through,
    permutes_with,
    reads_by_its_weights,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
    some_texts,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.checks.subjects.nests import leaves

PARTS = ("MultiHeadAttention", "LayerNorm")
TORCH = ("nn.TransformerEncoderLayer", "nn.TransformerEncoder", "nn.Transformer")
SHAPES = "states are (B, L, D) and weights (B, h, L, L), for any B and L"
MASKED = "the mask is handed on to the attention, mask.unsqueeze(1): True where one may look"
OWN_NORMS = "a norm for each of the two parts, with a scale and a shift of its own"

EVEN = ((2, 4), (2, 5), (3, 4))  # heads, and how wide they are


def some_sizes(draws):
    """Sizes that all differ, with a head as wide as no other of them."""
    heads, width = EVEN[draws.between(0, 2)]
    return {
        "dim": heads * width,
        "heads": heads,
        "hidden_size": heads * width + draws.between(1, 4),
    }


def probe_of(sizes):
    return AttentionProbe(sizes["dim"], heads=sizes["heads"])


def layer(student, sizes, **options):
    return student.EncoderLayer(**sizes, **options)


def states_of(reply):
    """The first tensor of a reply that can be states, wherever it stands."""
    return next(each for each in leaves(reply) if getattr(each, "ndim", 0) == 3)


@pytest.mark.question(
    "q4-encoder-layer",
    points=0,
    alive=True,
    hint="a word's state hangs on the other words, and is more than a linear map of its own",
)
def test_words_hear_of_each_other(student, draws, fairly, by_hand):
    by_hand(
        "EncoderLayer",
        *TORCH,
        hint="the layer is built of its parts, without torch's own layer",
    )
    sizes = some_sizes(draws)
    x, mask = some_texts(sizes["dim"], (5, 3), draws.seed())

    def look():
        made = layer(student, sizes).eval()
        other = 1 - x  # on padding too: the mask may be inverted
        other[:, 0] = x[:, 0]
        first, second = (states_of(made(each, mask))[:, 0] for each in (x, other))
        differ(first, second, what="another state of a word beside other words")
        one = torch.tensor([[True, False]]).expand(2, -1)
        lines = [states_of(made(times * x[:, :2], one))[:, 0] for times in (0.0, 1.0, 2.0)]
        differ(
            lines[1] - lines[0],
            lines[2] - lines[1],
            what="a word's state is no linear map of it",
        )

    fairly(look, *PARTS)


@pytest.mark.question(
    "q4-encoder-layer",
    points=1,
    essential=True,
    requires=("attends", "normalises", "adds-to-its-input", "network"),
    hint="LN(x + attention(x)), then LN(x + network(x)); with norm_first x + attention(LN(x)), then x + network(LN(x))",
)
def test_what_is_added_to_what(student, draws, fairly):
    sizes = some_sizes(draws)
    seeds = {expect: draws.seed() for expect in EXPECTATIONS}

    def look():
        for norm_first in (False, True):
            options = {"norm_first": norm_first}
            for expect in EXPECTATIONS:
                if expect is (normalises if norm_first else adds_to_its_input):
                    continue
                told = {} if expect in (normalises, adds_to_its_input) else options
                expect(
                    layer(student, sizes, **options),
                    probe_of(sizes),
                    seed=seeds[expect],
                    **told,
                )

    fairly(look, *PARTS)


EXPECTATIONS = (passes_through, normalises, adds_to_its_input, chains_its_parts, bends)


@pytest.mark.question(
    "q4-encoder-layer",
    points=0.25,
    requires=("attends", "adds-to-its-input", "padding", "alone"),
    hint="the mask goes to the attention, and the weights of its heads come back",
)
def test_weights_and_padding(student, draws, fairly):
    sizes = some_sizes(draws)
    probe, seeds = probe_of(sizes), [draws.seed() for _ in range(6)]
    lengths, longest = draws.lengths(3, 6), draws.between(7, 9)

    def look():
        for norm_first in (False, True):
            made = layer(student, sizes, norm_first=norm_first)
            shapes(made, probe, lengths=lengths, seed=seeds[0], what=SHAPES)
            simplex(made, probe, lengths=lengths, seed=seeds[1], times=1, hint=MASKED)
            reads_each_alone(made, probe, seed=seeds[3], times=1)
            padded = {"lengths": lengths, "longest": longest, "under": 100.0, "times": 1}
            ignores_padding(made, probe, **padded, seed=seeds[2], hint=MASKED)
            permutes_with(made, probe, seed=seeds[4], times=1)
        if order_of(student, sizes, norm_first=True):
            made = layer(student, sizes, norm_first=True)
            reads_by_its_weights(made, probe, seed=seeds[5])
            looks_by_its_norm(made, probe, seed=seeds[5])

    fairly(look, *PARTS)


def order_of(student, sizes, norm_first):
    """Whether norms come first in a layer that is built so; the other order is seen where it has cost already."""
    for order in (norm_first, not norm_first):
        made = layer(student, sizes, norm_first=norm_first)
        with suppress(ExpectationMissed):
            passes_through(made, probe_of(sizes), norm_first=order)
            return order
    return norm_first


@pytest.mark.question(
    "q4-encoder-layer",
    points=0.25,
    requires=("network", "dropout", "learned", "calls"),
    hint="dropout on what each part adds, in training alone; each norm and each part has parameters of its own",
)
def test_dropout_and_what_it_learns(student, draws, fairly):
    sizes = some_sizes(draws)
    share = (0.3, 0.7)[draws.between(0, 1)]  # neither 0.1 nor 0.5, which are usual
    probe, seeds = probe_of(sizes), [draws.seed() for _ in range(7)]
    dim, lengths = sizes["dim"], draws.lengths(3, 6)

    def look():
        for norm_first in (False, True):
            build = partial(layer, student, sizes, norm_first=norm_first)
            registers_everything(build, probe, lengths=lengths, seed=seeds[1], times=1)
            gradient_reaches(build(), probe, lengths=lengths, seed=seeds[2])
            answers_afresh(build(), probe, seed=seeds[3])
            leaves_inputs_alone(build(), probe, seed=seeds[4])
            same_in_training(build(), probe, seed=seeds[5])
            drops_nothing(build(), probe, seed=seeds[5])
            inputs = some_texts(dim, (3, 3), seeds[2])
            differentiates(build(), inputs, names=("x",), parts=(0,), seed=seeds[2])
            keeps_types(build(), probe, seed=seeds[6], what="states and weights are of float32")
            scales = [each for each in build().parameters().values() if (each == 1).all()]
            equal_to(sum(map(torch.numel, scales)), 2 * dim, what=OWN_NORMS)
            order = order_of(student, sizes, norm_first)
            drops_in_training(
                build(dropout=share), probe, share, norm_first=order, seed=seeds[0]
            )
        grows_by_units(lambda units: layer(student, sizes | {"hidden_size": units}), dim)

    fairly(look, *PARTS)
    fairly(
        lambda: has_both_biases(layer(student, sizes), **sizes), MultiHeadAttention="TorchHeads"
    )


def has_both_biases(made, dim, heads, hidden_size):
    """Beside matrices: two norms, the biases of the network, and those of torch's attention, which may have none."""
    inputs = some_texts(dim, (2, 2))
    made.materialise(*inputs)
    beside = sum(each.numel() for each in made.parameters().values())
    beside -= 4 * dim * dim + 2 * dim * hidden_size
    equal_to(
        beside - hidden_size - dim in (4 * dim, 8 * dim),
        True,
        what="the network has two biases, of hidden_size numbers and of D",
        hint="two linear layers with biases: nn.Linear(dim, hidden_size), and nn.Linear(hidden_size, dim)",
    )
