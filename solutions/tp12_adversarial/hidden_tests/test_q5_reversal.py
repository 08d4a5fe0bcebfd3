"""Hidden tests of exercise 5.1: what comes out, and what comes back for a gradient that is drawn."""

import pytest
import torch
from torch import Tensor

from amal_attention.checks import close_to, differ, equal_to, leaves_alone

BY_FUNCTION = "what comes out is x, what comes back is −λ times the gradient: torch.autograd.Function tells both apart"


def drawn(draws):
    """Vectors, a gradient for them, and λ, which is not 1."""
    rows, width = draws.sizes(2, 2, 7)
    x, upstream = torch.randn(2, rows, width, generator=draws.generator())
    return x, upstream, draws.between(6, 9) / 10  # at 1/2, λ and 1 − λ are one number


def back(function, x, strength, upstream, **options):
    """The gradient that comes back for x, 0 where λ is 0 and none comes."""
    found = function.gradients((x, strength), upstream, **options)[1][0]
    equal_to(
        found is not None or strength == 0,
        True,
        what="a gradient comes back",
        hint="x is cut off: no detach, no no_grad on the way from x to what is returned",
    )
    return torch.zeros_like(x) if found is None else found


def unless_raised(ask, *inputs):
    """What is answered, None if something is raised."""
    try:
        return ask(*inputs)
    except Exception:
        return None


@pytest.mark.question(
    "q5-reversal",
    points=0,
    alive=True,
    requires=("backward", "forward-identity"),
    hint=BY_FUNCTION,
)
def test_what_comes_back_is_no_slope_of_what_comes_out(student, draws):
    x, upstream, strength = drawn(draws)
    step = torch.randn(x.shape, generator=draws.generator())
    function = student.reverse_gradient
    if unless_raised(function.gradients, (x, strength), upstream) is None:
        function(x, strength)  # what raises on the way back alone is attempted
        return
    gradient = back(function, x, strength, upstream)
    ends = [unless_raised(function, each, strength) for each in (x - step, x + step)]
    if all(isinstance(each, Tensor) and each.shape == x.shape for each in ends):
        differ(
            (2 * step * gradient).sum(),
            ((ends[1] - ends[0]) * upstream).sum(),
            what="what comes back is another than the slope of what comes out",
            sent="x, a gradient, and x a step behind and a step ahead",
            hint=BY_FUNCTION,
        )


@pytest.mark.question(
    "q5-reversal",
    points=0.75,
    essential=True,
    requires=("backward",),
    hint="backward gives −λ times the gradient that comes in, for x",
)
def test_minus_lambda_times_the_gradient_comes_back(student, draws):
    x, upstream, strength = drawn(draws)
    function = student.reverse_gradient
    close_to(
        back(function, x, strength, upstream),
        -strength * upstream,
        what="−λ times the gradient that comes in",
        mistakes={
            "the sign: −λ times the gradient, not λ times": strength * upstream,
            "λ is left out: −λ times the gradient": -upstream,
            "λ counts twice: −λ times the gradient, once": -(strength**2) * upstream,
            "it is multiplied by λ, not divided": -upstream / strength,
            "the gradient comes back as it came: is your backward called? autograd calls that of a "
            "torch.autograd.Function, by its apply": upstream,
            "x keeps its own gradient beside the reversed one: 1 − λ in place of −λ": (
                1 - strength
            )
            * upstream,
            "the gradient that comes in is reversed, not x": -strength * x,
        },
        sent=f"x {tuple(x.shape)}, λ = {strength:g} and a gradient",
    )
    for other in (0.0, 2.5, strength):
        close_to(
            back(function, x[:1], other, upstream[:1]),
            -other * upstream[:1],
            what="a batch of one, and any λ, 0 too",
            sent=f"one row, λ = {other:g} and a gradient",
            hint="−λ times the gradient, whatever λ and the batch are",
        )
    close_to(
        back(function, x, strength, upstream, meanwhile=(2 * x, 2.5)),
        -strength * upstream,
        what="each layer has its own λ",
        mistakes={
            "λ is kept where the next call finds it: a call keeps its own, in ctx": -2.5
            * upstream
        },
        sent=f"λ = {strength:g}, then another call with λ = 2.5, and a gradient of the first",
        hint="λ is kept where the next call finds it: a call keeps its own, in ctx",
    )
    for few in (0, (0, 0)):
        close_to(
            back(function, x[few], strength, upstream[few]),
            -strength * upstream[few],
            what="whatever the shape of x",
            sent=f"x of shape {tuple(x[few].shape)}, λ = {strength:g} and a gradient",
            hint="x has any number of axes, or none",
        )
    wide, above = x.repeat(3, 1, 1) + 1, upstream.repeat(3, 1, 1) * 100
    close_to(
        back(function, wide, 0.5, above),
        -0.5 * above,
        what="any number of axes, any size of the gradient",
        sent="x of three axes, λ = 0.5 and a large gradient",
        hint="each number of the gradient is multiplied by −λ, by itself: no norm, no mean, no bound",
    )


@pytest.mark.question(
    "q5-reversal",
    points=0.25,
    requires=("forward-identity",),
    hint="forward gives x as it is",
)
def test_what_comes_out_is_what_came_in(student, draws):
    x, _, strength = drawn(draws)
    function = student.reverse_gradient
    for given in (x, x[:1], 1e4 * x):
        close_to(
            function(given, strength),
            given,
            what="x comes out as it is",
            mistakes={
                "the forward pass returns −λ x: it returns x, only the gradient is reversed": -strength
                * given,
                "the forward pass returns λ x: it returns x": strength * given,
                "the forward pass returns −x: it returns x, only the gradient is reversed": -given,
                "a part of x is missing: all of x comes out, only the gradient is reversed": (
                    1 - strength
                )
                * given,
            },
            sent=f"x {tuple(given.shape)} that asks for no gradient, λ = {strength:g}",
            hint="the forward pass returns x",
        )
    equal_to(
        str(getattr(function(x, strength), "dtype", None)), "torch.float32", what="in float32"
    )
    leaves_alone(function, x, strength)
