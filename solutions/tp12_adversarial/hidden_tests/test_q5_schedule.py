"""Hidden tests of exercise 5.2: the numbers of the formula."""

import math

import pytest

from amal_attention.checks import close_to, differ


def rising(progress, gamma):
    """λ of the lecture."""
    return math.tanh(gamma * progress / 2)


@pytest.mark.question("q5-schedule", points=0, alive=True, hint="λ rises along training")
def test_it_hangs_on_progress(student, draws):
    differ(
        student.reversal_strength(0.05),
        student.reversal_strength(0.2 + draws.between(0, 9) / 100),
        what="λ changes along training",
        sent="p = 0.05, then about 0.25",
        hint="λ rises along training",
    )


@pytest.mark.question(
    "q5-schedule",
    points=0.5,
    essential=True,
    requires=("values",),
    hint="2 / (1 + exp(−γ p)) − 1",
)
def test_the_values_of_the_formula(student, draws):
    gammas = [draws.between(20, 40) / 10, draws.between(120, 150) / 10]
    near = draws.between(1, 19) / 1000
    progress = [near, draws.between(3, 30) / 100, draws.between(31, 60) / 100, 0.0, 1.0]
    cases = [(p, (gamma,)) for gamma in gammas for p in progress] + [(p, ()) for p in progress]
    for p, given in cases:
        gamma = given[0] if given else 10.0
        value, logistic = rising(p, gamma), 1 / (1 + math.exp(-gamma * p))
        close_to(
            student.reversal_strength(p, *given),
            value,
            what="2 / (1 + exp(−γ p)) − 1",
            mistakes={
                "λ starts at 1/2: twice the logistic function, less 1": logistic,
                "λ starts at 1: less 1 at the end": 2 * logistic,
                "the sign of γ: exp(−γ p), or λ falls below 0 and the features help the adversary": -value,
                "gamma is an argument: it is not always 10": rising(p, 10.0),
                "this is p itself: λ rises faster at the beginning": p,
                "tanh(γ p / 2), not tanh(γ p)": math.tanh(gamma * p),
                "λ rises from 0 to 1: it does not fall": 1 - value,
                "p is multiplied by γ, not divided": rising(p, 1 / gamma),
            },
            sent=f"p = {p:g}, γ = {gamma:g}" + ("" if given else ", as by default"),
        )
