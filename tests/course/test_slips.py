"""What nbgrader puts beside a notebook goes where its release of feedback looks for it, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.course.slips import pass_on


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "from").mkdir()
    return tmp_path / "from", tmp_path / "to"


def test_both_slips_are_copied_and_nothing_else(folders):
    source, target = folders
    for name in ("timestamp.txt", "submission_secret.txt", "notes.txt"):
        (source / name).write_text(name)
    pass_on(source, target)
    assert {path.name: path.read_text() for path in target.iterdir()} == {
        "timestamp.txt": "timestamp.txt",
        "submission_secret.txt": "submission_secret.txt",
    }


def test_one_that_changed_is_copied_again_and_one_that_did_not_is_left_alone(folders):
    source, target = folders
    (source / "timestamp.txt").write_text("1")
    pass_on(source, target)
    before = (target / "timestamp.txt").stat().st_mtime_ns
    pass_on(source, target)
    assert (target / "timestamp.txt").stat().st_mtime_ns == before
    (source / "timestamp.txt").write_text("2")
    pass_on(source, target)
    assert (target / "timestamp.txt").read_text() == "2"


def test_where_there_are_none_nothing_is_made(folders):
    source, target = folders
    pass_on(source, target)
    assert not target.exists()


def test_a_link_and_a_file_that_is_far_too_long_stay_where_they_are(folders, tmp_path):
    source, target = folders
    (tmp_path / "private").write_text("private")
    (source / "submission_secret.txt").symlink_to(tmp_path / "private")
    (source / "timestamp.txt").write_text("x" * 5000)
    pass_on(source, target)
    assert not target.exists()
