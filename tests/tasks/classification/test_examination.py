from __future__ import annotations

import math

import numpy as np
import pytest
from torch import nn

from amal_attention.errors import DataError
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.examination import (
    evidence_share,
    read_batch,
    read_reviews,
    read_text,
)
from tests.tasks.classification.counting import Counting, lengths_of


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> ReviewData:
    return ReviewData("sample", cache_dir=str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


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
