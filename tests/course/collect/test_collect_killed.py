"""``kill -9`` at each of the steps by which ``collect`` changes a disk; run again, it ends as if undisturbed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amal_attention.course.collect.collect import Times, collect
from amal_attention.course.course_folder import Course
from amal_attention.course.people.roster import Student
from tests.course.moodle import LAB, is_toy, notebook, zipped

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ROSTER = {
    "ada": Student("ada", "Ada", "Un", team="B3"),
    "bob": Student("bob", "Bob", "Deux", team="B3"),
    "cid": Student("cid", "Cid", "Trois"),
}
WRITES = ("os.rename", "os.mkdir", "os.remove", "os.utime")


def archives(folder: Path) -> tuple[Path, Path]:
    """A team's notebook and one student's, at their times; then newer ones whose times are those of the packing."""
    for day, apart in ((0, 3), (7, 0)):
        entries = [
            (
                f"{who}_assignsubmission_file/toy.ipynb",
                notebook(f"{who} {day}"),
                FRIDAY + timedelta(days=day, hours=hour),
            )
            for who, hour in (("B3_7", 0), ("Cid Trois_8", apart))
        ]
        (folder / f"{day}.zip").write_bytes(zipped(entries))
    return folder / "0.zip", folder / "7.zip"


def take(archive: Path, course: Path) -> None:
    collect(archive, Course(course), LAB, ROSTER, is_toy, zone=UTC, times=Times.AUTO)


def tree(course: Path) -> dict[str, tuple[bytes, float]]:
    """All that lies in the course, hidden files too, but the lock."""
    return {
        str(path.relative_to(course)): (path.read_bytes(), path.stat().st_mtime)
        for path in course.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def killed_at(step: int, course: Path, work: Callable[[], None]) -> bool:
    """Do the work in a child that is killed when it is about to change the course for this time; whether it was."""
    child = os.fork()
    if child == 0:
        left = step

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if (event in WRITES or writes) and str(arguments[0]).startswith(str(course)):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("second", [False, True], ids=["the first archive", "one that replaces and takes times away"])
def test_killed_at_any_step_and_run_again_is_as_if_undisturbed(tmp_path: Path, second: bool) -> None:
    first, later = archives(tmp_path)
    before, course = tmp_path / "before", tmp_path / "course"
    before.mkdir()
    if second:
        take(first, before)

    def begin() -> None:
        shutil.rmtree(course, ignore_errors=True)
        shutil.copytree(before, course)

    archive = later if second else first
    begin()
    take(archive, course)
    expected = tree(course)
    assert sum(name.endswith("timestamp.txt") for name in expected) == (0 if second else 3)
    steps = 0
    while True:
        begin()
        if not killed_at(steps + 1, course, lambda: take(archive, course)):
            break
        steps += 1
        take(archive, course)
        assert tree(course) == expected, steps
    assert steps > len(expected)
