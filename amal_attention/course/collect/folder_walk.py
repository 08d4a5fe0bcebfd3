"""The files in a folder that others may change meanwhile: no link is followed, not even one put there in mid-walk.

Each folder is opened out of the one around it, and each file out of its folder, by descriptors that the system ties to
what was found first. Paths are made for people to read, and never opened.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import filterfalse
from pathlib import Path
from typing import IO

__all__ = ["Found", "Unread", "files_under"]

_DEEPEST = 50  # each folder on the way to a file keeps a descriptor
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True)
class Found:
    """What lies in a folder and is no folder.

    Attributes:
        parts: its path, from the folder that was walked through.
        about: what the system says of it.
        owners: user ids: of each folder on the way to it, and its own.
        open: it, for reading, before the next one is asked for; OSError where it is not what it was.
    """

    parts: tuple[str, ...]
    about: os.stat_result
    owners: tuple[int, ...]
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Unread:
    """What could not be looked at, and why."""

    parts: tuple[str, ...]
    why: str


def files_under(folder: Path, passed_by: Callable[[str], bool] = lambda name: False) -> Iterator[Found | Unread]:
    """The files in a folder and below, in the order of their names; in each folder the files first.

    Args:
        folder: the folder to walk through.
        passed_by: whether a file or folder of this name is left out.

    Raises:
        OSError: the folder cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield from _files_in(descriptor, (), (), passed_by)
    finally:
        os.close(descriptor)


def _files_in(
    folder: int, parts: tuple[str, ...], owners: tuple[int, ...], passed_by: Callable[[str], bool]
) -> Iterator[Found | Unread]:
    inside: list[tuple[str, os.stat_result]] = []
    for name in filterfalse(passed_by, _names_in(folder)):
        try:
            about = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            yield _unread((*parts, name), error)
            continue
        if stat.S_ISDIR(about.st_mode):
            inside.append((name, about))
        else:
            yield Found((*parts, name), about, (*owners, about.st_uid), partial(_opened, name, folder, about))
    for name, about in inside:
        path = (*parts, name)
        if len(path) > _DEEPEST:
            yield Unread(path, f"it lies in more than {_DEEPEST} folders")
            continue
        try:
            with _entered(name, folder, about) as descriptor:
                yield from _files_in(descriptor, path, (*owners, about.st_uid), passed_by)
        except OSError as error:
            yield _unread(path, error)


def _names_in(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


@contextlib.contextmanager
def _entered(name: str, folder: int, about: os.stat_result) -> Iterator[int]:
    descriptor = os.open(name, _FOLDER, dir_fd=folder)
    try:
        _insist_on(about, descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def _opened(name: str, folder: int, about: os.stat_result) -> IO[bytes]:
    descriptor = os.open(name, _FILE, dir_fd=folder)
    try:
        _insist_on(about, descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _insist_on(about: os.stat_result, descriptor: int) -> None:
    if not os.path.samestat(about, os.fstat(descriptor)):
        raise OSError(0, "something else was put in its place meanwhile")


def _unread(parts: tuple[str, ...], error: OSError) -> Unread:
    return Unread(parts, f"it cannot be read: {error.strerror or error}")
