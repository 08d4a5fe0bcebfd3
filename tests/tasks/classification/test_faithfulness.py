from __future__ import annotations

import numpy as np
import pytest
import torch
from lightning import LightningModule
from torch import nn

from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.faithfulness import faithfulness, leave_one_out


class Bag(LightningModule):
    """The logit is a sum of fixed scores of the words; attention is proportional to ``sign`` times their size."""

    class Weights(nn.Module):
        def __init__(self, sign: float) -> None:
            super().__init__()
            self.sign = sign

        def forward(self, scores, mask):
            sizes = (self.sign * scores.abs() + 10) * mask
            return None, sizes / sizes.sum(dim=1, keepdim=True)

    def __init__(self, sign: float = 1.0) -> None:
        super().__init__()
        self.pooling = self.Weights(sign)

    def forward(self, tokens, mask):
        scores = torch.sin(tokens.double() * 12.9898) * 0.01 * mask
        self.pooling(scores, mask)
        return torch.stack([torch.zeros(len(tokens)), scores.sum(dim=1)], dim=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> ReviewData:
    return ReviewData("sample", cache_dir=str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


def test_leaving_a_word_out_changes_the_prediction_by_what_a_loop_finds():
    tokens, model = torch.tensor([5, 9, 2, 7]), Bag()
    mask = torch.ones(1, 4, dtype=torch.bool)
    whole = model(tokens.unsqueeze(0), mask).softmax(dim=1)[0]
    expected = []
    for place in range(4):
        rest = torch.cat([tokens[:place], tokens[place + 1 :]]).unsqueeze(0)
        part = model(rest, mask[:, 1:]).softmax(dim=1)[0]
        expected.append(0.5 * (whole - part).abs().sum().item())
    assert leave_one_out(model, tokens).tolist() == pytest.approx(expected)


def test_attention_that_follows_the_effect_of_each_word_has_tau_near_1(data):
    assert faithfulness(Bag(1), data, reviews=20)["faithfulness"] > 0.9


def test_attention_that_runs_against_the_effect_has_tau_near_minus_1(data):
    assert faithfulness(Bag(-1), data, reviews=20)["faithfulness"] < -0.9


def test_it_reads_as_many_reviews_as_asked_for(data):
    assert faithfulness(Bag(), data, reviews=7)["faithfulness_reviews"] == 7


def test_even_attention_has_no_tau(data):
    assert faithfulness(Bag(0), data, reviews=3) == {"faithfulness": None}


def test_only_test_reviews_are_read(data, monkeypatch):
    asked = []
    rows = ReviewData.rows
    monkeypatch.setattr(ReviewData, "rows", lambda self, split: asked.append(split) or rows(self, split))
    faithfulness(Bag(), data, reviews=2)
    assert asked == ["test"]


def test_the_mean_and_deviation_are_those_of_the_reviews(data, monkeypatch):
    taus = iter([0.2, 0.6, 0.1])
    monkeypatch.setattr(
        "amal_attention.tasks.classification.faithfulness.kendall_rank_corrcoef", lambda *args: next(taus)
    )
    result = faithfulness(Bag(), data, reviews=3)
    assert result["faithfulness"] == pytest.approx(0.3)
    assert result["faithfulness_deviation"] == pytest.approx(np.std([0.2, 0.6, 0.1]))
