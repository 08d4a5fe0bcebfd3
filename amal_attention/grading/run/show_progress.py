"""How far a run over many submissions is: done, left, the time to its end, and what became of those that are done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from amal_attention.grading.verdict.verdict import Verdict

__all__ = ["Progress"]


class Progress:
    """Tells in a line how far a run is, whenever something of it changes.

    Args:
        show: told the line.
        clock: seconds that go by.
    """

    def __init__(self, show: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._show, self._clock = show, clock
        self._statuses: Counter[str] = Counter()
        self._began: tuple[int, float] | None = None
        self._total = 0

    def beginning(self, done: int, total: int, name: str) -> None:
        """A submission is going to be graded; ``done`` are."""
        if self._began is None:
            self._began = (done, self._clock())
        self._total = total
        self._tell(done, name)

    def graded(self, verdict: Verdict) -> None:
        """There is a verdict."""
        self._statuses[str(verdict.status)] += 1
        if self._began is not None:
            self._tell(self._statuses.total(), verdict.submission)

    def _tell(self, done: int, name: str) -> None:
        statuses = ", ".join(f"{count} {status}" for status, count in self._statuses.most_common())
        parts = [f"{done}/{self._total} submissions", statuses, self._left(done), name]
        self._show("  ".join(filter(None, parts)))

    def _left(self, done: int) -> str:
        """The time to the end, if the rest takes as long as what was graded in this run."""
        first, began = self._began or (0, 0.0)
        if done <= first:
            return ""
        seconds = round((self._clock() - began) / (done - first) * (self._total - done))
        return f"{seconds // 60}:{seconds % 60:02d} left"
