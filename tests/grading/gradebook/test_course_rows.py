"""What a student is told beside the grade: hints of tests, what a person marked and wrote, nothing without cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.gradebook.course_rows import course_rows
from amal_attention.grading.submission.identity import identified
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.notebook.salvage import salvage
from amal_attention.outcome import Outcome, State
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


HELD = TestVerdict("test_many", 2, Outcome("the sum", State.MISSED, "x", "3", "4", "padding is counted"), "divide by n")
OTHER = TestVerdict("test_none", 1, Outcome("nothing", State.MISSED, "x", "3", "4"), "nothing gives 0")
NOT_HELD = replace(OTHER, name="test_lost", because="test_many")
TO_DO = TestVerdict("test_many", 3, Outcome("there", State.TO_DO, hint="line 2"), "divide by n")


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ((HELD, OTHER), "Exercise 1 0/3: padding is counted; nothing gives 0"),
        ((HELD, NOT_HELD), "Exercise 1 0/3: padding is counted"),
        ((TO_DO,), "Exercise 1 0/3: not attempted"),
    ],
    ids=["what was found", "no test that was not held", "no hint to who wrote nothing"],
)
def test_a_comment_tells_what_was_lost_and_nothing_that_nobody_saw(counting, tests, told):
    counting.grade()
    folder = VerdictFolder(counting.course.verdicts("toy"))
    verdict = folder.kept("bob")
    folder.keep(replace(verdict, questions=(QuestionVerdict("q1-count", tests),)))
    assert comments(counting)["bob"] == told


def test_why_a_file_is_no_notebook_is_told_in_the_language_of_the_course(counting):
    counting.speak("fr")
    counting.grade()
    folder = VerdictFolder(counting.course.verdicts("toy"))
    found = {}
    of_other = b'{"cells": [{"cell_type": "code", "source": "1"}], "metadata": {"amal": {"lab": "x"}}}'
    for name, raw in {"no notebook": b"%PDF", "empty": b"", "another lab": of_other}.items():
        with pytest.raises((Unreadable, WrongLab)) as error:
            identified(salvage(raw), Reference.of(counting.lab))
        folder.keep(replace(folder.kept("bob"), status=Status.UNREADABLE, why=str(error.value), questions=()))
        found[name] = comments(counting)["bob"].split("\n")[0]
    assert found["empty"].startswith("un notebook est attendu ; reçu : un fichier vide ; ouvrez-le dans Jupyter")
    assert found["no notebook"].startswith("un notebook est attendu ; reçu : pas un notebook : il n'est pas en JSON")
    assert found["another lab"].startswith("un notebook de toy est attendu ; reçu : celui d'un autre TP, 'x'")
