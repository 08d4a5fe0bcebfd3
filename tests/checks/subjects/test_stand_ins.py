"""Modules that stand in for an answer do what they say."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from amal_attention.checks import FixedAttention, some_texts
from amal_attention.checks.subjects.stand_ins.registry import STAND_INS, stand_in
from amal_attention.checks.subjects.stand_ins.texts import FirstWord, concentration
from amal_attention.grading.wire.student import LocalStudent


def test_all_are_registered_under_their_names_and_are_of_this_package() -> None:
    assert STAND_INS["FixedAttention"] is FixedAttention and STAND_INS["FirstWord"] is FirstWord
    assert all(known.__name__ == name for name, known in STAND_INS.items())


def test_a_name_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amal_attention.checks.subjects.stand_ins.registry.STAND_INS", {})
    first = stand_in(type("Known", (nn.Module,), {}))
    assert stand_in(first) is first
    with pytest.raises(ValueError, match="a stand-in Known already"):
        stand_in(type("Known", (nn.Module,), {}))


def test_one_that_is_registered_is_among_the_names_of_a_student(monkeypatch: pytest.MonkeyPatch) -> None:
    class Twice(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * x

    monkeypatch.setitem(STAND_INS, "Twice", Twice)
    student = LocalStudent({"Twice": lambda: 1, "Answer": lambda: 1})
    assert student.Twice()(torch.ones(1)).tolist() == [2.0]
    with student.standing_in(Answer="Twice"):
        assert student.Answer()(torch.ones(1)).tolist() == [2.0]
    assert student.Answer() == 1


def test_concentration_is_the_sum_of_squares_over_the_words() -> None:
    weights, mask = torch.tensor([[0.5, 0.25, 0.25], [0.5, 0.5, 0.5]]), torch.tensor([[1, 1, 1], [1, 1, 0]]).bool()
    assert concentration(weights, mask).tolist() == [0.375, 0.5]


def test_the_first_word_stands_for_the_review() -> None:
    x, mask = some_texts(5, (3, 2))
    pooled, weights = FirstWord(5)(x, mask)
    assert torch.equal(pooled, x[:, 0]) and weights.tolist() == [[1, 0, 0], [1, 0, 0]]


def test_a_fixed_attention_gives_its_weights_and_the_first_word() -> None:
    weights = torch.tensor([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0]])
    attention = FixedAttention(weights, dim=5)
    x, mask = some_texts(5, (3, 2))
    pooled, given = attention(x, mask)
    assert torch.equal(pooled, x[:, 0]) and torch.equal(given, weights)
    assert attention.out_features == 5


def test_a_fixed_attention_keeps_copies_of_what_it_was_handed() -> None:
    attention = FixedAttention(torch.ones(2, 3) / 3, dim=5)
    assert attention.x is None and attention.mask is None
    x, mask = some_texts(5, (3, 2))
    before = x.clone()
    attention(x.requires_grad_(), mask)
    with torch.no_grad():
        x.zero_()
    assert attention.x is not None and torch.equal(attention.x, before) and not attention.x.requires_grad
    assert attention.mask is not None and torch.equal(attention.mask, mask)


def test_a_smaller_batch_gets_the_first_weights() -> None:
    """A Trainer may cut the batch, and the entropy of the attention be logged there."""
    attention = FixedAttention(torch.arange(6.0).reshape(2, 3), dim=5)
    assert attention(*some_texts(5, (3,)))[1].tolist() == [[0, 1, 2]]


def test_weights_that_are_changed_in_place_stay_as_they_were() -> None:
    attention = FixedAttention(torch.ones(1, 3), dim=5)
    attention(*some_texts(5, (3,)))[1].zero_()
    assert attention.weights.tolist() == [[1, 1, 1]]


def test_a_fixed_attention_may_give_more_than_it_reads() -> None:
    attention = FixedAttention(torch.ones(1, 3), dim=5, times=2)
    x, mask = some_texts(5, (3,))
    assert attention.out_features == 10 and torch.equal(attention(x, mask)[0], torch.cat([x[:, 0], x[:, 0]], dim=1))


def test_a_gradient_of_the_weights_is_seen() -> None:
    given = torch.ones(1, 2) / 2
    attention = FixedAttention(given, dim=5)
    x, mask = some_texts(5, (2,))
    attention(x, mask)[1].square().sum().backward()
    assert attention.weights.grad is not None and attention.weights.grad.tolist() == [[1.0, 1.0]]
    with torch.no_grad():
        attention.weights.zero_()
    assert given.tolist() == [[0.5, 0.5]]


def test_what_a_fixed_attention_was_handed_is_in_its_state() -> None:
    """From another process, one sees the state alone."""
    attention = FixedAttention(torch.ones(2, 3) / 3, dim=5)
    assert set(attention.state_dict()) == {"weights"}
    x, mask = some_texts(5, (3, 2))
    attention(x, mask)
    assert torch.equal(attention.state_dict()["x"], x) and torch.equal(attention.state_dict()["mask"], mask)
    assert dict(attention.named_parameters()).keys() == {"weights"}
