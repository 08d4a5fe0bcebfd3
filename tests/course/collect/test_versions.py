"""All versions are kept, and which one is handed in depends on them alone."""

from __future__ import annotations

import hashlib
import itertools
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.course.collect.versions import Versions
from amal_attention.course.course_folder import Course

NOON = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)


def of_lab(raw: bytes) -> bool:
    return raw.startswith(b"lab")


def keep(course: Path, raw: bytes, hours: float = 0, name: str = "a.ipynb") -> Versions:
    versions = Versions(Course(course), "toy", "ada")
    when = NOON + timedelta(hours=hours)
    versions.keep(raw, name, when, when)
    return versions


def handed_in(course: Path) -> tuple[bytes, str]:
    place = course / "submitted" / "ada" / "toy"
    assert sorted(path.name for path in place.iterdir()) == ["timestamp.txt", "toy.ipynb"]
    return (place / "toy.ipynb").read_bytes(), (place / "timestamp.txt").read_text()


def test_a_version_lies_where_its_time_and_bytes_say(tmp_path):
    keep(tmp_path, b"lab", name="é a.ipynb")
    digest = hashlib.sha256(b"lab").hexdigest()[:12]
    place = tmp_path / "collected" / "toy" / "ada" / f"20261120T120000.250000Z-{digest}" / "é a.ipynb"
    assert place.read_bytes() == b"lab" and place.stat().st_mtime == NOON.timestamp()


def test_nothing_that_was_kept_is_written_again(tmp_path):
    keep(tmp_path, b"lab")
    (path,) = (tmp_path / "collected").rglob("*.ipynb")
    os.utime(path, (1, 1))
    keep(tmp_path, b"lab")
    assert path.stat().st_mtime == 1


def test_the_last_of_the_lab_is_handed_in_with_its_time_as_nbgrader_reads_it(tmp_path):
    for hours, raw in enumerate([b"lab 1", b"lab 2", b"other"]):
        versions = keep(tmp_path, raw, hours)
    choice = versions.hand_in(of_lab)
    assert handed_in(tmp_path) == (b"lab 2", "2026-11-20 13:00:00.250000 UTC")
    assert choice.of_lab and choice.versions == 3 and choice.before == "new"
    assert [each.path.read_bytes() for each in choice.later] == [b"other"]
    from nbgrader.utils import parse_utc

    assert parse_utc(handed_in(tmp_path)[1]) == choice.version.when.replace(tzinfo=None)


def test_where_none_is_of_the_lab_the_last_is_handed_in(tmp_path):
    keep(tmp_path, b"2", 1)
    choice = keep(tmp_path, b"1", 0).hand_in(of_lab)
    assert handed_in(tmp_path)[0] == b"2" and not choice.of_lab


def test_nothing_that_came_is_nothing_handed_in(tmp_path):
    assert Versions(Course(tmp_path), "toy", "ada").hand_in(of_lab) is None and list(tmp_path.iterdir()) == []


def test_what_lies_there_by_other_means_is_kept(tmp_path):
    place = tmp_path / "submitted" / "ada" / "toy" / "toy.ipynb"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"lab by hand")
    os.utime(place, (1_700_000_000, 1_700_000_000))
    choice = keep(tmp_path, b"lab").hand_in(of_lab)
    assert handed_in(tmp_path)[0] == b"lab" and choice.before == "replaced" and choice.versions == 2
    kept = tmp_path / "collected" / "toy" / "ada"
    assert sorted(path.name[:15] for path in kept.iterdir()) == ["20231114T221320", "20261120T120000"]


def test_what_a_killed_run_left_is_no_version(tmp_path):
    versions = keep(tmp_path, b"lab")
    folder = next((tmp_path / "collected" / "toy" / "ada").iterdir())
    keep(tmp_path, b"lab later", 9)
    (later,) = [path for path in folder.parent.glob("*/*") if path.parent != folder]
    later.rename(later.with_name(".a.ipynb.unfinished"))
    (folder.parent / "20991120T120000.250000Z-000000000000").mkdir()
    (folder.parent / "20981120T120000.250000Z-000000000000").mkdir()
    (folder.parent / "20981120T120000.250000Z-000000000000" / "cut.ipynb").write_bytes(b"lab cut")
    (folder.parent / "a note").mkdir()
    assert versions.hand_in(of_lab).version.path.parent == folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.ipynb", "a.ipynb"),
        ("../../a.ipynb", "_.._a.ipynb"),
        ("a\x1b\n.ipynb", "a_x1b_n.ipynb"),
        (".ipynb", "ipynb"),
        ("", "notebook.ipynb"),
        ("...", "notebook.ipynb"),
        ("é" * 200 + ".ipynb", "é" * 57 + ".ipynb"),
        ("x." + "y" * 200, "x." + "y" * 118),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_be(tmp_path, name, expected):
    keep(tmp_path, b"lab", name=name)
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert path.name == expected


@given(
    came=st.lists(st.tuples(st.sampled_from([b"lab 1", b"lab 2", b"x"]), st.integers(0, 3)), min_size=1, max_size=4),
    data=st.data(),
)
def test_the_order_in_which_versions_come_does_not_matter(tmp_path_factory, came, data):
    came = list({hours: (raw, hours) for raw, hours in came}.values())
    ends = set()
    for order in itertools.islice(itertools.permutations(came), 6):
        course = tmp_path_factory.mktemp("course")
        for raw, hours in order:
            versions = keep(course, raw, hours)
            if data.draw(st.booleans()):
                versions.hand_in(of_lab)
        versions.hand_in(of_lab)
        ends.add(handed_in(course))
    assert len(ends) == 1


def test_without_a_time_nbgrader_is_told_none_and_a_time_that_comes_later_counts(tmp_path):
    def hand_in(hours: float, **options: bool) -> datetime:
        versions = Versions(Course(tmp_path), "toy", "ada")
        when = NOON + timedelta(hours=hours)
        versions.keep(b"lab", "a.ipynb", when, when, **options)
        return versions.hand_in(of_lab).version.when

    stamp = tmp_path / "submitted" / "ada" / "toy" / "timestamp.txt"
    hand_in(9, is_timed=False)
    assert not stamp.exists()
    assert hand_in(1) == NOON + timedelta(hours=1) and "13:00:00" in stamp.read_text()
    assert hand_in(20, is_timed=False) == NOON + timedelta(hours=1) and "13:00:00" in stamp.read_text()


@pytest.mark.parametrize("clock", [NOON - timedelta(days=9000), NOON + timedelta(days=9000)])
def test_what_a_person_mended_stays_whatever_their_clock_says(tmp_path, clock):
    versions = keep(tmp_path, b"lab")
    versions.hand_in(of_lab)
    path = tmp_path / "submitted" / "ada" / "toy" / "toy.ipynb"
    path.write_bytes(b"lab mended")
    os.utime(path, (clock.timestamp(), clock.timestamp()))
    for _ in range(2):
        keep(tmp_path, b"lab").hand_in(of_lab)
        assert handed_in(tmp_path) == (b"lab mended", "2026-11-20 12:00:00.250000 UTC")
    keep(tmp_path, b"lab later", 1).hand_in(of_lab)
    assert handed_in(tmp_path)[0] == b"lab later"
