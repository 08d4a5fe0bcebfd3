"""What a submission's processes take of the machine's time, and when that is too much.

Deadlines count CPU time, so that a right answer is never cut because the machine is busy and a loop without end stops
as soon as it has had its share. Sleeping costs no CPU: idle time counts too, at a fraction. Time in which a process was
ready and had no processor is nobody's fault, and counts almost nothing, unless processes that nobody saw ran meanwhile.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from amal_attention.lab.limits import GradingLimits
from amal_attention.language import ENGLISH

__all__ = ["Allowance", "Meter", "Usage", "time_is_up"]

_IDLE = 4.0
_LONGEST = 40.0
_LOOK_SECONDS = 1.0
_LEAST_SECONDS = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What processes took.

    Attributes:
        cpu: seconds of CPU time, of all of them together.
        waited: seconds in which one of them was ready to run and had no processor; at most the time that went by.
    """

    cpu: float = 0.0
    waited: float = 0.0

    def plus(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(self.cpu + other.cpu, self.waited + other.waited)

    def minus(self, other: Usage) -> Usage:
        """What was taken since."""
        return Usage(self.cpu - other.cpu, self.waited - other.waited)

    def counted(self, wall: float) -> float:
        """The seconds that count against a limit.

        Args:
            wall: seconds on the wall in which this was taken.

        Returns:
            CPU time; or, if that is more, a fourth of the idle time, or a fortieth of all time.
        """
        return max(self.cpu, (wall - self.waited) / _IDLE, wall / _LONGEST)


class Meter:
    """Adds up what the processes of a submission take, as the supervisor sees them.

    Args:
        pid: the pid of the first process, as this process knows it.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._times = [time.monotonic()]
        self._totals = [Usage()]
        self._lost, self._summed = 0.0, 0.0
        self._waits: dict[str, float] = {}
        self._seen = 0.0  # each process by itself: what one took is not lost because another takes it now
        self._own: dict[int, float] = {}
        self._newest: int | None = None

    @property
    def total(self) -> Usage:
        """All that was taken, as of the last look."""
        return self._totals[-1]

    def look(self, running: Iterable[int]) -> None:
        """Look at these processes, numbered as /proc numbers them; none where /proc does not show them."""
        now, times = time.monotonic(), {pid: _times(pid) for pid in running}
        summed = sum(each.with_children for each in times.values()) if times else _own_cpu_seconds(self._pid)
        self._lost += max(0.0, self._summed - summed)  # of processes that ended and that nobody waited for
        self._summed = summed
        self._seen += sum(max(0.0, each.own - self._own.get(pid, 0.0)) for pid, each in times.items())
        waits = {thread: seconds for each in times.values() for thread, seconds in each.waits.items()}
        grown = sum(max(0.0, seconds - self._waits.get(thread, 0.0)) for thread, seconds in waits.items())
        self._waits = waits
        waited = self.total.waited + (0.0 if self._missed(set(times)) else min(grown, now - self._times[-1]))
        self._own = {pid: each.own for pid, each in times.items()}
        self._times.append(now)
        self._totals.append(Usage(max(self.total.cpu, summed + self._lost, self._seen), waited))

    def _missed(self, shown: set[int]) -> bool:
        """Whether processes may have begun and ended since the last look, which their numbers tell.

        What they took is not known: that others waited meanwhile is no proof that nothing ran. The time counts as idle.
        """
        new, before = shown - self._own.keys(), self._newest
        if not new:
            return False
        self._newest = max(new)
        return before is not None and self._newest != before + len(new)

    def at(self, moment: float) -> Usage:
        """What had been taken at a time of ``time.monotonic``; earlier times are asked for no more."""
        place = min(bisect_left(self._times, moment), len(self._times) - 1)
        del self._times[:place], self._totals[:place]
        return self._totals[0]


class Allowance:
    """The time that is left for one request to a submission's process: of its own, and of the whole submission.

    Args:
        usage: gives what the process had taken at a time of ``time.monotonic``, and what it has taken by now.
        limits: the limits of the submission.
        began: when the submission began.
        earlier: what processes took that the submission lost before.

    Attributes:
        late: whether the time for the whole submission is over.
        passed: the limit that was passed, in words; empty if none was.
    """

    def __init__(
        self, usage: Callable[[float], tuple[Usage, Usage]], limits: GradingLimits, began: float, earlier: Usage
    ) -> None:
        self._usage, self._limits, self._whole, self._earlier = usage, limits, began, earlier
        self._began = time.monotonic()
        self._ask = self._began + min(limits.cell_seconds, _LOOK_SECONDS)
        self.late, self.passed = False, ""

    def remaining(self) -> float:
        """Seconds for which one may wait before this is asked again; none where time is over."""
        now = time.monotonic()
        if now >= self._ask:
            self._ask = now + self._left(now)
        return self._ask - now

    def _left(self, now: float) -> float:
        before, taken = self._usage(self._began)
        own, whole = taken.minus(before), self._earlier.plus(taken)
        left = self._limits.cell_seconds - own.counted(now - self._began)
        left_of_all = self._limits.submission_seconds - whole.counted(now - self._whole)
        self.late = left_of_all <= 0
        if self.late:
            self.passed = time_is_up(self._limits, whole)
        elif left <= 0:
            limit = _limit(self._limits.cell_seconds, own)
            self.passed = ENGLISH.say("no answer within {limit}", limit=limit)
        return 0.0 if self.passed else max(_LEAST_SECONDS, min(left, left_of_all, _LOOK_SECONDS))


def time_is_up(limits: GradingLimits, taken: Usage) -> str:
    """What is said of a submission that took all its time."""
    limit = _limit(limits.submission_seconds, taken)
    return ENGLISH.say("the {limit} for the whole notebook are over", limit=limit)


def _limit(seconds: float, taken: Usage) -> str:
    """The limit that was passed: that of CPU time, or that of a process that slept."""
    if taken.cpu < seconds:
        return f"{_IDLE * seconds:g} s"
    return ENGLISH.say("{seconds} s of CPU time", seconds=f"{seconds:g}")


class _Times(NamedTuple):
    """What one process took.

    Attributes:
        own: seconds of CPU time.
        with_children: the same, with that of its children that it has waited for, in steps of a tick.
        waits: how many seconds each thread was ready and had no processor.
    """

    own: float = 0.0
    with_children: float = 0.0
    waits: Mapping[str, float] = {}


def _times(pid: int) -> _Times:
    """What a process took; nothing where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        user, system, *of_children = (int(each) / _TICKS for each in fields[11:15])
    except (OSError, ValueError):
        return _Times()
    threads = list(_threads(pid))
    ran = sum(seconds for _, seconds, _ in threads)
    return _Times(
        max(user + system, ran), user + system + sum(of_children), {name: waited for name, _, waited in threads}
    )


def _own_cpu_seconds(pid: int) -> float:
    """The same of a process that no /proc shows, without its children."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the clock of a process, see clock_getcpuclockid(3)
    except OSError:
        return 0.0


def _threads(pid: int) -> Iterable[tuple[str, float, float]]:
    """Each thread of a process, with the seconds for which it ran, and for which it was ready and had no processor."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for each in threads:
        try:
            ran, waited, *_ = (each / "schedstat").read_bytes().split()
            yield each.name, int(ran) / 1e9, int(waited) / 1e9
        except (OSError, ValueError):
            continue
