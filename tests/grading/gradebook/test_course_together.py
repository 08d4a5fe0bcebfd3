"""A course graded while others use its gradebook, or cannot use it, and while the clock of the machine jumps."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from amal_attention.errors import CourseError
from tests.grading.counting import CountingCourse

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


def test_a_mark_that_a_person_saves_during_grading_is_not_lost(counting: CountingCourse):
    counting.grade()
    counting.hand_in("ada", "test_none", text="return 3")
    counting.hand_in("bob", "test_many", text="return 3")

    def marks_the_other(verdict):  # one is already written, the other will be
        counting.mark("ada", "q1-observe", 1.25)
        counting.mark("bob", "q1-observe", 0.75)
        with counting.nbgrader() as book:
            book.find_comment("q1-count", "toy", "toy", "bob").manual_comment = f"seen at {verdict.submission}"

    counting.grade(report=marks_the_other)
    assert counting.earned() == {"ada": 1.0 + 1.25, "bob": 2.0 + 0.75}
    assert counting.marks("bob").comments == {"q1-count": "seen at bob"}


def test_a_mark_saved_before_a_submission_is_written_is_to_be_looked_at_again(counting: CountingCourse):
    counting.grade()
    counting.hand_in("bob", "test_many", text="return 3")

    def marks_bob(done, total, name):
        if name == "bob":
            counting.mark("bob", "q1-observe", 0.75)

    counting.grade(progress=marks_bob)
    assert counting.marks("bob").by_hand == {"q1-observe": 0.75}


def test_formgrader_in_the_middle_of_saving_is_waited_for(counting: CountingCourse):
    """As formgrader saves a mark: a transaction of its own, open while the other program writes."""
    counting.grade()
    counting.hand_in("ada", "test_none", text="return 3")
    saving = sqlite3.connect(counting.course.gradebook, isolation_level=None, check_same_thread=False)
    grade = (
        "(SELECT grade.id FROM grade JOIN base_cell ON grade.cell_id = base_cell.id WHERE name = 'q1-observe' LIMIT 1)"
    )

    def begins_to_save(done: int, total: int, name: str) -> None:
        saving.execute("BEGIN IMMEDIATE")
        saving.execute(f"UPDATE grade SET manual_score = 1.25, needs_manual_grade = 0 WHERE id = {grade}")
        threading.Timer(0.3, lambda: saving.execute("COMMIT")).start()

    counting.grade("ada", progress=begins_to_save)
    saving.close()
    by_hand = [counting.marks(student).by_hand for student in ("ada", "bob")]
    assert {"q1-observe": 1.25} in by_hand and counting.marks("ada").automatic["test-q1-count"] == 1.0


def test_a_gradebook_that_cannot_be_written_is_told_before_anything_is_graded(counting: CountingCourse, refusal):
    other = sqlite3.connect(counting.course.gradebook, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        told = refusal(CourseError, counting.grade)
    finally:
        other.close()
    assert str(counting.course.gradebook) in told and counting.graded == []
    assert list(counting.course.verdicts("toy").glob("*")) == []


def test_a_gradebook_that_is_read_only_is_told_before_anything_is_graded(
    counting: CountingCourse, refusal, monkeypatch
):
    import sqlalchemy

    made = sqlalchemy.create_engine
    monkeypatch.setattr(  # these tests may run as root, who may write everything
        "nbgrader.api.create_engine",
        lambda address, **options: made(f"sqlite:///file:{counting.course.gradebook}?mode=ro&uri=true", **options),
    )
    told = refusal(CourseError, counting.grade)
    assert "readonly" in told and str(counting.course.gradebook) in told
    assert counting.graded == [] and list(counting.course.verdicts("toy").glob("*")) == []


def test_a_plugin_that_cannot_be_imported_is_told_before_anything_is_graded(counting: CountingCourse, refusal):
    counting.configure("c.AssignLatePenalties.plugin_class = 'late_of_nobody.Steps'")
    assert "late_of_nobody" in refusal(CourseError, counting.grade)
    assert counting.graded == []


@pytest.mark.parametrize("jump", [-1e9, 1e9])
def test_a_clock_that_jumps_gives_the_same_gradebook(counting: CountingCourse, monkeypatch, jump):
    counting.grade()
    first = {name: counting.marks(name) for name in ("ada", "bob")}
    counting.course.gradebook.unlink()
    counting.enter()
    now, calls = time.time, iter(range(1_000_000))
    monkeypatch.setattr(time, "time", lambda: now() + jump * (next(calls) % 2))
    for path in counting.course.verdicts("toy").glob("*"):
        path.unlink()
    counting.grade()
    assert {name: counting.marks(name) for name in ("ada", "bob")} == first
    assert counting.grade().keys() == {"ada", "bob", "zoe"} and counting.graded == []
