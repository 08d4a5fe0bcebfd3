"""Padding is 0, unknown words are 1, and every other word has the number of its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.data.vocabulary import PAD, UNKNOWN, Vocabulary

KNOWN = ["the", "film", "plot", "n't", "é"]
VECTORS = np.array([[1, 2], [3, 5], [0, -4], [8, 1], [2, 2], [100, 100], [-100, 7]], dtype=np.float32)


def test_padding_and_unknown_words_come_first() -> None:
    assert Vocabulary(KNOWN).words == ["<pad>", "<unk>", "the", "film", "plot", "n't", "é"]


def test_the_length_counts_padding_and_unknown_words() -> None:
    assert len(Vocabulary(KNOWN)) == 7


@given(words=st.lists(st.sampled_from([*KNOWN, "worst", ""])))
def test_encoded_words_come_back_but_for_the_unknown(words: list[str]) -> None:
    vocabulary = Vocabulary(KNOWN)
    back = [vocabulary.words[number] for number in vocabulary.encode(words)]
    assert back == [word if word in KNOWN else "<unk>" for word in words]


def test_numbers_of_no_words_are_int64_too() -> None:
    assert Vocabulary(KNOWN).encode([]).dtype == np.int64


@given(ranks=st.lists(st.integers(0, 11)))
def test_ranks_are_numbered_as_their_words(ranks: list[int]) -> None:
    corpus = [*KNOWN, *(f"rare{number}" for number in range(7))]
    vocabulary = Vocabulary(KNOWN)
    encoded = vocabulary.encode_ranks(np.array(ranks, dtype=np.int32))
    assert encoded.tolist() == vocabulary.encode([corpus[rank] for rank in ranks]).tolist()


def test_ranks_keep_their_shape() -> None:
    assert Vocabulary(KNOWN).encode_ranks(np.zeros((2, 3), np.int32)).shape == (2, 3)


def test_ranks_are_left_as_they_were() -> None:
    ranks = np.array([0, 9, 4], dtype=np.int64)
    Vocabulary(KNOWN).encode_ranks(ranks)
    assert ranks.tolist() == [0, 9, 4]


def test_no_word_is_encoded_as_padding() -> None:
    assert PAD not in Vocabulary(KNOWN).encode_ranks(np.arange(12))


@pytest.mark.parametrize(("word", "known"), [("plot", True), ("worst", False), ("<pad>", False), (3, False)])
def test_a_vocabulary_contains_the_words_it_knows(word: object, known: bool) -> None:
    assert (word in Vocabulary(KNOWN)) is known


def test_a_table_has_padding_at_zero() -> None:
    assert Vocabulary(KNOWN).table(VECTORS)[PAD].tolist() == [0, 0]


def test_a_table_has_unknown_words_at_the_mean_of_the_known() -> None:
    mean = [sum(row[axis] for row in VECTORS[:5].tolist()) / 5 for axis in range(2)]
    np.testing.assert_allclose(Vocabulary(KNOWN).table(VECTORS)[UNKNOWN], mean, rtol=1e-6)


def test_a_table_has_each_known_word_at_its_number() -> None:
    vocabulary = Vocabulary(KNOWN)
    assert vocabulary.table(VECTORS)[vocabulary.encode(KNOWN)].tolist() == VECTORS[:5].tolist()


def test_a_table_is_float32_whatever_its_vectors_are() -> None:
    assert Vocabulary(KNOWN).table(VECTORS.astype(np.float64)).dtype == np.float32


def test_the_table_of_a_vocabulary_without_words_has_padding_and_unknown_at_zero() -> None:
    assert Vocabulary([]).table(VECTORS).tolist() == [[0, 0], [0, 0]]
