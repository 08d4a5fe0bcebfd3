"""A course that is graded again has the late penalties of now, whatever moved since; who marked what stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.grading.counting import DUE, CountingCourse

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def late(counting: CountingCourse) -> CountingCourse:
    """Ada, who has 3 points, is a day and an hour late, which costs 2 half points; graded, and marked with 1 point."""
    counting.plugin()
    counting.due(DUE)
    counting.hand_in("ada", "test_many", "test_none", when=DUE + DAY + HOUR)
    counting.hand_in("bob", "test_none", when=DUE - HOUR)
    counting.grade()
    counting.mark("ada", "q1-observe", 1.0)
    assert counting.earned() == {"ada": 3.0, "bob": 1.0}
    return counting


def test_a_due_date_that_moves_and_moves_back_moves_the_penalty(late):
    for by, penalty in [(2 * DAY, 0.0), (DAY, 0.5), (-2 * DAY, 2.0), (0 * DAY, 1.0)]:
        late.due(DUE + by)
        late.grade()
        assert (late.marks("ada").penalty, late.earned()["ada"]) == (penalty, 4.0 - penalty), by


def test_an_extension_and_its_end_move_the_penalty_of_this_student_only(late):
    late.due(DUE - 2 * HOUR)
    for by, penalty in [(DAY, 0.5), (3 * DAY, 0.0), (None, 1.0)]:
        late.extend("ada", by)
        late.grade()
        assert (late.marks("ada").penalty, late.marks("bob").penalty) == (penalty, 0.5), by


def test_a_plugin_that_is_set_afterwards_and_taken_away_moves_the_penalty(late):
    late.without_plugin()
    late.grade()
    assert late.marks("ada").penalty == 0
    late.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    late.grade()
    assert late.earned()["ada"] == 0
    late.configure("c.LateSubmissionPlugin.penalty_method = 'none'")
    late.plugin()
    late.grade()
    assert late.marks("ada").penalty == 1.0


def test_what_a_plugin_is_configured_with_moves_the_penalty(late):
    late.plugin(
        "from nbgrader.plugins import BasePlugin\nfrom traitlets import Float\n\n\n"
        "class Steps(BasePlugin):\n    each = Float(0.25).tag(config=True)\n\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n        return self.each\n"
    )
    for line, penalty in [("", 0.25), ("c.Steps.each = 1.5", 1.5), ("c.Steps.each = 0.75", 0.75)]:
        late.configure(line)
        late.grade()
        assert late.marks("ada").penalty == penalty


def test_a_mark_that_a_person_gives_moves_a_penalty_that_hangs_on_the_score(late):
    late.without_plugin()
    late.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    late.grade()
    late.mark("ada", "q1-observe", 1.5)
    assert late.earned()["ada"] == 0.5 and not late.marks("ada").charged
    late.grade()
    assert late.earned()["ada"] == 0 and late.marks("ada").charged


def test_a_moment_that_was_wrong_is_put_right(late):
    late.hand_in("ada", "test_many", "test_none", when=DUE)
    late.grade()
    assert (late.marks("ada").penalty, late.marks("ada").handed_in) == (0.0, DUE)


def test_nobody_is_graded_again_and_no_mark_is_to_be_looked_at_again(late):
    late.due(DUE + DAY)
    late.grade()
    assert late.graded == []
    assert late.marks("ada").outdated == () and late.marks("ada").by_hand == {"q1-observe": 1.0}


def test_a_run_that_changes_no_penalty_writes_nothing(late):
    late.grade()
    before = late.course.gradebook.read_bytes()
    late.grade()
    assert late.course.gradebook.read_bytes() == before


def test_without_a_due_date_nobody_is_late_though_there_is_an_extension(late):
    late.due(None)
    late.extend("ada", DAY)
    late.grade()
    assert late.marks("ada").penalty == 0


def test_who_is_graded_alone_is_charged_alone(late):
    late.due(DUE - 10 * DAY)
    late.grade("bob")
    assert (late.marks("ada").penalty, late.marks("bob").penalty) == (1.0, 1.0)


def test_marks_of_a_submission_that_is_gone_go_and_those_of_a_person_stay(late):
    (late.course.place("ada", "toy") / "toy.ipynb").unlink()
    late.grade()
    marks = late.marks("ada")
    assert (marks.automatic["test-q1-count"], marks.by_hand) == (0.0, {"q1-observe": 1.0})
