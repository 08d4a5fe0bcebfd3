"""Hidden tests of exercise 4.1: each vector with mean 0 and variance 1, then scaled and shifted."""

import pytest
import torch
from torch.nn import functional as F

from amal_attention.checks import (
    VectorProbe,
    answers_afresh,
    close_to,
    differ,
    differentiates,
    equal_to,
    gradient_reaches,
    keeps_rows_apart,
    keeps_types,
    leaves_inputs_alone,
    scales_and_shifts,
    shapes,
)

EPS = 1e-5
TORCH = ("nn.LayerNorm", "F.layer_norm", "torch.native_layer_norm")
AFRESH = "each call answers for itself: the same vectors in another order give the same, in that order"


def over(axis, *, correction=0, centred=True, power=0.5):
    """A mistake: mean and variance of another axis, another divisor, no centring, or no root."""

    def wrong(x):
        less = x.mean(dim=axis, keepdim=True) if centred else 0
        variance = x.var(dim=axis, correction=correction, keepdim=True) if centred else 0
        spread = variance if centred else x.square().mean(dim=axis, keepdim=True)
        return (x - less) / (spread + EPS) ** power

    return wrong


MISTAKES = {
    "σ² is divided by D, not by D − 1: unbiased=False": over(-1, correction=1),
    "the mean is taken away first: x − μ": over(-1, centred=False),
    "divided by √(σ² + ε), the root, and not by the variance": over(-1, power=1),
    "mean and variance are those of each vector by itself, dim=-1: no other word counts": over(
        -2
    ),
    "mean and variance are those of each vector by itself, dim=-1: not of the whole text": over(
        (-2, -1)
    ),
    "mean and variance are those of each vector by itself, dim=-1: no other text of the batch counts": over(
        0
    ),
}
IN_TRAINING = "in training a vector is treated by itself too: nothing of the batch is kept"
FORMULA = (
    "(x − μ) / √(σ² + ε) over the D numbers of each vector, the last axis, σ² divided by D"
)


def some_vectors(draws, *shape):
    """Vectors whose means and variances all differ."""
    generator = draws.generator()
    spread = 0.5 + torch.rand(*shape[:-1], 1, generator=generator)
    return spread * torch.randn(*shape, generator=generator) + 3 * spread - 2


def is_normed(norm, x, what, *, eps=EPS, mistakes=None):
    """Look at what a norm makes of vectors, with the parameters it is built with, in evaluation and in training."""
    wrong = {hint: each(x) for hint, each in (mistakes or {}).items() if x.ndim > 1}
    expected = F.layer_norm(x, x.shape[-1:], eps=eps)
    close_to(norm.eval()(x), expected, what=what, mistakes=wrong)
    close_to(norm.train()(x), expected, what=IN_TRAINING)


@pytest.mark.question(
    "q4-layer-norm",
    points=0,
    alive=True,
    hint="whatever its mean and its length, a vector comes to one scale",
)
def test_vectors_come_to_one_scale(student, draws, by_hand):
    by_hand("LayerNorm", *TORCH, hint="the formula is written out, without torch's own norm")
    dim = draws.between(6, 9)
    norm, x = student.LayerNorm(dim), some_vectors(draws, 3, 4, dim)
    tamed = []
    for mode in (norm.eval, norm.train):  # as a norm over the batch does in training
        looked_at = mode()
        came, longer, other = (looked_at(each) for each in (x, 1000 * x, x.flip(0) - 1))
        differ(came, other, what="what comes hangs on the vectors")
        centred = came.mean(dim=-1).abs().max() < 1e-3
        tamed.append(bool(longer.abs().max() < 100 * came.abs().max() or centred))
    equal_to(any(tamed), True, what="vectors a thousand times as long come to the same scale")


@pytest.mark.question(
    "q4-layer-norm",
    points=0.5,
    essential=True,
    requires=("formula",),
    hint=FORMULA,
)
def test_the_formula(student, draws):
    for axes in ((2, 5), (3,), ()):
        dim = draws.between(6, 9)
        x = some_vectors(draws, *axes, dim)
        is_normed(
            student.LayerNorm(dim), x, "vectors of mean 0 and variance 1", mistakes=MISTAKES
        )
    dim = draws.between(6, 9)
    inputs = (some_vectors(draws, 3, 2, dim),)
    differentiates(student.LayerNorm(dim), inputs, names=("x",), seed=draws.seed())


@pytest.mark.question(
    "q4-layer-norm",
    points=0.25,
    essential=True,
    requires=("epsilon-under-the-root",),
    hint="√(σ² + ε): eps stands under the root, and is the one that __init__ is given",
)
def test_epsilon_under_the_root(student, draws):
    dim = draws.between(6, 9)
    x = some_vectors(draws, 2, 3, dim)
    tiny = 2e-3 * x
    mistakes = {
        "ε stands under the root, with the variance": lambda x: (
            (x - x.mean(-1, keepdim=True)) / (x.std(-1, correction=0, keepdim=True) + EPS)
        ),
        "eps is missing": lambda x: F.layer_norm(x, x.shape[-1:], eps=1e-12),
    }
    is_normed(student.LayerNorm(dim), tiny, "tiny vectors", mistakes=mistakes)
    for eps in (0.1, 1.0):
        is_normed(student.LayerNorm(dim, eps=eps), x, f"eps = {eps}", eps=eps)
    constant = torch.tensor([[1.5], [-0.5]]).expand(-1, dim)
    zeros = torch.zeros(2, dim)
    close_to(
        student.LayerNorm(dim).eval()(constant),
        zeros,
        what="a vector whose numbers are all the same gives zeros",
        tolerance=1e-2,
    )
    _, (gradient,) = student.LayerNorm(dim).gradients((constant.clone(),))
    finite = gradient is not None and bool(gradient.isfinite().all())
    equal_to(finite, True, what="the gradient of such a vector is finite")


@pytest.mark.question(
    "q4-layer-norm",
    points=0.25,
    requires=("learned", "calls"),
    hint="scale and shift are nn.Parameters of D numbers, and each vector is treated by itself",
)
def test_what_it_learns_and_what_it_keeps(student, draws):
    dim = draws.between(6, 9)
    build, probe = lambda: student.LayerNorm(dim), VectorProbe(dim)
    scales_and_shifts(build(), dim, seed=draws.seed())
    gradient_reaches(build(), probe, seed=draws.seed())
    shapes(build(), probe, seed=draws.seed(), what="as many vectors come as were given")
    answers_afresh(build(), probe, seed=draws.seed(), what=AFRESH)
    x = some_vectors(draws, 3, 4, dim)
    keeps_rows_apart(build().eval(), (x,))
    keeps_rows_apart(build().train(), (x,))
    leaves_inputs_alone(build(), probe, seed=draws.seed())
    keeps_types(build(), probe, seed=draws.seed())
