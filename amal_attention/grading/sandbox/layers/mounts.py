"""What is mounted where, as the kernel tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mount", "mounts"]

_OCTAL = re.compile(r"\\([0-7]{3})")  # how a space is written


@dataclass(frozen=True)
class Mount:
    """A file system that is mounted.

    Attributes:
        kind: such as "tmpfs".
        root: the folder of that file system which is seen.
        place: where it is seen.
    """

    kind: str
    root: str
    place: str


def mounts(told: Path = Path("/proc/self")) -> Iterator[Mount]:
    """What this process sees mounted, in the order of mounting.

    Args:
        told: where the kernel tells of this process.

    Raises:
        OSError: it does not tell.
    """
    for line in (told / "mountinfo").read_text(errors="surrogateescape").splitlines():
        seen, _, system = line.partition(" - ")
        root, place = (_OCTAL.sub(lambda found: chr(int(found[1], 8)), each) for each in seen.split()[3:5])
        yield Mount(system.split()[0], root, place)
