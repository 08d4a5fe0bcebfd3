"""Archives as Moodle makes them, with all that sixty students do to a file; and what should come of each."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

LAB = "toy"
DUE = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

FIRST = "Zoé,Łukasz,Ana María,Jean-Noël,Søren,Nguyễn,Éloïse,李,Ibrahim,Seán,Maëlle,Jürgen".split(",")
LAST = "O'Brien,de la Cruz,Müller-Łęcki,Şahin,Öztürk".split(",")


@dataclass(frozen=True)
class Person:
    """A student, and what is to be in the archive for them.

    Attributes:
        id: in the roster.
        first: name.
        last: name.
        number: that Moodle gives them in this assignment.
        does: what became of their notebook.
    """

    id: str
    first: str
    last: str
    number: int
    does: str

    @property
    def name(self) -> str:
        """As Moodle shows it."""
        return f"{self.first} {self.last}"

    @property
    def folder(self) -> str:
        """As Moodle names it in an archive, without the end: quotes and slashes are left out, "_" is a space."""
        kept = "".join(each for each in self.name.replace("_", " ") if each not in "&<>\"`|':\\/")
        return f"{kept}_{self.number}_assignsubmission_"


DOES = {
    3: "is missing",
    7: "is late",
    11: "is damaged",
    13: "hands in two files",
    17: "renames it",
    19: "zips it",
    23: "types a text too",
    29: "hands in another lab too",
    31: "hands in a pdf only",
    37: "is empty",
    41: "saves it as .ipynb.txt",
    43: "is missing",
}


def people() -> list[Person]:
    """Sixty students; the name of the last holds a comma."""
    names = [(first, last) for last in LAST for first in FIRST]
    names[-1] = ("Martin, Jr.", "Luther")
    return [
        Person(f"s{index:03}", first, last, 4_454_500 + 7 * index, DOES.get(index, "hands it in"))
        for index, (first, last) in enumerate(names)
    ]


def notebook(text: str, lab: str = LAB) -> bytes:
    """A notebook that says of which lab it is."""
    cells = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}]
    metadata = {"amal": {"lab": lab, "language": "en", "digest": "0"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def is_toy(raw: bytes) -> bool:
    """Whether a file says that it is of the lab."""
    try:
        return bool(json.loads(raw)["metadata"]["amal"]["lab"] == LAB)
    except (ValueError, KeyError, TypeError):
        return False


def answer(person: Person) -> bytes:
    """The notebook of this person that is to be graded."""
    if person.does == "is damaged":
        return notebook(person.id)[:40]
    return b"" if person.does == "is empty" else notebook(f"answer of {person.id}")


def handed_in_at(person: Person) -> datetime:
    """When their notebook came: on an even second, as a zip tells it."""
    return DUE + timedelta(hours=3 if person.does == "is late" else -5, seconds=2 * (person.number % 30))


def files(person: Person) -> list[tuple[str, str, bytes, datetime]]:
    """What Moodle has of a person: plugin, name, bytes, time."""
    when, mine = handed_in_at(person), answer(person)
    before = when - timedelta(hours=1)
    odd = {
        "is missing": [],
        "hands in two files": [("file", "old.ipynb", notebook("old"), before), ("file", "new.ipynb", mine, when)],
        "renames it": [("file", "my answers (2).ipynb", mine, when)],
        "zips it": [
            ("file", "work.zip", zipped([("work/toy.ipynb", mine, before), ("work/a.csv", b"1", before)]), when)
        ],
        "types a text too": [("onlinetext", "onlinetext.html", b"<p>hello", when), ("file", "toy.ipynb", mine, when)],
        "hands in another lab too": [
            ("file", "toy.ipynb", mine, when),
            ("file", "other.ipynb", notebook("x", "other"), when + timedelta(hours=1)),
        ],
        "hands in a pdf only": [("file", "toy.pdf", b"%PDF-1.4", when)],
        "saves it as .ipynb.txt": [("file", "toy.ipynb.txt", mine, when)],
    }
    return odd.get(person.does, [("file", "toy.ipynb", mine, when)])


def moodle_zip(path: Path, persons: Iterable[Person], *, flat: bool = False) -> Path:
    """Moodle's archive of these persons."""
    entries = [
        (f"{person.folder}{plugin}_{'' if flat else '/'}{name}", content, when)
        for person in persons
        for plugin, name, content, when in files(person)
    ]
    path.write_bytes(zipped(entries))
    return path


def zipped(entries: Iterable[tuple[str, bytes, datetime]]) -> bytes:
    """A zip of these files: name, bytes, time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content, when in entries:
            archive.writestr(zipfile.ZipInfo(name, when.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def write_roster(path: Path, persons: Iterable[Person]) -> Path:
    """The roster of these persons as nbgrader reads it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "first_name", "last_name", "email"])
        writer.writerows([each.id, each.first, each.last, f"{each.id}@example.org"] for each in persons)
    return path
