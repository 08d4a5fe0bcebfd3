"""What a student is told beside the grade: hints of tests, what a person marked and wrote, nothing without cause."""

from __future__ import annotations

import pytest

from amal_attention.grading.course_rows import course_rows
from tests.grading.counting import CountingCourse

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def comments(counting: CountingCourse) -> dict[str, str]:
    return {row.student.id: row.comment for row in course_rows(counting.course, counting.lab)}


def comment(counting: CountingCourse, student: str, cell: str, text: str) -> None:
    with counting.nbgrader() as book:
        book.find_comment(cell, "toy", "toy", student).manual_comment = text


def test_who_lost_nothing_or_handed_in_nothing_gets_no_hints(counting):
    counting.grade()
    told = comments(counting)
    assert told["ada"] == "" and "Exercise" not in told["zoe"] and told["bob"] == "Exercise 1 1/3"


def test_what_a_person_marked_is_told_in_the_place_of_the_tests(counting):
    counting.grade()
    counting.mark("bob", "test-q1-count", 2.5)
    counting.mark("bob", "q1-observe", 0.0)
    assert (
        comments(counting)["bob"] == "Exercise 1 2.5/3: marked by a person\nOpen question 1 0/1.5: marked by a person"
    )


def test_what_a_person_wrote_is_told(counting):
    counting.grade()
    comment(counting, "ada", "q1-count", "Elegant")
    comment(counting, "bob", "q1-observe", "Why?")
    counting.mark("bob", "q1-observe", 1.0)
    assert comments(counting)["ada"] == "Exercise 1: Elegant"
    assert comments(counting)["bob"].split("\n")[1] == "Open question 1 1/1.5: marked by a person; Why?"


def test_students_of_a_french_course_are_told_in_french(counting):
    counting.speak("fr")
    counting.grade()
    counting.mark("bob", "q1-observe", 0.5)
    assert comments(counting)["bob"].split("\n")[1] == "Question ouverte 1 0,5/1,5: noté par une personne"
