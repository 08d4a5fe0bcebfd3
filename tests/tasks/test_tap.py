from __future__ import annotations

import pytest
import torch
from torch import nn

from amal_attention.errors import LabError
from amal_attention.tasks.tap import tapped_attention


class Pooling(nn.Module):
    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights


class Model(nn.Module):
    def __init__(self, pooling=None):
        super().__init__()
        self.pooling = pooling

    def forward(self, x, mask):
        return self.pooling(x, mask)[0]


MASK = torch.tensor([[True, True, False], [True, False, False]])


def test_the_weights_of_the_last_batch_are_seen():
    model = Model(Pooling())
    with tapped_attention(model) as tap:
        model(torch.randn(2, 3, 4), MASK)
    assert torch.equal(tap.taken(), torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]))


def test_a_pair_may_be_a_list_as_in_the_checks():
    class Listed(Pooling):
        def forward(self, x, mask):
            return list(super().forward(x, mask))

    model = Model(Listed())
    with tapped_attention(model) as tap:
        model(torch.randn(2, 3, 4), MASK)
    assert torch.equal(tap.taken(), torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]))


def test_the_weights_seen_carry_no_gradient():
    model = Model(Pooling())
    x = torch.randn(2, 3, 4, requires_grad=True)
    with tapped_attention(model) as tap:
        model(x, MASK)
    assert not tap.taken().requires_grad


def test_nothing_is_watched_after_the_block_even_if_it_fails():
    model = Model(Pooling())
    with pytest.raises(ZeroDivisionError), tapped_attention(model):
        raise ZeroDivisionError
    assert not model.pooling._forward_hooks


def test_a_model_without_a_pooling_is_told_to_keep_one():
    with pytest.raises(LabError, match=r"attribute `pooling`; got a Model without one"), tapped_attention(Model()):
        pass


def test_a_pooling_that_returns_one_tensor_is_told_to_return_a_pair():
    class Single(Pooling):
        def forward(self, x, mask):
            return x.sum(dim=1)

    model = Model(Single())
    with pytest.raises(LabError, match=r"pair \(pooled, weights\); got Tensor"), tapped_attention(model):
        model(torch.randn(2, 3, 4), MASK)


def test_a_model_that_never_calls_its_pooling_is_told_so():
    with pytest.raises(LabError, match=r"calls self\.pooling"), tapped_attention(Model(Pooling())) as tap:
        tap.taken()
