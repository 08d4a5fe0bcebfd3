"""Hidden tests of exercise 7.3: what a place knows of its text, and what the logits are; any layers will do."""

import pytest
import torch

from amal_attention.checks import (
    LanguageProbe,
    answers_afresh,
    begins_alike,
    draws_while_training,
    drops_nothing,
    equal_to,
    exchanged,
    gradient_reaches,
    grows_by_layers,
    grows_by_units,
    hands_on,
    hears_other_places,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    leaves_parameters_alone,
    looks_past_gaps,
    minds_every_place,
    reaches_far_back,
    reads_each_alone,
    registers_everything,
    same_in_training,
    sees_its_past,
    sees_no_future,
    writes_logits,
)

CAUSAL = (
    "a place sees itself and all that comes before, and nothing else: the causal mask, and nothing "
    "over all places"
)
PARTS = (
    "causal_mask",
    "sinusoidal_positions",
    "Encoder",
    "EncoderLayer",
    "LayerNorm",
    "MultiHeadAttention",
)


PLACES = 10  # of the texts in which tokens are exchanged


def some_model(student, draws):
    """Builds a model of sizes that differ, and its kind."""
    heads, num_tokens = draws.between(2, 3), draws.between(7, 11)
    dim, hidden_size = 4 * heads, draws.between(13, 17)

    def build(**options):
        sizes = {"dim": dim, "heads": heads, "hidden_size": hidden_size}
        return student.LanguageModel(num_tokens, **(sizes | options))

    return build, LanguageProbe(num_tokens)


@pytest.mark.question(
    "q7-language-model",
    points=0,
    alive=True,
    hint="the logits at a place hang on the tokens of other places too",
)
def test_places_hear_of_each_other(student, draws, fairly):
    build, probe = some_model(student, draws)
    seed = draws.seed()
    fairly(lambda: hears_other_places(build(), probe, seed=seed), *PARTS)


def tokens_exchanged(inputs, first, second):
    """The same texts with the tokens at two places exchanged."""
    texts, counted = inputs
    return exchanged(texts, first, second), counted


def tells_tokens_apart(model, num_tokens, seed):
    """Look whether each text of one token has logits of its own, whatever its number."""
    tokens = torch.arange(num_tokens).unsqueeze(1)
    logits = model.eval().randomise(seed)(tokens, torch.ones_like(tokens, dtype=torch.bool))
    apart = torch.pdist(logits.flatten(1))
    equal_to(
        bool((apart > 1e-4).all()),
        True,
        what="each token has logits of its own behind it",
        sent=f"texts of one token, 0 to {num_tokens - 1}",
        hint="each token is a word, 0 and 1 too: the embedding reads tokens as they are",
    )


@pytest.mark.question(
    "q7-language-model",
    points=0.5,
    essential=True,
    requires=("no-future-but-its-past", "attention"),
    hint="embeddings, positions, layers that see through the causal mask and that of the text, a linear map",
)
def test_each_place_sees_its_past_and_no_future(student, draws, fairly, by_hand):
    by_hand("LanguageModel")
    build, probe = some_model(student, draws)
    lengths, seed = draws.lengths(3, 5), draws.seed()

    def look():
        model = build(num_layers=2)
        sees_no_future(model, probe, lengths=lengths, seed=seed, times=1, hint=CAUSAL)
        begins_alike(model, probe, lengths=(5, 4), seed=seed)
        sees_its_past(model, probe, lengths=lengths, seed=seed, hint=CAUSAL)
        reaches_far_back(model, probe, length=512, seed=seed)
        tells_tokens_apart(model, probe.num_tokens, seed)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q7-language-model",
    points=0.25,
    requires=("order", "padding", "alone"),
    hint="positions are added to the embeddings; padding is hidden by the mask of the text",
)
def test_order_padding_and_other_texts(student, draws, fairly):
    build, probe = some_model(student, draws)
    lengths, seed, longest = draws.lengths(3, 5), draws.seed(), draws.between(8, 9)

    def look():
        model = build()
        minds_every_place(
            model,
            probe,
            tokens_exchanged,
            PLACES - 1,
            lengths=(PLACES,) * 3,
            last=True,
            seed=seed,
            what="the order of what comes before counts",
        )
        reads_each_alone(model, probe, lengths=(3, 3), seed=seed, times=1)
        ignores_padding(model, probe, lengths=lengths, longest=longest, seed=seed, times=1)
        looks_past_gaps(model, probe, seed=seed)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q7-language-model",
    points=0.25,
    requires=("logits", "own-layers", "options", "dropout", "learned", "calls"),
    hint="layers of their own, all registered; logits without a softmax; nothing kept from call to call",
)
def test_logits_layers_and_calls(student, draws, fairly):
    build, probe = some_model(student, draws)
    seed = draws.seed()

    def look():
        model = build(num_layers=2)
        writes_logits(model, probe, seed=seed)
        registers_everything(build, probe, lengths=(4, 2), seed=seed, times=1)
        grows_by_layers(lambda number: build(num_layers=number))
        gradient_reaches(model, probe, lengths=(4, 2), seed=seed)
        leaves_parameters_alone(build(), probe, seed=seed)
        answers_afresh(model, probe, seed=seed, what="each call answers for itself")
        leaves_inputs_alone(model, probe, seed=seed)
        same_in_training(
            model, probe, seed=seed, hint="nothing hangs on self.training but dropout"
        )
        keeps_types(model, probe, seed=seed, what="logits are of float32")
        drops_nothing(build(), probe, seed=seed)
        draws_while_training(build(dropout=0.5), probe, seed=seed)
        grows_by_units(lambda units: build(dim=6, heads=2, hidden_size=units), 6)

    fairly(look, *PARTS)
    sizes = {"heads": 2, "hidden_size": 9, "dropout": 0.25}
    fairly(
        lambda: hands_on(build(dim=8, num_layers=2, **sizes), sizes),
        "causal_mask",
        "sinusoidal_positions",
        Encoder="WordsAsTheyAre",
        EncoderLayer="EncoderLayerAsItIs",
    )
