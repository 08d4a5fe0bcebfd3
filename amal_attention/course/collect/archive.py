"""The files in a zip, a tar (.gz) or a folder that somebody else made. Nothing is unpacked: a file is read in memory.

A member has a path that stays inside, and is an ordinary file; what is not is told of, and the rest goes on. How many
there may be, how large each and all of them together, is limited before anything is read.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import IO, cast

from amal_attention.course.collect.folder_walk import Unread, files_under
from amal_attention.errors import CourseError, explain
from amal_attention.printable import one_line

__all__ = ["NO_TIME", "Budget", "Limits", "Member", "Refusal", "is_packed", "members", "members_of"]

NO_TIME = 1990
"""Archives that know no time say 1970 or 1980: before this year none is believed."""

_MEGABYTE = 2**20
_CHUNK = _MEGABYTE
_LONGEST_PATH = 4096
_HEADERS = _MEGABYTE  # of one member of a tar: some are read whole
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_TAR = b"ustar"
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's directory
_ENCRYPTED = 1
_UTF_8 = 0x800
_TIMES = 0x5455  # the extra field of a zip that tells the time in UTC
# All that the readers of the standard library raise on bytes that are no archive.
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes:
        files: how many members.
        file_bytes: the bytes of one.
        total_bytes: the bytes of all that are read, where the archive is small.
        ratio: the same, in times of the archive's size.
    """

    files: int = 200_000
    file_bytes: int = 200 * _MEGABYTE
    total_bytes: int = 1024 * _MEGABYTE
    ratio: int = (
        1100  # deflate makes at most 1,032 bytes of one: no student's bomb keeps another's file from being read
    )

    def total(self, size: int) -> int:
        """The bytes that may be read out of an archive of this size."""
        return max(self.total_bytes, self.ratio * size)

    def budget(self, size: int) -> Budget:
        """What may be read out of an archive of this size."""
        return Budget(self.file_bytes, self.total(size), self.files)


@dataclass(frozen=True)
class Refusal:
    """What was not taken, and why."""

    name: str
    why: str


@dataclass
class Budget:
    """What may still be read. What was read is spent, also where it is refused in the end.

    Attributes:
        file_bytes: the bytes of one file.
        left: the bytes of all files that are still to come.
        files: how many of them there may be.
    """

    file_bytes: int
    left: int
    files: int

    @property
    def is_spent(self) -> bool:
        """Whether nothing may be read any more."""
        return self.left <= 0 or self.files <= 0

    def spend(self, size: int) -> None:
        """Count a file of so many bytes that was read by other means."""
        self.left -= size
        self.files -= 1

    def read(self, name: str, size: int, open_member: Callable[[], IO[bytes]]) -> bytes | Refusal:
        """The bytes of a member that says to be of this size, as long as it is within the limits."""
        most = min(self.file_bytes, self.left)
        if size > most or self.is_spent:
            return Refusal(name, self._too_large())
        self.files -= 1
        try:
            with open_member() as file:
                content = b"".join(self._chunks(file, most + 1))
        except _DAMAGED as error:
            return Refusal(name, f"it cannot be read: {one_line(str(error))}")
        return content if len(content) <= most else Refusal(name, self._too_large())

    def _chunks(self, file: IO[bytes], most: int) -> Iterator[bytes]:
        while most and (chunk := file.read(min(_CHUNK, most))):
            self.left -= len(chunk)
            most -= len(chunk)
            yield chunk

    def _too_large(self) -> str:
        if self.left < self.file_bytes:
            return "with it, the archive unpacks to far more than its size"
        return f"it holds more than {self.file_bytes:,} bytes"


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        parts: its path: names without a slash, none of them "..".
        when: it was written.
        read: give its bytes, or tell why not; to be called before the next member is asked for.
        is_local: whether the archive did not say in which zone the time is.
        owners: user ids of each folder in its path, and its own; none in an archive, whoever packed it.
    """

    parts: tuple[str, ...]
    when: datetime
    read: Callable[[], bytes | Refusal]
    is_local: bool = False
    owners: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Its path, to be shown."""
        return one_line("/".join(self.parts))


def members(path: Path, limits: Limits | None = None, zone: tzinfo = UTC) -> Iterator[Member | Refusal]:
    """The files in an archive or a folder, in its order; of a folder, in the order of names.

    Args:
        path: the path of a zip, a tar, a tar.gz or a folder.
        limits: how much may be read.
        zone: the time zone of times in a zip, which do not name theirs.

    Raises:
        CourseError: it is none of these, or holds too many files.
    """
    limits = limits or Limits()
    try:
        if path.is_dir():
            yield from _of_folder(path, limits)
            return
        with path.open("rb") as file:
            if file.read(2) == _GZIP and not _holds_a_tar(file):
                raise _no_archive(path.name, "a gz that holds no tar")
            yield from members_of(file, limits, zone, path.name)
    except OSError as error:
        raise _no_archive(str(path), error.strerror or str(error)) from error


def is_packed(begin: bytes) -> bool:
    """Whether a file that begins so is a zip, a tar or a gz."""
    return begin[:4] in _ZIP or begin[:2] == _GZIP or begin[257:262] == _TAR


def members_of(
    file: IO[bytes], limits: Limits, zone: tzinfo, name: str, budget: Budget | None = None
) -> Iterator[Member | Refusal]:
    """The files in a zip, a tar, a tar.gz, or the one in a gz.

    Args:
        file: the archive.
        limits: how much may be read.
        zone: the time zone of times in a zip, which do not name theirs.
        name: the name of the archive.
        budget: what may be read, where that is not for this archive alone.

    Raises:
        CourseError: it is none of these, is damaged, or holds too many files.
    """
    budget = budget or limits.budget(file.seek(0, io.SEEK_END))
    file.seek(0)
    begin = file.read(512)
    if begin[:4] in _ZIP:
        yield from _of_zip(file, limits, zone, name, budget)
    elif begin[:2] == _GZIP and not _holds_a_tar(file):
        yield _of_gzip(file, name, budget)
    elif is_packed(begin):
        yield from _of_tar(file, limits, name, budget)
    else:
        raise _no_archive(name, "a file of another kind")


def _holds_a_tar(file: IO[bytes]) -> bool:
    """Whether a gz does."""
    file.seek(0)
    try:
        return gzip.GzipFile(fileobj=file).read(512)[257:262] == _TAR
    except _DAMAGED:
        return False


def _of_gzip(file: IO[bytes], name: str, budget: Budget) -> Member:
    """The one file in a gz: its name is that of the gz, without its ending."""
    file.seek(0)
    packed = gzip.GzipFile(fileobj=file)
    inside = name[:-3] if name.lower().endswith(".gz") else name
    return Member((inside,), _utc(0), partial(budget.read, one_line(inside), 0, lambda: cast("IO[bytes]", packed)))


def _of_zip(file: IO[bytes], limits: Limits, zone: tzinfo, name: str, budget: Budget) -> Iterator[Member | Refusal]:
    if _entries(file) > limits.files:
        raise _too_many(name, limits)
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
        except _DAMAGED as error:
            raise _no_archive(name, f"a damaged one: {one_line(str(error))}") from error
        overlapping = _overlapping(archive)
        for info in archive.infolist():
            told = _zip_name(info)
            parts = _parts(told)
            if isinstance(parts, Refusal):
                yield parts
            elif why := _why_not_zip(info, overlapping):
                yield Refusal(one_line(told), why)
            elif not told.endswith(("/", "\\")):
                when, is_local = _zip_time(info, zone)
                yield Member(parts, when, partial(_read_zip, archive, info, budget), is_local)


class _Rationed(io.RawIOBase):
    """A stream that gives no more than it is allowed to: what a reader does with it cannot fill the memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.allowance = 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes, as of any file."""
        content = self._file.read(size)
        self.allowance -= len(content)
        if self.allowance < 0:
            raise tarfile.ReadError("a header is longer than any is")
        return content


def _of_tar(file: IO[bytes], limits: Limits, name: str, budget: Budget) -> Iterator[Member | Refusal]:
    file.seek(0)
    packed = file.read(2) == _GZIP
    file.seek(0)
    source = _Rationed(gzip.GzipFile(fileobj=file) if packed else file)  # type: ignore[arg-type]
    source.allowance = _HEADERS
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(tarfile.open(fileobj=source, mode="r|"))
        except _DAMAGED as error:
            raise _no_archive(name, f"a damaged one: {one_line(str(error))}") from error
        for count in range(limits.files + 1):
            try:
                info = archive.next()
            except _DAMAGED as error:
                yield Refusal(name, f"the rest cannot be read: {one_line(str(error))}")
                return
            if info is None:
                return
            if count == limits.files:
                raise _too_many(name, limits)
            if not 0 <= info.size <= budget.left:
                yield Refusal(name, "the rest is not read: it unpacks to far more than its size")
                return
            source.allowance = info.size + _HEADERS
            archive.members = []  # type: ignore[attr-defined]  # it keeps all that it has seen
            left = budget.left - info.size  # what is skipped is unpacked too
            yield from _of_tar_entry(archive, info, budget)
            budget.left = min(budget.left, left)


def _of_tar_entry(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[Member | Refusal]:
    parts = _parts(info.name)
    if isinstance(parts, Refusal):
        yield parts
    elif info.issym() or info.islnk():
        yield Refusal(one_line(info.name), "it is a link")
    elif not info.isdir() and (not info.isreg() or info.issparse()):
        yield Refusal(one_line(info.name), "it is no ordinary file")
    elif info.isreg():

        def opened() -> IO[bytes]:
            return archive.extractfile(info) or io.BytesIO()

        yield Member(parts, _utc(info.mtime), partial(budget.read, one_line(info.name), info.size, opened))


def _of_folder(folder: Path, limits: Limits) -> Iterator[Member | Refusal]:
    budget = Budget(limits.file_bytes, 2**62, limits.files)  # what lies unpacked on a disk has its size
    for count, found in enumerate(files_under(folder)):
        if count == limits.files:
            raise _too_many(str(folder), limits)
        name = one_line("/".join(found.parts))
        if isinstance(found, Unread):
            yield Refusal(name, found.why)
        elif stat.S_ISREG(found.about.st_mode):
            read = partial(budget.read, name, found.about.st_size, found.open)
            yield Member(found.parts, _utc(found.about.st_mtime), read, owners=found.owners)
        else:
            yield Refusal(name, "it is a link" if stat.S_ISLNK(found.about.st_mode) else "it is no ordinary file")


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes | Refusal:
    return budget.read(one_line(_zip_name(info)), info.file_size, partial(archive.open, info))


def _parts(name: str) -> tuple[str, ...] | Refusal:
    """The names in a path, whichever way its slashes lean."""
    parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))
    if name.startswith(("/", "\\")) or re.match("[A-Za-z]:[/\\\\]", name):
        return Refusal(one_line(name), "its path begins outside of the archive")
    if ".." in parts:
        return Refusal(one_line(name), "its path leads out of the archive")
    if not parts or "\0" in name or len(name) > _LONGEST_PATH:
        return Refusal(one_line(name), "its path is none")
    return parts


def _entries(file: IO[bytes]) -> int:
    """At least as many as a zip has entries: its directory would be read whole, however long."""
    file.seek(0)
    count, kept = 0, b""
    while chunk := file.read(_CHUNK):
        count += (kept + chunk).count(_ENTRY)
        kept = chunk[-len(_ENTRY) + 1 :]
    file.seek(0)
    return count


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    """The ids of those entries whose bytes are also those of another."""
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    found: set[int] = set()
    end, last = 0, None
    for info in infos:
        if last is not None and info.header_offset < end:
            found |= {id(last), id(info)}
        here = info.header_offset + zipfile.sizeFileHeader + len(info.orig_filename) + info.compress_size  # type: ignore[attr-defined]
        if here > end:
            end, last = here, info
    return found


def _why_not_zip(info: zipfile.ZipInfo, overlapping: set[int]) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is no ordinary file"
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if id(info) in overlapping:
        return "it shares its bytes with another member, as in a bomb"
    return None


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a member; some programs write UTF-8 and do not say so."""
    name: str = info.orig_filename
    if not info.flag_bits & _UTF_8:
        with contextlib.suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _zip_time(info: zipfile.ZipInfo, zone: tzinfo) -> tuple[datetime, bool]:
    """When a member was written: in UTC if it says so, else by a local clock that ticks every other second."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _TIMES and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return _utc(struct.unpack("<i", extra[5:9])[0]), False
        extra = extra[4 + size :]
    try:
        return datetime(*info.date_time, tzinfo=zone).astimezone(UTC), True
    except (ValueError, OverflowError):
        return _utc(0), False


def _utc(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _no_archive(name: str, got: str) -> CourseError:
    return CourseError(
        explain(
            expected=f"a zip, a tar.gz or a folder: {one_line(name)}", got=got, do="give what the platform gave you"
        )
    )


def _too_many(name: str, limits: Limits) -> CourseError:
    return CourseError(
        explain(
            expected=f"at most {limits.files:,} files in {one_line(name)}",
            got="more",
            do="look into it before anything else does",
        )
    )
