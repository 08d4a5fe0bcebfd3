"""How those who collect submissions lay them out, recognised by the paths alone: whose a file is, and since when.

What a student packs into their own folder says nothing of whose it is: the outermost name that is a student's counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from amal_attention.course.slips import SECRET, TIMESTAMP

__all__ = ["Claim", "Layout", "Parts", "is_clutter", "put_by_hand", "recognise", "time_of"]

_MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL
)
_EXCHANGE = re.compile(r"(?P<student>[^+]+)\+(?P<lab>[^+]+)\+(?P<time>[^+]+)(?:\+.*)?", re.DOTALL)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?)\s*(\S+)?")
_NOTEBOOKS = (".ipynb", ".zip", ".gz", ".tar", ".tgz")
_SUFFIXES = (*_NOTEBOOKS, ".json", ".txt")
_ALONE = "it is no notebook, and lies in no student's folder"
_OWN_TIME = "a student can write any time into it: it is not believed"
_CLUTTER = re.compile(r"__MACOSX.*|\._.*|\.DS_Store|\.ipynb_checkpoints|\.git|Thumbs\.db|desktop\.ini", re.IGNORECASE)

Parts = tuple[str, ...]
"""A path: the names in it."""


@dataclass(frozen=True)
class Claim:
    """Whose a file is said to be.

    Attributes:
        name: the name of the student or the team, or whatever stands for one.
        file: the file's own name.
        number: the number that the platform gave the student; may be empty.
        is_id: whether the name is the student's id, and nothing else.
        when: the file was handed in, as far as its path tells.
        beside: path of the file that tells when it was handed in, beside which nbgrader puts its secret.
        alias: another name of the same student, for where the first is nobody's; letters alone are compared.
        others: names of those who handed it in with the student.
        remark: what the platform says of the file.
        by_hand: whether a person put it into the archive, and no platform.
        signed: place in the path of the folder that the student made, whose owner the system knows; None if a platform
            or a person made it.
    """

    name: str
    file: str
    number: str = ""
    is_id: bool = False
    when: datetime | None = None
    beside: Parts | None = None
    alias: str = ""
    others: tuple[str, ...] = ()
    remark: str = ""
    by_hand: bool = False
    signed: int | None = None


@dataclass(frozen=True)
class Layout:
    """A way to lay out submissions.

    Attributes:
        name: its name.
        claim: read a path: a claim, or why the file is left aside; None for what the platform itself put there.
        packs_at_once: whether a platform writes such an archive, and with it its own time for every file.
    """

    name: str
    claim: Callable[[Parts], Claim | str | None]
    packs_at_once: bool = False


def recognise(paths: Iterable[Parts], lab: str, known: Callable[[str], bool]) -> Layout:
    """The layout of these paths, in which submissions to a lab are looked for.

    Args:
        paths: the paths of the files.
        lab: the lab's name.
        known: whether a name is that of a student of the roster; never, where there is none.
    """
    seen = [path for path in paths if not is_clutter(path)]
    if places := [found[0] for path in seen if (found := _first(path, _MOODLE, known))]:
        return Layout("Moodle", partial(_moodle, skip=min(places), known=known), packs_at_once=True)
    if any(_first(path[:-1], _EXCHANGE, known) for path in seen):
        return Layout("nbgrader's exchange", partial(_exchange, lab=lab, known=known))
    wrapped = int(_wrapped(seen, known))
    for skip in range(wrapped + 1):
        if _is_nbgraders(seen, lab, skip):
            return Layout("nbgrader's folders", partial(_submitted, lab=lab, skip=skip))
    return Layout("a folder", partial(_plain, skip=wrapped))


def is_clutter(path: Parts) -> bool:
    """Whether a file is none that a person made, but a system's own."""
    return any(_CLUTTER.fullmatch(part) for part in path)


def put_by_hand(path: Parts, skip: int) -> Claim | str:
    """Whose a file is that a person put among those of a platform, in whose archives ``skip`` folders lie around all.

    The name of a folder, or of the file, is to be that of a student.
    """
    found = _plain(path, skip if len(path) > skip else 0)
    return replace(found, by_hand=True) if isinstance(found, Claim) else found or _ALONE


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


def _first(path: Parts, pattern: re.Pattern[str], known: Callable[[str], bool]) -> tuple[int, re.Match[str]] | None:
    """Where in a path a name first fits a pattern, and how; not in what lies in a student's own folder."""
    for place, part in enumerate(path):
        if found := pattern.fullmatch(part):
            return (place, found) if not any(map(known, path[:place])) else None
    return None


def _is_nbgraders(paths: Sequence[Parts], lab: str, skip: int) -> bool:
    """Whether every notebook lies in the folder of a lab in that of a student, and one in that of this lab."""
    return all(len(path) > skip + 2 for path in paths if path[-1].lower().endswith(_NOTEBOOKS)) and any(
        len(path) > skip + 2 and path[skip + 1] == lab for path in paths
    )


def _moodle(path: Parts, skip: int, known: Callable[[str], bool]) -> Claim | str:
    if (first := _first(path, _MOODLE, known)) is None:
        return put_by_hand(path, skip)
    place, found = first
    if found["plugin"] != "file":
        return "text that was typed into the platform is no notebook"
    file = path[-1] if place < len(path) - 1 else found["file"]
    return Claim(found["name"], file, found["number"] or "") if file else _ALONE


def _exchange(path: Parts, lab: str, known: Callable[[str], bool]) -> Claim | str | None:
    if (first := _first(path[:-1], _EXCHANGE, known)) is None:
        return "it lies in no folder of nbgrader's exchange"
    place, found = first
    if found["lab"] != lab:
        return "it was handed in for another lab"
    if path[-1] in (TIMESTAMP, SECRET):
        return None
    beside = (*path[: place + 1], TIMESTAMP)
    when = time_of(found["time"])
    return Claim(found["student"], path[-1], is_id=True, when=when, beside=beside, signed=place)


def _submitted(path: Parts, lab: str, skip: int) -> Claim | str | None:
    if path[-1] in (TIMESTAMP, SECRET):
        return None
    if len(path) < skip + 3:
        return "it lies in no folder of a student and a lab"
    student, *inside = path[skip:]
    if inside[0] != lab:
        return "it was handed in for another lab"
    return Claim(student, path[-1], is_id=True, beside=(*path[: skip + 2], TIMESTAMP))


def _plain(path: Parts, skip: int) -> Claim | str | None:
    if path[-1] == TIMESTAMP:
        return _OWN_TIME
    if path[-1] == SECRET:
        return None
    if len(path) > skip + 1:
        return Claim(path[skip], path[-1])
    name = PurePosixPath(path[skip])
    return Claim(name.stem.removesuffix(".ipynb"), path[skip]) if name.suffix.lower() in _SUFFIXES else _ALONE


def _wrapped(paths: Sequence[Parts], known: Callable[[str], bool]) -> bool:
    """Whether everything lies in one folder that is no student's, and those in it are."""
    tops = {path[0] for path in paths}
    if len(tops) != 1 or any(len(path) < 2 for path in paths) or known(next(iter(tops))):
        return False
    inside = {path[1] for path in paths}
    return all(len(path) > 2 for path in paths) or any(
        known(each) or known(PurePosixPath(each).stem) for each in inside
    )
