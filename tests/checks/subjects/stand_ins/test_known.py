"""Models whose gradients are known do what they say."""

from __future__ import annotations

import pytest
import torch

from amal_attention.checks import KnownLayer, KnownPoints, KnownReader, some_texts
from amal_attention.checks.subjects.stand_ins.known import mean_gap, minus_mean
from amal_attention.checks.subjects.stand_ins.registry import STAND_INS

DRAWN = torch.Generator().manual_seed(3)
HIDDEN, OUTPUT = torch.randn(5, 4, generator=DRAWN), torch.randn(4, 3, generator=DRAWN)
X, MASK = some_texts(5, (3, 1))


@pytest.mark.parametrize("bend", [True, False])
@pytest.mark.parametrize("reads_padding", [True, False])
def test_a_reader_sums_over_the_words(bend: bool, reads_padding: bool) -> None:
    reader = KnownReader(HIDDEN, OUTPUT, bend=bend, reads_padding=reads_padding)
    expected = torch.zeros(2, 3)
    for row, length in enumerate((3, 3 if reads_padding else 1)):
        for word in range(length):
            units = X[row, word] @ HIDDEN
            expected[row] += (torch.tanh(units) if bend else units) @ OUTPUT
    torch.testing.assert_close(reader(X, MASK), expected)


def test_numbers_under_the_padding_are_not_read() -> None:
    reader = KnownReader(HIDDEN, OUTPUT)
    other = torch.where(MASK.unsqueeze(2), X, X + 7)
    assert torch.equal(reader(X, MASK), reader(other, MASK))
    (gradient,) = torch.autograd.grad(reader(x := X.clone().requires_grad_(), MASK).sum(), x)
    assert not gradient[1, 1:].any() and gradient[1, 0].all()


def test_a_layer_is_linear() -> None:
    weight, bias = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 0.0]]), torch.tensor([0.5, 0.0, -1.0])
    assert KnownLayer(weight, bias)(torch.tensor([[2.0, 1.0]])).tolist() == [[4.5, -1.0, 5.0]]


def test_points_are_the_same_whatever_the_noise() -> None:
    points = KnownPoints(torch.tensor([1.0, 2.0]))
    assert set(points.state_dict()) == {"point"}
    made = points(noise := torch.randn(3, 8))
    assert torch.equal(points.state_dict()["noise"], noise) and len(list(points.parameters())) == 1
    assert made.tolist() == [[1, 2]] * 3
    made.sum().backward()
    assert points.point.grad is not None and points.point.grad.tolist() == [3, 3]


def test_where_they_are_marked_the_last_parameter_has_a_gradient_of_ones_and_alone_learns() -> None:
    for each in (
        KnownReader(HIDDEN, OUTPUT, marked=True),
        KnownLayer(HIDDEN, OUTPUT[0], marked=True),
        KnownPoints(HIDDEN[0], marked=True),
    ):
        *others, last = each.parameters()
        assert last.requires_grad and last.grad is not None and bool((last.grad == 1).all())
        assert [(other.requires_grad, other.grad) for other in others] == [(False, None)] * len(others)


def test_else_all_learn_and_none_has_a_gradient() -> None:
    for each in (KnownReader(HIDDEN, OUTPUT), KnownLayer(HIDDEN, OUTPUT[0]), KnownPoints(HIDDEN[0])):
        assert all(parameter.requires_grad and parameter.grad is None for parameter in each.parameters())


def test_what_a_model_was_given_is_copied() -> None:
    given = torch.ones(2)
    with torch.no_grad():
        KnownPoints(given).point.zero_()
    assert given.tolist() == [1, 1]


def test_they_are_among_the_names_of_a_student() -> None:
    assert [STAND_INS[each.__name__] for each in (KnownReader, KnownLayer, KnownPoints)] == [
        KnownReader,
        KnownLayer,
        KnownPoints,
    ]


def test_costs_of_two_players_are_differences_of_means() -> None:
    first, second = torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0]])
    assert mean_gap(first, second).item() == 8 and minus_mean(first).item() == -2
