from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from lightning import LightningModule
from torch import nn

from amal_attention.errors import DataError
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.examination import (
    evidence_share,
    examine,
    read_batch,
    read_reviews,
    read_text,
)


class Counting(LightningModule):
    """Says pos (1) when a review has an odd number of tokens; attends to the last token alone."""

    class Last(nn.Module):
        def forward(self, tokens, mask):
            last = torch.zeros(mask.shape).scatter(1, mask.sum(dim=1, keepdim=True) - 1, 1.0)
            return mask.sum(dim=1), last

    def __init__(self) -> None:
        super().__init__()
        self.pooling = self.Last()

    def forward(self, tokens, mask):
        lengths, _ = self.pooling(tokens, mask)
        return nn.functional.one_hot(lengths % 2, 2) * math.log(3.0)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> ReviewData:
    return ReviewData("sample", cache_dir=str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


def lengths_of(data: ReviewData, rows) -> np.ndarray:
    return np.array([data.reviews.store.offsets[row + 1] - data.reviews.store.offsets[row] for row in rows])


def entropy(weights, mask):
    return torch.special.entr(weights).sum(dim=1)


def test_what_is_right_comes_in_the_order_of_the_reviews(data):
    result = examine(Counting(), data, "test", entropy)
    rows = data.rows("test")
    assert (result.right == (lengths_of(data, rows) % 2 == data.reviews.store.labels[rows])).all()


def test_accuracy_is_the_share_of_right_predictions(data):
    result = examine(Counting(), data, "test", entropy)
    rows = data.rows("test")
    odd = [length % 2 for length in lengths_of(data, rows).tolist()]
    labels = data.reviews.store.labels[rows].tolist()
    assert result.accuracy == pytest.approx(sum(map(int.__eq__, odd, labels)) / len(rows))


def test_attention_on_one_word_has_no_entropy(data):
    spread = examine(Counting(), data, "validation", entropy).spread
    assert (spread["entropy"], spread["effective_words"]) == (0, 1)


def test_evidence_is_the_attention_on_flagged_tokens_beside_uniform_attention(data):
    store = data.reviews.store
    attended, chance = [], []
    for row in data.rows("test"):
        flags = store.evidence[store.offsets[row] : store.offsets[row + 1]]
        attended.append(float(flags[-1]))
        chance.append(flags.mean())
    share = evidence_share(Counting(), data, "test")
    assert share["evidence"] == pytest.approx(np.mean(attended), abs=1e-6)
    assert share["evidence_by_chance"] == pytest.approx(np.mean(chance), abs=1e-6)


def test_a_reading_shows_every_token_with_its_weight(data):
    row = int(data.rows("test")[3])
    (reading,) = read_reviews(Counting(), data, np.array([row]))
    assert len(reading.tokens) == len(reading.weights) == lengths_of(data, [row])[0]
    assert reading.weights[-1] == 1 and sum(reading.weights) == 1


def test_a_reading_tells_the_label_the_prediction_and_its_probability(data):
    row = int(data.rows("test")[3])
    (reading,) = read_reviews(Counting(), data, np.array([row]))
    assert reading.label == ("neg", "pos")[data.reviews.store.labels[row]]
    assert reading.prediction == ("neg", "pos")[len(reading.tokens) % 2]
    assert reading.probability == pytest.approx(0.75)


def test_without_an_entropy_nothing_is_told_of_it(data, recwarn):
    assert examine(Counting(), data, "validation", None).spread == {}
    assert not recwarn.list


def test_a_text_of_ones_own_is_split_as_the_reviews_were_and_read(data):
    reading = read_text(Counting(), data, "A dull<br />film.")
    assert (reading.tokens, reading.weights) == (["a", "dull", "film", "."], [0, 0, 0, 1])
    assert (reading.prediction, reading.label, reading.probability) == ("neg", "", pytest.approx(0.75))


def test_a_text_without_a_word_is_told(data):
    with pytest.raises(DataError, match="no word in it"):
        read_text(Counting(), data, " <br /> ")


def test_a_batch_is_read_without_dropout_whatever_the_mode_of_the_model(data):
    class Dropping(Counting):
        def forward(self, tokens, mask):
            return nn.functional.dropout(super().forward(tokens, mask), 0.9, self.training)

    model = Dropping().train()
    logits, _ = read_batch(model, data.reviews.whole(data.rows("test")[:64]))
    assert logits.sum(dim=1).tolist() == pytest.approx([math.log(3.0)] * 64)
