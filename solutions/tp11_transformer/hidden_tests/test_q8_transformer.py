"""Hidden tests of exercise 8.2: what the logits hang on, on both sides; any layers will do."""

import pytest

from amal_attention.checks import (
    TranslatorProbe,
    answers_afresh,
    begins_alike,
    differ,
    draws_while_training,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    minds_the_order,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    writes_logits,
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


def some_model(student, draws, num_layers=1, **options):
    """Builds a model of sizes that differ, and its kind."""
    heads, num_tokens = draws.between(2, 3), draws.between(8, 11)
    dim, hidden_size = 4 * heads, draws.between(13, 17)

    def build():
        return student.Transformer(
            num_tokens, dim, heads, hidden_size, num_layers=num_layers, **options
        )

    return build, TranslatorProbe(num_tokens)


def sources_turned(source, mask, teacher):
    """The first two tokens of each source the other way round."""
    return source[:, [1, 0, *range(2, source.shape[1])]], mask, teacher


def teachers_turned(source, mask, teacher):
    """Two tokens of each teacher the other way round, behind START and before the last."""
    return source, mask, teacher[:, [0, 2, 1, *range(3, teacher.shape[1])]]


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


@pytest.mark.question(
    "q8-transformer",
    points=0.25,
    essential=True,
    requires=("causal-and-reads-the-source", "order"),
    hint="encode the source, decode the teacher with it; positions are added on both sides",
)
def test_it_reads_the_source_and_what_is_written_so_far(student, draws, fairly):
    build, probe = some_model(student, draws)
    lengths, seed = draws.lengths(3, 5), draws.seed()

    def look():
        model = build()
        sees_no_future(model, probe, lengths=lengths, seed=seed, times=1)
        begins_alike(model, probe, lengths=(3, 4), seed=seed)
        sees_its_past(model, probe, lengths=lengths, seed=seed)
        for what, turn in (
            ("the order of the source counts", sources_turned),
            ("the order of what is written counts", teachers_turned),
        ):
            minds_the_order(model, probe, turn, seed=seed, what=what)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q8-transformer",
    points=0.25,
    requires=("logits", "padding", "alone", "own-layers", "learned"),
    hint="source_mask for the encoder and for each decoder layer; layers of their own; logits without a softmax",
)
def test_padding_logits_and_layers(student, draws, fairly):
    build, probe = some_model(student, draws, num_layers=2, dropout=0.5)
    lengths, seed, longest = draws.lengths(3, 5), draws.seed(), draws.between(8, 9)

    def look():
        model = build()
        ignores_padding(model, probe, lengths=lengths, longest=longest, seed=seed, times=1)
        writes_logits(model, probe, seed=seed)
        reads_each_alone(model, probe, lengths=(3, 3), seed=seed, times=1)
        gradient_reaches(model, probe, lengths=(4, 2), seed=seed)
        registers_everything(build, probe, lengths=(4, 2), seed=seed, times=1)
        draws_while_training(model, probe, seed=seed)
        answers_afresh(model, probe, seed=seed, what="each call answers for itself")
        leaves_inputs_alone(model, probe, seed=seed)
        same_in_training(
            model, probe, seed=seed, hint="nothing hangs on self.training but dropout"
        )
        keeps_types(model, probe, seed=seed, what="logits are of float32")

    fairly(look, *PARTS)
