"""The entropy of attention against closed forms, and the words that attention chooses."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

LENGTHS = (4, 7, 2)
DRAWN = settings(max_examples=50, deadline=None, derandomize=True)
SHARES = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=9).filter(lambda shares: sum(shares) > 0)


def entropy(lab: ModuleType, *weights: float, dtype: torch.dtype = torch.float64) -> float:
    """The entropy of one review of which every place is a token."""
    row = torch.tensor([weights], dtype=dtype)
    return float(lab.attention_entropy(row, torch.ones_like(row, dtype=torch.bool)))


def attention(dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Weights ``(3, 7)`` of reviews of lengths 4, 7 and 2, and their mask."""
    mask = torch.arange(7) < torch.tensor(LENGTHS)[:, None]
    return torch.randn(3, 7, dtype=dtype).masked_fill(~mask, -math.inf).softmax(1), mask


# Values


@pytest.mark.parametrize("n", [1, 2, 5, 1000])
def test_the_entropy_of_uniform_attention_is_log_n(lab: ModuleType, n: int) -> None:
    assert entropy(lab, *[1 / n] * n) == pytest.approx(math.log(n), abs=1e-12)


def test_the_entropy_of_attention_to_one_word_is_0(lab: ModuleType) -> None:
    assert entropy(lab, 0, 0, 1, 0) == pytest.approx(0, abs=1e-12)


def test_the_entropy_of_a_half_and_two_quarters_is_one_and_a_half_bits_in_nats(lab: ModuleType) -> None:
    assert entropy(lab, 0.5, 0.25, 0.25) == pytest.approx(1.0397207708, abs=1e-10)


def test_the_entropy_of_rare_words_is_not_biased(lab: ModuleType) -> None:
    rare = 1e-9
    expected = -rare * math.log(rare) - (1 - rare) * math.log1p(-rare)
    assert entropy(lab, 1 - rare, rare) == pytest.approx(expected, rel=1e-6)


def test_the_entropy_equals_a_plain_loop_over_tokens(lab: ModuleType) -> None:
    weights, mask = attention()
    sums = [-sum(p * math.log(p) for p in row[:length]) for row, length in zip(weights.tolist(), LENGTHS, strict=True)]
    torch.testing.assert_close(lab.attention_entropy(weights, mask), torch.tensor(sums, dtype=torch.float64))


def test_the_entropy_of_full_rows_equals_that_of_a_categorical_distribution(lab: ModuleType) -> None:
    weights = torch.randn(3, 7).softmax(1)
    expected = torch.distributions.Categorical(probs=weights).entropy()
    torch.testing.assert_close(lab.attention_entropy(weights, torch.ones(3, 7, dtype=torch.bool)), expected)


def test_the_entropy_of_no_token_is_0(lab: ModuleType) -> None:
    values = lab.attention_entropy(torch.zeros(3, 7), torch.zeros(3, 7, dtype=torch.bool))
    assert torch.equal(values, torch.zeros(3))


def test_the_entropy_of_reviews_of_width_0_is_0(lab: ModuleType) -> None:
    values = lab.attention_entropy(torch.zeros(3, 0), torch.zeros(3, 0, dtype=torch.bool))
    assert torch.equal(values, torch.zeros(3))


def test_weights_under_the_padding_are_not_counted(lab: ModuleType) -> None:
    weights, mask = attention()
    loud = weights.masked_fill(~mask, 0.3)
    torch.testing.assert_close(lab.attention_entropy(loud, mask), lab.attention_entropy(weights, mask))


def test_there_is_one_entropy_for_each_review(lab: ModuleType) -> None:
    assert [lab.attention_entropy(*(t[:b] for t in attention())).shape for b in (3, 1)] == [(3,), (1,)]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64], ids=str)
def test_the_type_of_the_weights_is_kept(lab: ModuleType, dtype: torch.dtype) -> None:
    assert lab.attention_entropy(*attention(dtype)).dtype == dtype


@given(shares=SHARES)
@DRAWN
def test_the_entropy_lies_between_0_and_log_n(lab: ModuleType, shares: list[float]) -> None:
    value = entropy(lab, *(share / sum(shares) for share in shares))
    assert -1e-12 <= value <= math.log(len(shares)) + 1e-12


@given(shares=SHARES)
@DRAWN
def test_the_entropy_does_not_depend_on_the_order_of_words(lab: ModuleType, shares: list[float]) -> None:
    weights = [share / sum(shares) for share in shares]
    assert entropy(lab, *weights) == pytest.approx(entropy(lab, *sorted(weights)), abs=1e-12)


# Gradients


def test_the_gradient_is_finite_where_a_weight_is_exactly_0(lab: ModuleType) -> None:
    weights = torch.tensor([[0.5, 0.0, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0]], requires_grad=True)
    mask = torch.tensor([[True, True, True, False], [True, False, False, False]])
    lab.attention_entropy(weights, mask).sum().backward()
    assert weights.grad is not None
    assert weights.grad.isfinite().all()


def test_no_gradient_flows_into_the_padding(lab: ModuleType) -> None:
    weights, mask = attention()
    lab.attention_entropy(weights.requires_grad_(), mask).sum().backward()
    assert weights.grad is not None
    assert (weights.grad[~mask] == 0).all()


def test_the_gradient_in_the_scores_equals_its_closed_form(lab: ModuleType) -> None:
    scores = torch.randn(3, 7, dtype=torch.float64, requires_grad=True)
    weights = scores.softmax(1)
    values = lab.attention_entropy(weights, torch.ones(3, 7, dtype=torch.bool))
    (gradient,) = torch.autograd.grad(values.sum(), scores)
    torch.testing.assert_close(gradient, -weights * (weights.log() + values[:, None]))


def test_the_gradient_equals_a_numerical_one_under_a_random_upstream(lab: ModuleType) -> None:
    weights, mask = attention()
    weights = torch.where(mask, weights, 0.2).requires_grad_()
    upstream = torch.randn(3, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda weights: upstream @ lab.attention_entropy(weights, mask), weights)


def test_the_entropy_of_saturated_attention_has_finite_gradients(
    lab: ModuleType, pooling: nn.Module, reviews: Callable[..., tuple[Tensor, Tensor]]
) -> None:
    x, mask = reviews((4, 0, 7))
    x = (1e3 * x).requires_grad_()
    pooled, weights = pooling(x, mask)
    (pooled.sum() + lab.attention_entropy(weights, mask).sum()).backward()
    gradients = [tensor.grad for tensor in (x, *pooling.parameters()) if tensor.grad is not None]
    assert all(gradient.isfinite().all() for gradient in gradients)


# Words


def test_words_come_most_attended_first(lab: ModuleType) -> None:
    weights = torch.tensor([0.125, 0.5, 0.0625, 0.25, 0.0625])
    assert lab.top_words("a superb film indeed .".split(), weights, 3) == [
        ("superb", 0.5),
        ("indeed", 0.25),
        ("a", 0.125),
    ]


def test_a_short_text_gives_all_its_words_when_more_are_asked_for(lab: ModuleType) -> None:
    assert lab.top_words(["bad", "film"], torch.tensor([0.75, 0.25]), 5) == [("bad", 0.75), ("film", 0.25)]


def test_padding_after_the_text_is_no_word(lab: ModuleType) -> None:
    weights = torch.zeros(60)
    weights[1] = 1  # so sharp that words weigh what padding weighs
    assert {word for word, _ in lab.top_words(list("abcd"), weights, 4)} == set("abcd")


def test_tied_words_stand_before_the_lesser_ones(lab: ModuleType) -> None:
    words = lab.top_words(list("abcd"), torch.tensor([0.125, 0.375, 0.125, 0.375]), 3)
    assert sorted(words[:2]) == [("b", 0.375), ("d", 0.375)]


def test_tied_words_that_do_not_all_fit_are_distinct_places_of_the_text(lab: ModuleType) -> None:
    words = lab.top_words(list("abcdefgh"), torch.full((8,), 0.125), 5)
    assert len({word for word, _ in words}) == 5


def test_a_word_that_stands_twice_is_named_twice(lab: ModuleType) -> None:
    assert lab.top_words(["so", "bad", "so"], torch.tensor([0.5, 0.125, 0.375]), 2) == [("so", 0.5), ("so", 0.375)]


@pytest.mark.parametrize("width", [0, 3])
def test_an_empty_text_has_no_top_words(lab: ModuleType, width: int) -> None:
    assert lab.top_words([], torch.zeros(width), 4) == []


def test_no_word_is_given_when_none_is_asked_for(lab: ModuleType) -> None:
    assert lab.top_words(["film"], torch.ones(1), 0) == []


def test_weights_that_still_carry_a_gradient_come_back_as_plain_floats(lab: ModuleType) -> None:
    weights = torch.tensor([0.25, 0.75], requires_grad=True).clone()
    assert [type(weight) for _, weight in lab.top_words(["a", "b"], weights, 2)] == [float, float]


@given(values=st.lists(st.floats(0, 1, width=32), max_size=9, unique=True), k=st.integers(0, 12))
@DRAWN
def test_top_words_equal_a_plain_sort(lab: ModuleType, values: list[float], k: int) -> None:
    tokens = [f"w{place}" for place in range(len(values))]
    expected = sorted(zip(tokens, values, strict=True), key=lambda pair: -pair[1])[:k]
    assert lab.top_words(tokens, torch.tensor(values), k) == expected
