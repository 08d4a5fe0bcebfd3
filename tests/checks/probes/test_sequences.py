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


def test_an_axis_of_layers_is_told_where_shapes_are_looked_at_and_mended_elsewhere():
    probe = EncoderProbe(num_tokens=6, width=3)
    inputs, reply = probe.inputs((2, 1), 0), (torch.ones(2, 2, 3), torch.ones(1, 2, 3))
    assert probe.seen(reply, inputs)["final"].shape == (2, 3)
    with pytest.raises(Missed, match=r"final of shape \(2, 3\)") as caught:
        probe.seen(reply, inputs, mend=False)
    assert "axis of layers" in caught.value.hint


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        (torch.ones(2, 4, 6), "return both"),
        ((torch.ones(2, 6), torch.ones(2, 4, 6)), "memory first"),
        ((torch.ones(2, 4, 3), torch.ones(2, 3)), "2 · hidden_size"),
        ((torch.ones(2, 4, 6), torch.ones(6)), "squeeze"),
        ((torch.ones(4, 2, 6), torch.ones(2, 6)), "batch_first"),
    ],
)
def test_the_mistake_of_a_reply_is_told(reply, hint):
    probe = EncoderProbe(num_tokens=6, width=6)
    with pytest.raises(Missed) as caught:
        probe.seen(reply, probe.inputs((4, 1), 0))
    assert hint in caught.value.hint


def test_one_part_may_be_looked_at_by_itself():
    probe = EncoderProbe(num_tokens=6, width=3, parts=["final"])
    inputs = probe.inputs((2, 1), 0)
    assert [*probe.seen((torch.ones(2, 2, 3), torch.ones(2, 3)), inputs)] == [*probe.main(inputs)] == ["final"]


def test_another_character_is_none_that_stands_on_padding():
    probe = EncoderProbe(num_tokens=4, width=3)
    tokens, mask = probe.inputs((5,) * 20, 0)
    other, _ = probe.another((tokens, mask), 2, 1)
    assert (other != tokens).nonzero()[:, 1].unique().tolist() == [2]
    assert (other[:, 2] != tokens[:, 2]).all() and other.min() >= 1 and other.max() < 4
