"""A course from the archive of a learning platform to its worksheet, by the commands that people type."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from amal_attention.cli import main
from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.grading.run import grader
from amal_attention.grading.sandbox.sandbox import Zygote
from amal_attention.lab import Lab
from tests.course.moodle import Person, handed_in_at, people, write_roster, zipped
from tests.grading.conftest import (
    WRONG_TOTAL,
    Kept,
    beside,  # noqa: F401 -- a fixture
    solved,
    write_till,
)

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

pytestmark = pytest.mark.long

HALF = 30
ABSENT = ("is missing", "hands in a pdf only")
WORSE = "def change(paid, prices):\n    return 0.0"


def files(person: Person) -> list[tuple[str, bytes]]:
    """What this person hands in: every third one multiplies, every fifth one gives no change."""
    number = int(person.id[1:])
    answers = ({"q1": WRONG_TOTAL} if number % 3 == 0 else {}) | ({"q2": WORSE} if number % 5 == 0 else {})
    mine = solved(**answers)
    return {
        "is missing": [],
        "is damaged": [("till.ipynb", mine[: mine.index(b'"tickets') if b'"tickets' in mine else -400])],
        "is empty": [("till.ipynb", b"")],
        "hands in a pdf only": [("till.pdf", b"%PDF-1.4")],
        "hands in two files": [("old.ipynb", solved(q1="no python (")), ("new.ipynb", mine)],
    }.get(person.does, [("till.ipynb", mine)])


def expected(person: Person) -> float:
    """What the answers of this person are worth, worked out apart from any grader."""
    number = int(person.id[1:])
    if person.does in (*ABSENT, "is empty"):
        return 0.0
    wrong_total, wrong_change = number % 3 == 0, number % 5 == 0
    return 4.0 - (2.0 if wrong_total else 0.0) - (1.0 if wrong_total or wrong_change else 0.0)


@dataclass(frozen=True)
class Story:
    """The course after all commands, and what they printed."""

    course: Course
    folder: Path
    said: dict[str, str]

    def table(self, name: str) -> list[dict[str, str]]:
        text = (self.folder / name).read_text("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, beside: Zygote, known_alembic: object) -> Story:  # noqa: F811
    """Sixty students; one run of each command."""
    folder = tmp_path_factory.mktemp("story")
    lab = write_till(folder / "labs")
    persons = people()
    entries = [
        (f"{each.folder}file_/{name}", raw, handed_in_at(each) - timedelta(hours=1) * (name == "old.ipynb"))
        for each in persons
        for name, raw in files(each)
    ]
    (folder / "moodle.zip").write_bytes(zipped(entries))
    write_roster(folder / "roster.csv", persons)
    write_worksheet(folder / "worksheet.csv", persons)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "zygote_for", lambda *_: lent(beside, lab))
        patch.setenv("AMAL_LABS", str(folder / "labs"))
        patch.chdir(folder)
        run = runner(patch)
        said = {"course": run("course", "course", "till", "--roster", "roster.csv")}
        patch.chdir(folder / "course")
        for command in (
            "collect ../moodle.zip till",
            "grade till --isolation process",
            "feedback till",
            "summary till",
            "export till --out ../grades.csv",
            "export till --to json --out ../grades.json",
            "export till --to gradescope --out ../gradescope.csv",
            "export till --to moodle --worksheet ../worksheet.csv --out ../filled.csv --feedback ../feedback.zip",
        ):
            said[" ".join(command.split()[:4])] = run(*command.split())
    return Story(Course.at(folder / "course"), folder, said)


def lent(zygote: Zygote, lab: Lab) -> Kept:
    kept = Kept(zygote)
    kept.limits = lab.limits  # type: ignore[attr-defined]
    return kept


def runner(patch: pytest.MonkeyPatch) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        out = io.StringIO()
        patch.setattr(sys, "argv", ["amal", *arguments])
        patch.setattr(sys, "stdout", out)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0, out.getvalue()
        return out.getvalue()

    return run


def write_worksheet(path: Path, persons: list[Person]) -> None:
    """As Moodle makes it."""
    names = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Feedback comments"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for each in persons:
            writer.writerow([f"Participant {each.number}", each.name, "", "Submitted", "", "4.00", ""])


def test_all_that_could_be_read_was_taken_and_who_is_missing_is_named(story):
    told = story.said["collect ../moodle.zip till"]
    assert "57 of 60 students" in told
    assert "missing (3)" in told


@pytest.mark.parametrize("name", ["grades.csv", "gradescope.csv", "filled.csv"])
def test_there_is_a_row_for_everybody(story, name):
    assert len(story.table(name)) == 60


def test_every_figure_is_what_the_answers_are_worth(story):
    wanted = {each.id: expected(each) for each in people()}
    with course_book(story.course) as book:
        kept = {student: marks.earned for student, marks in book.marks("till").items()}
    absent = {each.id for each in people() if each.does in ABSENT}
    assert kept == {student: mark for student, mark in wanted.items() if student not in absent}
    rows = json.loads((story.folder / "grades.json").read_text("utf-8"))
    assert {row["student"]["id"]: row["total"] for row in rows} == wanted


def test_the_worksheet_of_the_platform_is_filled_in_with_the_same(story):
    by_number = {f"Participant {each.number}": each for each in people()}
    for row in story.table("filled.csv"):
        person = by_number[row["Identifier"]]
        assert row["Full name"] == person.name
        if person.does not in ABSENT:
            assert float(row["Grade"]) == expected(person)


def test_names_with_commas_and_accents_survive(story):
    names = {(row["First Name"], row["Last Name"]) for row in story.table("gradescope.csv")}
    assert {(each.first, each.last) for each in people()} == names


def test_everybody_who_handed_in_has_a_page_and_it_is_in_the_zip(story):
    pages = {path.parts[-3] for path in story.course.folder.glob("feedback/*/till/till.html")}
    assert pages == {each.id for each in people() if each.does not in ABSENT}
    with zipfile.ZipFile(story.folder / "feedback.zip") as archive:
        assert len(archive.namelist()) == len(pages)


def test_the_summary_is_where_it_says(story):
    path = Path(story.said["summary till"].strip())
    assert path == story.course.summary("till") and "Exercise 1" in path.read_text("utf-8")


def test_late_ones_are_late_in_the_gradebook(story):
    with course_book(story.course) as book:
        marks = book.marks("till")
    for person in people():
        if person.does == "is late":
            assert marks[person.id].handed_in == handed_in_at(person).replace(tzinfo=None)


def test_a_run_that_is_killed_then_interrupted_and_goes_on_ends_like_an_undisturbed_one(story, tmp_path, programs):
    course = Course(tmp_path)
    for folder in sorted((story.course.folder / "submitted").iterdir())[:HALF]:
        shutil.copytree(folder, tmp_path / "submitted" / folder.name)
    shutil.copy(story.course.folder / "nbgrader_config.py", tmp_path)
    write_gradebook(story, course)
    command = [programs / "amal", "grade", "till", "--isolation", "process", "--seed", "5"]
    environment = os.environ | {"AMAL_LABS": str(story.folder / "labs")}

    def begun(*options: str, verdicts: int) -> subprocess.Popen[str]:
        """A run, in a group of its own, that has come to so many verdicts."""
        run = subprocess.Popen(
            [*command, *options],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
        )
        while len(list(course.verdicts("till").glob("*.json"))) < verdicts:
            assert run.poll() is None
            time.sleep(0.02)
        return run

    first = begun(verdicts=5)
    first.kill()
    first.communicate()
    kept = {path: path.stat().st_mtime_ns for path in course.verdicts("till").glob("*.json")}
    second = begun("-j", "2", verdicts=len(kept) + 5)
    os.killpg(second.pid, signal.SIGINT)  # as a terminal does
    _, said = second.communicate()
    assert second.returncode == 130 and "amal: interrupted" in said and "Traceback" not in said
    kept = {path: path.stat().st_mtime_ns for path in course.verdicts("till").glob("*.json")}
    assert len(kept) < 60
    subprocess.run([*command, "-j", "2"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, check=True)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    with course_book(course) as again, course_book(story.course) as undisturbed:
        marks = undisturbed.marks("till")
        assert again.marks("till") == {each: marks[each] for each in sorted(marks)[:HALF]}


def write_gradebook(story: Story, course: Course) -> None:
    """The gradebook of the story, without any submission."""
    shutil.copy(story.course.gradebook, course.gradebook)
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        for person in people():
            with contextlib.suppress(Exception):
                book.remove_submission("till", person.id)
    with course_book(course) as book:
        assert book.marks("till") == {} and len(book.students()) == 60
