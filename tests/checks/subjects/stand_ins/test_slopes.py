"""The function that stands in triples what goes in and what comes back."""

from __future__ import annotations

import torch

from amal_attention.checks.subjects.stand_ins.slopes import triple_and_add


def test_it_triples_and_adds() -> None:
    assert triple_and_add(torch.tensor([[1.0, -2.0]]), 0.5).tolist() == [[3.5, -5.5]]


def test_what_comes_back_is_three_times_what_comes_in() -> None:
    x = torch.randn(4, 3, requires_grad=True)
    upstream = torch.randn(4, 3)
    (came,) = torch.autograd.grad(triple_and_add(x, 7.0), x, upstream)
    torch.testing.assert_close(came, 3 * upstream)
