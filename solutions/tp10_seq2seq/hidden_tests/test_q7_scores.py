"""Hidden tests of exercise 7.1: dot, general and additive scores."""

import pytest
import torch

from amal_attention.checks import (
    ScoreProbe,
    agrees_with,
    answers_afresh,
    compares_each_pair,
    compares_query_and_keys,
    differentiates,
    gradient_reaches,
    is_bilinear,
    is_perceptron,
    keeps_types,
    leaves_inputs_alone,
    levels_off,
    reads_each_alone,
    registers_everything,
    same_in_training,
    shapes,
)

LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
)
NAMES = ("DotScore", "GeneralScore", "AdditiveScore")


def dot(state, query, keys):
    """The dot product of each query with each key."""
    return torch.einsum("bth,bsh->bts", query, keys)


def reshaped(state, query, keys):
    """The axes of the keys are exchanged by a reshape, which mixes their numbers."""
    return query @ keys.reshape(len(keys), keys.shape[2], -1)


def scaled(state, query, keys):
    """As the scaled score has it."""
    return dot(state, query, keys) / keys.shape[2] ** 0.5


def weighed(state, query, keys):
    """What comes after."""
    return dot(state, query, keys).softmax(dim=2)


def cosine(state, query, keys):
    """Without the lengths of the vectors."""
    return torch.cosine_similarity(query.unsqueeze(2), keys.unsqueeze(1), dim=3)


MISTAKES = {
    "transpose(1, 2) exchanges two axes; a reshape mixes the numbers": reshaped,
    "nothing is divided here: that is the scaled score": scaled,
    "these are weights: the softmax comes later, in attend": weighed,
    "the lengths of the vectors count: that is the cosine": cosine,
}


@pytest.mark.question(
    "q7-scores",
    points=0,
    alive=True,
    hint="a score compares a query with a key: it hangs on both",
)
def test_scores_hang_on_query_and_keys(student, draws):
    dim, missed = draws.between(5, 8), []
    for name in NAMES:
        try:
            compares_query_and_keys(getattr(student, name)(dim=dim), dim, seed=draws.seed())
        except Exception as error:
            missed.append(error)
    if len(missed) == len(NAMES):
        raise missed[0]


@pytest.mark.question(
    "q7-scores",
    points=0.25,
    essential=True,
    requires=("dot",),
    hint="DotScore: q · k for each query and each key",
)
def test_dot_score(student, draws):
    dim, seed = draws.between(9, 12), draws.seed()
    inputs = ScoreProbe(dim).inputs(draws.lengths(3), seed)
    agrees_with(student.DotScore(dim=dim), dot, inputs, mistakes=MISTAKES, times=1)


@pytest.mark.question(
    "q7-scores",
    points=0.25,
    essential=True,
    requires=("general",),
    hint="GeneralScore: q · W k with one free matrix W, which is learned",
)
def test_general_score(student, draws):
    dim = draws.between(5, 8)
    is_bilinear(student.GeneralScore(dim=dim), dim, seed=draws.seed())


@pytest.mark.question(
    "q7-scores",
    points=0.5,
    essential=True,
    requires=("additive",),
    hint="AdditiveScore: v · tanh(W₁ q + W₂ k), the sum inside the tanh and v outside",
)
def test_additive_score(student, draws):
    dim = draws.between(5, 8)
    is_perceptron(student.AdditiveScore(dim=dim), dim, seed=draws.seed())
    levels_off(student.AdditiveScore(dim=dim), ScoreProbe(dim), seed=draws.seed())


@pytest.mark.question(
    "q7-scores",
    points=0.25,
    requires=("shapes", "alone", "learned", "calls"),
    hint="(B, T, S), each line by itself, and all that is learned is registered",
)
def test_shapes_lines_and_what_learns(student, draws):
    for name in NAMES:
        dim, seed = draws.between(5, 8), draws.seed()
        probe, build = (
            ScoreProbe(dim),
            lambda name=name, dim=dim: getattr(student, name)(dim=dim),
        )
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
            hint="each line by itself: unsqueeze and broadcast, where repeat and view mix lines",
        )
        compares_each_pair(build(), dim, seed=seed)
        registers_everything(build, probe, seed=seed)
        if name != "DotScore":
            gradient_reaches(build(), probe, seed=seed)
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
