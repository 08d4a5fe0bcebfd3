"""Which file of which student is graded, whatever lies in the folder."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from pathlib import Path

import pytest

from amal_attention.errors import LabError
from amal_attention.grading.submission import submissions
from amal_attention.grading.submission.submissions import Submission, find_submissions, read_submission
from amal_attention.grading.verdict.verdict import Status

RAW = b'{"cells": []}'


def write(path: Path, raw: bytes = RAW, *, age: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    os.utime(path, (2_000_000_000 - age, 2_000_000_000 - age))
    return path


def of_lab(name: str) -> bytes:
    return json.dumps({"metadata": {"amal": {"lab": name}}}).encode()


def test_a_file_is_a_submission_named_after_it(tmp_path):
    path = write(tmp_path / "ada.ipynb")
    assert find_submissions([path]) == {"ada": path}


def test_a_file_that_is_given_may_have_any_suffix(tmp_path):
    path = write(tmp_path / "ada.json")
    assert find_submissions([path]) == {"ada": path}


def test_in_a_folder_each_notebook_and_each_folder_is_one_in_order_of_names(tmp_path):
    ada, bob, zoe = (write(tmp_path / name) for name in ("ada.ipynb", "bob/x/tp.ipynb", "zoe.ipynb"))
    write(tmp_path / "notes.txt")
    write(tmp_path / ".hidden.ipynb")
    write(tmp_path / ".ipynb_checkpoints" / "ada.ipynb")
    write(tmp_path / "__MACOSX" / "x.ipynb")
    (tmp_path / "empty").mkdir()
    found = find_submissions([tmp_path])
    assert list(found.items()) == [("ada", ada), ("bob", bob.parents[1]), ("empty", tmp_path / "empty"), ("zoe", zoe)]


def test_several_places_are_taken_together(tmp_path):
    ada, bob = write(tmp_path / "one" / "bob.ipynb"), write(tmp_path / "two" / "ada.ipynb")
    assert list(find_submissions([ada.parent, bob])) == ["ada", "bob"]


def test_a_place_that_does_not_exist_is_told(tmp_path, refusal):
    write(tmp_path / "ada.ipynb")
    assert "absent" in refusal(LabError, lambda: find_submissions([tmp_path, tmp_path / "absent"]))


@pytest.mark.parametrize("names", [["a/x.ipynb", "b/x.ipynb"], ["x.ipynb", "x/y.ipynb"]])
def test_two_of_the_same_name_are_refused(tmp_path, refusal, names):
    for name in names:
        write(tmp_path / name)
    places = [tmp_path / "a", tmp_path / "b"] if names[0].startswith("a") else [tmp_path]
    told = refusal(LabError, lambda: find_submissions(places))
    assert "x for " in told and "rename one" in told


def test_the_same_place_twice_is_refused(tmp_path, refusal):
    write(tmp_path / "ada.ipynb")
    refusal(LabError, lambda: find_submissions([tmp_path, tmp_path / "ada.ipynb"]))


def test_a_folder_without_any_is_told(tmp_path, refusal):
    write(tmp_path / "notes.txt")
    assert f"notebooks in {tmp_path}" in refusal(LabError, lambda: find_submissions([tmp_path]))


def test_links_to_folders_are_no_submissions_and_links_to_files_are_not_followed(tmp_path):
    secret = write(tmp_path / "secret" / "gradebook.ipynb", of_lab("toy"))
    folder = tmp_path / "submitted"
    folder.mkdir()
    (folder / "ada").symlink_to(secret.parent)
    (folder / "bob.ipynb").symlink_to(secret)
    write(folder / "cy" / "notes.txt")
    (folder / "cy" / "tp.ipynb").symlink_to(secret)
    (folder / "cy" / "more").symlink_to(secret.parent)
    found = find_submissions([folder])
    assert list(found) == ["bob", "cy"]
    for name, place in found.items():
        submission = read_submission(name, place, "toy")
        assert submission == Submission(name, status=Status.UNREADABLE, why="it is a link")


def test_a_folder_swapped_for_a_link_in_mid_walk_gives_nothing_from_elsewhere(tmp_path, monkeypatch):
    secret = write(tmp_path / "secret" / "tp.ipynb", of_lab("toy"))
    write(tmp_path / "ada" / "a" / "tp.ipynb", age=9)
    write(tmp_path / "ada" / "b" / "tp.ipynb")
    real = submissions._read

    def read_and_swap(*given, **options):
        place = tmp_path / "ada" / "b"
        if not place.is_symlink():
            place.rename(tmp_path / "gone")
            place.symlink_to(secret.parent)
        return real(*given, **options)

    monkeypatch.setattr(submissions, "_read", read_and_swap)
    assert read_submission("ada", tmp_path / "ada", "toy") == Submission("ada", RAW)


def test_a_folder_that_cannot_be_opened_holds_nothing(tmp_path, monkeypatch):
    write(tmp_path / "ada" / "tp.ipynb")

    def closed(*given, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", closed)
    assert read_submission("ada", tmp_path / "ada", "toy").status is Status.MISSING


def test_a_pipe_and_a_socket_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    assert read_submission("a", tmp_path / "pipe.ipynb", "toy").why == "it is no ordinary file"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "s.ipynb"))
        assert read_submission("a", tmp_path / "s.ipynb", "toy").status is Status.UNREADABLE


def test_a_file_that_is_not_there_is_missing(tmp_path):
    submission = read_submission("a", tmp_path / "gone.ipynb", "toy")
    assert (submission.status, submission.why, submission.raw) == (Status.MISSING, "nothing was handed in", None)


def test_a_folder_that_is_called_like_a_notebook_is_read_as_a_folder(tmp_path):
    write(tmp_path / "ada.ipynb" / "tp.ipynb")
    assert find_submissions([tmp_path]) == {"ada": tmp_path / "ada.ipynb"}
    assert read_submission("ada", tmp_path / "ada.ipynb", "toy").raw == RAW


def test_names_are_printable_and_stay_in_their_folder(tmp_path):
    write(tmp_path / "a\x1b[31m\u202eb.ipynb")
    write(tmp_path / "..ipynb.ipynb")
    write(tmp_path / "..." / "x.ipynb")
    write(tmp_path / "x..y" / "x.ipynb")
    found = find_submissions([tmp_path])
    assert list(found) == [r"a\x1b[31m\u202eb", "x..y"]


def test_a_file_that_is_given_by_way_of_its_parent_has_its_own_name(tmp_path):
    path = write(tmp_path / "in" / "ada.ipynb")
    assert list(find_submissions([path.parent / ".." / "in" / "ada.ipynb"])) == ["ada"]


def test_what_is_read_is_what_was_written(tmp_path):
    submission = read_submission("ada", write(tmp_path / "ada.ipynb", b"\xff\0any"), "toy")
    assert submission == Submission("ada", b"\xff\0any")
    assert submission.digest == hashlib.sha256(b"\xff\0any").hexdigest()
    assert Submission("ada").digest == ""


def test_a_file_that_is_too_large_is_refused_by_its_size(tmp_path, monkeypatch):
    path = write(tmp_path / "ada.ipynb")
    with path.open("r+b") as file:
        file.truncate(200 * 2**20 + 1)
    submission = read_submission("ada", path, "toy")
    assert (submission.status, submission.why) == (Status.UNREADABLE, "it holds 209,715,201 bytes")
    monkeypatch.setattr(submissions, "_MOST_BYTES", len(RAW))
    assert read_submission("ada", write(path, RAW), "toy").raw == RAW
    assert read_submission("ada", write(path, RAW + b" "), "toy").raw is None


def test_an_empty_folder_is_missing(tmp_path):
    write(tmp_path / "ada" / "notes.txt")
    write(tmp_path / "ada" / ".ipynb_checkpoints" / "tp.ipynb")
    submission = read_submission("ada", tmp_path / "ada", "toy")
    assert submission == Submission("ada", why="there is no notebook in its folder")
    assert submission.status is Status.MISSING


def test_the_one_notebook_of_a_folder_is_graded_without_a_remark(tmp_path):
    write(tmp_path / "ada" / "deep" / "tp.ipynb")
    assert read_submission("ada", tmp_path / "ada", "toy") == Submission("ada", RAW)


def test_of_several_the_one_of_the_lab_is_graded_though_it_is_older(tmp_path):
    write(tmp_path / "ada" / "a.ipynb", of_lab("toy"), age=50)
    write(tmp_path / "ada" / "b.ipynb", of_lab("another"))
    submission = read_submission("ada", tmp_path / "ada", "toy")
    assert submission.raw == of_lab("toy")
    assert submission.remarks == ("2 notebooks in the folder: a.ipynb is graded",)


def test_of_several_of_the_lab_the_last_one_that_was_written_is_graded(tmp_path):
    for name, age in (("a", 5), ("b", 50), ("c", 20)):
        write(tmp_path / "ada" / f"{name}.ipynb", of_lab("toy") + name.encode() * 0 + b" " * int(age), age=age)
    assert read_submission("ada", tmp_path / "ada", "toy").remarks == ("3 notebooks in the folder: a.ipynb is graded",)


def test_of_several_of_no_lab_the_last_one_is_graded(tmp_path):
    odd = [b"", b"[]", b'{"metadata": 3}', b'{"metadata": {"amal": null}}', b"[" * 100_000, b"\xff"]
    for number, raw in enumerate(odd):
        write(tmp_path / "ada" / f"{number}.ipynb", raw, age=number)
    submission = read_submission("ada", tmp_path / "ada", "toy")
    assert submission.raw == b"" and "6 notebooks" in submission.remarks[0] and "0.ipynb is" in submission.remarks[0]


def test_a_folder_of_very_many_files_is_looked_at_no_further_than_that(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "_MOST_FILES", 3)
    for folder in "abcdef":
        write(tmp_path / "ada" / folder / "1.ipynb")
        write(tmp_path / "ada" / folder / "2.ipynb")
    assert "3 notebooks" in read_submission("ada", tmp_path / "ada", "toy").remarks[0]


def test_a_name_in_a_remark_is_printable(tmp_path):
    write(tmp_path / "ada" / "a\x1b.ipynb")
    write(tmp_path / "ada" / "b.ipynb", age=5)
    assert r"a\x1b.ipynb is graded" in read_submission("ada", tmp_path / "ada", "toy").remarks[0]
