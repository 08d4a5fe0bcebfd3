"""What a cell says in the words of a catalogue: nothing else of it changes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from amal_attention.course.release.cell_words import in_language, said_in
from amal_attention.language import Language

pytest.importorskip("babel")

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
WORDS = {
    "the sum": "la somme",
    "sum": "somme",
    "two words": 'deux "mots"',
    "a long text": "un texte qui dépasse",
    "{n} of {x}\né": "sur {x} {{ici}} : {n}\né",
    "Sums up.\n\nTwice.": "Additionne : \\n.\n\nDeux fois.",
}


@pytest.fixture
def french(tmp_path: Path) -> Language:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    entries = [f"msgid {quoted(english)}\nmsgstr {quoted(told)}\n" for english, told in WORDS.items()]
    (tmp_path / "fr.po").write_text(HEAD + "\n".join(entries), "utf-8")
    return Language("fr", (tmp_path,))


def test_what_it_says_is_told_as_a_catalogue_has_it():
    source = 'def f(n):\n    """Sums\n    up."""\n    # the sum\n    return f"{n:.1f} of all", "the sum", "sum"\n'
    assert said_in(source) == {"Sums\nup.", "the sum", "{n} of all"}


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
        ("f(  # the sum\n    'é',  # the sum\n)", "f(  # la somme\n    'é',  # la somme\n)"),
        ("#the sum\n### the sum\n# the sum", "#the sum\n### the sum\n# la somme"),
        ('f"{n!r} of {x:.1%}\\n" "é"', 'f"sur {x:.1%} {{ici}} : {n!r}\\né"'),
        ('f"{n} of {x}"', 'f"{n} of {x}"'),
        ('f"{len(n)} of {x}"', 'f"{len(n)} of {x}"'),
        ('x["sum"], name', 'x["sum"], name'),
        ('def f():\n    "the sum"\n    return "the sum"', 'def f():\n    """la somme"""\n    return "la somme"'),
        (
            'class A:\n    def f(self):\n        """Sums up.\n\n        Twice.\n        """\n        return 1',
            'class A:\n    def f(self):\n        """Additionne : \\\\n.\n\n        Deux fois.\n        """\n'
            "        return 1",
        ),
        ("x = 'the sums', 'sum', '', b'the sum', 3", "x = 'the sums', 'sum', '', b'the sum', 3"),
        ('with a("q1"):\n    b()\n### BEGIN HIDDEN TESTS\n', 'with a("q1"):\n    b()\n### BEGIN HIDDEN TESTS\n'),
        ("", ""),
    ],
)
def test_texts_that_the_catalogue_knows_are_told_in_its_words_and_nothing_else_changes(french, source, told):
    assert in_language(source, french) == told
    ast.parse(told)


@pytest.mark.parametrize("source", ["%magic 'the sum'", "x = 'the sum'\n    y", "f('the sum'"])
def test_what_is_no_python_stays(french, source):
    assert in_language(source, french) == source and said_in(source) == set()
