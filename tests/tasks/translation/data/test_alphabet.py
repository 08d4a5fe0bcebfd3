"""Numbers stand for characters one to one, and what a model writes is read as it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.errors import DataError
from amal_attention.tasks.translation import END, PAD, START, UNKNOWN, Alphabet

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(texts=st.lists(TEXTS))
def test_texts_come_back_from_their_numbers(texts: list[str]) -> None:
    alphabet = Alphabet.of(texts)
    assert [alphabet.decode(alphabet.encode(text)) for text in texts] == texts


@given(texts=st.lists(TEXTS))
def test_each_character_has_a_number_of_its_own_after_the_four_that_are_none(texts: list[str]) -> None:
    characters = sorted(set("".join(texts)))
    assert [Alphabet.of(texts).encode(character) for character in characters] == [
        [4 + place] for place in range(len(characters))
    ]


def test_the_four_that_are_no_characters_are_counted() -> None:
    assert (PAD, START, END, UNKNOWN) == (0, 1, 2, 3)
    assert len(Alphabet("xyz")) == 7


def test_the_order_of_texts_does_not_count() -> None:
    assert Alphabet.of(["chat", "bée"]).characters == Alphabet.of(["bée", "chat"]).characters == "abcehté"


def test_the_same_alphabet_is_made_of_what_a_checkpoint_keeps() -> None:
    alphabet = Alphabet.of(["3 août"])
    kept = json.loads(json.dumps(alphabet.characters))
    assert Alphabet(kept).encode("août 3") == alphabet.encode("août 3")


def test_an_unknown_character_has_the_number_of_the_unknown() -> None:
    assert Alphabet("ab").encode("aXb") == [4, UNKNOWN, 5]


def test_an_unknown_character_is_written_as_one() -> None:
    assert Alphabet("ab").decode([4, UNKNOWN, 5]) == "a�b"


@pytest.mark.parametrize("after", [[], [PAD, PAD], [4], [END, 5], [START, UNKNOWN]])
def test_what_stands_after_the_end_is_not_read(after: list[int]) -> None:
    assert Alphabet("ab").decode([5, 4, END, *after]) == "ba"


def test_a_line_that_never_ends_is_read_whole() -> None:
    assert Alphabet("ab").decode([5, 4, 5]) == "bab"


def test_padding_after_a_line_without_end_is_not_read() -> None:
    assert Alphabet("ab").decode([5, 4, PAD, PAD]) == "ba"


def test_nothing_written_is_an_empty_text() -> None:
    assert [Alphabet("ab").decode(tokens) for tokens in ([], [END], [END, 4], [PAD, PAD])] == [""] * 4


@pytest.mark.parametrize("number", [START, PAD, UNKNOWN, 6, -1])
def test_what_is_no_character_is_seen_within_a_text(number: int) -> None:
    assert Alphabet("ab").decode([4, number, 5, END]) == "a�b"


def test_a_row_of_a_batch_is_read() -> None:
    assert Alphabet("ab").decode(torch.tensor([4, 5, END, PAD])) == "ab"


def test_a_character_given_twice_is_told(refusal: Callable[..., str]) -> None:
    assert "each character once; got 'aba'" in refusal(DataError, lambda: Alphabet("aba"))
