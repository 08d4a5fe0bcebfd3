"""Two ids of one student made one, such as "A3" of the roster and "a3" of a folder. Nothing is overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from amal_attention.course.course_folder import Course
from amal_attention.course.gradebook.gradebook import course_book
from amal_attention.errors import CourseError, explain
from amal_attention.files import writing

__all__ = ["merge_students"]

_BY_STUDENT = ("submitted", "autograded", "feedback")  # folders with a folder for each student


def merge_students(course: Course, kept: str, other: str) -> None:
    """Give one student what another has, and forget the other. Stopped on the way and called again, it goes on.

    Verdicts on the other are not taken along: the next grading makes them again.

    Args:
        course: the course.
        kept: id that stays.
        other: id that goes.

    Raises:
        CourseError: one of them is not in the course, or both have something in one lab.
        StorageError: a folder cannot be moved.
    """
    moves = list(_moves(course, kept, other))
    both = [str(target.relative_to(course.folder)) for source, target in moves if _is_other(source, target)]
    with course_book(course) as book:
        known = book.students()
        if kept == other or (other not in known and not moves) or kept not in known:
            raise CourseError(
                explain(expected="two students of the course", got=f"{kept}, {other}", do="give their ids")
            )
        both += [f"marks of {lab}" for lab in book.labs() if {kept, other} <= set(book.marks(lab))]
        if both:
            raise CourseError(
                explain(
                    expected=f"at most one of {kept} and {other} with something in a lab",
                    got=f"both have {', '.join(both)}",
                    do="look which of the two counts, and remove the other",
                )
            )
        with writing(course.folder, "give a course in a folder that you may write to"):
            for source, target in moves:
                target.parent.mkdir(parents=True, exist_ok=True)
                source.rename(target)
            for folder in _BY_STUDENT:
                if (left := course.folder / folder / other).is_dir() and not any(left.iterdir()):
                    shutil.rmtree(left)
            for verdict in course.verdicts("x").parent.glob(f"*/{other}.json"):
                verdict.unlink()
        if other in known:
            book.hand_over(other, kept)


def _moves(course: Course, kept: str, other: str) -> Iterator[tuple[Path, Path]]:
    """The folders of the other, by lab, and where each goes."""
    for name in _BY_STUDENT:
        for source in sorted((course.folder / name / other).glob("*")):
            yield source, course.folder / name / kept / source.name
    for source in sorted(course.collected("x").parent.glob(f"*/{other}")):
        for version in sorted(source.iterdir()):
            yield version, source.with_name(kept) / version.name


def _is_other(source: Path, target: Path) -> bool:
    """Whether something else lies where a folder is to go; ids in other letters may be one folder on some disks."""
    return target.exists() and not target.samefile(source)
