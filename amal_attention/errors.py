"""The exceptions of the package, as one tree.

::

    AmalError                 anything we refuse or cannot do; the command line prints it as one line
    ├── DataError             a corpus that is missing, damaged or empty
    │   └── VectorsError      word vectors that are missing, damaged or of the wrong width
    ├── LabError              a lab, a question or a recipe that does not exist or does not fit
    │   ├── Unreadable        a submission that holds nothing to grade
    │   └── WrongLab          a submission of another lab
    ├── CourseError           a course, a roster or an archive of submissions that cannot be used
    ├── CheckpointError       a checkpoint that is missing, damaged or of another lab
    ├── SandboxError          students' code cannot be shut in on this machine
    ├── StorageError          a file we could not write: disk full, no permission
    └── WireError             a message between a grader and a submission that is malformed, too large, late or cut off

Every message is built from the same three parts by :func:`explain`: what was expected, what came, what to do.
"""

from __future__ import annotations

__all__ = [
    "AmalError",
    "CheckpointError",
    "CourseError",
    "DataError",
    "LabError",
    "SandboxError",
    "StorageError",
    "Unreadable",
    "VectorsError",
    "WireError",
    "WrongLab",
    "explain",
]


class AmalError(Exception):
    """Something the user can put right; its message is one line and needs no traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the line, in the language that is spoken."""
        from amal_attention.language import spoken

        return [spoken().retold(str(self))]


class DataError(AmalError):
    """A corpus is missing, damaged or empty."""


class VectorsError(DataError):
    """Word vectors are missing, damaged or of the wrong width."""


class LabError(AmalError):
    """A lab, a question or a recipe does not exist, or does not fit what it is used with."""


class Unreadable(LabError):
    """A submission is no notebook, or none of it can be read."""


class WrongLab(LabError):
    """A submission is the notebook of another lab, or of none."""


class CourseError(AmalError):
    """A course, its roster or an archive of what was handed in cannot be used."""


class CheckpointError(AmalError):
    """A checkpoint is missing, damaged, or belongs to another lab."""


class SandboxError(AmalError):
    """Students' code cannot be shut in on this machine, or not any more."""


class StorageError(AmalError):
    """A file or folder could not be written."""


class WireError(AmalError):
    """A message between a grader and a submission is malformed, too large, late or cut off, or cannot be sent."""


def explain(*, expected: str, got: str, do: str) -> str:
    """Put an error message together on one line.

    >>> explain(expected="a folder", got="a file, a.txt", do="give the folder that holds it")
    'expected a folder; got a file, a.txt; give the folder that holds it'
    """
    parts = (f"expected {expected}", f"got {got}", do)
    return "; ".join(" ".join(part.split()) for part in parts)
