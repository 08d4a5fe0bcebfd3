from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from amal_attention.errors import StorageError
from amal_attention.grading.verdict.verdicts import VerdictFolder
from tests.grading.verdict.test_verdict import VERDICT


@pytest.fixture
def folder(tmp_path: Path) -> VerdictFolder:
    return VerdictFolder(tmp_path / "deep" / "verdicts")


def test_a_verdict_that_is_kept_is_read_again(folder):
    folder.keep(VERDICT)
    assert folder.kept("ada") == VERDICT
    assert folder.kept("grace") is None
    assert [path.name for path in folder.folder.iterdir()] == ["ada.json"]


def test_a_later_verdict_takes_the_place_of_the_one_before(folder):
    folder.keep(VERDICT)
    folder.keep(replace(VERDICT, seed=8))
    assert folder.kept("ada") == replace(VERDICT, seed=8)


def test_the_file_is_json_that_any_program_reads(folder):
    folder.keep(VERDICT)
    raw = (folder.folder / "ada.json").read_bytes()
    assert raw.isascii() and raw.endswith(b"}\n")
    assert json.loads(raw)["earned"] == 3.25


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"status": "graded"}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_as_good_as_none(folder, damage):
    folder.keep(VERDICT)
    (folder.folder / "ada.json").write_bytes(damage)
    assert folder.kept("ada") is None
    assert folder.seed() is None


def test_a_verdict_that_is_cut_off_is_as_good_as_none(folder):
    folder.keep(VERDICT)
    path = folder.folder / "ada.json"
    path.write_bytes(path.read_bytes()[:-20])
    assert folder.kept("ada") is None


def test_nothing_half_written_takes_the_place_of_a_verdict(folder, monkeypatch):
    folder.keep(VERDICT)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            patch.setattr(Path, name, full, raising=False)
            with pytest.raises(StorageError):
                folder.keep(replace(VERDICT, seed=8))
    assert folder.kept("ada") == VERDICT
    assert [path.name for path in folder.folder.iterdir()] == ["ada.json"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        VerdictFolder(tmp_path / "file").keep(VERDICT)


def test_the_seed_is_that_of_a_verdict_that_can_be_read(folder):
    assert folder.seed() is None
    folder.keep(replace(VERDICT, submission="zoe", seed=5))
    (folder.folder / "ada.json").write_text("{")
    (folder.folder / "notes.txt").write_text("")
    assert folder.seed() == 5


def test_a_number_that_json_does_not_know_is_never_written(folder):
    with pytest.raises(ValueError, match="JSON"):
        folder.keep(replace(VERDICT, seconds=float("nan")))
    assert folder.kept("ada") is None
