"""A file is written whole or not at all, and nothing else is left in its folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.errors import StorageError
from amal_attention.files import content_of, write_atomically


def full_disk(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupt(descriptor: int) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_file_holds_the_bytes_of_its_text_in_utf8(folder: Path, text: str) -> None:
    write_atomically(folder / "any.txt", text)
    assert (folder / "any.txt").read_bytes() == text.encode("utf-8")


def test_what_is_no_file_has_no_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")
    assert content_of(tmp_path / "a") == b"\xff"
    assert content_of(tmp_path) is None and content_of(tmp_path / "b") is None


def test_a_lone_surrogate_is_written_as_a_question_mark(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.txt", "caf\ud8e9 crème")
    assert (tmp_path / "a.txt").read_text("utf-8") == "caf? crème"


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "c.txt", "déjà")
    assert (tmp_path / "a" / "b" / "c.txt").read_text("utf-8") == "déjà"


def test_a_longer_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a much longer text than the next")
    write_atomically(tmp_path / "a.txt", "short")
    assert (tmp_path / "a.txt").read_text() == "short"


def test_a_written_file_is_alone_in_its_folder(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.txt", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a.txt", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


def test_a_full_disk_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    assert os.strerror(errno.ENOSPC) in refusal(StorageError, lambda: write_atomically(tmp_path / "a.txt", "new"))


@pytest.mark.parametrize(("failure", "error"), [(full_disk, StorageError), (interrupt, KeyboardInterrupt)])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Callable[[int], None], error: type[BaseException]
) -> None:
    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr(os, "fsync", failure)
    with pytest.raises(error):
        write_atomically(tmp_path / "a.txt", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old"}


def test_a_file_in_the_place_of_the_folder_is_told_in_one_line(tmp_path: Path, refusal: Callable[..., str]) -> None:
    (tmp_path / "a").write_text("no folder")
    assert str(tmp_path / "a" / "b.txt") in refusal(
        StorageError, lambda: write_atomically(tmp_path / "a" / "b.txt", "")
    )


def test_a_refused_place_keeps_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(StorageError):
        write_atomically(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
