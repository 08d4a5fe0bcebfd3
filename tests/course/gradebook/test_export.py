"""Grades come out as others read them, names and all."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.export import KINDS, Row, export, feedback_zip
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError
from tests.course.moodle import people

ADA = Row(
    Student("ada", "Ada", "Lovelace", "a@x.org", "7"), "graded", 4.5, 6, {"q1": (2.5, 3), "q2": (2, 3)}, "Well", 1
)
BOB = Row(Student("bob", "Böb", "O'Neill, Jr."), "missing", 0, 6, {}, "")
LI = Row(Student("li", 'Li "Q"', "a\nb"), "partial", 1 / 3, 6, {"q2": (1 / 3, 3)}, "=1+1")
ROWS = [ADA, BOB, LI]
OURS = "[tests]<br>\n{}<br>\n[/tests]"
EVE = Row(Student("eve", "Eve", "Cinq"), "not graded", 0, 6, {"q1": (None, 3)}, "hint", 0.5, ("not graded",))
OPEN = Row(Student("jo", "Jo", "Six"), "graded", 3, 6, {"q1": (3, 3), "q2": (None, 3)}, "", 1, ("nobody marked q2",))
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda text: not re.search(r"(^|[^\w])[=+\-@]", text)  # no formula, wherever a spreadsheet parts it
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
        "earned": "4.5", "late_penalty": "1", "total": "3.5", "points": "6", "not_final": "", "comment": "Well",
    }  # fmt: skip
    assert (bob["last_name"], bob["q1"], bob["total"]) == ("O'Neill, Jr.", "", "0")
    assert (li["first_name"], li["last_name"], li["earned"], li["comment"]) == ('Li "Q"', "a\nb", "0.3333", "'=1+1")


@pytest.mark.parametrize(("kind", "column"), [("csv", "q2"), ("gradescope", "2: q2 (3.0 pts)")])
def test_a_question_that_nobody_marked_is_empty_and_one_marked_0_is_not(kind, column):
    rows = [
        Row(Student("ada"), "graded", 1, 6, {"q1": (1, 3), "q2": (None, 3)}, "", not_final=("nobody marked q2",)),
        Row(Student("bob"), "graded", 1, 6, {"q1": (1, 3), "q2": (0, 3)}, ""),
    ]
    assert [line[column] for line in read(export(rows, kind, partial=True).content, "utf-8-sig")] == ["", "0"]


def test_why_a_mark_is_not_final_stands_in_the_csv_and_in_json():
    row = Row(Student("ada"), "graded", 1, 6, {"q": (None, 6)}, "", not_final=("nobody marked q", "late"))
    (line,) = read(export([row], "csv", partial=True).content, "utf-8-sig")
    (value,) = json.loads(export([row], "json", partial=True).content)
    assert (line["not_final"], value["not_final"]) == ("nobody marked q; late", ["nobody marked q", "late"])
    assert value["questions"] == {"q": {"earned": None, "points": 6}}


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


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "-", "=1"])
def test_a_formula_is_made_a_text_in_every_csv(tmp_path, text):
    row = Row(Student("s", text, "x"), "graded", 1, 2, {text: (1, 2)}, text)
    (line,) = read(export([row], "csv").content, "utf-8-sig")
    assert line["first_name"] == line["comment"] == f"'{text}" and f"'{text}" in line
    (line,) = read(export([row], "gradescope").content)
    assert line["First Name"] == f"'{text}"


@pytest.mark.parametrize("begin", ["", "a;", "a\t", "a,", "a\n", "\t", "\r", '";', '"\t"', '; "', "a;b; "])
@pytest.mark.parametrize("formula", ["=1+1", "+1;", "-2+3", "@SUM(A1)"])
def test_no_formula_begins_where_another_program_parts_cells(begin, formula):
    row = Row(Student("s", "x", "y"), "graded", 1, 2, {}, begin + formula)
    lines = export([row], "csv").content.decode("utf-8-sig").splitlines()
    pieces = [piece for line in lines for piece in re.split("[;,\t]", line)]
    assert not any(piece.strip(' "')[:1] in tuple("=+-@") for piece in pieces)


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
        "team": "",
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


@pytest.mark.parametrize("kind", ["csv", "json", "gradescope"])
def test_more_than_all_points_is_told(kind):
    above = Row(Student("eva"), "graded", 15, 6, {"q1": (13, 3)}, "")
    assert export([ADA, above], kind).remarks == ("more than all points, by a person: is it meant (1): eva (15 of 6)",)


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
    assert (ada["Grade"], ada["Feedback comments"], ada["Other"]) == ("3.5", OURS.format("Well"), "kept")
    assert (nobody["Grade"], bob["Grade"]) == ("9", "old")
    assert exported.remarks == (
        "not matched in the worksheet, left as it was (1): Nobody (nobody of the roster)",
        "no line in the worksheet (1): li",
        "nothing handed in, no grade filled in (1): bob",
        "the grade that the worksheet had stays, and is none of ours (1): bob (old)",
    )


def test_a_grade_of_before_that_stays_where_a_mark_is_not_final_is_told(tmp_path):
    path = worksheet(tmp_path, (1, "Eve Cinq", "5,00"), (2, "Jo Six", ""), (3, "Ada Lovelace", "2"))
    exported = export([EVE, OPEN, ADA], "moodle", worksheet=path, partial=True)
    assert [line["Grade"] for line in read(exported.content, "utf-8-sig")] == ["5,00", "", "3.5"]
    assert "the grade that the worksheet had stays, and is none of ours (1): eve (5,00)" in exported.remarks


def test_a_comment_is_no_formula_in_a_worksheet_either(tmp_path):
    exported = export([LI], "moodle", worksheet=worksheet(tmp_path, (1, 'Li "Q" a b', "")))
    assert read(exported.content, "utf-8-sig")[0]["Feedback comments"] == OURS.format("=1+1")


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
    assert [line["Feedback comments"] for line in lines] == [OURS.format(each.id) for each in persons]


def test_moodles_zip_of_feedback_has_a_page_for_each_who_has_one(tmp_path):
    for row in (ADA, BOB, LI):  # Bob's is of something that is gone
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


# ---- what is not final


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_that_is_not_final_is_refused_and_who_and_why_is_told(tmp_path, refusal, kind):
    path = worksheet(tmp_path, (1, "Ada Lovelace", ""), (2, "Eve Cinq", ""))
    told = refusal(CourseError, lambda: export([ADA, EVE, OPEN], kind, worksheet=path))
    assert "none yet for (2): eve (not graded), jo (nobody marked q2)" in told and "--partial" in told


def test_in_part_no_figure_stands_for_a_mark_that_is_not_final(tmp_path):
    rows = [ADA, EVE, OPEN]
    exported = export(rows, "csv", partial=True)
    assert exported.remarks == ("no mark is told, as it is not final (2): eve (not graded), jo (nobody marked q2)",)
    lines = {line["id"]: line for line in read(exported.content, "utf-8-sig")}
    blank = ("earned", "late_penalty", "total")
    assert [lines["ada"][name] for name in blank] == ["4.5", "1", "3.5"]
    assert [lines[name][column] for name in ("eve", "jo") for column in blank] == [""] * 6
    assert (lines["jo"]["q1"], lines["jo"]["q2"], lines["eve"]["q1"]) == ("3", "", "")
    values = {each["student"]["id"]: each for each in json.loads(export(rows, "json", partial=True).content)}
    assert [values["eve"][name] for name in blank] == [None] * 3 and values["ada"]["total"] == 3.5


def test_in_part_gradescope_calls_it_ungraded_and_moodle_keeps_its_line(tmp_path):
    lines = read(export([ADA, EVE, OPEN], "gradescope", partial=True).content)
    assert [line["Status"] for line in lines] == ["Graded", "Ungraded", "Ungraded"]
    assert {line[name] for line in lines[1:] for name in line if name.startswith(("Total", "1", "2"))} == {""}
    path = worksheet(tmp_path, (1, "Ada Lovelace", ""), (2, "Eve Cinq", "7"), (3, "Jo Six", ""))
    exported = export([ADA, EVE, OPEN], "moodle", worksheet=path, partial=True)
    filled = read(exported.content, "utf-8-sig")
    assert [line["Grade"] for line in filled] == ["3.5", "7", ""]
    assert [line["Feedback comments"] for line in filled] == [OURS.format("Well"), "", ""]


def test_who_was_missing_and_handed_in_since_is_not_missing():
    row = Row(Student("s"), "missing", 0, 2, {}, "", not_final=("handed in again since it was graded",))
    assert not row.is_missing and read(export([row], "gradescope", partial=True).content)[0]["Status"] == "Ungraded"
