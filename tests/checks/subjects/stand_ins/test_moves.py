"""What stands in for a function that moves words does what it says."""

from __future__ import annotations

import torch
from torch import nn

from amal_attention.checks.subjects.stand_ins.moves import moved_by_class


def test_each_text_moves_by_its_class_and_padding_stays() -> None:
    x, mask = torch.randn(2, 3, 4, requires_grad=True), torch.tensor([[True, True, False], [True, False, False]])
    moved = moved_by_class(nn.Identity(), x, mask, torch.tensor([0, 2]), 0.5)
    expected = torch.tensor([[0.75, 0.75, 0.0], [2.25, 0.0, 0.0]]).unsqueeze(2).expand(2, 3, 4)
    torch.testing.assert_close(moved - x.detach(), expected)
    assert not moved.requires_grad
