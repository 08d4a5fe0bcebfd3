"""How Canvas, Blackboard, ILIAS and Gradescope lay out what was handed in, and layouts that a pattern describes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any

from amal_attention.course.collect.layout import Claim, Layout, Parts, put_by_hand
from amal_attention.course.problems import grade_extra
from amal_attention.errors import CourseError, explain

__all__ = ["METADATA", "pattern_layout", "platform_layout"]

METADATA = "submission_metadata.yml"
"""Gradescope's file on who handed in what, and when."""

_CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)", re.DOTALL)
_BLACKBOARD = re.compile(r".+_(?P<student>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL)
_ILIAS = re.compile(r"(?P<name>.+)_(?P<login>[^_]+)_(?P<number>\d+)", re.DOTALL)
_ILIAS_FILE = re.compile(r"(?:(?P<time>\d{14})_)?(?P<file>.+)", re.DOTALL)
_GRADESCOPE = re.compile(r"submission_\d+")
_GROUPS = ("name", "id", "number", "time", "file")
_SECONDS = 1.0  # that a pattern may take for one path
_LATE = "the platform calls it late"


@dataclass(frozen=True)
class _Handed:
    """What Gradescope says of a submission."""

    names: tuple[str, ...]
    when: datetime | None


def platform_layout(
    paths: Sequence[Parts], known: Callable[[str], bool], metadata: bytes | None, zone: tzinfo
) -> Layout | None:
    """The layout of a platform that these paths have; None if they have none of those that are known here.

    Args:
        paths: the paths of the files.
        known: whether a name is that of a student.
        metadata: what Gradescope's file holds, where there is one.
        zone: the time zone of times in names.
    """
    if metadata is not None and any(_GRADESCOPE.fullmatch(part) for path in paths for part in path[:-1]):
        return Layout("Gradescope", partial(_gradescope, handed=_handed(metadata)))
    if any(_BLACKBOARD.fullmatch(path[-1]) for path in paths if not any(map(known, path[:-1]))):
        return Layout("Blackboard", partial(_blackboard, zone=zone, known=known), packs_at_once=True)
    if paths and all(_CANVAS.fullmatch(path[-1]) and len(path) <= 2 for path in paths):
        return Layout("Canvas", _canvas, packs_at_once=True)
    if places := [place for path in paths if (place := _place_of_ilias(path, known)) is not None]:
        return Layout("ILIAS", partial(_ilias, place=min(places), zone=zone), packs_at_once=True)
    return None


def pattern_layout(pattern: str, zone: tzinfo) -> Layout:
    """The layout that a regular expression of whole paths describes.

    Its groups are called ``id``, ``name`` or ``number``, one of which there is, and ``time`` and ``file``.

    Args:
        pattern: the expression.
        zone: the time zone of the times that it finds.

    Raises:
        CourseError: it is no regular expression, or its groups have other names.
        LabError: the tools of the course are not installed.
    """
    with grade_extra():
        import regex
    try:
        compiled = regex.compile(pattern, regex.DOTALL)
    except (regex.error, RecursionError, OverflowError) as error:
        raise _no_pattern("a regular expression", f"{pattern!r}: {error}") from error
    groups = set(compiled.groupindex)
    if not groups <= set(_GROUPS) or not groups & {"id", "name", "number"}:
        raise _no_pattern(
            f"groups called {', '.join(_GROUPS)}, as in (?P<name>...), with an id, a name or a number",
            ", ".join(sorted(groups)) or "none",
        )
    return Layout(f"files like {pattern}", partial(_by_pattern, compiled=compiled, zone=zone))


def _by_pattern(path: Parts, compiled: Any, zone: tzinfo) -> Claim | str:
    try:
        found = compiled.fullmatch("/".join(path), timeout=_SECONDS)
    except TimeoutError as error:
        raise _no_pattern("a pattern that reads a path at once", "one that takes more than a second") from error
    if found is None:
        return "it does not fit the pattern"
    said = {name: text or "" for name, text in found.groupdict().items()}
    name = said.get("id") or said.get("name") or said.get("number", "")
    when = _local(re.findall(r"\d+", said.get("time", "")), zone)
    return Claim(name, said.get("file") or path[-1], said.get("number", ""), is_id="id" in said, when=when)


def _canvas(path: Parts) -> Claim | str:
    if not (found := _CANVAS.fullmatch(path[-1])):
        return put_by_hand(path, 0)
    remark = _LATE if found["late"] else ""
    return Claim(found["name"], found["file"], found["number"], alias=found["name"], remark=remark)


def _blackboard(path: Parts, zone: tzinfo, known: Callable[[str], bool]) -> Claim | str | None:
    found = _BLACKBOARD.fullmatch(path[-1])
    if found is None or any(map(known, path[:-1])):
        return put_by_hand(path, 0)
    if found["file"] is None:
        return None  # the receipt
    return Claim(found["student"], found["file"], when=_local(found["time"].split("-"), zone))


def _place_of_ilias(path: Parts, known: Callable[[str], bool]) -> int | None:
    """Where in a path the folder of a student is, as ILIAS names it."""
    for place, part in enumerate(path[:-1]):
        found = _ILIAS.fullmatch(part)
        if found and (known(found["login"]) or known(found["name"].replace("_", " "))):
            return place
        if known(part):
            return None
    return None


def _ilias(path: Parts, place: int, zone: tzinfo) -> Claim | str:
    """Folders of students lie in as many others, or one more, that of a team."""
    file = _ILIAS_FILE.fullmatch(path[-1])
    for part in path[place:-1][:2]:
        if file and (found := _ILIAS.fullmatch(part)):
            told = file["time"] or ""
            when = _local([told[:4], *(told[at : at + 2] for at in range(4, 14, 2))], zone) if told else None
            return Claim(found["login"], file["file"], found["number"], alias=found["name"], when=when)
    return put_by_hand(path, 0)


def _gradescope(path: Parts, handed: Mapping[str, _Handed]) -> Claim | str | None:
    if path[-1] == METADATA:
        return None
    for part in path[:-1]:
        if _GRADESCOPE.fullmatch(part):
            if part not in handed or not handed[part].names:
                return f"{METADATA} does not say whose it is"
            first, *others = handed[part].names
            return Claim(first, path[-1], when=handed[part].when, others=tuple(others))
    return put_by_hand(path, 0)


def _handed(metadata: bytes) -> dict[str, _Handed]:
    with grade_extra():
        import yaml
    try:
        said = yaml.load(metadata, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {str(folder): _of_gradescope(each) for folder, each in said.items()}
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise CourseError(
            explain(
                expected=f"Gradescope's {METADATA} in the archive",
                got=str(error).split("\n")[0] or type(error).__name__,
                do="give the archive as it was downloaded, or say with --pattern whose files these are",
            )
        ) from error


def _of_gradescope(said: Mapping[str, Any]) -> _Handed:
    """Who, and when; a submitter's e-mail is known to every roster, a number or a name may not be."""
    people = [
        next((str(each[key]) for key in (":email", ":sid", ":name") if each.get(key)), "")
        for each in said[":submitters"]
    ]
    when = said.get(":created_at")
    if isinstance(when, datetime):
        when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    return _Handed(tuple(filter(None, people)), when if isinstance(when, datetime) else None)


def _local(numbers: Sequence[str], zone: tzinfo) -> datetime | None:
    """The time of year, month, day, hour, minute and second; None if they are none."""
    if not 5 <= len(numbers) <= 6:
        return None
    try:
        return datetime(*map(int, numbers), tzinfo=zone).astimezone(UTC)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def _no_pattern(expected: str, got: str) -> CourseError:
    return CourseError(explain(expected=expected, got=got, do="mend --pattern, such as '(?P<name>[^/]+)/(?P<file>.+)'"))
