"""Every language can say everything that the code says: nothing is missing, nothing is left over, no value is lost."""

from __future__ import annotations

import re
import string
import time
from pathlib import Path

import pytest

from amal_attention.language import LANGUAGES, Language
from amal_attention.language import catalogue as module
from tests.language.spoken_in_code import PACKAGE, messages_of_checks

babel = pytest.importorskip("babel.messages")

KEYWORDS = {"say": None, "say_count": (1, 2), "message": None}
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
OF_NUMBERS = {
    "typename": "Linear",
    "number": "1.2",
    "line": "3",
    "at_cell": "4",
    "counts": "5",
    "lengths": "6",
    "numbers": "7",
}
OTHERS = [code for code in LANGUAGES if code != "en"]


def said() -> set[str | tuple[str, ...]]:
    """The messages in the code and in the templates of pages."""
    from babel.messages.extract import extract_from_dir

    found = extract_from_dir(str(PACKAGE), METHODS, keywords=KEYWORDS)
    run = [
        PACKAGE / "outcome.py",
        *(PACKAGE / "notebook" / f"{each}.py" for each in ("cells", "check", "failed_cells", "kernel")),
    ]
    files = [*(PACKAGE / "checks").rglob("*.py"), *run]
    sentences = (messages_of_checks(path.read_text("utf-8")) for path in files)
    return {message for _, _, message, _, _ in found}.union(*sentences)


def written(code: str) -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    from babel.messages.pofile import read_po

    with (Path(module.__file__).parent / f"{code}.po").open("rb") as file:
        return {each.id: each.string for each in read_po(file, locale=code, abort_invalid=True) if each.id}


def values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_more_than_one_language():
    assert LANGUAGES[0] == "en" and OTHERS


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_holds_what_is_said_and_nothing_else(code):
    assert set(written(code)) == said()


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_with_the_same_values(code):
    for message, translated in written(code).items():
        texts = [translated] if isinstance(translated, str) else list(translated)
        originals = [message] if isinstance(message, str) else list(message)
        assert all(texts), message
        wanted = set().union(*map(values, originals))
        assert all(values(text) <= wanted for text in texts) and set().union(*map(values, texts)) == wanted, message


def test_a_number_that_is_not_whole_has_the_form_of_the_language():
    told = {code: Language(code).say_count("{count} point", "{count} points", 1.5) for code in ("en", "fr")}
    assert told == {"en": "1.5 points", "fr": "1,5 point"}


def test_a_value_is_never_read_as_a_message():
    assert Language("fr").say("{things} and {last}", things="{last}", last="{0}") == "{last} et {0}"


@pytest.mark.parametrize("code", OTHERS)
def test_what_was_said_in_english_is_told_again_as_it_would_have_been_said(code):
    def said(language: Language, message: str | tuple[str, ...], number: int) -> str:
        text = message if isinstance(message, str) else "".join(message)
        told = {name: f"<{name}>" for name in values(text)} | OF_NUMBERS
        if isinstance(message, str):
            return language.say(message, **told | {"count": str(number)})
        return language.say_count(*message, number, **{name: told[name] for name in told if name != "count"})

    english, other = Language(), Language(code)
    for message in written(code):
        text = message if isinstance(message, str) else message[0]
        for number in (1, 3):
            if len(re.sub(r"\{\w+\}|\W", "", text)) >= 4:
                assert other.retold(said(english, message, number)) == said(other, message, number)


@pytest.mark.parametrize("length", [1000, 4000])
@pytest.mark.parametrize("code", OTHERS)
def test_a_hostile_text_costs_little_whatever_message_it_looks_like(code, length):
    """Each is made of a message's own words, many times over, and ends like none."""
    language = Language(code)
    began = time.process_time()
    for message in written(code):
        text = message if isinstance(message, str) else message[-1]
        first, *own = [each for each, *_ in string.Formatter().parse(text)]
        repeated = "".join(each * (length // (len(own) * len(each))) for each in own if each)
        language.retold(f"{first}{repeated}"[: length - 1] + "\0")
    assert time.process_time() - began < 5  # of a processor, for all messages together


def test_a_text_that_is_longer_than_any_message_is_not_compared_with_them():
    long = f"restored 3 locked cells: {'q1 (edited), ' * 200}q1 (edited) and 7 more"
    assert Language("fr").retold(long) == long


def test_what_python_or_a_student_says_is_told_in_their_words():
    """The words of torch begin as our message of a shape does."""
    told = Language("fr").retold("RuntimeError: shape '[32, -1]' is invalid (in f, line 2: shape (2, 3))")
    assert told == "RuntimeError: shape '[32, -1]' is invalid (dans f, ligne 2 : shape (2, 3))"


def test_a_list_of_tensors_is_told_one_by_one():
    told = Language("fr").retold("a tensor (2, 3) of float32, a tensor (2, 3) of bool, a tensor (2,) of int64")
    assert told == "un tenseur (2, 3) de float32, un tenseur (2, 3) de bool, un tenseur (2,) de int64"


def test_values_that_are_messages_or_lists_of_them_are_told_again_too():
    told = Language("fr").retold("restored 3 locked cells: q1 (edited), cell 3 of the release (missing) and 7 more")
    assert told == (
        "3 cellules verrouillées ont été rétablies : q1 (modifiée), cellule 3 du sujet (absente) et 7 de plus"
    )


@pytest.mark.parametrize(
    "text", ["", "a and b", "x: y", "(1)", "never said: 3 points", "\n", "{", "add, do not multiply", "the two words"]
)
def test_what_was_never_said_stays_as_it_is(text):
    assert Language("fr").retold(text) == text
