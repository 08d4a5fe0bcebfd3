"""The pages of a course agree with its gradebook, and count everybody."""

from __future__ import annotations

import re

import pytest

from amal_attention.grading.pages.course_pages import write_feedback, write_summary
from amal_attention.language import Language
from tests.grading.counting import CountingCourse
from tests.grading.pages.test_feedback import Page
from tests.language.test_catalogue import written

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


ENGLISH = [  # that is not French too, and is no word of the tests
    each
    for each, french in written("fr").items()
    if isinstance(each, str) and "{" not in each and each not in str(french) and len(each) > 3
]


def pages(counting: CountingCourse) -> dict[str, str]:
    paths = write_feedback(counting.course, counting.lab)
    return {path.parts[-3]: Page(path.read_text("utf-8")).text for path in paths}


def test_the_denominator_is_that_of_the_lab_whoever_was_marked(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    found = pages(counting)
    assert "ada: 4 of 4.5 points Status" in found["ada"]
    assert "bob: 1 of 4.5 points (1.5 not marked yet)" in found["bob"]
    assert "not final: nobody marked Open question 1." in found["bob"] and "not final" not in found["ada"]


def test_an_answer_that_came_after_grading_is_told_on_the_page(counting):
    counting.grade()
    counting.hand_in("ada", text="return 2")
    assert "handed in again since it was graded" in pages(counting)["ada"]


def test_credit_on_top_counts_on_the_page(counting):
    counting.grade()
    counting.mark("bob", "q1-observe", 1.0)
    with counting.nbgrader() as book:
        book.find_grade("q1-observe", "toy", "toy", "bob").extra_credit = 0.25
    assert "bob: 2.25 of 4.5 points" in pages(counting)["bob"]


def test_the_summary_of_a_course_that_is_graded_in_part_counts_the_roster(counting):
    counting.grade("ada")
    text = Page(write_summary(counting.course, counting.lab).read_text("utf-8")).text
    assert "Handed in 2 of 3 Graded 1 of 3" in text
    assert "not graded yet 2 bob, zoe" in text


def test_the_summary_tells_how_many_open_answers_nobody_marked(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    text = Page(write_summary(counting.course, counting.lab).read_text("utf-8")).text
    assert "Open question 1 1.5 1 1 1" in text


def test_the_pages_of_a_french_course_say_nothing_in_english_and_no_id(counting):
    """But what a test says of an answer, which the hidden tests and their expectations write."""
    counting.speak("fr")
    counting.grade()
    counting.mark("ada", "q1-observe", 0.5)
    found = [*pages(counting).values(), Page(write_summary(counting.course, counting.lab).read_text("utf-8")).text]
    french = Language("fr")
    for text in found:
        assert [each for each in ENGLISH if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text)] == []
        assert re.findall(r"(?:test-)?q1-\w+", text) == [] and "Compter" in text
    assert french.say("Marks") in found[0] and "3,5 sur 4,5 points" in found[0]
