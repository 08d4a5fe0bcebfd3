"""What was changed in the weight of hidden tests after the fact: a file that only grows, and says who, when and what.

The file is the audit and the state at once: the weights of now are those of all its lines, one after the other. An
adjustment is taken back by a line that says so; no line is ever removed.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from amal_attention.course.course_folder import Course
from amal_attention.errors import CourseError, explain
from amal_attention.files import write_atomically
from amal_attention.language import ENGLISH, Language

__all__ = ["Adjustment", "Adjustments", "adjustments_text"]


@dataclass(frozen=True)
class Adjustment:
    """One line of the file.

    Attributes:
        when: the moment in UTC, ISO 8601.
        who: the account that typed it.
        points: the weight of tests, by ``question/test``; 0 of a test that is dropped. Empty in a line that takes the
            last adjustment in force back.
        moved: the points of students before and after, by student.
    """

    when: str
    who: str
    points: Mapping[str, float]
    moved: Mapping[str, tuple[float, float]] = field(default_factory=dict)


class Adjustments:
    """The adjustments of a lab in a course.

    Args:
        course: the course.
        lab: name of the lab.

    Raises:
        CourseError: the file is there and cannot be understood.
    """

    def __init__(self, course: Course, lab: str) -> None:
        self.path = course.folder / "adjustments" / f"{lab}.jsonl"
        self.lines = _read(self.path)

    @property
    def in_force(self) -> list[Adjustment]:
        """Those that were not taken back, the last one at the end."""
        kept: list[Adjustment] = []
        for line in self.lines:
            if line.points:
                kept.append(line)
            elif kept:
                kept.pop()
        return kept

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each test that has another one than its own, by ``question/test``."""
        return _weights(self.in_force)

    def with_more(self, points: Mapping[str, float]) -> dict[str, float]:
        """The weights as they would be with one more adjustment."""
        return self.weights | dict(points)

    def without_last(self) -> dict[str, float]:
        """The weights as they would be without the last adjustment.

        Raises:
            CourseError: there is none.
        """
        if not self.in_force:
            raise CourseError(
                explain(
                    expected="an adjustment to take back", got=f"none in {self.path}", do="there is nothing to undo"
                )
            )
        return _weights(self.in_force[:-1])

    def add(self, points: Mapping[str, float], moved: Mapping[str, tuple[float, float]]) -> None:
        """Write one more line; without points it takes the last adjustment back.

        Raises:
            StorageError: it cannot be written.
        """
        line = Adjustment(datetime.now(UTC).isoformat(timespec="seconds"), _account(), dict(points), dict(moved))
        self.lines = [*self.lines, line]
        write_atomically(self.path, "".join(f"{json.dumps(asdict(each))}\n" for each in self.lines))


def _weights(adjustments: Sequence[Adjustment]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for each in adjustments:
        weights |= each.points
    return weights


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _read(path: Path) -> list[Adjustment]:
    try:
        return [_line(text) for text in path.read_text("utf-8").splitlines()] if path.exists() else []
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CourseError(
            explain(
                expected=f"the adjustments that amal adjust wrote into {path}",
                got=f"{type(error).__name__}: {error}",
                do="restore the file: marks hang on it",
            )
        ) from error


def _line(text: str) -> Adjustment:
    line = Adjustment(**json.loads(text))
    points = {str(test): float(weight) for test, weight in line.points.items()}
    moved = {str(name): (float(before), float(after)) for name, (before, after) in line.moved.items()}
    return Adjustment(str(line.when), str(line.who), points, moved)


def adjustments_text(log: Adjustments, language: Language = ENGLISH) -> str:
    """A line for each adjustment that was ever made, the last one at the end."""
    lines = [f"{each.when}  {each.who}  {_told(each.points, language)}" for each in log.lines]
    return "\n".join(lines) or language.say("no adjustment")


def _told(points: Mapping[str, float], language: Language) -> str:
    return ", ".join(_weighs(test, weight, language) for test, weight in points.items()) or language.say(
        "takes the last one back"
    )


def _weighs(test: str, weight: float, language: Language) -> str:
    if weight == 0:
        return " ".join([test, language.say("dropped")])
    return " ".join([test, language.say("counts"), language.number(weight)])
