"""The texts of a cell in the words of a catalogue: nothing else of it changes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from amal_attention.course.check_words import in_language
from amal_attention.language import Language

pytest.importorskip("babel")

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
WORDS = {"the sum": "la somme", "two words": 'deux "mots"', "a long text": "un texte qui dépasse"}


@pytest.fixture
def french(tmp_path: Path) -> Language:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '\\"') + '"'

    entries = [f"msgid {quoted(english)}\nmsgstr {quoted(told)}\n" for english, told in WORDS.items()]
    (tmp_path / "fr.po").write_text(HEAD + "\n".join(entries), "utf-8")
    return Language("fr", (tmp_path,))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("close_to(x, 'the sum')", 'close_to(x, "la somme")'),
        ('f(what="the sum", hint="two words")', 'f(what="la somme", hint="deux \\"mots\\"")'),
        ('é = "été", "the sum", "two words"', 'é = "été", "la somme", "deux \\"mots\\""'),
        ('f(\n    "a long "\n    "text",\n    1,\n)', 'f(\n    "un texte qui dépasse",\n    1,\n)'),
        ('{"the sum": "the sum"}', '{"la somme": "la somme"}'),
        ('x = f"the sum {y}" + "the sum"', 'x = f"the sum {y}" + "la somme"'),
        ("x = 1  # the sum, 'the sum'", "x = 1  # the sum, 'the sum'"),
        ("x = 'the sums', 'sum', '', b'the sum', 3", "x = 'the sums', 'sum', '', b'the sum', 3"),
        ('with a("q1"):\n    b()\n### BEGIN HIDDEN TESTS\n', 'with a("q1"):\n    b()\n### BEGIN HIDDEN TESTS\n'),
        ("", ""),
    ],
)
def test_texts_that_the_catalogue_knows_are_told_in_its_words_and_nothing_else_changes(french, source, told):
    assert in_language(source, french) == told
    ast.parse(told)
