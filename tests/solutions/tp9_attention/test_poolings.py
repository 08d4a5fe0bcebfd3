"""The poolings of TP 9 against plain loops, packed recurrent networks, and what their signature promises."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

Pooled = tuple[Tensor, Tensor]
Draw = Callable[..., tuple[Tensor, Tensor]]
Randomise = Callable[[nn.Module], nn.Module]

EXACT = {"rtol": 1e-5, "atol": 1e-5}
VARIANTS = pytest.mark.parametrize(
    ("cell", "layers", "both"),
    [(cell, layers, both) for cell in ("gru", "lstm") for layers in (1, 2) for both in (False, True)],
)


def same(got: Pooled, expected: Pooled) -> None:
    """Pooled vectors and weights are those expected."""
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, **EXACT)


def pools(pooled: Tensor, rows: list[list[float]]) -> None:
    """The pooled vectors are those that a loop over plain floats gave."""
    torch.testing.assert_close(pooled, torch.tensor(rows, dtype=pooled.dtype), rtol=1e-10, atol=1e-10)


def texts(x: Tensor, mask: Tensor) -> list[list[list[float]]]:
    """The vectors of each review as lists of floats, without its padding."""
    return [[x[b, i].tolist() for i in range(x.shape[1]) if mask[b, i]] for b in range(x.shape[0])]


def dot(a: list[float], b: list[float]) -> float:
    return sum(p * q for p, q in zip(a, b, strict=True))


def affine(layer: nn.Linear, vector: list[float]) -> list[float]:
    """A linear layer, one neuron at a time."""
    rows = zip(layer.weight.tolist(), layer.bias.tolist(), strict=True)
    return [dot(row, vector) + bias for row, bias in rows]


def attended(scores: list[float], values: list[list[float]]) -> list[float]:
    """The sum of ``values``, each counted exp(score) over the sum of these."""
    shares = [math.exp(score) for score in scores]
    return [dot(shares, list(column)) / sum(shares) for column in zip(*values, strict=True)]


def squared(pooled: Tensor, weights: Tensor) -> Tensor:
    """A number whose gradient touches every output: with a plain sum of the weights there would be nothing to learn."""
    return pooled.square().sum() + weights.square().sum()


# What each formula says


def test_mean_pooling_equals_a_plain_loop(lab: ModuleType, reviews: Draw) -> None:
    x, mask = reviews(dtype=torch.float64)
    means = [[sum(column) / len(text) for column in zip(*text, strict=True)] for text in texts(x, mask)]
    pools(lab.MeanPooling(5)(x, mask)[0], means)


def test_learned_query_pooling_equals_a_plain_loop(lab: ModuleType, reviews: Draw, randomise: Randomise) -> None:
    x, mask = reviews(dtype=torch.float64)
    pooling = randomise(lab.LearnedQueryPooling(5)).double()
    query = pooling.query.tolist()
    pools(pooling(x, mask)[0], [attended([dot(query, token) for token in text], text) for text in texts(x, mask)])


def test_text_query_pooling_equals_a_plain_loop(lab: ModuleType, reviews: Draw, randomise: Randomise) -> None:
    x, mask = reviews(dtype=torch.float64)
    pooling = randomise(lab.TextQueryPooling(5, 6)).double()
    expected = []
    for text in texts(x, mask):
        mean = [sum(column) / len(text) for column in zip(*text, strict=True)]
        query = affine(pooling.query, mean)
        values = [[max(0.0, neuron) for neuron in affine(pooling.value[0], token)] for token in text]
        expected.append(attended([dot(query, token) / math.sqrt(5) for token in text], values))
    pools(pooling(x, mask)[0], expected)


@VARIANTS
def test_contextual_pooling_equals_attention_over_the_states_of_a_packed_network(
    lab: ModuleType, reviews: Draw, randomise: Randomise, cell: str, layers: int, both: bool
) -> None:
    x, mask = reviews((4, 7, 1), width=9, dtype=torch.float64)
    pooling = randomise(lab.ContextualPooling(5, 4, layers, cell, both)).double()
    kind = {"gru": nn.GRU, "lstm": nn.LSTM}[cell]
    oracle = kind(5, 4, layers, batch_first=True, bidirectional=both).double()
    directions = {"": pooling.rightward} | ({"_reverse": pooling.leftward} if both else {})
    copied = {
        name.replace("_l0", f"_l{layer}{suffix}"): weight
        for suffix, direction in directions.items()
        for layer, network in enumerate(direction)
        for name, weight in network.state_dict().items()
    }
    oracle.load_state_dict(copied, strict=True)
    packed = pack_padded_sequence(x, mask.sum(1), batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(oracle(packed)[0], batch_first=True, total_length=9)
    query = pooling.attention.query.tolist()
    expected = [attended([dot(query, state) for state in text], text) for text in texts(states, mask)]
    pools(pooling(x, mask)[0], expected)


def test_weights_rebuild_the_pooled_vector_where_values_are_the_vectors(
    lab: ModuleType, reviews: Draw, randomise: Randomise
) -> None:
    x, mask = reviews()
    pooled, weights = randomise(lab.LearnedQueryPooling(5))(x, mask)
    torch.testing.assert_close(pooled, (weights[:, :, None] * x).sum(1), **EXACT)


@pytest.mark.parametrize(("name", "depends"), [("LearnedQueryPooling", False), ("TextQueryPooling", True)])
def test_only_a_text_query_weighs_two_words_by_what_stands_beside_them(
    lab: ModuleType, reviews: Draw, randomise: Randomise, name: str, depends: bool
) -> None:
    pooling = randomise(getattr(lab, name)(*((5, 6) if depends else (5,))))
    x, mask = reviews((7,))
    _, before = pooling(x, mask)
    x[0, 2:] = torch.randn(5, 5)
    _, after = pooling(x, mask)
    preference = (after[0, 0] / after[0, 1] / (before[0, 0] / before[0, 1])).log().abs().item()
    assert (preference > 1e-2) if depends else (preference < 1e-5)


# Weights


def test_weights_sum_to_1_over_the_tokens(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews()
    _, weights = pooling(x, mask)
    torch.testing.assert_close((weights * mask).sum(1), torch.ones(3), **EXACT)


def test_weights_are_exactly_0_on_padding(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews((4, 0, 7), width=9)
    _, weights = pooling(x, mask)
    assert (weights[~mask] == 0).all()


def test_weights_are_nowhere_negative(pooling: nn.Module, reviews: Draw) -> None:
    _, weights = pooling(*reviews())
    assert (weights >= 0).all()


def test_the_weight_of_the_only_token_is_1(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews((1, 7, 1))
    _, weights = pooling(x, mask)
    torch.testing.assert_close(weights[[0, 2], 0], torch.ones(2), **EXACT)


# A review is read alone


@pytest.mark.parametrize("extra", [1, 13])
def test_the_amount_of_padding_changes_nothing(pooling: nn.Module, reviews: Draw, extra: int) -> None:
    x, mask = reviews()
    wider = torch.cat([x, torch.randn(3, extra, 5)], dim=1), torch.cat([mask, mask.new_zeros(3, extra)], dim=1)
    pooled, weights = pooling(*wider)
    same((pooled, weights[:, :7]), pooling(x, mask))


@pytest.mark.parametrize("value", [0.0, 1e4, -1e4, 1e30])
def test_values_under_the_padding_change_nothing(pooling: nn.Module, reviews: Draw, value: float) -> None:
    x, mask = reviews((4, 0, 7), width=8)
    same(pooling(x.masked_fill(~mask[:, :, None], value), mask), pooling(x, mask))


def test_gradients_do_not_see_what_stands_under_the_padding(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews((4, 0, 7), width=8)
    learners = [x.requires_grad_(), *pooling.parameters()]

    def gradients(padding: float) -> tuple[Tensor, ...]:
        outputs = pooling(x.masked_fill(~mask[:, :, None], padding), mask)
        return torch.autograd.grad(squared(*outputs), learners, materialize_grads=True)

    torch.testing.assert_close(gradients(1e4), gradients(0), **EXACT)


def test_a_review_does_not_depend_on_those_beside_it(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews()
    pooled, weights = pooling(x, mask)
    for b, length in enumerate((4, 7, 2)):
        alone = pooling(x[b : b + 1, :length], mask[b : b + 1, :length])
        same((pooled[b : b + 1], weights[b : b + 1, :length]), alone)


def test_the_order_of_the_batch_is_the_order_of_the_answers(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews()
    order = [2, 0, 1]
    pooled, weights = pooling(x, mask)
    same(pooling(x[order], mask[order]), (pooled[order], weights[order]))


def test_vectors_handed_in_are_left_as_they_are(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews((4, 0, 7))
    before = x.clone(), mask.clone()
    pooling(x, mask)
    assert torch.equal(x, before[0])
    assert torch.equal(mask, before[1])


# Edges


def test_a_review_without_a_token_pools_to_zeros(pooling: nn.Module, reviews: Draw) -> None:
    pooled, _ = pooling(*reviews((4, 0, 7)))
    assert (pooled[1] == 0).all()


def test_a_review_without_a_token_has_finite_gradients(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews((0, 0), width=3)
    squared(*pooling(x.requires_grad_(), mask)).backward()
    assert all(g is None or g.isfinite().all() for g in (x.grad, *(p.grad for p in pooling.parameters())))


def test_a_batch_in_which_no_review_has_a_token_pools_to_zeros(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews((0, 0, 0))  # L, the length of the longest, is 0
    same(pooling(x, mask), (torch.zeros(3, pooling.out_features), torch.zeros(3, 0)))


@pytest.mark.parametrize("sign", [1, -1])
def test_large_scores_stay_finite(pooling: nn.Module, reviews: Draw, sign: int) -> None:
    x, mask = reviews((4, 1, 7))
    x = (sign * 1e3 * x).requires_grad_()
    pooled, weights = pooling(x, mask)
    squared(pooled, weights).backward()
    assert all(tensor.isfinite().all() for tensor in (pooled, weights, x.grad))


def test_scores_near_the_end_of_float32_stay_finite(lab: ModuleType, reviews: Draw) -> None:
    pooling = lab.LearnedQueryPooling(5)
    nn.init.constant_(pooling.query, 1e18)
    x, mask = reviews()
    _, weights = pooling(x.sign() * 1e18, mask)
    torch.testing.assert_close(weights.sum(1), torch.ones(3), **EXACT)


def test_a_batch_of_one_keeps_its_axis(pooling: nn.Module, reviews: Draw) -> None:
    pooled, weights = pooling(*reviews((7,)))
    assert (pooled.shape, weights.shape) == ((1, pooling.out_features), (1, 7))


def test_a_single_token_keeps_its_axis(pooling: nn.Module, reviews: Draw) -> None:
    pooled, weights = pooling(*reviews((1, 1)))
    assert (pooled.shape, weights.shape) == ((2, pooling.out_features), (2, 1))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64], ids=str)
def test_the_type_of_the_vectors_is_kept(pooling: nn.Module, reviews: Draw, dtype: torch.dtype) -> None:
    pooled, weights = pooling.to(dtype)(*reviews(dtype=dtype))
    assert (pooled.dtype, weights.dtype) == (dtype, dtype)


# Learning


def test_gradients_equal_numerical_ones_under_a_random_upstream(pooling: nn.Module, reviews: Draw) -> None:
    pooling.double()
    x, mask = reviews((3, 0, 4), dtype=torch.float64)
    x = torch.where(mask[:, :, None], x, 1.0)
    names, parameters = [*dict(pooling.named_parameters())], [*pooling.parameters()]
    pooled_upstream = torch.randn(3, pooling.out_features, dtype=torch.float64)
    weights_upstream = torch.randn(3, 4, dtype=torch.float64)

    def upstream(x: Tensor, *values: Tensor) -> Tensor:
        pooled, weights = functional_call(pooling, dict(zip(names, values, strict=True)), (x, mask))
        return (pooled * pooled_upstream).sum() + (weights * weights_upstream).sum()

    assert torch.autograd.gradcheck(upstream, (x.requires_grad_(), *parameters), fast_mode=True)


def test_gradients_reach_every_parameter_of_a_new_pooling(new_pooling: Callable[[], nn.Module], reviews: Draw) -> None:
    pooling = new_pooling()
    x, mask = reviews()
    pooled, _ = pooling(x.requires_grad_(), mask)
    pooled.backward(torch.randn_like(pooled))
    asleep = [name for name, p in pooling.named_parameters() if p.grad is None or not p.grad.any()]
    assert asleep == []


def test_gradients_reach_every_token(pooling: nn.Module, reviews: Draw) -> None:
    x, mask = reviews()
    squared(*pooling(x.requires_grad_(), mask)).backward()
    assert x.grad is not None
    assert (x.grad.abs().sum(2) > 0)[mask].all()


@pytest.mark.parametrize(
    ("name", "sizes", "count"),
    [
        ("MeanPooling", (5,), 0),
        ("LearnedQueryPooling", (5,), 5),
        ("TextQueryPooling", (5, 6), 5 * 5 + 5 + 6 * 5 + 6),
        ("ContextualPooling", (5, 4, 1, "gru", False), 3 * 4 * (5 + 4 + 2) + 4),
        ("ContextualPooling", (5, 4, 2, "lstm", True), 2 * 4 * 4 * (5 + 4 + 2) + 2 * 4 * 4 * (8 + 4 + 2) + 8),
    ],
)
def test_every_number_that_learns_is_registered(lab: ModuleType, name: str, sizes: tuple[int, ...], count: int) -> None:
    assert sum(p.numel() for p in getattr(lab, name)(*sizes).parameters() if p.requires_grad) == count


@pytest.mark.parametrize(
    ("name", "sizes", "width"),
    [
        ("MeanPooling", (5,), 5),
        ("LearnedQueryPooling", (5,), 5),
        ("TextQueryPooling", (5, 6), 6),
        ("ContextualPooling", (5, 4), 4),
        ("ContextualPooling", (5, 4, 2, "gru"), 4),
        ("ContextualPooling", (5, 4, 1, "lstm", True), 8),
    ],
)
def test_out_features_is_the_width_asked_for(lab: ModuleType, name: str, sizes: tuple[int, ...], width: int) -> None:
    assert getattr(lab, name)(*sizes).out_features == width


def test_out_features_is_the_width_of_what_is_pooled(pooling: nn.Module, reviews: Draw) -> None:
    pooled, _ = pooling(*reviews())
    assert pooled.shape == (3, pooling.out_features)


def test_a_saved_state_restores_the_answers(
    pooling: nn.Module, new_pooling: Callable[[], nn.Module], reviews: Draw
) -> None:
    restored = new_pooling()
    restored.load_state_dict(pooling.state_dict())
    x, mask = reviews()
    same(restored(x, mask), pooling(x, mask))
