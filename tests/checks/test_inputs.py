"""What modules are given."""

from __future__ import annotations

import torch

from amal_attention.checks import FixedAttention, some_reviews


def test_reviews_have_the_lengths_asked_for() -> None:
    x, mask = some_reviews(5, (2, 7, 1, 3))
    assert x.shape == (4, 7, 5) and mask.dtype == torch.bool
    assert mask.int().tolist() == [[1] * length + [0] * (7 - length) for length in (2, 7, 1, 3)]


def test_numbers_stand_under_the_padding() -> None:
    x, mask = some_reviews(5)
    assert (x[~mask].abs().sum(dim=1) > 0.1).all()


def test_the_same_seed_gives_the_same_words_and_another_others() -> None:
    torch.manual_seed(1)
    first = some_reviews(5, seed=3)[0]
    torch.manual_seed(2)
    assert torch.equal(first, some_reviews(5, seed=3)[0])
    assert not torch.allclose(first, some_reviews(5, seed=4)[0])


def test_drawing_reviews_leaves_the_generator_of_the_notebook_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    some_reviews(5)
    assert torch.equal(torch.rand(1), expected)


def test_a_fixed_attention_gives_its_weights_and_the_first_word() -> None:
    weights = torch.tensor([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0]])
    attention = FixedAttention(weights, dim=5)
    x, mask = some_reviews(5, (3, 2))
    pooled, given = attention(x, mask)
    assert torch.equal(pooled, x[:, 0]) and torch.equal(given, weights)
    assert attention.out_features == 5


def test_a_fixed_attention_keeps_copies_of_what_it_was_handed() -> None:
    attention = FixedAttention(torch.ones(2, 3) / 3, dim=5)
    assert attention.x is None and attention.mask is None
    x, mask = some_reviews(5, (3, 2))
    before = x.clone()
    attention(x.requires_grad_(), mask)
    with torch.no_grad():
        x.zero_()
    assert attention.x is not None and torch.equal(attention.x, before) and not attention.x.requires_grad
    assert attention.mask is not None and torch.equal(attention.mask, mask)


def test_a_smaller_batch_gets_the_first_weights() -> None:
    """A Trainer may cut the batch, and the entropy of the attention be logged there."""
    attention = FixedAttention(torch.arange(6.0).reshape(2, 3), dim=5)
    assert attention(*some_reviews(5, (3,)))[1].tolist() == [[0, 1, 2]]


def test_weights_that_are_changed_in_place_stay_as_they_were() -> None:
    attention = FixedAttention(torch.ones(1, 3), dim=5)
    attention(*some_reviews(5, (3,)))[1].zero_()
    assert attention.weights.tolist() == [[1, 1, 1]]


def test_a_fixed_attention_may_give_more_than_it_reads() -> None:
    attention = FixedAttention(torch.ones(1, 3), dim=5, times=2)
    x, mask = some_reviews(5, (3,))
    assert attention.out_features == 10 and torch.equal(attention(x, mask)[0], torch.cat([x[:, 0], x[:, 0]], dim=1))


def test_a_gradient_of_the_weights_is_seen() -> None:
    given = torch.ones(1, 2) / 2
    attention = FixedAttention(given, dim=5)
    x, mask = some_reviews(5, (2,))
    attention(x, mask)[1].square().sum().backward()
    assert attention.weights.grad is not None and attention.weights.grad.tolist() == [[1.0, 1.0]]
    with torch.no_grad():
        attention.weights.zero_()
    assert given.tolist() == [[0.5, 0.5]]


def test_what_a_fixed_attention_was_handed_is_in_its_state() -> None:
    """From another process, one sees the state alone."""
    attention = FixedAttention(torch.ones(2, 3) / 3, dim=5)
    assert set(attention.state_dict()) == {"weights"}
    x, mask = some_reviews(5, (3, 2))
    attention(x, mask)
    assert torch.equal(attention.state_dict()["x"], x) and torch.equal(attention.state_dict()["mask"], mask)
    assert dict(attention.named_parameters()).keys() == {"weights"}
