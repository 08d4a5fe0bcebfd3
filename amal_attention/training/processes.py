"""A process that trains: which one it is of several that train together, and where it writes what libraries say."""

from __future__ import annotations

import contextlib
import logging
import sys
import warnings
from collections.abc import Iterator

from lightning.pytorch.utilities import rank_zero_only

__all__ = ["is_first", "results_apart"]


def is_first() -> bool:
    """Whether this process tells and writes what came of it; one that trains alone does."""
    return not getattr(rank_zero_only, "rank", 0)  # Lightning keeps it there


@contextlib.contextmanager
def results_apart() -> Iterator[None]:
    """Keep standard output for results, and silence remarks of libraries that no user can act on."""
    for name in ("lightning.pytorch", "lightning.fabric", "lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        yield
