"""A team's notebook is graded once; each member has the verdict, and keeps their own marks of a person."""

from __future__ import annotations

import shutil

import pytest

from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.people.roster import Student
from amal_attention.grading.gradebook.adjust import adjust, undo_adjustment
from amal_attention.grading.verdict.verdicts import VerdictFolder
from tests.grading.counting import CountingCourse

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")


@pytest.fixture
def team(counting: CountingCourse) -> CountingCourse:
    """Ada and Zoé are a team, and handed in one notebook; Bob handed in the same bytes for himself."""
    with course_book(counting.course) as book:
        book.enrol([Student("ada", team="TD1, B3"), Student("bob", team="TD2"), Student("zoe", team="B3")])
    for student in ("bob", "zoe"):
        shutil.copytree(counting.course.place("ada", "toy"), counting.course.place(student, "toy"), dirs_exist_ok=True)
    counting.met["bob"] = ()
    return counting


def test_a_team_is_graded_once_and_each_member_has_the_marks_and_the_verdict(team: CountingCourse) -> None:
    verdicts = team.grade()
    assert team.graded == ["ada", "bob"] and list(verdicts) == ["ada", "bob", "zoe"]
    assert team.earned() == {"ada": 3.0, "bob": 0.0, "zoe": 3.0}
    folder = VerdictFolder(team.course.verdicts("toy"))
    kept = folder.kept("zoe")
    assert kept is not None and kept.questions == verdicts["ada"].questions and kept.submission == "zoe"
    team.mark("zoe", "q1-observe", 1.0)
    team.grade()
    assert team.graded == [] and team.earned() == {"ada": 3.0, "bob": 0.0, "zoe": 4.0}


def test_a_member_who_handed_in_another_notebook_is_graded_alone(team: CountingCourse) -> None:
    team.hand_in("zoe", "test_none", text="return 2")
    team.grade()
    assert team.graded == ["ada", "bob", "zoe"] and team.earned()["zoe"] == 1.0


def test_an_adjustment_reaches_each_member_and_can_be_undone_for_each(team: CountingCourse) -> None:
    team.hand_in("ada", "test_many")
    shutil.copytree(team.course.place("ada", "toy"), team.course.place("zoe", "toy"), dirs_exist_ok=True)
    team.grade()
    team.mark("zoe", "q1-observe", 1.0)
    before = team.earned()
    adjusted = adjust(team.course, team.lab, {"test_none": 0.0})
    assert [(each.student, each.before, each.after) for each in adjusted.moves] == [
        ("ada", 2.0, 3.0),
        ("zoe", 3.0, 4.0),
    ]
    assert team.earned() == before | {"ada": 3.0, "zoe": 4.0}
    team.grade()
    assert team.graded == [] and team.earned() == before | {"ada": 3.0, "zoe": 4.0}
    undo_adjustment(team.course, team.lab)
    assert team.earned() == before
