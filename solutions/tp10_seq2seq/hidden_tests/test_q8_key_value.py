"""Hidden tests of exercise 8.3: attention to the states before, the halves of which are keys and values."""

import pytest

from amal_attention.checks import (
    WindowProbe,
    answers_afresh,
    compares_states_before,
    differentiates,
    gradient_reaches,
    ignores_padding,
    keeps_types,
    leaves_inputs_alone,
    reads_each_alone,
    registers_everything,
    same_in_training,
    scores_keys_by_perceptron,
    shapes,
    simplex,
    sums_values,
)

LINES_AFRESH = (
    "each call answers for itself: the same lines in another order give the same answers"
)
LINE_IN_TRAINING = (
    "in training a line is read by itself too: no normalisation over the batch, no other branch"
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
    requires=("window", "closed-form", "padding", "learned", "calls"),
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
    differentiates(build(), inputs, parts=(0, 1), seed=draws.seed())
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
        what="context and weights are of float32",
    )
