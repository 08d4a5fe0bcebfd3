"""An archive that wants to do harm gives what is harmless in it, and a reason for the rest."""

from __future__ import annotations

import gzip
import io
import os
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.course.collect.archive import Limits, Member, Refusal, members, members_of
from amal_attention.errors import CourseError

SMALL = Limits(files=10, file_bytes=1000, total_bytes=2500, ratio=0)


def taken(path: Path, limits: Limits | None = None) -> tuple[dict[str, bytes], dict[str, str]]:
    """What is read by path, and why the rest is not."""
    read, refused = {}, {}
    for item in members(path, limits):
        content = item.read() if isinstance(item, Member) else item
        if isinstance(content, Refusal):
            refused[content.name] = content.why
        else:
            assert isinstance(item, Member)
            read["/".join(item.parts)] = content
    return read, refused


def zip_of(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def tar_of(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mtime = kind, link, 1_700_000_000
    return info


def of_kind(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    return info


OUTSIDE = ["../a", "a/../../b", "/etc/a", "\\a", "..\\a", "C:\\a", "c:/a", "a\\..\\b", "//server/a", ".."]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_path_that_leads_outside_is_refused_in_a_zip_and_in_a_tar(tmp_path, name):
    for path in (
        zip_of(tmp_path / "a.zip", (name, b"evil"), ("good", b"good")),
        tar_of(tmp_path / "a.tgz", (entry(name), b"evil"), (entry("good"), b"good")),
    ):
        read, refused = taken(path)
        assert read == {"good": b"good"}, path
        assert len(refused) == 1 and "path" in next(iter(refused.values()))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_what_is_no_file_in_a_zip_is_refused(tmp_path, kind):
    read, refused = taken(zip_of(tmp_path / "a.zip", (of_kind("a", kind), b"/etc/passwd"), ("b", b"b")))
    assert read == {"b": b"b"}
    assert refused == {"a": "it is a link" if kind == stat.S_IFLNK else "it is no ordinary file"}


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_what_is_no_file_in_a_tar_is_refused(tmp_path, kind):
    read, refused = taken(tar_of(tmp_path / "a.tgz", (entry("a", kind, "/etc/passwd"), b""), (entry("b"), b"b")))
    assert read == {"b": b"b"} and len(refused) == 1
    links = (tarfile.SYMTYPE, tarfile.LNKTYPE)
    assert refused["a"] == ("it is a link" if kind in links else "it is no ordinary file")


def test_what_is_no_file_in_a_folder_is_refused_and_no_link_is_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.ipynb").write_bytes(b"secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").symlink_to(secret / "a.ipynb")
    (folder / "folder").symlink_to(secret)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
    (folder / "b").write_bytes(b"b")
    read, refused = taken(folder)
    assert read == {"b": b"b"}
    assert refused == dict.fromkeys(["file", "folder"], "it is a link") | dict.fromkeys(
        ["pipe", "socket"], "it is no ordinary file"
    )


def test_an_encrypted_member_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("a", b"a"), ("b", b"b"))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert taken(path) == ({"b": b"b"}, {"a": "it is encrypted"})


def test_a_member_that_is_damaged_or_packed_in_an_unknown_way_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("a", b"a" * 99), ("b", b"b"), ("c", b"c"))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x03\x04") + 31] ^= 0xFF
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[second + 10] = 77
    path.write_bytes(raw)
    read, refused = taken(path)
    assert read == {"c": b"c"} and set(refused) == {"a", "b"}


def test_members_that_share_their_bytes_are_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("a", os.urandom(300)), ("b", os.urandom(300)), ("c", b"c"))
    raw = bytearray(path.read_bytes())
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[second + 42 : second + 46] = struct.pack("<I", 10)  # b begins within a
    path.write_bytes(raw)
    read, refused = taken(path)
    assert read == {"c": b"c"} and set(refused) == {"a", "b"} and "shares its bytes" in refused["a"]


def test_the_limits_of_size_hold_for_one_and_for_all(tmp_path):
    sizes = {"a": 1000, "b": 1001, "c": 1000, "d": 501, "e": 500}
    read, refused = taken(zip_of(tmp_path / "a.zip", *((name, b"0" * size) for name, size in sizes.items())), SMALL)
    assert set(read) == {"a", "c", "e"}
    assert "more than 1,000 bytes" in refused["b"] and "unpacks to far more" in refused["d"]


def test_a_tar_is_read_as_far_as_the_limit_of_all_that_has_to_be_unpacked(tmp_path):
    sizes = {"a": 1000, "b": 1001, "c": 499, "d": 1}
    read, refused = taken(
        tar_of(tmp_path / "a.tgz", *((entry(name), b"0" * size) for name, size in sizes.items())), SMALL
    )
    assert set(read) == {"a", "c"}
    assert "more than 1,000 bytes" in refused["b"] and "unpacks to far more" in refused["a.tgz"]


def test_a_member_that_is_larger_than_it_says_is_not_read_whole(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("a", b"0" * 10**6))
    raw = path.read_bytes().replace(struct.pack("<I", 10**6), struct.pack("<I", 10))
    path.write_bytes(raw)
    read, refused = taken(path, SMALL)
    assert read == {} and list(refused) == ["a"]


def test_however_well_a_file_packs_it_keeps_no_other_from_being_read(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("bomb", b"0" * 10**7), ("b", b"b"))
    limits = Limits(total_bytes=0)
    assert len(taken(path, limits)[0]["bomb"]) > 900 * path.stat().st_size and taken(path, limits)[0]["b"] == b"b"


def test_a_small_archive_may_hold_much_and_a_large_one_in_proportion():
    limits = Limits(total_bytes=1000, ratio=10)
    assert limits.total(5) == 1000 and limits.total(500) == 5000


def test_too_many_files_are_refused_before_they_are_looked_at(tmp_path, refusal):
    many = [(f"{n}", b"") for n in range(11)]
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, _ in many:
        (folder / name).touch()
    for path in (
        zip_of(tmp_path / "a.zip", *many),
        tar_of(tmp_path / "a.tgz", *((entry(name), b"") for name, _ in many)),
        folder,
    ):
        assert "at most 10 files" in refusal(CourseError, lambda path=path: taken(path, SMALL))


def test_a_directory_of_a_zip_that_says_less_than_it_holds_is_counted(tmp_path, monkeypatch, refusal):
    path = zip_of(tmp_path / "a.zip", *[(f"{n}", b"") for n in range(11)])
    raw = bytearray(path.read_bytes())
    end = raw.rindex(b"PK\x05\x06")
    raw[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    path.write_bytes(raw)
    monkeypatch.setattr(
        "amal_attention.course.collect.archive._CHUNK", 5
    )  # an entry may begin in one and end in the next
    assert "at most 10 files" in refusal(CourseError, lambda: taken(path, SMALL))


BOMB = """
import sys
from pathlib import Path
from amal_attention.course.collect.archive import members
list(members(Path(sys.argv[1])))
(peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("first", [True, False])
def test_a_header_of_a_tar_that_never_ends_fills_no_memory(tmp_path, kind, first):
    info = entry("a", kind)
    info.size = 400 * 2**20
    path = tmp_path / "a.tgz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        if not first:
            file.write(entry("small").tobuf(tarfile.GNU_FORMAT))
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(400):
            file.write(b"1" * 2**20)
    done = subprocess.run([sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True)
    if done.returncode:
        assert "CourseError" in done.stderr
    else:
        assert int(done.stdout) < 200


def test_a_tar_that_is_cut_off_gives_what_is_before(tmp_path):
    path = tar_of(tmp_path / "a.tgz", (entry("a"), b"a"), (entry("b"), os.urandom(50_000)), (entry("c"), b"c"))
    path.write_bytes(path.read_bytes()[:20_000])
    read, refused = taken(path)
    assert read == {"a": b"a"} and refused


def test_names_in_utf_8_and_in_cp437_are_read(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("Zoé/李.ipynb", b"1"), ("Ümit", b"2"))
    assert set(taken(path)[0]) == {"Zoé/李.ipynb", "Ümit"}
    raw = path.read_bytes()
    for flag in (6, 8):  # UTF-8 and nothing that says so, as some programs write it
        signature = b"PK\x03\x04" if flag == 6 else b"PK\x01\x02"
        parts = raw.split(signature)
        raw = signature.join(
            [parts[0], *(part[: flag - 3] + bytes([part[flag - 3] & ~8]) + part[flag - 2 :] for part in parts[1:])]
        )
    path.write_bytes(raw)
    assert set(taken(path)[0]) == {"Zoé/李.ipynb", "Ümit"}
    path.write_bytes(raw.replace("Ümit".encode(), b"\x9abcmi"))
    assert "Übcmi" in taken(path)[0]


def test_names_that_are_long_twice_or_the_same_but_for_case_all_come(tmp_path):
    long = "n" * 3000
    with pytest.warns(UserWarning, match="Duplicate"):
        path = zip_of(tmp_path / "a.zip", ("a", b"1"), ("a", b"2"), ("A", b"3"), (long, b"4"), ("x" * 5000, b""))
    found = [(item.parts, item.read()) for item in members(path) if isinstance(item, Member)]
    assert found == [(("a",), b"1"), (("a",), b"2"), (("A",), b"3"), ((long,), b"4")]
    assert [item.why for item in members(path) if isinstance(item, Refusal)] == ["its path is none"]


def test_a_name_with_control_characters_is_shown_without_them(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("a\x1b[31m\n", b"1"), ("../\x07", b"1"))
    member, refused = members(path)
    assert isinstance(member, Member) and member.name == "a\\x1b[31m\\n" and member.parts == ("a\x1b[31m\n",)
    assert isinstance(refused, Refusal) and refused.name == "../\\x07"


def test_a_nul_in_a_name_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", ("abc", b"1"))
    path.write_bytes(path.read_bytes().replace(b"abc", b"a\0c"))
    assert taken(path) == ({}, {"a\\x00c": "its path is none"})


def test_times_of_a_zip_are_of_the_zone_unless_it_says_utc(tmp_path):
    plain = zipfile.ZipInfo("plain", (2026, 11, 20, 12, 0, 0))
    exact = zipfile.ZipInfo("exact", (2026, 11, 20, 12, 0, 0))
    seconds = int(datetime(2026, 11, 20, 11, 0, 1, tzinfo=UTC).timestamp())
    exact.extra = struct.pack("<HH", 1, 2) + b"xx" + struct.pack("<HHBi", 0x5455, 5, 1, seconds)
    absurd = zipfile.ZipInfo("absurd", (2026, 15, 31, 12, 0, 0))
    path = zip_of(tmp_path / "a.zip", (plain, b""), (exact, b""), (absurd, b""))
    zone = timezone(timedelta(hours=2))
    whens = {item.parts[0]: item.when for item in members(path, zone=zone) if isinstance(item, Member)}
    assert whens["plain"] == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert whens["exact"] == datetime(2026, 11, 20, 11, 0, 1, tzinfo=UTC)
    assert whens["absurd"].year == 1970


def test_times_of_a_tar_and_of_a_folder_are_utc(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").touch()
    os.utime(tmp_path / "folder" / "a", (1_700_000_000, 1_700_000_000))
    for path in (tar_of(tmp_path / "a.tgz", (entry("a"), b"")), tmp_path / "folder"):
        (member,) = members(path)
        assert isinstance(member, Member) and member.when == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_plain_tar_and_folders_in_archives(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(entry("folder", tarfile.DIRTYPE))
        archive.addfile(entry("./folder//empty"))
    assert taken(path) == ({"folder/empty": b""}, {})
    assert taken(zip_of(tmp_path / "a.zip", ("folder/", b""), ("folder/a", b"a"))) == ({"folder/a": b"a"}, {})


def test_a_tar_that_ends_in_a_zip_is_a_tar(tmp_path):
    inner = zip_of(tmp_path / "in.zip", ("evil", b"evil")).read_bytes()
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        info = entry("a.zip")
        info.size = len(inner)
        archive.addfile(info, io.BytesIO(inner))
    assert list(taken(path)[0]) == ["a.zip"]


@given(raw=st.binary(max_size=300), begin=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08"]))
def test_any_bytes_are_an_archive_or_refused(tmp_path_factory, raw, begin):
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(begin + raw)
    try:
        taken(path)
    except CourseError as error:
        assert "\n" not in str(error)


@given(data=st.data())
def test_a_zip_with_any_bytes_changed_gives_what_was_in_it_or_refuses(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a", "b"):
            archive.writestr(zipfile.ZipInfo(name), name.encode() * 40)
    raw = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        items = list(members_of(io.BytesIO(bytes(raw)), SMALL, UTC, "the zip"))
    except CourseError:
        return
    for item in items:
        assert isinstance(item, Refusal | Member) and ".." not in getattr(item, "parts", ())


def test_an_unreadable_folder_is_told(tmp_path, monkeypatch):
    (tmp_path / "ada").mkdir()
    real = os.open

    def opened(path, *args, **options):
        if path == "ada":
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **options)

    monkeypatch.setattr(os, "open", opened)
    assert taken(tmp_path) == ({}, {"ada": "it cannot be read: Permission denied"})
