"""Stand-ins made of torch's parts see what the mask lets them see, and say where they looked."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks.subjects.stand_ins.torch_parts import (
    Table,
    TorchDecoderLayer,
    TorchEncoder,
    TorchEncoderLayer,
    TorchHeads,
    TorchNorm,
    torch_attention,
)
from amal_attention.grading.wire.student import LocalStudent

MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]).bool()
LAYERS = {
    "layer": TorchEncoderLayer(6, 2, 9),
    "pre-LN layer": TorchEncoderLayer(6, 2, 9, norm_first=True),
    "encoder": TorchEncoder(6, 2, 9, 3),
    "pre-LN encoder": TorchEncoder(6, 2, 9, 2, norm_first=True),
}


@pytest.fixture
def x() -> Tensor:
    return torch.randn(3, 4, 6, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_padding_is_not_looked_at(layer: nn.Module, training: bool, x: Tensor) -> None:
    layer.train(training)
    states, weights = layer(x, MASK)
    other = torch.where(MASK.unsqueeze(2), x, 5.0)
    assert torch.allclose(layer(other, MASK)[0][MASK], states[MASK], atol=1e-5)
    assert torch.allclose(weights.sum(3), MASK.any(1).float().reshape(3, 1, 1).expand(3, 2, 4), atol=1e-6)
    assert not weights[1, :, :, 2:].any() and torch.isfinite(states).all()


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_each_place_may_have_a_mask_of_its_own(layer: nn.Module, x: Tensor) -> None:
    seen = torch.ones(4, 4, dtype=torch.bool).tril().expand(3, 4, 4)
    states, weights = layer(x, seen)
    later = x.clone()
    later[:, 2:] = 5.0
    assert torch.allclose(layer(later, seen)[0][:, :2], states[:, :2], atol=1e-5)
    assert not weights.triu(1).any()


def test_heads_are_those_of_torch_and_a_query_that_sees_nothing_gets_zeros(x: Tensor) -> None:
    heads, memory = TorchHeads(6, 3), torch.randn(3, 5, 6)
    expected, weights = heads.inner(x, memory, memory, average_attn_weights=False)
    for mask in (None, torch.ones(3, 1, 5, dtype=torch.bool), torch.ones(3, 4, 5, dtype=torch.bool)):
        states, given = heads(x, memory, mask)
        assert torch.allclose(states, expected, atol=1e-6) and torch.allclose(given, weights, atol=1e-6)
    blind = torch.ones(3, 4, 5, dtype=torch.bool)
    blind[0, 1] = False
    states, given = heads(x, memory, blind)
    assert not given[0, :, 1].any() and not states[0, 1].any() and states[0, 0].any()


@pytest.mark.parametrize("norm_first", [True, False])
def test_a_decoder_layer_sees_no_later_word_and_no_padding_of_the_memory(norm_first: bool, x: Tensor) -> None:
    layer, memory = TorchDecoderLayer(6, 2, 9, norm_first), torch.randn(3, 5, 6)
    words, readable = torch.ones(3, 4, dtype=torch.bool), torch.tensor([[1, 1, 1, 0, 0]] * 3).bool()
    states, weights = layer(x, words, memory, readable)
    later, other = x.clone(), memory.clone()
    later[:, 2:], other[:, 3:] = 5.0, 5.0
    assert torch.allclose(layer(later, words, other, readable)[0][:, :2], states[:, :2], atol=1e-5)
    assert not torch.allclose(layer(x, words, memory + 1, readable)[0], states, atol=1e-3)
    assert weights.shape == (3, 2, 4, 5) and torch.allclose(weights[0, 0, 0], torch.tensor([1, 1, 1, 0, 0]) / 3)


@pytest.mark.parametrize("leading", [(), (3,), (3, 2)])
@pytest.mark.parametrize(
    "mask",
    [None, torch.tensor([True, False, True, True]), MASK, MASK[:1], torch.zeros(1, dtype=torch.bool)],
    ids=["none", "keys", "whole", "one row", "nothing"],
)
def test_attention_of_torch_reads_by_its_weights(leading: tuple[int, ...], mask: Tensor | None) -> None:
    generator = torch.Generator().manual_seed(1)
    query, key, value = (torch.randn(*leading, *each, generator=generator) for each in ((3, 5), (4, 5), (4, 2)))
    read, weights = torch_attention(query, key, value, mask)
    seen = torch.ones(3, 4, dtype=torch.bool) if mask is None else mask.expand(3, 4)
    scores = (query @ key.mT / 5**0.5).masked_fill(~seen, -1e30)
    torch.testing.assert_close(weights, scores.softmax(dim=-1) * seen)
    torch.testing.assert_close(read, weights @ value)


def test_a_norm_is_that_of_torch(x: Tensor) -> None:
    assert torch.equal(TorchNorm(6, eps=0.1)(x), nn.functional.layer_norm(x, (6,), eps=0.1))


def test_a_table_gives_the_part_that_is_asked_for() -> None:
    values = torch.arange(20).reshape(4, 5)
    table = Table(values)
    assert table(2).tolist() == [[0, 1], [5, 6]] and table(1, 3).tolist() == [[0, 1, 2]]
    table(2).zero_()
    assert torch.equal(table.values, values)


def test_a_table_stands_in_for_an_answer_while_it_is_asked_to() -> None:
    student = LocalStudent({"causal_mask": lambda length: torch.zeros(length, length)})
    with student.standing_in(causal_mask=student.Table(torch.eye(3))):
        assert student.causal_mask(2).tolist() == [[1, 0], [0, 1]]
    assert not student.causal_mask(2).any()
