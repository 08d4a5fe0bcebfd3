"""Hidden tests of exercise 7.2: scaled, cosine and location scores."""

import pytest
import torch

from amal_attention.checks import (
    ScoreProbe,
    agrees_with,
    answers_afresh,
    compares_query_and_keys,
    differentiates,
    equal_to,
    gradient_reaches,
    keeps_types,
    leaves_inputs_alone,
    reads_each_alone,
    registers_everything,
    same_in_training,
    scores_places,
    shapes,
)

PLACES = "W q, the first S of its numbers, whatever the keys are"
LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
)
NAMES = ("ScaledDotScore", "CosineScore", "LocationScore")


def dot(query, keys):
    """The dot product of each query with each key."""
    return torch.einsum("bth,bsh->bts", query, keys)


def scaled(state, query, keys):
    """By the root of the width."""
    return dot(query, keys) / keys.shape[2] ** 0.5


SCALED_OTHERWISE = {
    "divide by the root of the width of the keys, not by the width": lambda state, query, keys: (
        dot(query, keys) / keys.shape[2]
    ),
    "the root of the width of the keys, not of how many there are": lambda state, query, keys: (
        dot(query, keys) / keys.shape[1] ** 0.5
    ),
    "the root of the width of the keys, not of how many queries there are": lambda state, query, keys: (
        dot(query, keys) / query.shape[1] ** 0.5
    ),
    "the dot product as it is: divide it by the root of the width of the keys": lambda state, query, keys: (
        dot(query, keys)
    ),
    "divide where you multiply": lambda state, query, keys: (
        dot(query, keys) * keys.shape[2] ** 0.5
    ),
}


def unit(vectors, dim=2):
    """Each divided by its length; zeros stay zeros."""
    return vectors / vectors.norm(dim=dim, keepdim=True).clamp(min=1e-20)


def cosine(state, query, keys):
    """Of the angle between each query and each key."""
    return dot(unit(query), unit(keys))


COSINE_OTHERWISE = {
    "the query is divided by its length too": lambda state, query, keys: dot(query, unit(keys)),
    "the keys are divided by their lengths too": lambda state, query, keys: dot(
        unit(query), keys
    ),
    "the length of a vector is taken over its numbers, dim=2, not over the places": lambda state, query, keys: (
        dot(unit(query, 1), unit(keys, 1))
    ),
    "the dot product as it is: divide it by both lengths": lambda state, query, keys: dot(
        query, keys
    ),
}


@pytest.mark.question(
    "q7-more-scores",
    points=0,
    alive=True,
    hint="a score hangs on the query, and mostly on the keys",
)
def test_some_score_is_attempted(student, draws):
    dim, seed = draws.between(5, 8), draws.seed()
    looks = (
        lambda: compares_query_and_keys(student.ScaledDotScore(dim=dim), dim, seed=seed),
        lambda: compares_query_and_keys(student.CosineScore(dim=dim), dim, seed=seed),
        lambda: scores_places(
            student.LocationScore(dim=dim, longest=dim + 2), dim, dim + 2, seed=seed
        ),
    )
    missed = []
    for look in looks:
        try:
            look()
        except Exception as error:
            missed.append(error)
    if len(missed) == len(looks):
        raise missed[0]


@pytest.mark.question(
    "q7-more-scores",
    points=0.25,
    essential=True,
    requires=("scaled", "cosine"),
    hint="q · k over the root of the width; q · k over both lengths, 0 where one is 0",
)
def test_scaled_and_cosine(student, draws):
    dim, seed = draws.between(9, 12), draws.seed()
    longest = 3 * draws.between(1, 2) + draws.between(1, 2)  # 2 or 3 queries
    query, keys = ScoreProbe(dim).inputs((longest, 2, 1), seed)
    agrees_with(
        student.ScaledDotScore(dim=dim),
        scaled,
        (query, keys),
        mistakes=SCALED_OTHERWISE,
        times=1,
        hint="q · k over the root of the width",
    )
    score = student.CosineScore(dim=dim)
    agrees_with(
        score,
        cosine,
        (query / 200, keys / 50),
        mistakes=COSINE_OTHERWISE,
        times=1,
        hint="q · k over both lengths, which a tiny eps keeps from 0",
    )
    query[0, 0], keys[1, 0] = 0, 0
    agrees_with(
        score,
        cosine,
        (query, keys),
        times=1,
        what="the cosine is 0 where a vector is zeros",
        hint="a length of 0 divides nothing: F.normalize, or a tiny eps",
    )
    _, gradients = score.gradients((query, keys))
    equal_to(
        all(each is not None and bool(each.isfinite().all()) for each in gradients),
        True,
        what="the gradient of the cosine is finite where a vector is zeros",
        hint="0 / 0 is nan in the gradient, even where the result is mended afterwards: bound the length before you divide",
    )


@pytest.mark.question(
    "q7-more-scores",
    points=0.25,
    essential=True,
    requires=("location", "shapes", "alone", "learned", "calls"),
    hint="LocationScore: W q, the first S of its numbers, whatever the keys are",
)
def test_location_and_what_all_have_in_common(student, draws):
    dim = draws.between(5, 8)
    longest = dim + draws.between(1, 3)
    scores_places(
        student.LocationScore(dim=dim, longest=longest),
        dim,
        longest,
        seed=draws.seed(),
        hint=PLACES,
    )
    shapes(
        student.LocationScore(dim=dim, longest=70),
        ScoreProbe(dim),
        lengths=(70, 66),
        seed=draws.seed(),
        what="a source of 70 places, with longest=70",
        hint="W has longest rows, however many that are",
    )
    for name in NAMES:
        probe, seed = ScoreProbe(dim), draws.seed()
        build = lambda name=name: getattr(student, name)(dim=dim)  # noqa: E731
        shapes(
            build(),
            probe,
            lengths=draws.lengths(3),
            seed=seed,
            what="scores are (B, T, S), for any B, T and S",
            hint="a row for each query, a column for each key",
        )
        reads_each_alone(
            build(),
            probe,
            seed=seed,
            hint="each line by itself: nothing is taken over the batch",
        )
        registers_everything(build, probe, seed=seed)
        if name == "LocationScore":
            gradient_reaches(build(), probe, lengths=(64,), seed=seed)
        differentiates(build(), probe.inputs(draws.lengths(3), seed), seed=seed)
        answers_each_call(build(), probe, draws)


def answers_each_call(module, probe, draws):
    """Look at what a call keeps and changes, at the type of its answer, and at the same call in training."""
    answers_afresh(module, probe, seed=draws.seed(), what=LINES_AFRESH)
    leaves_inputs_alone(module, probe, seed=draws.seed())
    same_in_training(module, probe, seed=draws.seed(), hint=LINE_IN_TRAINING)
    keeps_types(
        module,
        probe,
        seed=draws.seed(),
        what="scores are of float32",
    )
