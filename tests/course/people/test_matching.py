"""A student is found by what is theirs alone; who could be two is nobody."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from amal_attention.course.people.matching import Match, Matcher
from amal_attention.course.people.name_words import words_of
from amal_attention.course.people.roster import Student

ADA = Student("ada", "Ada Augusta", "Lovelace-King", "Ada@Example.org", "77")
BOB = Student("bob", "Bøb", "O'Neill", "", "ada2")
EVA = Student("eva1", "Eva", "Li", "", "11")
EVA_TOO = Student("eva2", "Éva", "Li", "", "22")
MATCHER = Matcher({each.id: each for each in (ADA, BOB, EVA, EVA_TOO)})

NAMES = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x17F), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("name", "student", "how"),
    [
        ("ada", ADA, "id"),
        ("ADA", ADA, "id"),
        ("ada@example.ORG", ADA, "e-mail"),
        ("77", ADA, "lms_user_id"),
        ("Ada2", BOB, "lms_user_id"),
        ("Ada Augusta Lovelace-King", ADA, "full name"),
        ("LOVELACE KING, ada  augusta", ADA, "full name"),
        ("Áda Augüsta Lovelace King.", ADA, "full name"),
        ("Bob ONeill", BOB, "full name"),
        ("O’Neill Bøb", BOB, "full name"),
    ],
)
def test_who_is_found_and_how(name, student, how):
    assert MATCHER.find(name) == Match(student, how)


@pytest.mark.parametrize(
    "name",
    ["", " ", "-", "Augusta", "Lovelace-King", "Ada Lovelace", "Augusta Ada Lovelace King", "adaa", "O Neill Bob"],
)
def test_who_is_not_found_is_not_guessed(name):
    assert MATCHER.find(name) == Match(None, "nobody of the roster")


def test_two_of_a_name_are_told_apart_by_number_or_not_at_all():
    assert MATCHER.find("Éva Li") == Match(None, "it could be eva1 or eva2")
    assert MATCHER.find("Éva Li", "99").student is None
    assert MATCHER.find("Li Eva", "22") == Match(EVA_TOO, "full name and lms_user_id")


def test_a_number_alone_finds_nobody_but_who_is_anonymous():
    assert MATCHER.find("Somebody Else", "77").student is None
    assert MATCHER.find("Participant", "77") == Match(ADA, "lms_user_id")
    assert MATCHER.find("Participant", "78").student is None
    assert MATCHER.find("Participant").student is None


def test_who_has_no_number_is_not_found_by_none():
    assert Matcher({"s": Student("s")}).find("Participant").student is None


def test_what_is_one_students_id_and_anothers_number_is_nobodys_but_as_an_id():
    matcher = Matcher({"1": Student("1", lms_user_id="2"), "2": Student("2", lms_user_id="3")})
    assert matcher.find("2") == Match(None, "it could be 1 or 2")
    assert matcher.by_id("2").student == Student("2", lms_user_id="3")
    assert matcher.by_id("3").student is None


def test_signs_that_make_other_words_are_no_accents():
    assert words_of("か") != words_of("が") and words_of("कि") != words_of("कु")
    assert words_of("王 小明") == ("王", "小明")


@given(first=NAMES, last=NAMES)
def test_accents_case_order_and_punctuation_do_not_matter(first, last):
    matcher = Matcher({"s": Student("s", first, last)})
    bare = unicodedata.normalize("NFD", f"{last}, {first}")
    for form in (bare, bare.upper(), unicodedata.normalize("NFC", bare), f"  {first}_{last} "):
        if words_of(form):
            assert matcher.find(form).student is not None, form


@given(names=st.lists(st.tuples(NAMES, NAMES), min_size=2, max_size=2), asked=NAMES)
def test_nobody_gets_what_is_not_theirs(names, asked):
    roster = {f"id {n}": Student(f"id {n}", *name) for n, name in enumerate(names)}
    matcher = Matcher(roster)
    for student in roster.values():
        found = matcher.find(student.full_name)
        assert found.student in (student, None)
        assert found.student == student or "id 0 or id 1" in found.how
    assume(all(words_of(asked) != words_of(student.full_name) for student in roster.values()))
    assert matcher.find(asked).student is None
