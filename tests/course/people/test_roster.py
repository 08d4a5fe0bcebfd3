"""A roster is read as nbgrader reads it, or refused with the line that is wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.course.people.roster import Student, read_roster, why_no_folder
from amal_attention.errors import CourseError

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20).map(str.strip)


@pytest.fixture
def roster(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_students_are_read_with_and_without_a_bom(roster, bom, end):
    lines = [
        "last_name, id ,first_name,email,lms_user_id,group",
        '"O\'Neill, Jr.",bob,Böb,b@c.d,7,A',
        "",
        "Li,li,,,,B",
        "",
    ]
    read = read_roster(roster(bom + end.join(lines).encode()))
    assert read == {"bob": Student("bob", "Böb", "O'Neill, Jr.", "b@c.d", "7"), "li": Student("li", "", "Li")}
    assert list(read) == ["bob", "li"]


def test_ids_alone_are_enough(roster):
    assert read_roster(roster("id\nada\n"))["ada"] == Student("ada")


def test_a_row_may_be_shorter_than_the_header(roster):
    assert read_roster(roster("id,first_name,last_name\nada,Ada\n"))["ada"] == Student("ada", "Ada")


def test_nbgrader_reads_the_same_columns():
    from nbgrader.api import Student as Theirs

    assert {"id", "first_name", "last_name", "email", "lms_user_id"} <= set(Theirs.__table__.c.keys())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "an empty line"),
        ("name\nada\n", "line 1; got name"),
        ("id,email,email\nada,a,b\n", "each once"),
        ("id\n", "got none"),
        ("id,email\n,a@b.c\n", "which is empty"),
        ("id\nada\nbob\nADA\n", "line 4; got 'ADA' after 'ada'"),
        ("id\n../ada\n", "line 2"),
        ("id\nada,Ada\n", "1 cells in"),
        ('id\n"ada\n', "got unexpected end of data"),
        ("id\na\x1b[31m\n", "\\x1b"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(roster, refusal, text, told):
    assert told in refusal(CourseError, lambda: read_roster(roster(text)))


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_what_a_spreadsheet_saved_is_read(roster, encoding, delimiter):
    text = "id,first_name,team\r\njose,José,Œuvre\r\n".replace(",", delimiter)
    assert read_roster(roster(text.encode(encoding)))["jose"] == Student("jose", "José", team="Œuvre")


@pytest.mark.parametrize(
    "header",
    [
        "First name,Last name,ID number,Email address,Groups",
        "First name,Surname,ID number,Email address,Groups",
        "Prénom,Nom de famille,Numéro d'identification,Adresse de courriel,Groupes",
        "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen",
        "Nombre,Apellido(s),Número de ID,Dirección de correo,Grupos",
    ],
)
def test_moodles_export_of_participants_is_a_roster(roster, header):
    rows = ['Zoé,Martin,p1,z@x.org,"TD1, B3"', "Paul,Durand,p2,p@x.org,"]
    read = read_roster(roster("\n".join(["\ufeff" + header, *rows])))
    assert read == {
        "p1": Student("p1", "Zoé", "Martin", "z@x.org", team="TD1, B3"),
        "p2": Student("p2", "Paul", "Durand", "p@x.org"),
    }


def test_an_id_of_participants_is_what_everybody_has(roster, refusal):
    header = "First name,Last name,ID number,Email address"
    assert list(read_roster(roster(f"{header}\nA,B,,a@x.org\nC,D,7,c@x.org\n"))) == ["a@x.org", "c@x.org"]
    told = refusal(CourseError, lambda: read_roster(roster(f"{header}\nA,B,,a@x.org\nC,D,7,\n")))
    assert "none that all have" in told


def test_an_absent_file_is_told(refusal, tmp_path):
    assert "absent" in refusal(CourseError, lambda: read_roster(tmp_path / "absent.csv"))


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".a",
        "-a",
        " a",
        "a ",
        "a.",
        "a/b",
        "a\\b",
        "a:b",
        "a*",
        "a[1]",
        "a+b",
        "con",
        "NUL.txt",
        "a\0",
        "a\n",
        "\u202eabc",
        "é" * 51,
    ],
)
def test_no_name_of_a_folder(name):
    assert why_no_folder(name)


@pytest.mark.parametrize("name", ["ada", "a.b@c.org", "12345", "Zoé", "李明", "a b", "console", "é" * 50])
def test_a_name_of_a_folder(name):
    assert why_no_folder(name) is None


@given(rows=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5))
def test_any_names_survive_a_csv(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("id", "first_name", "last_name"), *((f"s{n}", *row) for n, row in enumerate(rows))]
        )
    assert [(each.first_name, each.last_name) for each in read_roster(path).values()] == rows


def test_an_id_stands_beside_a_name_and_not_beside_itself():
    assert Student("ada", "Ada", "Lovelace").name_and_id == "Ada Lovelace (ada)"
    assert Student("ada").name_and_id == "ada"


def test_a_full_name_is_what_is_known():
    assert Student("ada", "Ada", "Lovelace").full_name == "Ada Lovelace"
    assert Student("ada", "", "Lovelace").full_name == "Lovelace"
    assert Student("ada").full_name == "ada"
