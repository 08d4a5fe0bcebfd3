"""What a student's file holds: itself; or, where a person packed it, the files in it. Nothing is unpacked on disk."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from amal_attention.course.collect.archive import NO_TIME, Budget, Limits, Member, Refusal, is_packed, members_of
from amal_attention.course.collect.layout import is_clutter
from amal_attention.errors import CourseError

__all__ = ["Held", "files_in", "is_named_notebook"]

_LIMITS = Limits(files=1000, total_bytes=400 * 2**20, ratio=0)  # of one packed file, whatever it would cost to skip
# As browsers save a notebook too: "a.ipynb.txt", "a.ipynb (1)". A shortcut to one, or one exported, is none.
_NOTEBOOK = re.compile(r".*\.ipynb(\s?\(\d+\))?(\.(txt|json|bak|download))?(\s?\(\d+\))?~?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Held:
    """A file that a student handed in, packed or not.

    Attributes:
        name: its own.
        content: its bytes.
        saved: when it was written.
        is_inside: whether it lay in a packed one.
    """

    name: str
    content: bytes
    saved: datetime
    is_inside: bool = False


def is_named_notebook(name: str) -> bool:
    """Whether a file's name says that it is a notebook."""
    return _NOTEBOOK.fullmatch(name) is not None


def files_in(name: str, content: bytes, saved: datetime, budget: Budget) -> Iterator[Held | Refusal]:
    """A file; or those in it, where it is a zip, a tar or a gz.

    Args:
        name: the name of the file.
        content: its bytes.
        saved: when it was written.
        budget: what may be read of all that this student packed.
    """
    if is_named_notebook(name) or not is_packed(content[:512]):
        yield Held(name, content, saved)
        return
    try:
        for item in members_of(io.BytesIO(content), _LIMITS, UTC, name, budget):
            read = item.read() if isinstance(item, Member) and not is_clutter(item.parts) else item
            if isinstance(read, bytes) and isinstance(item, Member):
                yield Held(item.parts[-1], read, item.when if item.when.year >= NO_TIME else saved, True)
            elif isinstance(read, Refusal):
                yield read
    except CourseError as error:
        yield Refusal("", str(error))
