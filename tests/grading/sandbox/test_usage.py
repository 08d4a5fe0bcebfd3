"""What counts against a limit of time, and how it is measured."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from amal_attention.grading.sandbox import usage as module
from amal_attention.grading.sandbox.usage import Allowance, Meter, Usage
from amal_attention.lab.limits import GradingLimits

LIMITS = GradingLimits(cell_seconds=10, submission_seconds=100)


@pytest.mark.parametrize(
    ("cpu", "waited", "wall", "counted"),
    [
        (3, 0, 5, 3),  # busy
        (20, 0, 5, 20),  # busy on several processors
        (0, 0, 40, 10),  # asleep: a fourth
        (3, 37, 40, 3),  # ready, and the machine busy: its CPU time alone
        (0.1, 399, 400, 10),  # but not for ever
    ],
)
def test_cpu_time_counts_and_idle_time_at_a_fraction(cpu, waited, wall, counted):
    assert Usage(cpu, waited).counted(wall) == pytest.approx(counted)


# What is left


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def waited_for(clock: Clock, taken: Callable[[float], Usage], earlier: Usage = Usage()) -> tuple[float, Allowance]:  # noqa: B008
    """The seconds on the wall after which a request is over, that takes ``taken`` of a time since it began."""
    began = clock.now
    allowance = Allowance(lambda moment: (taken(moment - began), taken(clock.now - began)), LIMITS, began - 1, earlier)
    while (remaining := allowance.remaining()) > 0:
        clock.now += remaining
    return clock.now - began, allowance


@pytest.mark.parametrize(
    ("taken", "seconds"),
    [
        (lambda past: Usage(past), 10),
        (lambda past: Usage(2 * past), 5),
        (lambda past: Usage(), 40),
        (lambda past: Usage(past / 20, past * 19 / 20), 200),  # a machine twenty times too busy
        (lambda past: Usage(0, past), 400),
    ],
)
def test_a_request_is_over_when_what_counts_passes_the_limit(clock, taken, seconds):
    found, allowance = waited_for(clock, taken)
    assert seconds <= found <= seconds + 1.1 and not allowance.late
    assert allowance.passed.startswith("no answer within")


def test_what_was_taken_before_the_request_is_not_counted_for_it_but_for_all(clock):
    found, allowance = waited_for(clock, lambda past: Usage(5 + past))
    assert 10 <= found <= 11 and not allowance.late
    found, allowance = waited_for(clock, lambda past: Usage(5 + past), earlier=Usage(92))
    assert 3 <= found <= 4
    assert allowance.late and allowance.passed == "the 100 s of CPU time for the whole notebook are over"


# Measured


@pytest.fixture
def python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(source: str, **options: Any) -> subprocess.Popen[str]:
        started.append(subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True, **options))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


BUSY = "import os, time\nstart = time.process_time()\nwhile time.process_time() < start + 0.3: pass\n"


def descendants(pid: int) -> set[int]:
    """The processes that a process began, and those that they began."""
    try:
        children = set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return set()
    return children.union(*map(descendants, children))


def measured(process: subprocess.Popen[str], running: Callable[[], list[int]]) -> Usage:
    """What a meter tells of a process once that has printed a line."""
    meter = Meter(process.pid)
    assert process.stdout is not None and process.stdout.readline()
    meter.look(running())
    return meter.total


def test_the_time_of_a_process_is_seen(python):
    process = python(f"{BUSY}print(1, flush=True); time.sleep(60)")
    assert 0.28 <= measured(process, lambda: [process.pid]).cpu < 2


def test_the_time_of_children_that_were_waited_for_is_seen(python):
    child = f"import os\nif os.fork() == 0:\n    exec({BUSY!r}); os._exit(0)\nos.wait()\n"
    process = python(f"{child}import time; print(1, flush=True); time.sleep(60)")
    assert 0.28 <= measured(process, lambda: [process.pid]).cpu < 2


def test_what_a_process_took_stays_counted_when_it_is_gone(python):
    first, second = (python(f"{BUSY}print(1, flush=True); time.sleep(60)") for _ in range(2))
    meter = Meter(first.pid)
    for each in (first, second):
        assert each.stdout is not None and each.stdout.readline()
    meter.look([first.pid, second.pid])
    both = meter.total.cpu
    meter.look([first.pid])
    assert both >= 0.56 and meter.total.cpu == pytest.approx(both, abs=0.1)


def test_where_no_proc_shows_a_process_its_own_clock_does(python):
    process = python(f"{BUSY}print(1, flush=True); time.sleep(60)")
    assert 0.28 <= measured(process, list).cpu < 2


def test_processes_that_share_a_processor_are_seen_to_wait(python):
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("this kernel does not tell who waits for a processor")
    pin = f"import os; os.sched_setaffinity(0, [{min(os.sched_getaffinity(0))}])"
    pinned = f"{pin}\n{BUSY}print(1, flush=True); time.sleep(60)"
    processes = [python(pinned) for _ in range(4)]
    meters = [Meter(each.pid) for each in processes]
    for each, meter in zip(processes, meters, strict=True):
        assert each.stdout is not None and each.stdout.readline()
        meter.look([each.pid])
    assert max(meter.total.waited for meter in meters) > 0.3  # three others took as much


SHORT_LIVED = """
import ctypes, os, signal, time
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER, as the first process of a namespace is
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them, and what they took is lost
end = time.monotonic() + 10  # by themselves: who kills them may miss the one that follows
for _ in range(5):
    if os.fork() == 0:
        while time.monotonic() < end:
            start = time.process_time()
            while time.process_time() < start + 0.004: pass
            os.write(2, b"1")
            if os.fork(): os._exit(0)
        os._exit(0)
print(1, flush=True)
time.sleep(60)
"""


def test_processes_too_short_to_be_seen_whole_do_not_pass_for_waiting(python, tmp_path):
    with (tmp_path / "ran").open("wb") as file:
        process = python(SHORT_LIVED, stderr=file)
    assert process.stdout is not None and process.stdout.readline()
    meter, began = Meter(process.pid), time.monotonic()
    while time.monotonic() < began + 2:
        meter.look(descendants(process.pid) | {process.pid})
        time.sleep(0.05)
    seconds = time.monotonic() - began
    for each in descendants(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    taken = 0.004 * (tmp_path / "ran").stat().st_size
    assert taken / 4 < meter.total.counted(seconds) < 2 * taken + seconds / 4


def test_while_processes_come_and_go_unseen_nothing_counts_as_waiting(python):
    pinned = (
        f"import os; os.sched_setaffinity(0, [{min(os.sched_getaffinity(0))}])\nprint(1, flush=True)\nwhile True: pass"
    )
    first, *others = [python(pinned) for _ in range(4)]
    meter, sleepers = Meter(first.pid), []
    for _ in range(8):
        sleepers.append(python("import time; time.sleep(60)"))
        meter.look([first.pid, *(each.pid for each in sleepers)])
        subprocess.run(["true"])  # its number is missing at the next look
        time.sleep(0.1)
    assert others and meter.total.waited < 0.05
    for _ in range(8):
        meter.look([first.pid, *(each.pid for each in sleepers)])
        time.sleep(0.1)
    assert meter.total.waited > 0.1 or not Path("/proc/self/schedstat").exists()


def test_a_process_that_sleeps_does_not_wait(python):
    process = python("import time; time.sleep(0.5); print(1, flush=True); time.sleep(60)")
    began = time.monotonic()
    usage = measured(process, lambda: [process.pid])
    assert time.monotonic() - began - usage.waited > 0.4


def test_what_was_taken_by_a_time_is_told_again():
    meter = Meter(os.getpid())
    moments = []
    for _ in range(3):
        meter.look([])
        moments.append((time.monotonic(), meter.total))
    later = time.monotonic()
    for moment, _ in moments:
        assert meter.at(moment).cpu <= meter.total.cpu
    assert meter.at(later) == meter.total
