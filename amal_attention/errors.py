"""The exceptions of the package, as one tree.

::

    AmalError                 anything we refuse or cannot do; the command line prints it as one line
    ├── DataError             a corpus that is missing, damaged or empty
    │   └── VectorsError      word vectors that are missing, damaged or of the wrong width
    ├── LabError              a lab, a question or a recipe that does not exist or does not fit
    ├── CheckpointError       a checkpoint that is missing, damaged or of another lab
    └── StorageError          a file we could not write: disk full, no permission

Every message is built from the same three parts by :func:`explain`: what was expected, what came, what to do.
"""

from __future__ import annotations

__all__ = [
    "AmalError",
    "CheckpointError",
    "DataError",
    "LabError",
    "StorageError",
    "VectorsError",
    "explain",
]


class AmalError(Exception):
    """Something the user can put right; its message is one line and needs no traceback."""


class DataError(AmalError):
    """A corpus is missing, damaged or empty."""


class VectorsError(DataError):
    """Word vectors are missing, damaged or of the wrong width."""


class LabError(AmalError):
    """A lab, a question or a recipe does not exist, or does not fit what it is used with."""


class CheckpointError(AmalError):
    """A checkpoint is missing, damaged, or belongs to another lab."""


class StorageError(AmalError):
    """A file or folder could not be written."""


def explain(*, expected: str, got: str, do: str) -> str:
    """Put an error message together on one line.

    >>> explain(expected="a folder", got="a file, a.txt", do="give the folder that holds it")
    'expected a folder; got a file, a.txt; give the folder that holds it'
    """
    parts = (f"expected {expected}", f"got {got}", do)
    return "; ".join(" ".join(part.split()) for part in parts)
