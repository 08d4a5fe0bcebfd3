"""A name from outside is shown on one line and does nothing to a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.course.shown import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoé 李", "Zoé 李"),
        ("a\x1b[31m\n\t", "a\\x1b[31m\\n\\t"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\udce9", "\\udce9"),
        ("x" * 121, "x" * 120 + "…"),
    ],
)
def test_what_is_shown(text, expected):
    assert shown(text) == expected


@given(text=st.text())
def test_anything_is_shown_in_one_line_that_can_be_printed(text):
    assert shown(text).isprintable()
    shown(text).encode()
