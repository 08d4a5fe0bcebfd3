"""Archives of Canvas, Blackboard, ILIAS and Gradescope, and those that a pattern describes, find their students."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amal_attention.course.collect import platforms
from amal_attention.course.collect.collect import Collection, Times, collect
from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student
from amal_attention.errors import CourseError
from tests.course.moodle import LAB, is_toy, notebook, zipped

PARIS = ZoneInfo("Europe/Paris")
PACKED = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
LATE = "2026-11-03 22:59:12.000000 UTC"
ROSTER = {
    "p1": Student("p1", "Zoé", "de la Cruz", "zoe@x.org", "4711"),
    "p2": Student("p2", "Bob", "O'Neill", "bob@x.org"),
    "p3": Student("p3", "Eva", "Li", "eva1@x.org", "11"),
    "p4": Student("p4", "Eva", "Li", "eva2@x.org", "22"),
}


class Case:
    def __init__(self, folder: Path) -> None:
        self.folder, self.course = folder, Course(folder / "course")

    def collect(self, *names: str, others: dict[str, bytes] | None = None, **options: object) -> Collection:
        path = self.folder / "came.zip"
        files = {name: notebook(name) for name in names} | (others or {})
        path.write_bytes(zipped([(name, raw, PACKED) for name, raw in files.items()]))
        given = {"zone": PARIS} | options
        return collect(path, self.course, LAB, ROSTER, is_toy, **given)  # type: ignore[arg-type]

    def stamp(self, student: str) -> str | None:
        return self.course.handed_in_at(student, LAB)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def matched(collection: Collection) -> dict[str, str]:
    return {each.student.id: each.file for each in collection.arrived}


@pytest.mark.parametrize("wrapper", ["", "submissions/"])
def test_canvas(case: Case, wrapper: str) -> None:
    names = ["delacruzzoé_LATE_4711_990_toy_v2.ipynb", "oneillbob_55_991_toy-1.ipynb", "lieva_11_992_toy.ipynb"]
    collection = case.collect(*(wrapper + name for name in [*names, "nobody_1_2_toy.ipynb"]))
    assert collection.layout == "Canvas"
    assert matched(collection) == {"p1": "toy_v2.ipynb", "p2": "toy-1.ipynb", "p3": "toy.ipynb"}
    remarks = {each.student.id: each.remarks for each in collection.arrived}
    assert remarks["p1"] == ("the platform calls it late",) and remarks["p2"] == ()
    assert [each.name for each in collection.unmatched] == ["nobody (1)"]
    assert "within a minute" in collection.remarks[0] and case.stamp("p1") is None


def test_canvas_does_not_guess_between_two_of_one_name(case: Case) -> None:
    (unmatched,) = case.collect("lieva_33_992_toy.ipynb").unmatched
    assert unmatched.why == "it could be p3 or p4"


def test_blackboard_tells_the_time_and_its_receipts_are_no_students_files(case: Case) -> None:
    begin = "Lab_9_p1_attempt_2026-11-03-23-59-12"
    collection = case.collect(
        f"{begin}_toy_v2.ipynb",
        "Lab_9_bob@x.org_attempt_2026-11-04-08-00-00_toy.ipynb",
        others={f"{begin}.txt": b"Name: Zoe"},
    )
    assert collection.layout == "Blackboard" and collection.refused == () and collection.remarks == ()
    assert matched(collection) == {"p1": "toy_v2.ipynb", "p2": "toy.ipynb"}
    assert case.stamp("p1") == LATE


def test_the_last_attempt_of_blackboard_is_handed_in(case: Case) -> None:
    early, late = (f"Lab_p1_attempt_2026-11-0{day}-23-59-12_toy.ipynb" for day in (2, 3))
    case.collect(late, early)
    assert (case.course.place("p1", LAB) / "toy.ipynb").read_bytes() == notebook(late) and case.stamp("p1") == LATE


def test_ilias(case: Case) -> None:
    folder = "Lab 9/Abgaben/Team 12/de la Cruz_Zoé_p1_4711"
    collection = case.collect(
        f"{folder}/20261103235912_toy.ipynb", "Lab 9/Abgaben/O'Neill_Bob_x77_12/toy.ipynb", others={"status.csv": b"a"}
    )
    assert collection.layout == "ILIAS" and matched(collection) == {"p1": "toy.ipynb", "p2": "toy.ipynb"}
    assert case.stamp("p1") == LATE and [each.name for each in collection.refused] == ["status.csv"]


METADATA = """\
submission_1:
  :submitters:
  - :name: Zoe de la Cruz
    :sid: p1
    :email: zoe@x.org
  - :name: Bob
    :sid: p2
    :email: bob@x.org
  :created_at: 2026-11-03 22:59:12.000000000 Z
  :score: 0.0
submission_2:
  :submitters:
  - :name: Somebody
    :sid:
    :email: who@x.org
  :created_at: 2026-11-03 22:59:12 Z
"""


def test_gradescope_says_who_and_when_of_a_team_too(case: Case) -> None:
    top = "assignment_9_export"
    places = [f"{top}/submission_{number}/toy.ipynb" for number in (1, 2, 3)]
    collection = case.collect(*places, others={f"{top}/submission_metadata.yml": METADATA.encode()})
    assert collection.layout == "Gradescope" and set(matched(collection)) == {"p1", "p2"}
    assert case.stamp("p1") == case.stamp("p2") == LATE
    assert [each.name for each in collection.unmatched] == ["who@x.org"]
    assert [each.why for each in collection.refused] == ["submission_metadata.yml does not say whose it is"]


def test_gradescope_is_not_told_by_a_student_who_a_submission_is_of(case: Case) -> None:
    places = [f"export/submission_{number}/toy.ipynb" for number in (1, 2)]
    forged = {"export/submission_2/submission_metadata.yml": METADATA.replace("submission_1", "submission_2").encode()}
    real = {"export/submission_metadata.yml": METADATA.encode()}
    for others in (forged | real, real | forged):
        assert matched(case.collect(*places, others=others)) == {"p1": "toy.ipynb", "p2": "toy.ipynb"}
        assert (case.course.place("p1", LAB) / "toy.ipynb").read_bytes() == notebook(places[0])


@pytest.mark.parametrize(
    "forged",
    [
        "p2/Lab_9_p1_attempt_2026-11-03-23-59-12_toy.ipynb",
        "p2/submission_1/toy.ipynb",
        "p2/de la Cruz_Zoé_p1_4711/toy.ipynb",
    ],
)
def test_a_folder_of_a_student_says_nothing_of_another(case: Case, forged: str) -> None:
    others = {"p2/submission_metadata.yml": METADATA.encode()}
    collection = case.collect("p3/toy.ipynb", forged, others=others, times=Times.ARCHIVE)
    assert collection.layout == "a folder" and set(matched(collection)) == {"p2", "p3"}


def test_a_folder_in_that_of_ilias_says_nothing_of_another(case: Case) -> None:
    folder = "Lab 9/O'Neill_Bob_p2_12/de la Cruz_Zoé_p1_4711"
    assert set(matched(case.collect("Lab 9/Li_Eva_p3_11/toy.ipynb", f"{folder}/toy.ipynb"))) == {"p2", "p3"}


@pytest.mark.parametrize(
    "text", ["- 1", "a: [", "submission_1: 3", "submission_1: {}", "!!python/object/apply:os.system ['x']", "[" * 5000]
)
def test_metadata_that_is_none_is_told(case: Case, refusal: Callable[..., str], text: str) -> None:
    others = {"submission_metadata.yml": text.encode()}
    told = refusal(CourseError, lambda: case.collect("submission_1/toy.ipynb", others=others))
    assert "submission_metadata.yml" in told and not case.course.folder.exists()


# ---- a pattern


def test_a_pattern_says_what_the_parts_of_a_path_are(case: Case) -> None:
    pattern = r"(?P<name>[^/]+)/(?P<time>[\d_]+)-(?P<file>.+)"
    collection = case.collect(
        "zoé de la cruz/2026_11_03_23_59_12-toy.ipynb",
        "Bob O'Neill/2026_11_03_23_59-a/b.ipynb",
        "x.txt",
        pattern=pattern,
    )
    assert matched(collection) == {"p1": "toy.ipynb", "p2": "a_b.ipynb"}
    assert case.stamp("p1") == LATE and case.stamp("p2") == "2026-11-03 22:59:00.000000 UTC"
    assert [(each.name, each.why) for each in collection.refused] == [("x.txt", "it does not fit the pattern")]


def test_a_pattern_with_ids_and_numbers(case: Case) -> None:
    assert set(matched(case.collect("tp-P1.ipynb", pattern=r"tp-(?P<id>\w+)\.ipynb", times=Times.ARCHIVE))) == {"p1"}
    assert set(matched(case.collect("22.ipynb", pattern=r"(?P<number>\d+)\.ipynb", times=Times.ARCHIVE))) == {"p4"}


@pytest.mark.parametrize(
    "pattern",
    ["(", "(?P<name>", "no groups", r"(?P<file>.+)", r"(?P<name>.+)(?P<who>.+)", "(?P<1>a)", "a{99999999999}"],
)
def test_a_pattern_that_says_nothing_is_refused(case: Case, refusal: Callable[..., str], pattern: str) -> None:
    assert "--pattern" in refusal(CourseError, lambda: case.collect("a.ipynb", pattern=pattern))


def test_a_pattern_that_would_take_for_ever_is_given_up(
    case: Case, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "_SECONDS", 0.05)
    pattern = r"(?P<name>(\w|\w\w)+)[^\w!]"  # 2^100 ways to read the name
    assert "at once" in refusal(CourseError, lambda: case.collect("ab" * 50 + "!", pattern=pattern))
