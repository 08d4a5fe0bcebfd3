"""Hidden tests of exercise 8.2: what the logits hang on, on both sides; any layers will do."""

import pytest
import torch

from amal_attention.checks import (
    TranslatorProbe,
    answers_afresh,
    begins_alike,
    differ,
    draws_while_training,
    drops_nothing,
    equal_to,
    exchanged,
    gradient_reaches,
    grows_by_layers,
    grows_by_units,
    hands_on,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    leaves_parameters_alone,
    minds_every_place,
    reaches_far_back,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    writes_logits,
)
from amal_attention.tasks.translation import END

CAUSAL = (
    "a place sees itself and all that is written before, and nothing else: the causal mask, and nothing "
    "over all places"
)
PARTS = (
    "DecoderLayer",
    "causal_mask",
    "sinusoidal_positions",
    "Encoder",
    "EncoderLayer",
    "LayerNorm",
    "MultiHeadAttention",
)


PLACES = 9  # of the lines in which tokens are exchanged


def some_model(student, draws):
    """Builds a model of sizes that differ, and its kind."""
    heads, num_tokens = draws.between(2, 3), draws.between(8, 11)
    dim, hidden_size = 4 * heads, draws.between(13, 17)

    def build(**options):
        sizes = {"dim": dim, "heads": heads, "hidden_size": hidden_size}
        return student.Transformer(num_tokens, **(sizes | options))

    return build, TranslatorProbe(num_tokens)


def sources_exchanged(inputs, first, second):
    """The same with the tokens at two places of each source exchanged."""
    read, *given = inputs
    return exchanged(read, first, second), *given


def teachers_exchanged(inputs, first, second):
    """The same with the tokens at two places of each teacher exchanged, behind START."""
    *read, written = inputs
    return *read, exchanged(written, first + 1, second + 1)


def tells_tokens_apart(model, num_tokens, seed):
    """Look whether each token of an alphabet is told from each other one, in the source and in the teacher."""
    tokens = torch.arange(END + 1, num_tokens).unsqueeze(1)
    others = torch.full_like(tokens, END + 1)
    seen = torch.ones_like(tokens, dtype=torch.bool)
    model.eval().randomise(seed)
    for side, inputs in (
        ("source", (tokens, seen, others)),
        ("teacher", (others, seen, tokens)),
    ):
        logits = model(*inputs)
        equal_to(
            bool((torch.pdist(logits.flatten(1)) > 1e-5).all()),
            True,
            what=f"each token of the {side} gives logits of its own",
            sent=f"lines of one token, {END + 1} to {num_tokens - 1}",
            hint="each token is read as it is: the embedding has a vector for each number",
        )


@pytest.mark.question(
    "q8-transformer",
    points=0,
    alive=True,
    hint="the logits hang on the source and on the teacher",
)
def test_logits_hang_on_source_and_teacher(student, draws, fairly):
    build, probe = some_model(student, draws)
    seed = draws.seed()
    source, mask, teacher = probe.inputs((4, 4, 4), seed)
    others = (source.flip(0), mask, teacher), (source, mask, teacher.flip(0))

    def look():
        model = build().eval().randomise(seed)
        first, *changed = model.each([(source, mask, teacher), *others])
        for name, other in zip(("source", "teacher"), changed, strict=True):
            sent = f"lines, then the same with another {name}"
            differ(first, other, what="the logits hang on source and teacher", sent=sent)

    fairly(look, *PARTS)


def reads_all_of_a_long_source(model, probe, seed):
    """Look whether the last token of a long source counts."""
    source, mask, teacher = probe.inputs((80, 80), seed)
    other = source.clone()
    other[:, -1] = END + 1 + (source[:, -1] - END) % (probe.num_tokens - END - 1)
    model.eval().randomise(seed)
    first, second = model.each([(each, mask, teacher) for each in (source, other)])
    equal_to(
        bool((first != second).any()),
        True,
        what="the last token of a long source counts",
        sent="sources of 80 tokens, then the same with another last one",
        hint="all of the source is read: no window, and no table of positions that ends",
    )


def looks_at_every_state(model, probe, seed):
    """With an encoder that mixes nothing, each token of the source is seen at its own place of the memory alone."""
    source, mask, teacher = probe.inputs((4, 4), seed)
    turned = [source.clone() for _ in range(source.shape[1])]
    for place, other in enumerate(turned):
        other[:, place] = 3 + (source[:, place] - 2) % (probe.num_tokens - 3)
    answers = model.each([(each, mask, teacher) for each in (source, *turned)])
    first, *changed = list(answers)
    for answer in changed:
        differ(
            first,
            answer,
            what="the decoder looks at every state of the encoder",
            sent="lines, then the same with another token at one place; an encoder that mixes no places",
            hint="the memory is handed on whole to each decoder layer, and not one of its states",
        )


@pytest.mark.question(
    "q8-transformer",
    points=0.25,
    essential=True,
    requires=("causal-and-reads-the-source", "order", "attention"),
    hint="encode the source, decode the teacher with it; positions are added on both sides",
)
def test_it_reads_the_source_and_what_is_written_so_far(student, draws, fairly, by_hand):
    by_hand("Transformer")
    build, probe = some_model(student, draws)
    lengths, seed = draws.lengths(3, 5), draws.seed()

    def look():
        model = build()
        sees_no_future(model, probe, lengths=lengths, seed=seed, times=1, hint=CAUSAL)
        begins_alike(model, probe, lengths=(3, 4), seed=seed)
        sees_its_past(model, probe, lengths=lengths, seed=seed, hint=CAUSAL)
        for what, exchange in (
            ("the order of the source counts", sources_exchanged),
            ("the order of what is written counts", teachers_exchanged),
        ):
            minds_every_place(
                model,
                TranslatorProbe(probe.num_tokens, steps=PLACES + 1),
                exchange,
                PLACES,
                lengths=(PLACES,) * 3,
                last=True,
                seed=seed,
                what=what,
            )
        long = TranslatorProbe(probe.num_tokens, steps=100)
        reaches_far_back(model, long, length=5, seed=seed)
        reads_all_of_a_long_source(model, probe, seed)
        tells_tokens_apart(model, probe.num_tokens, seed)

    fairly(look, *PARTS)
    fairly(
        lambda: looks_at_every_state(build().eval().randomise(seed), probe, seed),
        *PARTS,
        Encoder="WordsAsTheyAre",
    )


def grows_on_both_sides(build):
    """A layer more is a layer of the encoder and one of the decoder: twelve maps D → D, and two networks."""
    fewer, more = (
        sum(
            each.numel()
            for each in build(dim=6, heads=2, hidden_size=9, num_layers=number)
            .parameters()
            .values()
        )
        for number in (1, 2)
    )
    equal_to(
        more - fewer >= 12 * 6 * 6 + 4 * 6 * 9,
        True,
        what="a layer more on each side",
        hint="num_layers layers in the encoder, and as many in the decoder, each with parameters of their own",
    )


@pytest.mark.question(
    "q8-transformer",
    points=0.25,
    requires=(
        "logits",
        "padding",
        "alone",
        "own-layers",
        "options",
        "dropout",
        "learned",
        "calls",
    ),
    hint="source_mask for the encoder and for each decoder layer; layers of their own; logits without a softmax",
)
def test_padding_logits_and_layers(student, draws, fairly):
    build, probe = some_model(student, draws)
    lengths, seed, longest = draws.lengths(3, 5), draws.seed(), draws.between(8, 9)

    def look():
        model = build(num_layers=2)
        reads_each_alone(model, probe, lengths=(3, 3), seed=seed, times=1)
        ignores_padding(model, probe, lengths=lengths, longest=longest, seed=seed, times=1)
        writes_logits(model, probe, seed=seed)
        registers_everything(build, probe, lengths=(4, 2), seed=seed, times=1)
        grows_by_layers(lambda number: build(num_layers=number))
        grows_on_both_sides(build)
        gradient_reaches(model, probe, lengths=(4, 2), seed=seed)
        answers_afresh(model, probe, seed=seed, what="each call answers for itself")
        leaves_inputs_alone(model, probe, seed=seed)
        same_in_training(
            model, probe, seed=seed, hint="nothing hangs on self.training but dropout"
        )
        keeps_types(model, probe, seed=seed, what="logits are of float32")
        drops_nothing(build(), probe, seed=seed)
        draws_while_training(build(dropout=0.5), probe, seed=seed)
        leaves_parameters_alone(build(), probe, seed=seed)
        grows_by_units(lambda units: build(dim=6, heads=2, hidden_size=units), 6, layers=2)

    fairly(look, *PARTS)
    for norm_first in (False, True):
        sizes = {"heads": 2, "hidden_size": 9, "dropout": 0.25, "norm_first": norm_first}
        fairly(
            lambda given=sizes: hands_on(build(dim=8, num_layers=2, **given), given),
            "sinusoidal_positions",
            "LayerNorm",
            Encoder="WordsAsTheyAre",
            DecoderLayer="DecoderLayerAsItIs",
        )
