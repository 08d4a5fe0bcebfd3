"""The course of a demonstration: every sample gets its status and its marks, and all that is told of is there."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.release.release import release
from amal_attention.grading.demo import Demonstration, grade_samples, why_no_grading
from amal_attention.grading.run import grader
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.lab import Lab
from tests.grading.conftest import HIDDEN, Kept, write_till
from tests.grading.test_samples import write_bank

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

# Of 4 points: 1.5 and 0.5 for the total, 1 for the change, 1 for the tickets.
EXPECTED = {
    "right": ("graded", 4.0),
    "partly": ("graded", 4 - 0.5 - 1),
    "empty": ("graded", 0.0),
    "broken": ("graded", 4.0 - 1),
    "endless": ("partial", 4.0 - 1),
    "hostile": ("partial", 4 - 0.5 - 1),
    "damaged": ("graded", 2.0),
    "missing": ("missing", 0.0),
}


class Shown:
    """A demonstration, and what was told on the way."""

    def __init__(self, folder: Path, lab: Lab) -> None:
        self.folder, self.lab = folder, lab
        self.progress: list[tuple[int, int, str]] = []
        self.reported: list[Verdict] = []
        self.limits: list[dict[str, float]] = []
        self.result: Demonstration

    def run(self) -> None:
        self.result = grade_samples(
            self.lab, self.folder, lambda *told: self.progress.append(told), self.reported.append
        )

    def verdict(self, student: str) -> Verdict:
        return next(each for each in self.result.verdicts if each.submission == student)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, shut_in: Zygote) -> Shown:
    lab = write_bank(write_till(tmp_path_factory.mktemp("labs")))
    lab = replace(lab, limits=replace(lab.limits, cell_seconds=60))
    shown = Shown(tmp_path_factory.mktemp("demo"), lab)

    def zygote_for(lab: Lab, *_: object) -> Kept:
        shown.limits.append(lab.limits)
        kept = Kept(shut_in)
        kept.limits = lab.limits  # type: ignore[attr-defined]
        return kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "zygote_for", zygote_for)
        shown.run()
    return shown


@pytest.mark.parametrize("student", EXPECTED)
def test_each_sample_gets_its_status_and_its_marks(shown, student):
    verdict = shown.verdict(student)
    assert (str(verdict.status), verdict.earned) == EXPECTED[student]
    assert verdict.points == 4


def test_there_is_a_verdict_for_each_and_all_are_reported(shown):
    assert sorted(each.submission for each in shown.result.verdicts) == sorted(EXPECTED)
    assert shown.reported == shown.result.verdicts
    assert [told[:2] for told in shown.progress] == [(done, 8) for done in range(8)]


def test_nothing_is_repaired_but_the_damaged_one(shown):
    assert [each.submission for each in shown.result.verdicts if each.repairs] == ["damaged"]


def test_the_hostile_one_finds_no_hidden_test(shown):
    verdict = shown.verdict("hostile")
    assert "hidden tests: [Errno 2] No such file" in verdict.output
    assert [line for line in HIDDEN.splitlines() if line.startswith("def ") and line in repr(verdict)] == []


def test_the_gradebook_holds_the_marks_of_all_who_handed_in(shown):
    with course_book(Course.at(shown.folder / "course")) as book:
        marks = {student: each.earned for student, each in book.marks("till").items()}
        assert sorted(book.students()) == sorted(EXPECTED)
    assert marks == {student: earned for student, (_, earned) in EXPECTED.items() if student != "missing"}


def test_all_that_it_names_is_there(shown):
    result = shown.result
    for path in (result.summary, result.feedback, result.gradebook, *result.releases):
        assert path.is_file() and path.is_relative_to(shown.folder)
    assert "2.5" in result.feedback.read_text("utf-8") and "hostile" in result.summary.read_text("utf-8")
    pages = {path.parts[-3] for path in (shown.folder / "course" / "feedback").glob("*/till/till.html")}
    assert pages == set(EXPECTED) - {"missing"}


def test_the_releases_are_those_of_the_lab_but_for_the_limit_that_is_in_their_digest(shown):
    for path, language in zip(shown.result.releases, ["en", "fr"], strict=True):
        mine, theirs = json.loads(path.read_bytes()), json.loads(release(shown.lab, language))
        assert mine["cells"] == theirs["cells"] and mine["metadata"]["amal"]["language"] == language


def test_a_cell_has_five_seconds_at_most(shown):
    assert shown.limits == [replace(shown.lab.limits, cell_seconds=5.0)]
    assert "no answer within 5 s" in shown.verdict("endless").why


def test_a_lab_that_gives_less_keeps_it(till, tmp_path, monkeypatch):
    given: list[float] = []
    for name, does in {
        "add_lab": lambda folder, *_: Course(folder),
        "grade_course": lambda _, run, **rest: given.append(run.lab.limits.cell_seconds) or [],
        "write_feedback": lambda *_: [],
        "write_summary": lambda *_: None,
    }.items():
        monkeypatch.setattr(f"amal_attention.grading.demo.{name}", does)
    grade_samples(till, tmp_path)
    assert given == [2]


def test_without_a_sandbox_it_grades_in_processes(till, tmp_path, monkeypatch):
    graded_in: list[Isolation] = []
    for name, does in {
        "add_lab": lambda folder, *_: Course(folder),
        "grade_course": lambda _, run, **rest: graded_in.append(run.isolation) or [],
        "write_feedback": lambda *_: [],
        "write_summary": lambda *_: None,
    }.items():
        monkeypatch.setattr(f"amal_attention.grading.demo.{name}", does)
    grade_samples(till, tmp_path, isolation=Isolation.PROCESS)
    grade_samples(till, tmp_path)
    assert graded_in == [Isolation.PROCESS, Isolation.SANDBOX]


def test_a_second_time_in_the_same_folder_nothing_is_graded_again(shown, monkeypatch):
    monkeypatch.setattr(grader, "zygote_for", lambda *_: pytest.fail("graded again"))
    second = Shown(shown.folder, shown.lab)
    second.run()
    assert second.result == shown.result


def test_as_json_it_says_where_everything_is(shown):
    values = json.loads(json.dumps(shown.result.to_dict()))
    assert {each["submission"]: each["earned"] for each in values["verdicts"]} == {
        student: earned for student, (_, earned) in EXPECTED.items()
    }
    assert all(Path(values[name]).exists() for name in ("course", "summary", "feedback", "gradebook"))
    assert all(Path(path).is_file() for path in values["releases"])


@pytest.mark.parametrize("absent", [["hidden_tests"], ["mutants"], ["hidden_tests", "mutants"]])
def test_without_the_secrets_of_the_lab_there_is_no_grading(till, absent):
    for name in absent:
        shutil.rmtree(till.folder / name)
    told = why_no_grading(till)
    assert told is not None and told.startswith(f"there is no {' and no '.join(absent)} in ") and "\n" not in told


def test_without_the_tools_of_the_course_it_says_how_to_install_them(till, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "amal-attention[grade]" in str(why_no_grading(till))


def test_where_all_is_there_nothing_is_missing(till, no_bubblewrap):
    assert why_no_grading(till) is None
