"""A folder that is changed while it is walked through gives what was in it, and nothing from elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.course.collect.archive import Member, members
from amal_attention.course.collect.folder_walk import Found, Unread, files_under


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder of the grader's, with a file of the same name as each student's."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "toy.ipynb").write_bytes(b"secret")
    return tmp_path / "secret"


@pytest.fixture
def came(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / "came" / name).mkdir(parents=True)
        (tmp_path / "came" / name / "toy.ipynb").write_bytes(name.encode())
    return tmp_path / "came"


def to_a_link(place: Path, target: Path) -> None:
    """Put a link in the place of a file or folder."""
    place.rename(place.with_name(f"{place.name}-before"))
    place.symlink_to(target)


def to_a_folder(place: Path, target: Path) -> None:
    """Put another folder in the place of one, as one mounted there would be."""
    place.rename(place.with_name(f"{place.name}-before"))
    shutil.copytree(target, place)


def read(folder: Path, at: str, swap: Callable[[], None]) -> list[bytes]:
    """What is read of a folder in which a swap happens when this file was found and is not read yet."""
    contents = []
    for item in members(folder):
        if item.name == at:
            swap()
        content = item.read() if isinstance(item, Member) else b""
        contents += [content] if isinstance(content, bytes) else []
    return contents


@pytest.mark.parametrize("swap", [to_a_link, to_a_folder])
def test_a_folder_swapped_before_it_is_entered_is_not_entered(came, secret, swap):
    assert b"secret" not in read(came, "a/toy.ipynb", lambda: swap(came / "b", secret))


def test_a_folder_swapped_before_its_file_is_read_gives_what_was_found(came, secret):
    assert read(came, "b/toy.ipynb", lambda: to_a_link(came / "b", secret)) == [b"a", b"b"]


def test_a_file_swapped_before_it_is_read_is_not_read(came, secret):
    assert read(came, "b/toy.ipynb", lambda: to_a_link(came / "b" / "toy.ipynb", secret / "toy.ipynb")) == [b"a"]
    other = came.with_name("other")
    os.link(secret / "toy.ipynb", other)
    assert b"secret" not in read(came, "a/toy.ipynb", lambda: other.replace(came / "a" / "toy.ipynb"))


def test_the_folder_around_all_may_be_moved_meanwhile(came, secret):
    assert read(came, "a/toy.ipynb", lambda: to_a_link(came, secret)) == [b"a", b"b"]


def test_folders_in_folders_without_end_cost_no_descriptors(tmp_path):
    deep = tmp_path / "/".join("d" * 60)
    deep.mkdir(parents=True)
    (deep / "a").touch()
    (tmp_path / "a").touch()
    first, second = files_under(tmp_path)
    assert isinstance(first, Found) and isinstance(second, Unread) and "more than 50 folders" in second.why


def test_no_descriptor_stays_open(came):
    before = set(Path("/proc/self/fd").iterdir())
    walk = files_under(came)
    next(walk)
    walk.close()
    list(files_under(came))
    assert set(Path("/proc/self/fd").iterdir()) <= before  # what other tests left open may be closed meanwhile


def test_owners_are_those_of_the_folders_on_the_way_and_of_the_file(came):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(came / "b", 61_000, 61_000)
    os.chown(came / "b" / "toy.ipynb", 61_001, 61_000)
    assert [each.owners for each in files_under(came)] == [(0, 0), (61_000, 61_001)]
