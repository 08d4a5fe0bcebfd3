"""What an appeal needs stands on one page, and nothing of it is a student's to forge."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amal_attention.course.collect.versions import Versions
from amal_attention.errors import CourseError
from amal_attention.grading.gradebook.adjust import adjust
from amal_attention.grading.pages.dossier import dossier
from amal_attention.language import LANGUAGES
from tests.grading.counting import DUE, CountingCourse
from tests.grading.pages.test_feedback import Page

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def told(counting: CountingCourse, student: str) -> str:
    return dossier(counting.course, counting.lab, student).text


def test_marks_say_who_gave_them_and_what_the_tests_gave(counting):
    counting.grade()
    counting.mark("bob", "test-q1-count", 2.5)
    with counting.nbgrader() as book:
        book.find_comment("q1-count", "toy", "toy", "bob").manual_comment = "nearly\x1b[2J"
    text = told(counting, "bob")
    assert "2.5 of 4.5 points (1.5 not marked yet)" in text and "not final: nobody marked Open question 1" in text
    assert "Exercise 1 (q1-count): 2.5 of 3, by a person; the tests gave 1" in text
    assert "Open question 1 (q1-observe): – of 1.5, nobody" in text
    assert (
        "comment on Exercise 1 (q1-count): nearly\\x1b[2J" in text
        and "neither who gave a mark by hand nor when" in text
    )


def test_what_the_tests_saw_and_how_it_was_graded(counting):
    counting.grade()
    text = told(counting, "bob")
    assert "graded; graded without a sandbox, 1 of 3 points" in text and "Exercise 1, many: -2" in text
    assert "seed 1, the same for everybody" in text and "isolation process" in text and "cell_seconds" in text
    assert f"the verdict is kept in {counting.course.verdicts('toy') / 'bob.json'}" in text


def test_what_decides_about_the_delay(counting):
    counting.due(DUE)
    counting.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    counting.hand_in("ada", "test_many", when=DUE + timedelta(days=3))
    counting.extend("ada", timedelta(days=2))
    counting.grade()
    text = told(counting, "ada")
    assert "handed in 2026-11-23 18:00:00 UTC" in text and "late penalty: 2" in text
    assert "due 2026-11-20 18:00:00 UTC, for this student 2026-11-22 18:00:00 UTC" in text
    there = dossier(counting.course, counting.lab, "ada", ZoneInfo("Asia/Kolkata")).text
    assert "handed in 2026-11-23 23:30:00 Asia/Kolkata (2026-11-23 18:00:00 UTC)" in there


def test_a_version_whose_time_is_not_known_says_so(counting):
    counting.hand_in("ada", "test_many")
    path = counting.course.place("ada", "toy") / "toy.ipynb"
    moment = datetime(2026, 11, 20, 9, tzinfo=UTC)
    Versions(counting.course, "toy", "ada").keep(path.read_bytes(), "toy.ipynb", moment, moment, is_timed=False)
    text = told(counting, "ada")
    assert "at no known time, there since 2026-11-20 09:00:00 UTC" in text and "handed in at no known time" in text


def test_every_version_is_listed_with_what_changed_and_the_one_that_was_graded(counting):
    versions = Versions(counting.course, "toy", "ada")
    path = counting.course.place("ada", "toy") / "toy.ipynb"
    for hour, text in enumerate(("return 1", "return 1", "return 2")):
        counting.hand_in("ada", "test_many", text=text)
        moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
        versions.keep(path.read_bytes(), "toy.ipynb", moment, moment)
    counting.grade()
    lines = told(counting, "ada").splitlines()
    graded = [line for line in lines if line.endswith("  was graded")]
    assert len(graded) == 1 and graded[0].strip().startswith("2026-11-20 02:00:00 UTC")
    assert sum(line.strip().startswith("2026-11-20 0") for line in lines) == 3
    assert "    Exercise 1:" in lines and any("-         return 1" in line for line in lines)
    assert any("+         return 2" in line for line in lines) and "    no answer changed" in lines


def test_an_adjustment_is_told_and_counts(counting):
    counting.grade()
    adjust(counting.course, counting.lab, {"test_many": 0})
    text = told(counting, "bob")
    assert "q1-count/test_many dropped" in text and "3 of 4.5 points" in text


def test_who_is_not_graded_or_handed_in_nothing_has_a_page(counting):
    assert "no mark, of 4.5 points" in told(counting, "zoe") and "not final: not graded" in told(counting, "zoe")
    counting.grade()
    assert "nothing was handed in" in told(counting, "zoe") and "none was collected" in told(counting, "zoe")


def test_no_test_is_said_to_have_marked_an_open_question(counting):
    """nbgrader itself gives 0 to an answer that is not there; then a person gives a point all the same."""
    counting.grade()
    shutil.rmtree(counting.course.place("ada", "toy"))
    counting.grade()
    assert "Open question 1 (q1-observe): 0 of 1.5, nothing was answered" in told(counting, "ada")
    counting.mark("ada", "q1-observe", 1.0)
    assert "Open question 1 (q1-observe): 1 of 1.5, by a person\n" in told(counting, "ada")


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


def test_a_course_in_french_has_dossiers_in_french(counting):
    counting.speak("fr")
    counting.due(DUE)
    counting.hand_in("ada", "test_many", when=DUE + timedelta(hours=1))
    versions = Versions(counting.course, "toy", "ada")
    path = counting.course.place("ada", "toy") / "toy.ipynb"
    for hour, text in enumerate(("return 1", "return 2")):
        counting.hand_in("ada", "test_many", text=text)
        moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
        versions.keep(path.read_bytes(), "toy.ipynb", moment, moment)
    counting.grade()
    counting.mark("ada", "test-q1-count", 2.5)
    adjust(counting.course, counting.lab, {"test_many": 1.5})
    found = dossier(counting.course, counting.lab, "ada")
    assert list(found.sections) == [
        "Points",
        "Ce que les tests ont vu",
        "Comment cette copie a été notée",
        "Ajustements du TP",
        "Versions",
    ]
    for said in (
        "2,5 sur 4,5 points (1,5 pas encore notés)",
        "pas définitif : personne n'a noté Question ouverte 1",
        "rendu le 2026-11-20 19:00:00 UTC",
        "à rendre le 2026-11-20 18:00:00 UTC, sans délai supplémentaire",
        "Exercice 1 (q1-count) : 2,5 sur 3, par une personne; les tests donnaient 1,8",
        " : -1,2",
        "manqué",
        "graine 1, la même pour tous",
        "isolation process : aucune couche",
        "q1-count/test_many compte 1,5",
        "noté; noté sans bac à sable, 1,8 sur 3 points",
    ):
        assert said in found.text
    page = Page(found.page)
    assert page.named("html")[0]["lang"] == "fr" and "Versions" in page.text


@pytest.mark.parametrize("code", [each for each in LANGUAGES if each != "en"])
def test_nothing_that_a_dossier_says_of_its_own_stays_english(counting, code):
    """The same course told in two languages: a line that is the same in both holds no word."""
    counting.due(DUE)
    counting.hand_in("ada", when=DUE + timedelta(hours=1))
    counting.grade()
    adjust(counting.course, counting.lab, {"test_many": 0})
    english = {student: dossier(counting.course, counting.lab, student) for student in ("ada", "bob", "zoe")}
    counting.speak(code)
    for student, before in english.items():
        after = dossier(counting.course, counting.lab, student)
        same = {*before.text.splitlines()} & {*after.text.splitlines()} - {""}
        assert same <= {"Versions"}, same
