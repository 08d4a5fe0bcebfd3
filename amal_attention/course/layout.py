"""How those who collect submissions lay them out, recognised by the paths alone: whose a file is, and since when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from amal_attention.course.slips import SECRET, TIMESTAMP

__all__ = ["Claim", "Layout", "is_clutter", "recognise", "time_of"]

_MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)
_EXCHANGE = re.compile(r"(?P<student>[^+]+)\+(?P<lab>[^+]+)\+(?P<time>[^+]+)(?:\+.*)?", re.DOTALL)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?)\s*(\S+)?")
_SUFFIXES = (".ipynb", ".zip", ".json", ".txt")

_Parts = tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """Whose a file is said to be.

    Attributes:
        name: of the student, or whatever stands for one.
        file: the file's own name.
        number: that the platform gave the student; may be empty.
        is_id: whether the name is the student's id, and nothing else.
        when: the file was handed in, as far as its path tells.
        beside: path of the file that tells when it was handed in, beside which nbgrader puts its secret.
    """

    name: str
    file: str
    number: str = ""
    is_id: bool = False
    when: datetime | None = None
    beside: _Parts | None = None


@dataclass(frozen=True)
class Layout:
    """A way to lay out submissions.

    Attributes:
        name: of it.
        claim: read a path: a claim, or why the file is left aside; None where there is nothing to say.
    """

    name: str
    claim: Callable[[_Parts], Claim | str | None]


def recognise(paths: Iterable[_Parts], lab: str, known: Callable[[str], bool]) -> Layout:
    """The layout of these paths, in which submissions to a lab are looked for.

    Args:
        paths: of the files.
        lab: the lab's name.
        known: whether a name is that of a student of the roster; never, where there is none.
    """
    seen = [path for path in paths if not is_clutter(path)]
    if any(_MOODLE.fullmatch(part) for path in seen for part in path):
        return Layout("Moodle", _moodle)
    if any(_EXCHANGE.fullmatch(part) for path in seen for part in path[:-1]):
        return Layout("nbgrader's exchange", partial(_exchange, lab=lab))
    wrapped = int(_wrapped(seen, known))
    for skip in range(wrapped + 1):
        if any(len(path) > skip + 2 and path[skip + 1] == lab for path in seen):
            return Layout("nbgrader's folders", partial(_submitted, lab=lab, skip=skip))
    return Layout("a folder", partial(_plain, skip=wrapped))


def is_clutter(path: _Parts) -> bool:
    """Whether a file is none that a student made: hidden, or a system's own."""
    return any(part.startswith((".", "__MACOSX")) for part in path)


def time_of(text: str) -> datetime | None:
    """The time in a text as nbgrader writes it; None if it tells none.

    >>> time_of("2026-11-20 17:59:00.000000 +0100")
    datetime.datetime(2026, 11, 20, 16, 59, tzinfo=datetime.timezone.utc)
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    zone = found[2] or "UTC"
    try:
        if re.fullmatch(r"[+-]\d\d:?\d\d", zone):
            return datetime.fromisoformat(found[1] + zone).astimezone(UTC)
        return datetime.fromisoformat(found[1]).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):
        return None


def _moodle(path: _Parts) -> Claim | str | None:
    for position, part in enumerate(path):
        if not (found := _MOODLE.fullmatch(part)):
            continue
        if found["plugin"] != "file":
            return "text that was typed into the platform is no notebook"
        file = path[-1] if position < len(path) - 1 else found["file"]
        return Claim(found["name"], file, found["number"]) if file else None
    return None


def _exchange(path: _Parts, lab: str) -> Claim | str | None:
    for position, part in enumerate(path[:-1]):
        if not (found := _EXCHANGE.fullmatch(part)):
            continue
        if found["lab"] != lab:
            return "it was handed in for another lab"
        if path[-1] in (TIMESTAMP, SECRET):
            return None
        beside = (*path[: position + 1], TIMESTAMP)
        return Claim(found["student"], path[-1], is_id=True, when=time_of(found["time"]), beside=beside)
    return None


def _submitted(path: _Parts, lab: str, skip: int) -> Claim | str | None:
    if len(path) < skip + 3 or path[-1] in (TIMESTAMP, SECRET):
        return None
    student, *inside = path[skip:]
    if inside[0] != lab:
        return "it was handed in for another lab"
    return Claim(student, path[-1], is_id=True, beside=(*path[: skip + 2], TIMESTAMP))


def _plain(path: _Parts, skip: int) -> Claim | None:
    if path[-1] in (TIMESTAMP, SECRET) or len(path) <= skip:
        return None
    if len(path) > skip + 1:
        return Claim(path[skip], path[-1], beside=(*path[: skip + 1], TIMESTAMP))
    name = PurePosixPath(path[skip])
    return Claim(name.stem, path[skip]) if name.suffix.lower() in _SUFFIXES else None


def _wrapped(paths: Sequence[_Parts], known: Callable[[str], bool]) -> bool:
    """Whether everything lies in one folder that is no student's, and those in it are."""
    tops = {path[0] for path in paths}
    if len(tops) != 1 or any(len(path) < 2 for path in paths) or known(next(iter(tops))):
        return False
    inside = {path[1] for path in paths}
    return all(len(path) > 2 for path in paths) or any(
        known(each) or known(PurePosixPath(each).stem) for each in inside
    )
