from __future__ import annotations

import pytest

from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.examined import examine
from tests.tasks.classification.counting import Counting, entropy, lengths_of


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> ReviewData:
    return ReviewData("sample", cache_dir=str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


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


def test_without_an_entropy_nothing_is_told_of_it(data, recwarn):
    assert examine(Counting(), data, "validation", None).spread == {}
    assert not recwarn.list
