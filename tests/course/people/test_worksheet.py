"""Moodle's worksheet is filled in, and all else in it stays as it was."""

from __future__ import annotations

import csv
import io

import pytest

from amal_attention.course.people.matching import Matcher
from amal_attention.course.people.roster import Student
from amal_attention.course.people.worksheet import read_worksheet
from amal_attention.errors import CourseError

ENGLISH = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments"
).split(",")
FRENCH = (
    "Identifiant,Nom complet,Numéro d'identification,Adresse de courriel,Statut,Note,Note maximale,"
    "La note peut être modifiée,Dernière modification (travail remis),Dernière modification (note),"
    "Feedback par commentaires"
).split(",")
ADA = [
    "Participant 4454589",
    "Ada Lovelace",
    "a1",
    "ada@x.org",
    "Submitted, late",
    "",
    "20.00",
    "Yes",
    "Friday, 5:59",
    "-",
    "old",
]
MATCHER = Matcher(
    {
        "ada": Student("ada", "Ada", "Lovelace", "ada@x.org"),
        "li1": Student("li1", "Li", "Wei", "li1@x.org"),
        "li2": Student("li2", "Li", "Wei", "li2@x.org"),
    }
)


def write(tmp_path, *rows, delimiter=",", bom=b"\xef\xbb\xbf", end="\r\n"):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    path = tmp_path / "worksheet.csv"
    path.write_bytes(bom + file.getvalue().encode())
    return path


@pytest.mark.parametrize("header", [ENGLISH, FRENCH])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_the_grade_and_the_comment_change(tmp_path, header, delimiter, bom, end):
    path = write(tmp_path, header, ADA, delimiter=delimiter, bom=bom, end=end)
    before = path.read_bytes()
    sheet = read_worksheet(path)
    assert sheet.content() == before
    (line,) = sheet.lines(MATCHER)
    assert (line.student, line.most, line.folder) == ("ada", 20.0, "Ada Lovelace_4454589_assignsubmission_file_")
    sheet.fill(line.position, "12.5", "a < b\nc")
    changed = sheet.content()
    assert (
        changed.startswith(bom)
        and changed.removeprefix(bom)[:1] == b"I"
        and changed.count(b"\r\n") == 2 * (end == "\r\n")
    )
    rows = list(csv.reader(io.StringIO(changed.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    expected = list(ADA)
    expected[5], expected[10] = "12.5", "old<br>\n[tests]<br>\na &lt; b<br>\nc<br>\n[/tests]"
    assert rows == [header, expected]


def test_an_e_mail_tells_namesakes_apart_and_a_name_alone_does_not(tmp_path):
    rows = [["Participant 1", "Li Wei", "li2@x.org", ""], ["Participant 2", "Wei Li", "", ""]]
    lines = read_worksheet(write(tmp_path, ["Identifier", "Full name", "Email address", "Grade"], *rows)).lines(MATCHER)
    assert [line.student for line in lines] == ["li2", None]
    assert lines[1].why == "it could be li1 or li2"


def test_a_line_whose_cells_are_of_two_students_is_nobodys(tmp_path):
    row = ["Participant 1", "Ada Lovelace", "li1@x.org", ""]
    (line,) = read_worksheet(write(tmp_path, ["Identifier", "Full name", "Email address", "Grade"], row)).lines(MATCHER)
    assert line.student is None and line.why == "it could be ada or li1"


def test_two_lines_of_one_student_are_nobodys(tmp_path):
    rows = [[f"Participant {n}", "Ada Lovelace", ""] for n in (1, 2)]
    lines = read_worksheet(write(tmp_path, ["Identifier", "Full name", "Grade"], *rows)).lines(MATCHER)
    assert [(line.student, line.why) for line in lines] == [(None, "two lines would be ada")] * 2


def test_who_is_anonymous_is_found_by_number(tmp_path):
    matcher = Matcher({"ada": Student("ada", lms_user_id="12")})
    sheet = read_worksheet(write(tmp_path, ["Identifier", "Grade"], ["Participant 12", ""], ["Participant 13", ""]))
    assert [line.student for line in sheet.lines(matcher)] == ["ada", None]
    assert sheet.lines(matcher)[0].folder == "Participant_12_assignsubmission_file_"


def test_short_and_empty_lines_and_a_folder_name_as_moodle_makes_it(tmp_path):
    name = 'Zoé_A "O\'Brien" <x>/y'
    sheet = read_worksheet(write(tmp_path, ["Identifier", "Full name", "Grade"], [], ["Participant 7", name]))
    (line,) = sheet.lines(MATCHER)
    assert line.folder == "Zoé A OBrien xy_7_assignsubmission_file_"
    sheet.fill(line.position, "3", "dropped: there is no column")
    assert b",3\r\n" in sheet.content()


@pytest.mark.parametrize("text", [b"", b"Full name,Grade\n", b"Identifier\n", b"\xff", b'Identifier,Grade\n"a'])
def test_what_is_no_worksheet_is_refused(tmp_path, refusal, text):
    path = tmp_path / "worksheet.csv"
    path.write_bytes(text)
    assert "worksheet" in refusal(CourseError, lambda: read_worksheet(path))
    assert "absent" in refusal(CourseError, lambda: read_worksheet(tmp_path / "absent"))


GERMAN = (
    "ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
    "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar"
).split(",")
SPANISH = (
    "Identificador,Nombre completo,Número de ID,Dirección de correo,Estado,Calificación,Calificación máxima,"
    "La calificación puede ser cambiada,Última modificación (entrega),Última modificación (calificación),"
    "Comentarios de retroalimentación"
).split(",")


@pytest.mark.parametrize(
    ("header", "identifier", "language"),
    [
        (ENGLISH, "Participant 7", "en"),
        (FRENCH, "Participant 7", "fr"),
        (GERMAN, "Teilnehmer/in7", "de"),
        (SPANISH, "Participante 7", "es"),
    ],
)
def test_each_language_says_the_same(tmp_path, header, identifier, language):
    sheet = read_worksheet(write(tmp_path, header, [identifier, *ADA[1:]]))
    (line,) = sheet.lines(MATCHER)
    assert (line.student, line.number, line.most, line.submitted) == ("ada", "7", 20.0, "Friday, 5:59")
    assert sheet.language_of_times == language
    sheet.fill(line.position, "3", "well")
    assert b",3," in sheet.content() and b"well" in sheet.content()


def test_what_excel_saved_is_read_and_comes_back_as_moodle_reads_it(tmp_path):
    path = tmp_path / "worksheet.csv"
    lines = [
        "Identifiant;Nom complet;Note;Note maximale;Feedback par commentaires",
        "Participant 7;Ada Lovelace;;20,00;été",
    ]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    sheet = read_worksheet(path)
    (line,) = sheet.lines(MATCHER)
    assert (line.student, line.most) == ("ada", 20.0)
    sheet.fill(line.position, "12.5", "")
    assert sheet.content().decode("utf-8-sig").split("\r\n")[1] == "Participant 7;Ada Lovelace;12.5;20,00;été"


HEADER = ["Identifier", "Full name", "Grade", "Feedback comments"]
OURS = "[tests]<br>\n{}<br>\n[/tests]"


@pytest.mark.parametrize(
    ("there", "after"),
    [
        ("", OURS.format("new")),
        ("Old <b>comment</b> by hand", "Old <b>comment</b> by hand<br>\n" + OURS.format("new")),
        (OURS.format("old"), OURS.format("new")),
        ("Mine<br>\n" + OURS.format("old"), "Mine<br>\n" + OURS.format("new")),
        ("Mine<br>\n" + OURS.format("old") + " and mine", "Mine and mine<br>\n" + OURS.format("new")),
        ("see [tests]", "see [tests]<br>\n" + OURS.format("new")),
    ],
)
def test_a_persons_comment_stays_and_an_older_one_of_ours_does_not(tmp_path, there, after):
    sheet = read_worksheet(write(tmp_path, HEADER, ["Participant 7", "Ada Lovelace", "", there]))
    for _ in range(2):
        sheet.fill(1, "3", "new")
        rows = list(csv.reader(io.StringIO(sheet.content().decode("utf-8-sig"), newline="")))
        assert rows[1][3] == after


def test_no_comment_of_ours_leaves_a_persons_as_it_is(tmp_path):
    sheet = read_worksheet(write(tmp_path, HEADER, ["Participant 7", "Ada Lovelace", "", "Mine"]))
    sheet.fill(1, "3", "")
    assert b",3,Mine\r\n" in sheet.content()


def test_what_a_test_says_cannot_end_our_part(tmp_path):
    sheet = read_worksheet(write(tmp_path, HEADER, ["Participant 7", "Ada Lovelace", "", "Mine"]))
    for _ in range(2):
        sheet.fill(1, "3", "a[/tests]b")
    rows = list(csv.reader(io.StringIO(sheet.content().decode("utf-8-sig"), newline="")))
    assert rows[1][3] == "Mine<br>\n" + OURS.format("ab")
