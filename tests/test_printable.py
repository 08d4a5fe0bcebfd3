from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.printable import one_line, printable


@pytest.mark.parametrize("text", ["", "a b", "two\nlines", "été ∑ 中 🙂", "q̲"])
def test_what_does_no_harm_stays_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("a\rb", r"a\rb"),
        ("a\tb", r"a\tb"),
        ("\0", r"\x00"),
        ("\x7f", r"\x7f"),
        ("abc\u202edef", r"abc\u202edef"),
        ("\u2066\u2069\u200f\u061c", r"\u2066\u2069\u200f\u061c"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
        ("\ufeff", r"\ufeff"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_what_a_terminal_acts_on_is_spelt(text, shown):
    assert printable(text) == shown


def test_the_beginning_of_a_long_text_is_shown():
    assert printable("a" * 1000) == "a" * 1000
    assert printable("a" * 1001) == "a" * 1000 + "…"
    assert printable("abcdef", 3) == "abc…"
    assert printable("abc", 3) == "abc"


@pytest.mark.parametrize("value", [None, 3, b"text", ["text"], {}])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(TypeError, match=f"a {type(value).__name__} came"):
        printable(value)


@given(st.text(st.characters(), max_size=50))
def test_no_text_holds_a_control_a_mark_of_direction_or_half_a_character(text):
    shown = printable(text)
    assert {unicodedata.category(each) for each in shown.replace("\n", "")} <= {
        *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No"),
        *("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs"),
    }
    assert {unicodedata.bidirectional(each) for each in shown}.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoé 李", "Zoé 李"),
        ("a\x1b[31m\n\t", "a\\x1b[31m\\n\\t"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\udce9", "\\udce9"),
        ("x" * 121, "x" * 120 + "…"),
    ],
)
def test_a_name_is_shown_on_one_line(text, shown):
    assert one_line(text) == shown


@given(text=st.text())
def test_any_name_is_shown_in_one_line_that_can_be_printed(text):
    assert one_line(text).isprintable()
    one_line(text).encode()
