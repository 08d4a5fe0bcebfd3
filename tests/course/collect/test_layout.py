"""A path tells whose a file is, in the layouts that there are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amal_attention.course.collect.layout import Claim, is_clutter, recognise, time_of

MOODLE = "Jean_Luc Zoé_445_assignsubmission_file_"


def claims(*paths, known=()):
    split = [tuple(path.split("/")) for path in paths]
    layout = recognise(split, "toy", lambda name: name in known)
    return layout.name, [layout.claim(path) for path in split]


@pytest.mark.parametrize(
    "path", [f"{MOODLE}/x_y.ipynb", f"{MOODLE}x_y.ipynb", f"{MOODLE[:-1]}/deep/x_y.ipynb", f"Lab 9/{MOODLE}/x_y.ipynb"]
)
def test_moodle_in_folders_and_flat(path):
    assert claims(path) == ("Moodle", [Claim("Jean_Luc Zoé", "x_y.ipynb", "445")])


def test_what_moodle_adds_is_no_ones_notebook():
    name, (first, second, third) = claims("A B_1_assignsubmission_onlinetext_/onlinetext.html", MOODLE, "grades.csv")
    assert name == "Moodle" and "typed into the platform" in first
    assert second == third == "it is no notebook, and lies in no student's folder"


def test_nbgraders_exchange_with_and_without_the_random_end():
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    stamp = "2026-01-02 03:04:05.000000 UTC"
    for folder in (f"ada+toy+{stamp}", f"ada+toy+{stamp}+x+y"):
        name, (claim, stamped, other) = claims(f"{folder}/a.ipynb", f"{folder}/timestamp.txt", f"b+o+{stamp}/a.ipynb")
        assert name == "nbgrader's exchange" and stamped is None and other == "it was handed in for another lab"
        assert claim == Claim("ada", "a.ipynb", "", True, when, (folder, "timestamp.txt"), signed=0)


@pytest.mark.parametrize("top", [(), ("submitted",)])
def test_nbgraders_folders_and_the_file_that_tells_the_time(top):
    paths = ["/".join((*top, *rest)) for rest in (("ada", "toy", "d", "a.ipynb"), ("ada", "toy", "timestamp.txt"))]
    name, (claim, stamped) = claims(*paths)
    assert name == "nbgrader's folders" and stamped is None
    assert claim == Claim("ada", "a.ipynb", is_id=True, beside=(*top, "ada", "toy", "timestamp.txt"))


def test_a_plain_folder_of_files_and_folders():
    name, found = claims("ada/x.ipynb", "bob.ipynb", "c.d.zip", "grades.csv", "ada/timestamp.txt", "e.PDF")
    assert name == "a folder"
    alone = "it is no notebook, and lies in no student's folder"
    assert found[:3] == [Claim("ada", "x.ipynb"), Claim("bob", "bob.ipynb"), Claim("c.d", "c.d.zip")]
    assert found[3] == found[5] == alone and "not believed" in found[4]


def test_a_folder_around_all_is_passed_by_where_students_are_in_it():
    assert claims("all/ada/x.ipynb", known={"ada"})[1] == [Claim("ada", "x.ipynb")]
    assert claims("all/ada.ipynb", known={"ada"})[1] == [Claim("ada", "ada.ipynb")]
    assert claims("all/ada/x.ipynb")[1] == [Claim("ada", "x.ipynb")]


def test_a_folder_of_one_student_is_not_passed_by():
    assert claims("ada/x.ipynb", "ada/y.ipynb")[1][0] == Claim("ada", "x.ipynb")
    assert claims("ada/bob/x.ipynb", known={"ada", "bob"})[1][0].name == "ada"
    assert claims("ada/x.ipynb", "b.ipynb", known={"x"})[1][0].name == "ada"


@pytest.mark.parametrize(
    "forged",
    [
        "bob/ada+toy+2026-01-02 03:04:05 UTC/x.ipynb",
        "bob/Ada L_77_assignsubmission_file_/x.ipynb",
        "bob/Ada L_77_assignsubmission_file_x.ipynb",
        "bob/toy/x.ipynb",
    ],
)
def test_what_a_student_puts_into_their_own_folder_is_theirs_and_changes_nobodys(forged):
    name, (honest, own) = claims("cid/x.ipynb", forged, known={"ada", "bob", "cid", "Ada L"})
    assert name == "a folder" and (honest.name, own.name) == ("cid", "bob")


def test_a_folder_put_by_hand_into_moodles_archive_may_not_name_another():
    name, (_, own) = claims(f"{MOODLE}/x.ipynb", "bob/Ada L_77_assignsubmission_file_/x.ipynb", known={"bob"})
    assert name == "Moodle" and own.name == "bob" and own.by_hand


def test_an_empty_archive_has_a_layout():
    assert claims() == ("a folder", [])


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("a/.x", False),
        ("a/._x", True),
        ("a/.DS_Store", True),
        (".git/x", True),
        ("__MACOSX/a/x", True),
        ("a/.ipynb_checkpoints/x", True),
        ("a/__x/x.y", False),
    ],
)
def test_what_is_no_students_is_clutter(path, hidden):
    assert is_clutter(tuple(path.split("/"))) == hidden


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-07-20 17:59:00.000000 UTC", 17),
        ("2026-07-20 17:59:00 UTC\n", 17),
        ("2026-07-20T17:59:00", 17),
        ("2026-07-20 17:59:00.000000 +0200", 15),
        ("2026-07-20 17:59:00.5 -02:00", 19),
        ("2026-07-20 17:59:00.000000 Europe/Paris", 15),
    ],
)
def test_times_are_read_as_nbgrader_writes_them(text, hour):
    assert time_of(text).hour == hour and time_of(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "today", "2026-13-20 17:59:00 UTC", "2026-07-20 17:59:00 Nowhere/Land", "2026-07-20 17:59:00 ../x"]
)
def test_what_is_no_time_is_none(text):
    assert time_of(text) is None
