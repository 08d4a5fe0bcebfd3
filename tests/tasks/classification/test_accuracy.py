"""Accuracy after each epoch, of a classifier that logs its cost alone."""

from __future__ import annotations

import pytest
from torch import nn

from amal_attention.tasks.classification import Accuracy
from amal_attention.training.learner import Learner
from tests.fitting import LENGTHS, Model, fitted


class Short(nn.Module):
    """Says class 0 of texts of up to 4 words: all labels are 0."""

    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(1, 2)

    def forward(self, tokens, mask):
        lengths = mask.sum(dim=1, keepdim=True)
        return nn.functional.one_hot((lengths[:, 0] > 4).long(), 2) + 0 * self.output(lengths.float())


def cost(model, batch):
    return nn.functional.cross_entropy(model(batch.tokens, batch.mask), batch.labels)


def test_the_share_of_right_texts_is_logged_and_no_text_is_read_twice():
    model, calls = Short(), []
    model.register_forward_hook(lambda *call: calls.append(call))
    trainer = fitted(Learner(model, cost), Accuracy(), epochs=1)
    right = sum(length <= 4 for length in LENGTHS)
    assert float(trainer.callback_metrics["val_accuracy"]) == pytest.approx(right / len(LENGTHS))
    assert len(calls) == 2 + 2 + 2, "two batches: in the sanity check, to train on, in validation"
    assert len(model._forward_hooks) == 1, "nothing goes on looking"


def test_a_model_that_logs_it_itself_is_left_alone():
    trainer = fitted(Model(), Accuracy())
    assert float(trainer.callback_metrics["val_accuracy"]) == 0.75
