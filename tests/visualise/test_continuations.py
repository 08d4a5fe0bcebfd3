"""Texts that a model wrote, judged on what a page and a terminal show."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

from amal_attention.visualise.continuations import Continuations, continuations

PROMPT = ["we", "watched"]
WRITTEN = {0.0: ["it", "."], 0.5: ["<b>this</b>", "film", "\x1b[2J"]}


def table() -> Continuations:
    return continuations(PROMPT, WRITTEN)


def test_each_text_stands_in_its_row_with_the_prompt_in_bold() -> None:
    rows = re.findall(r"<tr.*?</tr>", table()._repr_html_(), flags=re.S)
    heads = [re.findall(r"<th[^>]*>(.*?)</th>", row) for row in rows]
    assert heads == [["temperature", "what is written"], ["0"], ["0.5"]]
    assert "<strong>we watched</strong> it.</td>" in rows[1]
    assert "<strong>we watched</strong> &lt;b&gt;this&lt;/b&gt; film \N{REPLACEMENT CHARACTER}[2J</td>" in rows[2]


def test_a_terminal_shows_the_same_texts() -> None:
    console = Console(width=60, file=StringIO(), record=True)
    console.print(table())
    shown = console.export_text()
    assert "temperature" in shown and "we watched it." in shown and "\x1b" not in shown
    assert str(table()).splitlines()[0] == "0: we watched it."


def test_a_prompt_that_is_empty_leaves_the_text_alone() -> None:
    assert str(continuations([], {0.0: ["it", "."]})) == "0: it."


def test_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        continuations(PROMPT, {})
