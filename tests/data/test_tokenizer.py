"""The tokens of a text are what ``re.findall`` makes of it, in lower case, but for the signs listed here."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.data.tokenizer import TOKENIZERS, TokenizedTexts, Tokenizer
from amal_attention.errors import DataError

# What text is made of, without the signs on which the library and Python's ``re`` differ: those have their own test.
SIGNS = st.characters(
    categories="Lu Ll Lt Lm Lo Nd Nl Pd Ps Pe Pi Pf Po Sm Sc Sk Zs Zl Zp Cc Cf".split(),
    exclude_characters="\u0130\u03a3",
    include_characters="_",
)
PIECES = st.sampled_from(
    ["n't", "N'T", "'s", "'Re", "'", "...", "..", "<br />", "<br", "/>", " ", "\n", "do", "n", "-"]
)
TEXTS = st.lists(st.one_of(PIECES, PIECES, SIGNS)).map("".join)
NAMES = st.sampled_from(sorted(TOKENIZERS))


def expected_words(text: str, name: str) -> list[str]:
    return re.findall(TOKENIZERS[name], text.replace("<br />", " ").lower())


def column(texts: list[str]) -> pa.LargeStringArray:
    return pa.array(texts, pa.large_string())


def words_of(tokenized: TokenizedTexts) -> list[list[str]]:
    return [
        [tokenized.words[token] for token in tokenized.tokens[begin:end]]
        for begin, end in zip(tokenized.offsets, tokenized.offsets[1:], strict=False)
    ]


@given(text=TEXTS, name=NAMES)
def test_the_words_of_any_text_are_those_that_re_finds(text: str, name: str) -> None:
    assert Tokenizer(name).words(text) == expected_words(text, name)


@given(parts=st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=3), name=NAMES)
def test_texts_of_several_parts_follow_one_another(parts: list[list[str]], name: str) -> None:
    tokenized = Tokenizer(name).tokenize([column(texts) for texts in parts])
    assert words_of(tokenized) == [expected_words(text, name) for texts in parts for text in texts]


@given(texts=st.lists(TEXTS), name=NAMES)
def test_a_word_has_one_number(texts: list[str], name: str) -> None:
    words = Tokenizer(name).tokenize([column(texts)]).words
    assert len(words) == len(set(words))


@given(texts=st.lists(TEXTS), name=NAMES)
def test_every_word_stands_in_some_text(texts: list[str], name: str) -> None:
    tokenized = Tokenizer(name).tokenize([column(texts)])
    assert set(tokenized.tokens.tolist()) == set(range(len(tokenized.words)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t ", []),
        ("<br />", []),
        ("<br /><br />", []),
        ("Good.<br /><br />Bad", ["good", ".", "bad"]),
        ("don't", ["do", "n't"]),
        ("DON'T", ["do", "n't"]),
        ("can't've", ["ca", "n't", "'ve"]),
        ("don'ty", ["don", "'", "ty"]),
        ("it's 'start' 'd'", ["it", "'s", "'", "start", "'", "'d", "'"]),
        ("well-made", ["well", "-", "made"]),
        ("so....", ["so", "...", "."]),
        ("8/10!!", ["8", "/", "10", "!", "!"]),
        ("snake_case", ["snake", "_", "case"]),
        ("déjà-vu, ça", ["déjà", "-", "vu", ",", "ça"]),
        ("映画 👍🏽", ["映画", "👍", "🏽"]),
    ],
)
def test_glove_sets_punctuation_and_clitics_apart(text: str, words: list[str]) -> None:
    assert Tokenizer("glove").words(text) == words


def test_whitespace_keeps_whatever_no_space_parts() -> None:
    assert Tokenizer("whitespace").words("I don't...<br />LIKE it!\n") == ["i", "don't...", "like", "it!"]


# Python's ``re`` would answer otherwise: it takes accents of their own for signs, and raised numbers for letters.
@pytest.mark.parametrize(
    ("text", "words", "of_re"),
    [
        ("cafe\u0301s", ["cafe\u0301s"], ["cafe", "\u0301", "s"]),
        ("हिन्दी", ["हिन्दी"], ["ह", "ि", "न", "्", "द", "ी"]),
        ("x²", ["x", "²"], ["x²"]),
        ("2½", ["2", "½"], ["2½"]),
        ("a‿b", ["a‿b"], ["a", "‿", "b"]),
        ("aⒷ", ["aⓑ"], ["a", "ⓑ"]),
        ("İ", ["i"], ["i", "\u0307"]),
        ("ΟΔΟΣ", ["οδοσ"], ["οδος"]),
    ],
    ids=["accent", "vowel sign", "raised", "fraction", "tie", "circled", "dotted I", "final sigma"],
)
def test_the_library_differs_from_re_on_rare_signs(text: str, words: list[str], of_re: list[str]) -> None:
    assert (Tokenizer("glove").words(text), expected_words(text, "glove")) == (words, of_re)


def test_only_the_tag_as_imdb_writes_it_is_a_space() -> None:
    assert Tokenizer("whitespace").words("a<br />b<br/>c") == ["a", "b<br/>c"]


def test_a_text_of_100000_words_keeps_them_all() -> None:
    text = " ".join(f"w{number % 30_011}" for number in range(100_000))
    assert Tokenizer("glove").words(text) == text.split()


def test_a_chunk_of_100000_signs_is_split_whole() -> None:
    assert Tokenizer("glove").words("don't!" * 33_333) == ["do", "n't", "!"] * 33_333


@pytest.mark.parametrize("distinct", [99, 100, 101, 200, 201])
def test_no_word_is_lost_where_calls_to_the_library_meet(distinct: int) -> None:
    text = " ".join(f"w{number}n't" for number in range(distinct))
    assert Tokenizer("glove").words(text) == [piece for number in range(distinct) for piece in (f"w{number}", "n't")]


def test_a_line_break_at_the_end_of_a_part_is_a_space_whatever_lies_in_memory() -> None:
    """Arrow's ``utf8_split_whitespace`` reads on past a text that ends with white space, and obeys what it finds."""
    tokenizer, after = Tokenizer("glove"), column(["an other part"])
    wrong = []
    for length in range(1, 61):
        for lead in ("", "x"):  # the memory that is free for the next text ends in the middle of a letter, or not
            tokenizer.tokenize([column([lead + "é" * 60])] * 4)
            tokenized = tokenizer.tokenize([column(["x" * length + "\n"]), after])
            if words_of(tokenized) != [["x" * length], ["an", "other", "part"]]:
                wrong.append(length)
    assert wrong == []


def test_a_slice_of_a_column_is_tokenised_as_its_own_texts() -> None:
    texts = ["one", "two three", "", "four five six", "seven"]
    assert words_of(Tokenizer("glove").tokenize([column(texts)[1:4]])) == [
        ["two", "three"],
        [],
        ["four", "five", "six"],
    ]


def test_a_part_without_texts_adds_nothing() -> None:
    tokenized = Tokenizer("glove").tokenize([column(["a b"]), column([]), column(["c"])])
    assert words_of(tokenized) == [["a", "b"], ["c"]]


def test_numbers_of_tokens_are_int32_and_offsets_int64() -> None:
    tokenized = Tokenizer("glove").tokenize([column(["a b", "c"])])
    assert (tokenized.tokens.dtype, tokenized.offsets.dtype) == (np.int32, np.int64)


def test_a_fingerprint_belongs_to_one_tokeniser() -> None:
    assert len({Tokenizer(name).fingerprint for name in TOKENIZERS}) == len(TOKENIZERS)


def test_a_fingerprint_changes_with_the_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Tokenizer("glove").fingerprint
    monkeypatch.setitem(TOKENIZERS, "glove", r"\w+")
    assert Tokenizer("glove").fingerprint != before


def test_an_unknown_tokeniser_is_answered_with_those_there_are(refusal: Callable[..., str]) -> None:
    assert "glove, whitespace" in refusal(DataError, lambda: Tokenizer("words"))
