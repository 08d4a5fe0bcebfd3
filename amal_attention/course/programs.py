"""The programs of this environment, which need not be activated for ``amal`` to run."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["programs_at_hand"]


@contextmanager
def programs_at_hand() -> Iterator[None]:
    """Put this environment's programs on PATH in this context: nbgrader starts alembic by name for a new gradebook."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join(filter(None, [sysconfig.get_path("scripts"), before]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
