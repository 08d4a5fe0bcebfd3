"""What an appeal needs stands on one page, and nothing of it is a student's to forge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amal_attention.course.versions import Versions
from amal_attention.errors import CourseError
from amal_attention.grading.adjust import adjust
from amal_attention.grading.dossier import dossier
from tests.grading.counting import DUE, CountingCourse
from tests.grading.test_feedback import Page

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def told(counting: CountingCourse, student: str) -> str:
    return dossier(counting.course, counting.lab, student).text


def test_marks_say_who_gave_them_and_what_the_tests_gave(counting):
    counting.grade()
    counting.mark("bob", "test-q1-count", 2.5)
    with counting.nbgrader() as book:
        book.find_comment("q1-count", "toy", "toy", "bob").manual_comment = "nearly\x1b[2J"
    text = told(counting, "bob")
    assert "2.5 of 4.5 points" in text and "not final: nobody marked q1-observe" in text
    assert "q1-count: 2.5 of 3, by a person; the tests gave 1" in text and "q1-observe: – of 1.5, nobody" in text
    assert "comment on q1-count: nearly\\x1b[2J" in text and "neither who gave a mark by hand nor when" in text


def test_what_the_tests_saw_and_how_it_was_graded(counting):
    counting.grade()
    text = told(counting, "bob")
    assert "q1-count, many: -2" in text
    assert "seed 1, the same for everybody" in text and "isolation process" in text and "cell_seconds" in text
    assert f"verdict {counting.course.verdicts('toy') / 'bob.json'}" in text


def test_what_decides_about_the_delay(counting):
    counting.due(DUE)
    counting.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    counting.hand_in("ada", "test_many", when=DUE + timedelta(days=3))
    counting.extend("ada", timedelta(days=2))
    counting.grade()
    text = told(counting, "ada")
    assert "handed in 2026-11-23 18:00:00 UTC, due 2026-11-20 18:00:00 UTC, extension 2 days, 0:00:00" in text
    assert "late penalty 2" in text


def test_every_version_is_listed_with_what_changed_and_the_one_that_was_graded(counting):
    versions = Versions(counting.course, "toy", "ada")
    path = counting.course.place("ada", "toy") / "toy.ipynb"
    for hour, text in enumerate(("return 1", "return 1", "return 2")):
        counting.hand_in("ada", "test_many", text=text)
        moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
        versions.keep(path.read_bytes(), "toy.ipynb", moment, moment)
    counting.grade()
    lines = told(counting, "ada").splitlines()
    graded = [line for line in lines if line.endswith("  graded")]
    assert len(graded) == 1 and graded[0].strip().startswith("2026-11-20 02:00:00 UTC")
    assert sum(line.strip().startswith("2026-11-20 0") for line in lines) == 3
    assert "    q1-count:" in lines and any("-         return 1" in line for line in lines)
    assert any("+         return 2" in line for line in lines) and "    no answer changed" in lines


def test_an_adjustment_is_told_and_counts(counting):
    counting.grade()
    adjust(counting.course, counting.lab, {"test_many": 0})
    text = told(counting, "bob")
    assert "q1-count/test_many dropped" in text and "3 of 4.5 points" in text


def test_who_is_not_graded_or_handed_in_nothing_has_a_page(counting):
    assert "no mark, of 4.5 points" in told(counting, "zoe") and "not final: not graded" in told(counting, "zoe")
    counting.grade()
    assert "missing" in told(counting, "zoe") and "none was collected" in told(counting, "zoe")


def test_a_student_who_is_not_there_is_told(counting, refusal):
    assert "'nobody'" in refusal(CourseError, lambda: told(counting, "nobody"))


def test_the_page_says_what_the_text_says_and_is_nothing_but_text(counting):
    counting.grade()
    with counting.nbgrader() as book:
        book.find_comment("q1-count", "toy", "toy", "bob").manual_comment = "<script>alert(1)</script>"
    found = dossier(counting.course, counting.lab, "bob")
    page = Page(found.page)
    shown = "".join(page.text.split())
    assert [line for line in found.text.split("\n") if "".join(line.split()) not in shown] == []
    assert page.named("script") == [] and found.page.count("Content-Security-Policy") == 1
