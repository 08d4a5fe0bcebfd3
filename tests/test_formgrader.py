"""A course that was graded by us, in nbgrader's own tools: formgrader in a browser, its export, its feedback."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.course.gradebook.new_course import add_lab
from amal_attention.course.people.roster import Student
from amal_attention.course.release.release import release
from amal_attention.grading.gradebook.course_run import grade_course
from amal_attention.grading.run import cohort
from amal_attention.grading.run.cohort import GradingRun
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.outcome import Outcome, State
from tests.course.conftest import Toy, write_toy
from tests.web import chromium, jupyter, new_page

pytest.importorskip("nbgrader", reason="needs nbgrader (pip install '.[grade]')")

pytestmark = pytest.mark.long

STUDENTS = [Student("ada", "Ada", "Lovelace"), Student("bob", "Bób", "Noël"), Student("zoe", "Zoé", "Absent")]
MOST = 4.5  # 3 for the tests of q1-count, 1.5 for q1-observe
POINTS = {"test_many": 2.0, "test_none": 1.0}
MET = {"ada": {"test_many", "test_none"}, "bob": {"test_none"}}
HOSTILE = """Look: <img src=x onerror="window.hit = 1"> [here](javascript:window.hit=1) 

$\\href{javascript:window.hit=1}{x}$ <script>window.hit = 1</script>"""
BOBS_CODE = "return 0  # as Bob sees it"


def verdict_on(submission: Submission, met: Iterable[str]) -> Verdict:
    outcomes = {True: Outcome("the number of items", State.MET), False: Outcome("the number of items", State.MISSED)}
    tests = tuple(TestVerdict(name, points, outcomes[name in met]) for name, points in POINTS.items())
    return Verdict(submission.name, "toy", Status.GRADED, questions=(QuestionVerdict("q1-count", tests),))


def grade_by_table(lab: Lab, submissions: Iterable[Submission], report: Any, **_: object) -> None:
    """Stands for the grader: runs nothing."""
    for each in submissions:
        missing = Verdict(each.name, lab.name, Status.MISSING)
        report(verdict_on(each, MET[each.name]) if each.raw is not None else missing)


def grade_again(course: Course, toy: Toy, **options: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cohort, "grade_each", grade_by_table)
        grade_course(course, GradingRun(toy.lab, Isolation.PROCESS, 1), **options)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return write_toy(tmp_path_factory.mktemp("labs") / "toy")


@pytest.fixture(scope="module")
def course(toy: Toy, tmp_path_factory: pytest.TempPathFactory, known_alembic: object) -> Course:
    """Ada has 3 points, Bob 1, Zoé did not hand in."""
    course = add_lab(tmp_path_factory.mktemp("course") / "counting", toy.lab, "en", STUDENTS)
    for student in MET:
        notebook = json.loads(release(toy.lab, "en"))
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "q1-count":
                cell["source"] = f"class Counter:\n    def count(self, items):\n        {BOBS_CODE}\n"
        notebook["cells"].append({"id": "mine", "cell_type": "markdown", "metadata": {}, "source": HOSTILE})
        path = course.place(student, "toy") / "toy.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), "utf-8")
    grade_again(course, toy)
    return course


@pytest.fixture
def nbgrader(course: Course, programs: Path) -> Callable[..., None]:
    """Run a command of nbgrader's in the folder of the course."""

    def run(*command: str) -> None:
        done = subprocess.run([programs / "nbgrader", *command], cwd=course.folder, capture_output=True)
        assert done.returncode == 0, done.stderr[-2000:].decode()

    return run


def test_nbgrader_exports_the_same_marks(nbgrader, tmp_path):
    nbgrader("export", "--to", str(tmp_path / "grades.csv"))
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert rows == {"ada": (3.0, MOST), "bob": (1.0, MOST), "zoe": (0.0, MOST)}


def test_nbgrader_writes_feedback_with_the_same_marks(course, nbgrader):
    nbgrader("generate_feedback", "toy", "--force")
    pages = {student: course.feedback(student, "toy").read_text("utf-8") for student in MET}
    scores = {student: re.findall(r"\(Score: ([\d.]+) / ([\d.]+)\)", page) for student, page in pages.items()}
    assert {student: tuple(map(float, found[0])) for student, found in scores.items()} == {
        "ada": (3.0, MOST),
        "bob": (1.0, MOST),
    }
    assert "1 of 3 points" in pages["bob"]


@pytest.fixture(scope="module")
def server(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Jupyter server, with nbgrader's extensions, in the folder of the course."""
    with jupyter("jupyter_server", course.folder, tmp_path_factory.mktemp("home"), {}) as address:
        yield address


class Formgrader:
    """formgrader in a browser."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address

    def table(self, screen: str) -> list[list[str]]:
        """The rows of the table of a screen, which is filled after the screen is there."""
        self.page.goto(f"{self.address}/{screen}", wait_until="networkidle")
        return [[cell.inner_text() for cell in row.locator("td").all()] for row in self.page.locator("tbody tr").all()]

    def open(self, student: str) -> Any:
        """The page on which a student's submission is marked."""
        self.table(f"manage_students/{student}/toy")
        self.page.locator("tbody a", has_text="toy").click()
        self.page.wait_for_load_state("networkidle")
        return self.page

    def another(self, student: str) -> Any:
        """The same in a window of its own."""
        address = self.open(student).url
        page = new_page(self.page.context.browser)
        page.route(
            lambda url: not url.startswith(self.address.removesuffix("/formgrader")), lambda route: route.abort()
        )
        page.goto(address, wait_until="networkidle")
        return page


@pytest.fixture(scope="module")
def formgrader(server: str) -> Iterator[Formgrader]:
    with chromium() as browser:
        page = new_page(browser)
        page.route(lambda url: not url.startswith(server), lambda route: route.abort())
        yield Formgrader(page, f"{server}/formgrader")


def test_formgrader_shows_who_handed_in_with_their_marks(formgrader, course):
    rows = formgrader.table("manage_submissions/toy")
    assert {(row[0], row[1], row[4]) for row in rows} == {
        ("Lovelace, Ada", "ada", "3 / 4.5"),
        ("Noël, Bób", "bob", "1 / 4.5"),
    }
    assert {row[3] for row in rows} == {"needs manual grading"}


def test_formgrader_shows_all_students(formgrader):
    shown = {row[1]: row[3] for row in formgrader.table("manage_students") if len(row) > 3}
    assert shown == {"ada": "3 / 4.5", "bob": "1 / 4.5", "zoe": "0 / 4.5"}


def test_formgrader_shows_an_answer_its_points_and_what_was_lost(formgrader):
    page = formgrader.open("bob")
    said = page.locator("body").inner_text()
    assert BOBS_CODE in said and "1 of 3 points" in said and "-2  the number of items: missed" in said
    assert page.locator("#test-q1-count.score").get_attribute("placeholder") == "1"


def test_nothing_in_a_students_words_acts_where_they_are_marked(formgrader):
    page = formgrader.open("bob")
    assert "window.hit" in page.locator("body").inner_text(), "the words are there to be read"
    assert page.evaluate("window.hit") is None
    links = page.locator("a", has_text="here")
    assert "javascript:" not in (links.first.get_attribute("href") or "")


def earned(course: Course) -> dict[str, float]:
    with course_book(course) as book:
        return {student: marks.earned for student, marks in book.marks("toy").items()}


def mark(page: Any, points: str) -> None:
    """Mark the open question on a page that is open."""
    with page.expect_response(re.compile("/api/grade/")) as answered:
        page.locator("#q1-observe.score").fill(points)
        page.keyboard.press("Tab")
    assert answered.value.ok


@pytest.fixture
def as_before(course: Course, toy: Toy) -> Iterator[None]:
    """Take back what a test hands in, marks and grades: the server keeps the one course of all tests."""
    from nbgrader.api import Gradebook

    handed_in = {path: path.read_bytes() for path in (course.place(each, "toy") / "toy.ipynb" for each in MET)}
    met = dict(MET)
    yield
    MET.update(met)
    for path, raw in handed_in.items():
        path.write_bytes(raw)
    with Gradebook(f"sqlite:///{course.gradebook}") as book:
        for student in MET:
            grade = book.find_grade("q1-observe", "toy", "toy", student)
            grade.manual_score, grade.needs_manual_grade = None, True
        book.db.commit()
    shutil.rmtree(course.verdicts("toy"))
    grade_again(course, toy)


def test_an_open_question_marked_in_formgrader_stays_when_the_course_is_graded_again(
    formgrader, course, toy, as_before
):
    mark(formgrader.open("bob"), "1.25")
    assert earned(course) == {"ada": 3.0, "bob": 2.25}
    MET["bob"] = set(POINTS)
    grade_again(course, toy)
    assert earned(course) == {"ada": 3.0, "bob": 4.25}
    assert {row[1]: row[4] for row in formgrader.table("manage_submissions/toy")}["bob"] == "4.25 / 4.5"


def test_marks_saved_in_formgrader_while_the_course_is_graded_stay(formgrader, course, toy, as_before):
    """Ada's is saved when hers is written already, Bob's page was open before, and is saved before his is written."""
    MET.update(ada={"test_many"}, bob={"test_none"})
    for student in MET:
        path = course.place(student, "toy") / "toy.ipynb"
        path.write_text(path.read_text("utf-8").replace(BOBS_CODE, f"{BOBS_CODE}, again"), "utf-8")
    pages = {student: formgrader.another(student) for student in MET}

    def written(verdict: Verdict) -> None:
        if verdict.submission == "ada":
            mark(pages["ada"], "0.5")
            mark(pages["bob"], "0.75")

    grade_again(course, toy, report=written)
    for page in pages.values():
        page.close()
    assert earned(course) == {"ada": 2.5, "bob": 1.75}
