"""Grades come out as others read them, names and all."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.course.course_folder import Course
from amal_attention.course.export import KINDS, Row, export, feedback_zip
from amal_attention.course.roster import Student
from amal_attention.errors import CourseError
from tests.course.moodle import people

ADA = Row(
    Student("ada", "Ada", "Lovelace", "a@x.org", "7"), "graded", 4.5, 6, {"q1": (2.5, 3), "q2": (2, 3)}, "Well", 1
)
BOB = Row(Student("bob", "Böb", "O'Neill, Jr."), "missing", 0, 6, {}, "")
LI = Row(Student("li", 'Li "Q"', "a\nb"), "partial", 1 / 3, 6, {"q2": (1 / 3, 3)}, "=1+1")
ROWS = [ADA, BOB, LI]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda t: t[:1] not in "=+-@" or not t
)


def read(content, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def test_the_csv_has_a_line_a_student_and_a_column_a_question():
    exported = export(ROWS, "csv")
    assert exported.content.startswith(b"\xef\xbb\xbf") and exported.remarks == ()
    ada, bob, li = read(exported.content, "utf-8-sig")
    assert ada == {
        "id": "ada", "last_name": "Lovelace", "first_name": "Ada", "email": "a@x.org", "status": "graded",
        "q1": "2.5", "q2": "2",
        "earned": "4.5", "late_penalty": "1", "total": "3.5", "points": "6", "comment": "Well",
    }  # fmt: skip
    assert (bob["last_name"], bob["q1"], bob["total"]) == ("O'Neill, Jr.", "", "0")
    assert (li["first_name"], li["last_name"], li["earned"], li["comment"]) == ('Li "Q"', "a\nb", "0.3333", "'=1+1")


@given(first=TEXT, last=TEXT, comment=TEXT)
def test_any_name_survives_the_csv_and_pandas(first, last, comment):
    pandas = pytest.importorskip("pandas")
    row = Row(Student("s", first, last), "graded", 1, 2, {"q": (1, 2)}, comment)
    for kind, columns in (("csv", ("first_name", "last_name")), ("gradescope", ("First Name", "Last Name"))):
        content = export([row], kind).content
        (line,) = read(content, "utf-8-sig")
        assert (line[columns[0]], line[columns[1]]) == (first, last)
        frame = pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        assert (frame[columns[0]][0], frame[columns[1]][0]) == (first, last)
    assert json.loads(export([row], "json").content)[0]["student"]["first_name"] == first


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "=1"])
def test_a_formula_is_made_a_text_in_every_csv(tmp_path, text):
    row = Row(Student("s", text, "x"), "graded", 1, 2, {text: (1, 2)}, text)
    (line,) = read(export([row], "csv").content, "utf-8-sig")
    assert line["first_name"] == line["comment"] == f"'{text}" and f"'{text}" in line
    (line,) = read(export([row], "gradescope").content)
    assert line["First Name"] == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-5.25", "-5,25", "a=1", "1-2", ""])
def test_a_number_is_none(text):
    (line,) = read(export([Row(Student("s"), "graded", 1, 2, {}, text)], "csv").content, "utf-8-sig")
    assert line["comment"] == text


def test_json_says_all_and_in_figures():
    ada, _, li = json.loads(export(ROWS, "json").content)
    assert ada["student"] == {
        "id": "ada",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "a@x.org",
        "lms_user_id": "7",
    }
    assert ada["questions"] == {"q1": {"earned": 2.5, "points": 3}, "q2": {"earned": 2, "points": 3}}
    assert (ada["earned"], ada["late_penalty"], ada["total"], ada["points"], ada["status"]) == (
        4.5,
        1,
        3.5,
        6,
        "graded",
    )
    assert li["earned"] == 1 / 3 and li["comment"] == "=1+1"


def test_gradescope_gets_its_columns():
    ada, bob, li = read(export(ROWS, "gradescope").content)
    assert ada == {
        "First Name": "Ada", "Last Name": "Lovelace", "SID": "ada", "Email": "a@x.org", "Total Score": "3.5",
        "Max Points": "6", "Status": "Graded", "1: q1 (3.0 pts)": "2.5", "2: q2 (3.0 pts)": "2",
    }  # fmt: skip
    assert (bob["Status"], bob["Total Score"], bob["1: q1 (3.0 pts)"]) == ("Missing", "", "")
    assert (li["Status"], li["1: q1 (3.0 pts)"], li["2: q2 (3.0 pts)"]) == ("Graded", "", "0.3333")


def test_a_penalty_takes_no_more_than_there_is_and_a_point_by_hand_is_not_missing():
    assert Row(Student("s"), "graded", 1, 2, {}, "", 5).total == 0
    assert not Row(Student("s"), "missing", 1, 2, {}, "").is_missing


def worksheet(tmp_path, *lines, most="6.00"):
    path = tmp_path / "worksheet.csv"
    rows = [["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments", "Other"]]
    rows += [[f"Participant {number}", name, old, most, "", "kept"] for number, name, old in lines]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_moodles_worksheet_is_filled_in_and_what_does_not_fit_is_told(tmp_path):
    path = worksheet(tmp_path, (1, "Ada Lovelace", ""), (2, "Nobody", "9"), (3, "Böb O'Neill, Jr.", "old"))
    exported = export(ROWS, "moodle", worksheet=path)
    ada, nobody, bob = read(exported.content, "utf-8-sig")
    assert exported.content.startswith(b"\xef\xbb\xbf")
    assert (ada["Grade"], ada["Feedback comments"], ada["Other"]) == ("3.5", "Well", "kept")
    assert (nobody["Grade"], bob["Grade"]) == ("9", "old")
    assert exported.remarks == (
        "not matched in the worksheet, left as it was (1): Nobody (nobody of the roster)",
        "no line in the worksheet (1): li",
        "nothing handed in, no grade filled in (1): bob",
    )


def test_a_comment_is_no_formula_in_a_worksheet_either(tmp_path):
    exported = export([LI], "moodle", worksheet=worksheet(tmp_path, (1, 'Li "Q" a b', "")))
    assert read(exported.content, "utf-8-sig")[0]["Feedback comments"] == "'=1+1"


def test_a_grade_is_scaled_to_what_moodle_counts_and_that_is_told(tmp_path):
    exported = export([ADA], "moodle", worksheet=worksheet(tmp_path, (1, "Ada Lovelace", ""), most="20,00"))
    assert read(exported.content, "utf-8-sig")[0]["Grade"] == "11.6667"
    assert exported.remarks == ("grades are scaled from 6 points to Moodle's 20",)


def test_sixty_students_of_moodle_each_get_their_own(tmp_path):
    persons = people()
    rows = [
        Row(Student(each.id, each.first, each.last), "graded", n, 60, {}, each.id) for n, each in enumerate(persons)
    ]
    path = worksheet(tmp_path, *((each.number, each.name, "") for each in persons), most="60")
    exported = export(rows, "moodle", worksheet=path)
    assert exported.remarks == ()
    lines = read(exported.content, "utf-8-sig")
    assert [line["Grade"] for line in lines] == [str(n) for n in range(60)]
    assert [line["Feedback comments"] for line in lines] == [each.id for each in persons]


def test_moodles_zip_of_feedback_has_a_page_for_each_who_has_one(tmp_path):
    for row in (ADA, LI):
        page = tmp_path / "course" / "feedback" / row.student.id / "toy" / "toy.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"for {row.student.id}")
    path = worksheet(tmp_path, (11, "Ada Lovelace", ""), (12, "Böb O'Neill, Jr.", ""), (13, "Nobody", ""))
    exported = feedback_zip(ROWS, path, Course(tmp_path / "course"), "toy")
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        pages = {name: archive.read(name) for name in archive.namelist()}
    assert pages == {"Ada Lovelace_11_assignsubmission_file_/toy.html": b"for ada"}
    assert exported.remarks[-1] == "no feedback for (1): bob" and len(exported.remarks) == 3
    assert feedback_zip(ROWS, path, Course(tmp_path / "course"), "toy").content == exported.content


def test_what_cannot_be_exported_is_told(refusal):
    assert all(kind in refusal(CourseError, lambda: export(ROWS, "xls")) for kind in KINDS)
    assert "worksheet" in refusal(CourseError, lambda: export(ROWS, "moodle"))


def test_nobody_at_all_is_a_header():
    assert len(export([], "csv").content.splitlines()) == 1 and json.loads(export([], "json").content) == []
