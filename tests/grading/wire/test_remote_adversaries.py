"""Functions that are given a model look to an expectation there as here, and so do their gradients."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from amal_attention.checks import KnownReader, follows_trajectory, gives_constants, keeps_rows_apart, leaves_alone
from amal_attention.checks.subjects.subject import LocalFunction
from tests.checks.adversaries import CARRIES_A_GRAPH, LEAVES_A_MARK, TEXTS, some_reader
from tests.checks.expectations.adversaries.test_trajectory import BATCHES, KEPT, POINT, RIGHT, WEIGHT
from tests.grading.wire.missing import missed

ROOT = Path(__file__).parents[3]
CELLS = (
    f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.checks.adversaries import *
from tests.checks.players import Players
""",
    """
def cost(model, x, mask, by):
    return by * (model(x, mask) ** 2).mean() + x.sum()
def through_layer(layer, points, made):
    return layer(points(made)).sum()
""",
)


@pytest.mark.parametrize("name", ["right", *LEAVES_A_MARK, *CARRIES_A_GRAPH])
def test_what_is_left_behind_is_seen_there_as_here(remote, local, name):
    def said(student):
        function = getattr(student, name)
        return [
            missed(look, function, student.KnownReader(*some_reader(), marked=True), *TEXTS)
            for look in (leaves_alone, gives_constants)
        ]

    assert said(remote) == said(local)
    assert [each is not None for each in said(remote)] == [
        name in LEAVES_A_MARK,
        name in (*CARRIES_A_GRAPH,),
    ]


def test_gradients_of_a_loss_reach_the_model_and_the_inputs_there(remote):
    model = KnownReader(*some_reader())
    upstream = torch.tensor(0.5)
    x, mask = TEXTS
    found, (of_model, of_x, of_mask, of_number) = remote.cost.gradients(
        (remote.KnownReader(*some_reader()), x, mask, 3.0), upstream
    )
    followed = x.clone().requires_grad_()
    expected = torch.autograd.grad(
        0.5 * (3 * (model(followed, mask) ** 2).mean() + followed.sum()), [model.hidden, model.output, followed]
    )
    assert set(found) == {"0.hidden", "0.output"} and of_model is of_mask is of_number is None
    torch.testing.assert_close((found["0.hidden"], found["0.output"], of_x), expected)


def test_gradients_reach_all_modules_that_a_function_is_given(remote, local):
    for student in (remote, local):
        layer, points = student.KnownLayer(torch.eye(2), torch.zeros(2)), student.KnownPoints(torch.ones(2))
        found, _ = student.through_layer.gradients((layer, points, torch.zeros(3, 8)))
        assert {name: each.tolist() for name, each in found.items()} == {
            "0.weight": [[3, 3], [3, 3]],
            "0.bias": [3, 3],
            "1.point": [3, 3],
        }


def test_gradients_and_mode_of_a_model_that_a_function_was_given_are_told(remote):
    model = remote.KnownReader(*some_reader(), marked=True).train()
    remote.adds_to_grad(model, *TEXTS)
    remote.goes_to_evaluation(model, *TEXTS)
    gradients, training = model.left()
    one, here = LocalFunction(KnownReader)(*some_reader(), marked=True), KnownReader(*some_reader())
    assert training == [] and one.left()[1] == [""]
    here(*TEXTS)[:, 0].sum().backward()
    torch.testing.assert_close(gradients["output"], 1 + here.output.grad)


def test_rows_of_functions_that_take_a_model_are_looked_at_there(remote):
    keeps_rows_apart(remote.right, (remote.KnownReader(*some_reader()), *TEXTS), shared=(0,))


@pytest.mark.parametrize("wrong", ["", "keeps", "stands"])
def test_players_are_trained_there_as_here(remote, local, wrong):
    def said(student):
        model = student.Players(student.KnownPoints(POINT), student.KnownLayer(WEIGHT, torch.zeros(1)), wrong)
        return missed(lambda: follows_trajectory(model, BATCHES, RIGHT, mistakes={"clear it": KEPT}))

    assert said(remote) == said(local)
    assert (said(remote) is None) is (wrong == "")
