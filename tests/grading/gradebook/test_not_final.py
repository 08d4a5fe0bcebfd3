"""A mark is final, or why it is not is told: what an export, a page and a table lean on."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.grading.gradebook.course_rows import course_rows
from tests.grading.counting import DUE, CountingCourse

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def reasons(counting: CountingCourse) -> dict[str, tuple[str, ...]]:
    return {row.student.id: row.not_final for row in course_rows(counting.course, counting.lab)}


def test_before_anything_is_graded_nobody_has_a_final_mark(counting):
    assert reasons(counting) == dict.fromkeys(("ada", "bob", "zoe"), ("not graded",))


def test_an_open_question_that_nobody_marked_is_told_and_who_handed_in_nothing_is_final(counting):
    counting.grade()
    unmarked = ("nobody marked q1-observe",)
    assert reasons(counting) == {"ada": unmarked, "bob": unmarked, "zoe": ()}


def test_a_mark_of_zero_is_a_mark(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 0.0)
    counting.mark("bob", "q1-observe", 1.5)
    assert reasons(counting) == {"ada": (), "bob": (), "zoe": ()}


def test_a_mark_that_is_taken_back_is_none(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    counting.mark("ada", "q1-observe", None)
    assert reasons(counting)["ada"] == ("nobody marked q1-observe",)


def test_who_was_graded_alone_leaves_the_others_ungraded(counting):
    counting.grade("ada")
    assert reasons(counting)["bob"] == ("not graded",)


def test_a_gradebook_made_anew_beside_kept_verdicts_holds_no_final_mark(counting, new_counting):
    counting.grade()
    shutil.copy(new_counting.course.gradebook, counting.course.gradebook)
    assert reasons(counting)["ada"] == ("graded, and not in the gradebook",)
    assert {row.student.id: row.total for row in course_rows(counting.course, counting.lab)}["ada"] == 0


def test_what_is_handed_in_after_grading_is_told(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    counting.hand_in("ada", text="return 2")
    counting.hand_in("zoe", "test_none")
    told = reasons(counting)
    assert told["ada"] == told["zoe"] == ("handed in again since it was graded",)


def test_what_is_gone_since_it_was_graded_was_not_handed_in_again(counting):
    counting.grade()
    shutil.rmtree(counting.course.place("ada", "toy"))
    assert reasons(counting)["ada"][0] == "what was graded is gone"


def test_an_answer_that_was_graded_again_since_a_person_marked_it_is_looked_at_again(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    counting.hand_in("ada", "test_none", text="return 2")
    counting.grade()
    assert reasons(counting)["ada"] == ("marked before it was last graded: q1-observe",)


def test_marks_that_are_not_those_of_the_verdict_are_told(counting):
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    with course_book(counting.course) as book:
        book.record("toy", "ada", {"test-q1-count": 0.5}, None)
    assert reasons(counting)["ada"] == ("the gradebook holds other marks than the verdict",)


def test_an_extension_alone_is_no_mark(counting):
    counting.extend("bob", timedelta(days=2))
    assert reasons(counting)["bob"] == ("not graded",)
    counting.extend("zoe", timedelta(days=2))
    counting.grade()
    assert reasons(counting)["zoe"] == ()


def test_credit_that_a_person_gives_on_top_counts(counting):
    counting.grade()
    with counting.nbgrader() as book:
        book.find_grade("test-q1-count", "toy", "toy", "bob").extra_credit = 0.75
    assert counting.earned()["bob"] == 1.75
    assert {row.student.id: row.earned for row in course_rows(counting.course, counting.lab)}["bob"] == 1.75


def test_a_question_that_nobody_marked_has_no_points_in_the_row(counting):
    counting.grade()
    counting.mark("bob", "q1-observe", 0.0)
    rows = {row.student.id: row for row in course_rows(counting.course, counting.lab)}
    assert rows["ada"].questions == {"q1-count": (3.0, 3.0), "q1-observe": (None, 1.5)}
    assert rows["bob"].questions["q1-observe"] == (0.0, 1.5)
    assert rows["zoe"].questions == {"q1-count": (0.0, 3.0), "q1-observe": (0.0, 1.5)}
    assert {row.points for row in rows.values()} == {4.5}


def test_a_due_date_that_moved_since_makes_the_mark_not_final(counting):
    counting.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    counting.due(DUE)
    counting.hand_in("ada", "test_many", when=DUE - timedelta(hours=1))
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    counting.due(DUE - timedelta(hours=2))
    assert reasons(counting)["ada"] == ("late penalty of another due date, extension, plugin or mark",)
    counting.grade()
    assert reasons(counting)["ada"] == ()
