"""Hidden tests of exercise 8.3: attention to the states before, the halves of which are keys and values."""

import pytest

from amal_attention.checks import (
    WindowProbe,
    compares_states_before,
    gradient_reaches,
    ignores_padding,
    passes_gradient,
    reads_each_alone,
    registers_everything,
    scores_keys_by_perceptron,
    shapes,
    simplex,
    sums_values,
)


@pytest.mark.question(
    "q8-key-value",
    points=0,
    alive=True,
    hint="the weights hang on the keys of the states before",
)
def test_states_before_are_compared(student, draws):
    dim = draws.between(3, 6)
    probe = WindowProbe(dim, window=3)
    module = student.KeyValueAttention(dim=dim, window=3)
    compares_states_before(module, probe, seed=draws.seed())


@pytest.mark.question(
    "q8-key-value",
    points=0.25,
    essential=True,
    requires=("window", "closed-form", "padding", "learned"),
    hint="from i - L to i - 1: the values of these states, chosen by their keys; zeros where there is none",
)
def test_a_window_of_states_before(student, draws):
    dim = draws.between(3, 6)
    for window in (draws.between(2, 3), 12, 1):
        probe = WindowProbe(dim, window)
        module = student.KeyValueAttention(dim=dim, window=window)
        what = "context (B, T, dim) and weights (B, T, T) come back"
        shapes(module, probe, lengths=draws.lengths(3), seed=draws.seed(), what=what)
        simplex(module, probe, lengths=draws.lengths(4), seed=draws.seed(), times=1)
        sums_values(module, probe, seed=draws.seed())
    probe = WindowProbe(dim, 4)
    build = lambda: student.KeyValueAttention(dim=dim, window=4)  # noqa: E731
    registers_everything(build, probe, seed=draws.seed(), times=1)
    reads_each_alone(build(), probe, seed=draws.seed(), times=1)
    scores_keys_by_perceptron(build(), probe, seed=draws.seed())
    padded = {"lengths": draws.lengths(3), "longest": draws.between(9, 12), "under": 10.0}
    ignores_padding(build(), probe, **padded, seed=draws.seed(), times=1)
    gradient_reaches(build(), probe, seed=draws.seed())
    inputs = probe.inputs((4, 2, 3), draws.seed())
    passes_gradient(build(), inputs, seed=draws.seed())
