"""What a verdict depends on beside the lab and the notebook: the code that judged, and what it was run by."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import amal_attention

__all__ = ["graded_by"]

_PACKAGE = Path(amal_attention.__file__).parent
_PACKAGES = ("amal-attention", "torch", "lightning", "pytest", "numpy")


@cache
def graded_by() -> str:
    """A digest of this package's code, of the versions of what it is run by, and of the machine's kind."""
    read = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        read.update(f"{path.relative_to(_PACKAGE)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    for each in (*map(_version, _PACKAGES), platform.python_version(), platform.machine()):
        read.update(f"{each}\n".encode())
    return read.hexdigest()


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} is not installed"
