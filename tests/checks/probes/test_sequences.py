"""Lines that encoders are given, and how their replies are read."""

from __future__ import annotations

import pytest
import torch

from amal_attention.checks import EncoderProbe, some_lines
from amal_attention.checks.expectation import Missed


def test_lines_are_drawn_by_a_seed_and_hold_no_token_0():
    tokens, mask = some_lines(5, (4, 2, 1), seed=3)
    again, _ = some_lines(5, (4, 2, 1), seed=3)
    other, _ = some_lines(5, (4, 2, 1), seed=4)
    assert torch.equal(tokens, again) and not torch.equal(tokens, other)
    assert mask.sum(dim=1).tolist() == [4, 2, 1] and mask.dtype == torch.bool
    assert tokens.min() >= 1 and tokens.max() < 5


def test_what_stands_under_the_padding_changes_no_line():
    probe = EncoderProbe(num_tokens=6, width=3)
    (empty, mask), (noisy, same_mask) = probe.inputs((4, 1), 0, 0), probe.inputs((4, 1), 0, 10.0)
    assert torch.equal(mask, same_mask) and torch.equal(empty[mask], noisy[mask])
    assert not empty[~mask].any() and noisy[~mask].all()
    assert probe.sent((empty, mask)) == "2 lines of 4 and 1 characters, padded to 4"


def test_memory_on_padding_is_free():
    probe = EncoderProbe(num_tokens=6, width=3)
    inputs = probe.inputs((2, 1), 0)
    memory = torch.ones(2, 2, 3)
    memory[1, 1] = torch.nan
    seen = probe.seen((memory, torch.ones(2, 3)), inputs)
    assert seen["memory"][1, 1].tolist() == [0, 0, 0]
    memory[1, 0] = torch.nan
    with pytest.raises(Missed, match="finite"):
        probe.seen((memory, torch.ones(2, 3)), inputs)


def test_final_has_no_axis_too_many():
    probe = EncoderProbe(num_tokens=6, width=3)
    with pytest.raises(Missed, match=r"final of shape \(2, 3\)"):
        probe.seen((torch.ones(2, 2, 3), torch.ones(1, 2, 3)), probe.inputs((2, 1), 0))
