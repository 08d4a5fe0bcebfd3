"""Hidden tests of exercise 3: a query that is a function of the mean alone, and a value of each word.

Where an answer uses the student's own ``MeanPooling`` and that one is wrong, exercise 1.1 has the marks for it: this
exercise is looked at with a pooling of ours in its place.
"""

import pytest
import torch

from amal_attention.checks import (
    answers_afresh,
    carries_gradient,
    compares_by_text,
    depends_on_first_word_alone,
    depends_on_mean_alone,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    keeps_weights_of_words,
    learns_to_find,
    learns_values,
    learns_weights,
    leaves_inputs_alone,
    leaves_its_start,
    leaves_parameters_alone,
    log_weights_affine,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
    simplex,
    some_texts,
    sums_by_weights,
    survives_large_scores,
    weights_carry_gradient,
)
from amal_attention.checks.values import same


def some_sizes(draws):
    """The width of the words and that of the values."""
    dim, value_dim = draws.sizes(2, 9, 13)
    return {"dim": dim, "value_dim": value_dim + 5}


def with_any_mean(student, dim, look, with_first_word=None):
    """Look at the answer; where it is missed and ``MeanPooling`` is wrong, look with the first word in its place."""
    try:
        look()
    except Exception:
        if mean_is_right(student, dim):
            raise
        with student.standing_in(MeanPooling="FirstWord"):
            (with_first_word or look)()


def mean_is_right(student, dim):
    """Whether the student's own ``MeanPooling`` gives the mean of the words, its gradient, and changes nothing."""
    try:
        mean = student.MeanPooling(dim=dim)
        for lengths in ((6, 3, 1), (3,), (1,), (600, 2)):
            x, mask = some_texts(dim, lengths, seed=3)
            shares = mask.unsqueeze(2) / mask.sum(dim=1).reshape(-1, 1, 1)
            (pooled, _), expected = mean(x, mask), (x * shares).sum(dim=1)
            _, (gradient, _) = mean.gradients((x, mask))
            right = pooled.dtype == x.dtype and same(pooled, expected)
            alone = all(map(torch.equal, mean.inputs_after(x, mask), (x, mask)))
            if not (right and alone and same(gradient, shares.expand_as(x))):
                return False
        for look in (answers_afresh, leaves_inputs_alone, same_in_training, simplex):
            look(mean, dim)
    except Exception:
        return False
    return True


@pytest.mark.question(
    "q3-text-query",
    points=0,
    alive=True,
    hint="the query is the same for all texts: compute it from the mean",
)
def test_query_from_the_text(student, draws):
    sizes, seed = some_sizes(draws), draws.seed()
    hint = "the query is the same for all texts, as in question 2"
    with_any_mean(
        student,
        sizes["dim"],
        lambda: compares_by_text(
            student.TextQueryPooling(**sizes), sizes["dim"], seed=seed, hint=hint
        ),
    )


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    requires=("shapes", "weights", "large"),
    hint="weights of a softmax over the words; pooled has value_dim numbers",
)
def test_weights(student, draws):
    sizes, some, others, seed = (
        some_sizes(draws),
        draws.lengths(3),
        [*draws.lengths(4), draws.between(12, 40)],
        draws.seed(),
    )
    dim, value_dim = sizes.values()

    def look():
        pooling = student.TextQueryPooling(**sizes)
        shapes(pooling, dim, value_dim, lengths=some, seed=seed)
        simplex(pooling, dim, lengths=others, seed=seed)
        survives_large_scores(pooling, dim, seed=seed)

    with_any_mean(student, sizes["dim"], look)


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    requires=("padding",),
    hint="is the query's mean taken over the words alone?",
)
def test_padding(student, draws):
    sizes, seed = some_sizes(draws), draws.seed()
    lengths, longest = draws.lengths(3), draws.between(10, 60)
    options = {
        "hint": "is the query's mean taken over the words alone?",
        "under": 10.0,
        "seed": seed,
    }

    def look():
        pooling = student.TextQueryPooling(**sizes)
        ignores_padding(pooling, sizes["dim"], lengths=lengths, longest=longest, **options)

    with_any_mean(student, sizes["dim"], look)


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    requires=("alone", "calls"),
    hint="the mean, the softmax and the sum go over the words, dim=1; keep nothing, change nothing in place",
)
def test_other_reviews_and_other_calls(student, draws):
    sizes, (count, length), seed = some_sizes(draws), draws.sizes(2, 3, 7), draws.seed()
    dim = sizes["dim"]

    def look():
        pooling = student.TextQueryPooling(**sizes)
        answers_afresh(pooling, dim, seed=seed)
        leaves_inputs_alone(pooling, dim, seed=seed)
        leaves_parameters_alone(pooling, dim, seed=seed)
        keeps_types(pooling, dim, seed=seed)
        same_in_training(pooling, dim, seed=seed)
        reads_each_alone(pooling, dim, lengths=[length] * count, seed=seed)

    with_any_mean(student, sizes["dim"], look)


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    essential=True,
    requires=("value",),
    hint="sum the values v(x) of the words, by the weights you return; v is learned",
)
def test_values(student, draws):
    sizes, (count, length), seed = some_sizes(draws), draws.sizes(2, 2, 7), draws.seed()
    hint = "sum the values v(x) of the words, by the weights you return"

    def look():
        pooling = student.TextQueryPooling(**sizes)
        sums_by_weights(pooling, sizes["dim"], lengths=[length] * count, seed=seed, hint=hint)
        learns_values(pooling, sizes["dim"], seed=seed)

    with_any_mean(student, sizes["dim"], look)


@pytest.mark.question(
    "q3-text-query",
    points=0.5,
    essential=True,
    requires=("query",),
    hint="the query is a function of the mean of the words, and of nothing else",
)
def test_query_from_the_mean_alone(student, draws):
    sizes, some, long, seed = (
        some_sizes(draws),
        draws.lengths(3),
        [draws.between(520, 600)],
        draws.seed(),
    )
    dim = sizes["dim"]
    hint = "the query is a function of the mean: the place of a word does not count"

    def look():
        pooling = student.TextQueryPooling(**sizes)
        depends_on_mean_alone(pooling, dim, seed=seed)
        for lengths in (some, long):
            keeps_weights_of_words(pooling, dim, lengths=lengths, seed=seed, hint=hint)

    def with_first_word():
        depends_on_first_word_alone(student.TextQueryPooling(**sizes), dim, seed=seed)

    with_any_mean(student, sizes["dim"], look, with_first_word)


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    essential=True,
    requires=("law",),
    hint="log-weights are a constant plus q · x: nothing bends the scores",
)
def test_law(student, draws):
    sizes, seed = some_sizes(draws), draws.seed()
    with_any_mean(
        student,
        sizes["dim"],
        lambda: log_weights_affine(student.TextQueryPooling(**sizes), sizes["dim"], seed=seed),
    )


@pytest.mark.question(
    "q3-text-query",
    points=0.25,
    essential=True,
    requires=("learned", "gradient"),
    hint="every layer is registered, and a gradient reaches each parameter",
)
def test_what_learns(student, draws):
    sizes, lengths, seed = some_sizes(draws), draws.lengths(3), draws.seed()
    dim = sizes["dim"]

    def look():
        pooling = student.TextQueryPooling(**sizes)
        registers_everything(
            lambda: student.TextQueryPooling(**sizes), dim, lengths=lengths, seed=seed
        )
        gradient_reaches(pooling, dim, lengths=lengths, seed=seed)
        learns_weights(pooling, dim, seed=seed)
        weights_carry_gradient(pooling, dim, seed=seed)
        carries_gradient(pooling, dim, lengths=[2, 3] * 4, times=3, tolerance=0.02, seed=seed)
        leaves_its_start(student.TextQueryPooling(**sizes), dim, seed=seed)
        # A query without a bias decides 82 to 91 % after as many steps, a mean 67 % at most.
        learns_to_find(student.TextQueryPooling(**sizes), dim, share=0.75, seed=seed)

    def with_first_word():
        pooling = student.TextQueryPooling(**sizes)
        registers_everything(
            lambda: student.TextQueryPooling(**sizes), dim, lengths=lengths, seed=seed
        )
        gradient_reaches(pooling, dim, lengths=lengths, seed=seed)

    with_any_mean(student, sizes["dim"], look, with_first_word)
