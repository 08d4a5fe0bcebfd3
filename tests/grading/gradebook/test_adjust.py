"""A faulty test goes after the fact: marks move from the verdicts that are kept, and nothing is run, nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from amal_attention.course.gradebook.adjustments import Adjustments, adjustments_text
from amal_attention.errors import CourseError
from amal_attention.grading.gradebook.adjust import adjust, undo_adjustment
from amal_attention.grading.gradebook.course_rows import course_rows
from amal_attention.grading.gradebook.show_adjusted import adjusted_text
from amal_attention.grading.pages.course_pages import course_verdicts
from amal_attention.grading.verdict.verdicts import VerdictFolder
from tests.grading.counting import DUE, CountingCourse

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


@pytest.fixture
def graded(counting: CountingCourse) -> CountingCourse:
    """Ada has 3 of 3 points and 1 for the open question; Bob 1 of 3: he misses the test of 2 points."""
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    counting.mark("bob", "q1-observe", 0.5)
    return counting


def drop(counting: CountingCourse, test: str = "test_many"):
    return adjust(counting.course, counting.lab, {test: 0.0})


def test_who_missed_the_test_that_is_dropped_gets_its_points_and_a_persons_marks_stay(graded):
    adjusted = drop(graded)
    assert graded.earned() == {"ada": 4.0, "bob": 3.5}
    assert [(each.student, each.before, each.after) for each in adjusted.moves] == [("bob", 1.5, 3.5)]
    assert graded.marks("bob").by_hand == {"q1-observe": 0.5} and graded.marks("bob").outdated == ()
    text = adjusted_text(adjusted)
    assert "q1-count/test_many: dropped" in text and "bob  1.5 → 3.5" in text and "1 of 2 students" in text


def test_nothing_is_run_and_grading_again_keeps_the_adjustment(graded):
    drop(graded)
    graded.grade()
    assert graded.graded == [] and graded.earned() == {"ada": 4.0, "bob": 3.5}
    assert graded.marks("bob").outdated == ()


def test_a_lab_that_changes_afterwards_is_graded_anew_with_the_adjustment(graded):
    drop(graded)
    manifest = graded.lab.folder / "lab.toml"
    before = manifest.read_text()
    try:
        manifest.write_text(f"{before}\n")
        graded.grade()
    finally:
        manifest.write_text(before)
    assert sorted(graded.graded) == ["ada", "bob", "zoe"]
    assert graded.earned() == {"ada": 4.0, "bob": 3.5}


def test_pages_rows_and_notebooks_hold_the_same_marks(graded):
    drop(graded)
    rows = {row.student.id: row for row in course_rows(graded.course, graded.lab)}
    assert (rows["bob"].total, rows["bob"].points, rows["bob"].not_final) == (3.5, 4.5, ())
    assert {each.submission: each.earned for each in course_verdicts(graded.course, graded.lab)}["bob"] == 3.0
    assert "3 of 3 points" in graded.course.autograded("bob", "toy").read_text("utf-8")


def test_undone_everything_is_as_it_was(graded):
    before = {name: graded.marks(name) for name in ("ada", "bob")}
    notebook = graded.course.autograded("bob", "toy").read_bytes()
    drop(graded)
    adjusted = undo_adjustment(graded.course, graded.lab)
    assert {name: graded.marks(name) for name in ("ada", "bob")} == before
    assert graded.course.autograded("bob", "toy").read_bytes() == notebook
    assert "every test counts as the lab says" in adjusted_text(adjusted)


def test_a_second_adjustment_is_undone_to_the_first(graded):
    adjust(graded.course, graded.lab, {"many": 1.0})
    assert graded.earned()["bob"] == 2.0
    drop(graded)
    undo_adjustment(graded.course, graded.lab)
    assert graded.earned()["bob"] == 2.0
    undo_adjustment(graded.course, graded.lab)
    assert graded.earned()["bob"] == 1.5


def test_every_adjustment_is_a_line_that_stays(graded, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "kim")
    drop(graded)
    undo_adjustment(graded.course, graded.lab)
    log = Adjustments(graded.course, "toy")
    lines = [json.loads(line) for line in log.path.read_text("utf-8").splitlines()]
    assert [(line["who"], line["points"]) for line in lines] == [("kim", {"q1-count/test_many": 0}), ("kim", {})]
    assert lines[0]["moved"] == {"bob": [1.0, 3.0]} and lines[0]["when"].startswith("20")
    told = adjustments_text(log).splitlines()
    assert "q1-count/test_many dropped" in told[0] and "takes the last one back" in told[1]


def test_a_mark_that_a_person_gave_instead_of_the_tests_stays_and_is_told(graded):
    graded.mark("bob", "test-q1-count", 0.25)
    adjusted = drop(graded)
    assert graded.earned()["bob"] == 0.75
    assert "a person marked q1-count: that stays" in adjusted_text(adjusted)
    assert "0 of 2 students" in adjusted_text(adjusted)


def test_a_late_penalty_follows_the_marks(graded):
    graded.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    graded.due(DUE)
    graded.hand_in("bob", "test_none", when=DUE.replace(hour=20))
    graded.grade()
    drop(graded)
    assert graded.earned()["bob"] == 0 and graded.marks("bob").penalty == 3.5


def test_who_handed_in_again_is_left_to_grading(graded):
    graded.hand_in("bob", "test_many", text="return 2")
    assert drop(graded).left == ("bob",)
    graded.grade()
    assert graded.marks("bob").automatic["test-q1-count"] == 0.0


@pytest.mark.parametrize("name", ["test_many", "many", "q1-count/test_many", "q1-count/many"])
def test_a_test_is_known_by_each_of_its_names(graded, name):
    assert drop(graded, name).weights == {"q1-count/test_many": 0.0}


def test_a_test_that_is_not_there_is_told_with_those_that_are(graded, refusal):
    told = refusal(CourseError, lambda: drop(graded, "test_few"))
    assert "'test_few'" in told and "q1-count/test_many, q1-count/test_none" in told


def test_the_last_test_of_a_question_is_not_dropped(graded, refusal):
    drop(graded)
    assert "a test of q1-count that counts" in refusal(CourseError, lambda: drop(graded, "test_none"))
    assert graded.earned() == {"ada": 4.0, "bob": 3.5} and len(Adjustments(graded.course, "toy").lines) == 1


def test_without_an_adjustment_there_is_nothing_to_undo(graded, refusal):
    assert "got none in" in refusal(CourseError, lambda: undo_adjustment(graded.course, graded.lab))


def test_before_anything_is_graded_nothing_is_adjusted(counting, refusal):
    assert "amal grade toy" in refusal(CourseError, lambda: drop(counting))


@pytest.mark.parametrize("text", ["{", "[]\n", '{"who": 1}\n', '{"when": "", "who": "", "points": {"q/t": "x"}}\n'])
def test_a_file_of_adjustments_that_is_damaged_is_told_and_nothing_is_made_up(graded, refusal, text):
    path = graded.course.folder / "adjustments" / "toy.jsonl"
    path.parent.mkdir()
    path.write_text(text)
    for command in (lambda: drop(graded), graded.grade, lambda: course_rows(graded.course, graded.lab)):
        assert str(path) in refusal(CourseError, command)
    assert path.read_text() == text


def test_cut_off_before_the_gradebook_the_next_run_goes_on(graded, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    monkeypatch.setattr("amal_attention.grading.gradebook.course_run.CourseWriter.reweigh", killed)
    with pytest.raises(Killed):
        drop(graded)
    monkeypatch.undo()
    graded.grade()
    assert graded.marks("bob").automatic["test-q1-count"] == 3.0
    assert graded.marks("bob").by_hand == {"q1-observe": 0.5}


def test_said_again_after_it_was_cut_off_it_names_who_is_left_and_is_undone_at_once(graded, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    before = graded.earned()
    monkeypatch.setattr("amal_attention.grading.gradebook.course_run.CourseWriter.reweigh", killed)
    with pytest.raises(Killed):
        drop(graded)
    monkeypatch.undo()
    again = drop(graded)
    assert again.left == ("bob",) and "amal grade brings them there: bob" in adjusted_text(again)
    undo_adjustment(graded.course, graded.lab)
    graded.grade()
    assert graded.earned() == before and Adjustments(graded.course, "toy").weights == {}


def test_a_test_for_whose_sake_others_were_not_held_is_not_dropped_without_running_them(graded, refusal):
    folder = VerdictFolder(graded.course.verdicts("toy"))
    verdict = folder.kept("bob")
    (question,) = verdict.questions
    many, none = question.tests
    lost = replace(none, outcome=many.outcome, because="test_many")
    folder.keep(replace(verdict, questions=(replace(question, tests=(many, lost)),)))
    told = refusal(CourseError, lambda: drop(graded))
    assert "q1-count/test_many" in told and "run amal grade" in told
    assert not Adjustments(graded.course, "toy").path.exists()
    drop(graded, "test_none")
