"""Hidden tests of exercise 6: an encoder that sums a text up, by a query or by a vector in front."""

from functools import partial

import pytest
import torch

from amal_attention.checks import (
    PoolingProbe,
    answers_afresh,
    carries_gradient,
    compares_by_text,
    depends_on_text,
    differ,
    drops_nothing,
    equal_to,
    exchanged,
    gradient_reaches,
    grows_by_layers,
    grows_by_units,
    hands_on,
    ignores_padding,
    keeps_one_vector,
    keeps_types,
    keeps_weights_of_words,
    leaves_inputs_alone,
    leaves_its_start,
    looks_from_one_vector,
    minds_every_place,
    normalises,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
    some_texts,
    sums_states,
    weights_carry_gradient,
)

PARTS = ("Encoder", "EncoderLayer", "LayerNorm", "MultiHeadAttention", "sinusoidal_positions")
READOUTS = ("query", "cls")
ON_STATES = (
    "attention falls on the states of the encoder, which know the other words, not on the words"
)
PADDED = "the encoder is handed the mask, and [CLS] stands in front of the words: nothing looks at what stands under the padding"
WITHOUT = "without positions the order of the words does not count: no place is special, and positions are added only if asked for"
WITH = (
    "positions are added to the words, one for each place of the text, before the first layer"
)
OF_ONE = "pooled of one word is its state, at the start of mean 0 and variance 1"
OF_FRONT = "pooled is the state of the vector in front, at the start of mean 0 and variance 1"
LAST = "the norm of the encoder is the last thing: positions are added before the first layer, and nothing behind it"
LEARNT = "the query and [CLS] learn: each is an nn.Parameter"
ADDED = "words and positions are as wide as the model, and added"
HEADS = (
    "heads is handed on to the encoder: one head makes something else of the same parameters"
)
NORMS = "norm_first is handed on: it is a norm more, with a scale and a shift"
DROPS = "dropout is handed on: in training the same texts give another vector"

PLACES = 10  # of the texts in which words are exchanged

EVEN = ((2, 4), (2, 5), (3, 4))  # heads, and how wide they are


def some_sizes(draws):
    """Sizes that all differ; no matrix of the encoder has an axis as long as the words are wide."""
    heads, width = EVEN[draws.between(0, 2)]
    model_dim = heads * width
    return {
        "dim": draws.sizes(1, 5, 7)[0],
        "model_dim": model_dim,
        "heads": heads,
        "hidden_size": model_dim + draws.between(1, 4),
    }


def pooling(student, sizes, **options):
    return student.EncoderPooling(**sizes, **options)


def order_counts(made, dim, seed):
    """Look whether two words that change places change what is pooled, in the same place of the same batch."""
    minds_every_place(
        made,
        PoolingProbe(dim),
        words_exchanged,
        PLACES,
        lengths=(PLACES,) * 2,
        seed=seed,
        what="the order of the words counts",
        hint=WITH,
    )


def words_exchanged(inputs, first, second):
    """The same texts with the words at two places exchanged."""
    words, counted = inputs
    return exchanged(words, first, second), counted


def places_tell_words_apart(made, dim, seed):
    """Look whether words that are mapped to 0 are told apart by their places: a place that is multiplied is lost."""
    x, mask = some_texts(dim, (2, 2), seed)
    made = made.eval()
    made(x, mask)  # a lazy layer has no parameters before
    scales = {
        name: (each == 1).all() or each.numel() == 1 for name, each in made.parameters().items()
    }
    made.load(
        {
            name: torch.ones_like(each) if scales[name] else torch.zeros_like(each)
            for name, each in made.parameters().items()
        }
    )
    first, second = (made(x[:, :words], mask[:, :words])[0] for words in (1, 2))
    differ(
        first,
        second,
        what="positions are added to the words: where all words are 0, the places are left",
        sent="a word, then two; all parameters 0, but for those that scale",
        hint=WITH,
    )


def heads_count(student, sizes, x, mask):
    """Whether one head makes something else of the same parameters, or has others."""
    several, one = (
        pooling(student, sizes | {"heads": heads}).eval() for heads in (sizes["heads"], 1)
    )
    values = several.state()
    if {name: each.shape for name, each in one.state().items()} != {
        name: each.shape for name, each in values.items()
    }:
        return True
    return not torch.allclose(one.load(values)(x, mask)[0], several(x, mask)[0])


def fixed_vectors(made, model_dim):
    """The names of vectors of the model that do not learn."""
    learned = made.parameters()
    return [
        name
        for name, each in made.state().items()
        if name not in learned and each.numel() == model_dim
    ]


def width_of_words(made, dim):
    """How many numbers the matrix that reads the words makes of each."""
    wide = [
        each.numel()
        for each in made.parameters().values()
        if each.ndim > 1 and dim in each.shape
    ]
    return sum(wide) // dim


@pytest.mark.question(
    "q6-encoder-pooling",
    points=0,
    alive=True,
    hint="words are read by an encoder, and what it gives is summed up",
)
def test_words_are_read_together(student, draws, fairly, by_hand):
    by_hand("EncoderPooling")
    sizes, seeds = some_sizes(draws), [draws.seed() for _ in range(2)]
    x, mask = some_texts(sizes["dim"], (4, 4), seeds[0])

    def look():
        wider = lambda units: pooling(student, sizes | {"hidden_size": units})  # noqa: E731
        grows_by_units(wider, sizes["model_dim"])
        try:
            compares_by_text(pooling(student, sizes), sizes["dim"], seed=seeds[1])
        except Exception:
            front = pooling(student, sizes, readout="cls").eval()
            first, *more = (front(times * x, mask)[0] for times in (0.0, 1.0, 2.0))
            differ(
                more[0] - first,
                more[1] - more[0],
                what="what is pooled is no linear map of the words",
            )

    fairly(look, *PARTS)


@pytest.mark.question(
    "q6-encoder-pooling",
    points=0.75,
    essential=True,
    requires=("attends-on-states", "order"),
    hint="softmax(q · h) over the words, h the states; positions are added before the encoder, if asked for",
)
def test_a_query_reads_the_states(student, draws, fairly):
    sizes = some_sizes(draws)
    dim, model_dim, seeds = sizes["dim"], sizes["model_dim"], [draws.seed() for _ in range(6)]

    def look():
        order_counts(pooling(student, sizes), dim, seeds[0])
        places_tell_words_apart(pooling(student, sizes), dim, seeds[4])
        bare = pooling(student, sizes, positions=False)
        keeps_weights_of_words(bare, dim, seed=seeds[1], hint=WITHOUT)
        depends_on_text(bare, dim, seed=seeds[3], hint=ON_STATES)
        sums_states(bare, dim, model_dim, seed=seeds[2])
        normalises(
            pooling(student, sizes), PoolingProbe(dim), lengths=(1, 1), what=OF_ONE, hint=LAST
        )
        equal_to(width_of_words(bare, dim), model_dim, what=ADDED)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q6-encoder-pooling",
    points=0.25,
    essential=True,
    requires=("one-cls-vector-in-front", "order"),
    hint="cls: one nn.Parameter in front of every text, its place True in the mask; pooled is its state",
)
def test_one_vector_in_front(student, draws, fairly):
    sizes, seeds = some_sizes(draws), [draws.seed() for _ in range(5)]
    dim = sizes["dim"]

    def look():
        for positions in (True, False):
            front = pooling(student, sizes, readout="cls", positions=positions)
            keeps_one_vector(front, dim, seed=seeds[positions])
            if positions:
                order_counts(front, dim, seeds[3])
                fresh = pooling(student, sizes, readout="cls")
                normalises(fresh, PoolingProbe(dim), lengths=(3, 2), what=OF_FRONT, hint=LAST)
        keeps_weights_of_words(front, dim, seed=seeds[4], hint=WITHOUT)
        looks_from_one_vector(front, dim, seed=seeds[2])

    fairly(look, *PARTS)
    x, mask = some_texts(dim, (4, 4), seeds[4])
    fairly(
        lambda: is_looked_at(pooling(student, sizes, readout="cls"), x, mask),
        *PARTS[3:],
        Encoder="WordsAsTheyAre",
    )


def is_looked_at(front, x, mask):
    """Look whether the mask that the encoder is handed lets words and the vector in front see each other."""
    front.eval()(x, mask)
    handed = [each for name, each in front.state().items() if name.endswith(".handed")]
    for each in handed:  # none of torch's encoder
        equal_to(
            bool(each.all()),
            True,
            what="[CLS] and the words look at each other",
            sent="texts of four words, without padding",
            hint="[CLS] looks at all words, and all words look at it: its place in the mask is True",
        )


@pytest.mark.question(
    "q6-encoder-pooling",
    points=0.25,
    requires=("weights", "padding", "alone"),
    hint="weights sum to 1 over the words; neither padding nor the other reviews change the answer",
)
def test_weights_and_padding(student, draws, fairly):
    sizes, lengths, longest = some_sizes(draws), draws.lengths(3, 6), draws.between(7, 12)
    dim, model_dim, seeds = sizes["dim"], sizes["model_dim"], [draws.seed() for _ in range(4)]

    def look():
        for readout in READOUTS:
            made = pooling(student, sizes, readout=readout)
            shapes(made, dim, model_dim, lengths=lengths, seed=seeds[0])
            simplex(made, dim, lengths=[*lengths, longest], seed=seeds[1], times=1)
            padded = {"lengths": lengths, "longest": longest, "under": 100.0, "times": 1}
            deep = pooling(student, sizes, readout=readout, num_layers=2)
            ignores_padding(deep, dim, **padded, seed=seeds[2], hint=PADDED)
            reads_each_alone(made, dim, seed=seeds[3], times=1)

    fairly(look, *PARTS)


@pytest.mark.question(
    "q6-encoder-pooling",
    points=0.25,
    requires=("learned", "options", "calls"),
    hint="all that __init__ makes serves, is registered and learns; num_layers, norm_first and dropout are handed on",
)
def test_what_it_learns(student, draws, fairly):
    sizes, lengths = some_sizes(draws), draws.lengths(3, 6)
    dim, model_dim, seeds = sizes["dim"], sizes["model_dim"], [draws.seed() for _ in range(9)]
    x, mask = some_texts(dim, (3, 3), seeds[0])

    def look():
        for readout in READOUTS:
            build = partial(pooling, student, sizes, readout=readout)
            registers_everything(build, dim, lengths=lengths, seed=seeds[1], times=1)
            gradient_reaches(build(), dim, lengths=lengths, seed=seeds[2])
            carries_gradient(build(), dim, lengths=lengths, seed=seeds[3], times=1)
            leaves_its_start(build(), dim, seed=seeds[4], steps=3)
            answers_afresh(build(), dim, seed=seeds[5])
            leaves_inputs_alone(build(), dim, seed=seeds[6])
            same_in_training(build(), dim, seed=seeds[7])
            drops_nothing(build(), PoolingProbe(dim), seed=seeds[7])
            keeps_types(build(), dim, seed=seeds[8])
            equal_to(fixed_vectors(build(), model_dim), [], what=LEARNT)
            hands_on_by_counting(student, sizes, readout, (x, mask))
        weights_carry_gradient(pooling(student, sizes), dim, seed=seeds[0])
        count = lambda made: sum(each.numel() for each in made.parameters().values())  # noqa: E731
        post, pre = (
            count(pooling(student, sizes, norm_first=first)) for first in (False, True)
        )
        equal_to(pre - post, 2 * model_dim, what=NORMS)
        equal_to(heads_count(student, sizes, x, mask), True, what=HEADS)

    fairly(
        lambda: hands_on_all(student, sizes),
        *PARTS[3:],
        Encoder="WordsAsTheyAre",
    )
    fairly(look, *PARTS)


def hands_on_by_counting(student, sizes, readout, inputs):
    """Look whether options are handed on by what they change, whatever the encoder is: it may be torch's."""
    build = partial(pooling, student, readout=readout)
    grows_by_units(lambda units: build(sizes | {"hidden_size": units}), sizes["model_dim"])
    grows_by_layers(lambda layers: build(sizes, num_layers=layers))
    dropping = build(sizes, dropout=0.5).train()
    differ(dropping(*inputs)[0], dropping(*inputs)[0], what=DROPS)


def hands_on_all(student, sizes):
    """Look whether each option is handed on to the encoder, whatever the others are."""
    for readout in READOUTS:
        for norm_first in (False, True):
            given = {"norm_first": norm_first, "dropout": 0.25}
            told = {name: sizes[name] for name in ("heads", "hidden_size")} | given
            hands_on(pooling(student, sizes, readout=readout, **given), told)
