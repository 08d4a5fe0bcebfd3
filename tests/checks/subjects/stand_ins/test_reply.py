"""A function that always gives the same tensor."""

import torch

from amal_attention.checks.subjects.stand_ins.reply import FixedReply


class TestFixedReply:
    def test_the_reply_is_the_same_whatever_is_asked(self) -> None:
        reply = FixedReply(torch.tensor([1, 2]))
        assert reply("a", 3).tolist() == reply(epsilon=0.5).tolist() == [1, 2]

    def test_a_reply_that_is_changed_changes_no_later_one(self) -> None:
        reply = FixedReply(torch.zeros(2))
        reply().add_(1)
        assert reply().tolist() == [0, 0]

    def test_it_carries_no_graph(self) -> None:
        assert not FixedReply(torch.zeros(2, requires_grad=True))().requires_grad
