"""The tree of errors is the one its docstring draws, and every message is one line."""

from __future__ import annotations

import inspect
import io
import re
from contextlib import redirect_stdout

from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from amal_attention import errors
from amal_attention.errors import AmalError, LabError, VectorsError, explain
from amal_attention.language import speak

ERRORS = {name: value for name, value in vars(errors).items() if inspect.isclass(value)}


def drawn_tree() -> dict[str, str]:
    """Parent of each error, from the drawing in the module's docstring: the last name that is less indented."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"(?P<lead>[ │├└─]+)(?P<name>[A-Z]\w+)\s", line)
        if found is None:
            continue
        indent = len(found["lead"])
        above = [(depth, name) for depth, name in above if depth < indent]
        parents[found["name"]] = above[-1][1] if above else "Exception"
        above.append((indent, found["name"]))
    return parents


def test_the_tree_of_the_docstring_is_that_of_the_classes() -> None:
    assert drawn_tree() == {name: value.__base__.__name__ for name, value in ERRORS.items()}


def test_the_public_names_are_the_errors_and_explain() -> None:
    assert sorted(errors.__all__) == sorted([*ERRORS, "explain"])


def test_damaged_vectors_are_caught_where_any_damaged_data_is() -> None:
    assert issubclass(VectorsError, errors.DataError) and issubclass(VectorsError, AmalError)


@given(parts=st.tuples(st.text(), st.text(), st.text()))
def test_a_message_is_one_line_whatever_its_parts_hold(parts: tuple[str, str, str]) -> None:
    expected, got, do = parts
    assert len(explain(expected=expected, got=got, do=do).splitlines()) == 1


def test_a_message_gives_what_was_expected_then_what_came_then_what_to_do() -> None:
    assert explain(expected="two\n legs", got="three", do="count\tagain") == "expected two legs; got three; count again"


def test_a_notebook_shows_the_line_in_its_language_and_no_traceback() -> None:
    shell = InteractiveShell()
    shell.push({"error": LabError(explain(expected="a notebook", got="an empty file", do="hand it in again"))})
    speak("fr")
    with redirect_stdout(io.StringIO()) as shown:
        shell.run_cell("raise error")
    assert shown.getvalue().splitlines() == ["un notebook est attendu ; reçu : un fichier vide ; hand it in again"]
