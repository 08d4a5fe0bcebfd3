"""Packed notebooks are opened, within bounds; shortcuts and exports are no notebooks."""

from __future__ import annotations

import gzip
import io
import tarfile
from datetime import UTC, datetime

import pytest

from amal_attention.course.collect.archive import Budget, Refusal
from amal_attention.course.collect.unpacked import Held, files_in, is_named_notebook
from tests.course.moodle import zipped

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def tarred(name: str, raw: bytes, mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        info = tarfile.TarInfo(name)
        info.size, info.mtime = len(raw), NOON.timestamp()
        archive.addfile(info, io.BytesIO(raw))
    return file.getvalue()


def opened(name: str, content: bytes, budget: Budget | None = None) -> list[Held | Refusal]:
    return list(files_in(name, content, NOON, budget or Budget(10**6, 10**6, 100)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ipynb.zip", zipped([("a.ipynb", b"{}", NOON)])),
        ("a.ipynb", b"{}"),
        ("a.ipynb.gz", gzip.compress(b"{}", mtime=0)),
        ("A.IPYNB.GZ", gzip.compress(b"{}", mtime=0)),
        ("a.tar", tarred("a.ipynb", b"{}", "w")),
        ("a.tgz", tarred("deep/a.ipynb", b"{}", "w:gz")),
        ("work.zip", zipped([("__MACOSX/._a.ipynb", b"1", NOON), ("a.ipynb", b"{}", NOON)])),
    ],
)
def test_one_notebook_comes_out(name, content):
    (held,) = opened(name, content)
    assert (held.name.lower(), held.content, held.saved) == ("a.ipynb", b"{}", NOON)


def test_a_packed_notebook_that_unpacks_to_far_more_is_refused():
    for name, content in (("a.ipynb.gz", gzip.compress(b"0" * 9000)), ("a.zip", zipped([("a", b"0" * 9000, NOON)]))):
        (refused,) = opened(name, content, Budget(1000, 5000, 10))
        assert isinstance(refused, Refusal) and "1,000 bytes" in refused.why


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_what_a_tar_skips_is_spent(mode):
    budget = Budget(1000, 10_000, 10)
    assert isinstance(opened("a.tar", tarred("a.ipynb", b"0" * 9000, mode), budget)[0], Refusal)
    assert budget.left <= 1000


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut off", gzip.compress(b"a" * 5000, mtime=0)[:-9], b"\x1f\x8b"])
def test_a_damaged_one_is_told(content):
    assert all(isinstance(each, Refusal) for each in opened("a.ipynb.zip", content))


def test_what_is_not_packed_is_itself():
    assert opened("a.txt", b"hello") == [Held("a.txt", b"hello", NOON)]


@pytest.mark.parametrize(
    "name",
    ["a.ipynb", "A.IPYNB", "a.ipynb.txt", "a.ipynb (1)", "a (2).ipynb", "a.ipynb.json", "a.ipynb~", "a.ipynb.txt (1)"],
)
def test_a_name_of_a_notebook(name):
    assert is_named_notebook(name)


@pytest.mark.parametrize(
    "name", ["a.ipynb.lnk", "a.ipynb.url", "a.ipynb.zip", "a.ipynb.gz", "a.ipynb.pdf", "a.ipynb.html", "a.py", "ipynb"]
)
def test_no_name_of_a_notebook(name):
    assert not is_named_notebook(name)
