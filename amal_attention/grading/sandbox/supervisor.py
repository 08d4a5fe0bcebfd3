"""The parent of the process that runs a submission: it ends that process, with all that it started, and tells how.

No code of a student's ever runs in it. The grader holds the other end of its life line: what goes wrong in the
submission's process cannot keep that from ending.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from amal_attention.grading.sandbox.layers.control_group import enter_group
from amal_attention.grading.sandbox.layers.isolation import data_bytes, enter, leave
from amal_attention.grading.sandbox.layers.linux import adopt_orphans
from amal_attention.grading.sandbox.layers.unprivileged import become
from amal_attention.grading.sandbox.usage import Meter
from amal_attention.lab.limits import GradingLimits

__all__ = ["Ending", "supervise"]

_LOOK_SECONDS = 0.05
_MOMENT_SECONDS = 0.03  # between two looks at what passes a limit
_PIPE_BYTES = 2**16
_HOME = "/tmp/home"
_SOCKET_BYTES = 212_992  # what one may have on its way, and the submission may not raise
_SHARERS = 2  # the zygote, and the supervisor

Serve = Callable[[socket.socket, list[str]], None]


@dataclass(frozen=True)
class Ending:
    """How the process of a submission ended.

    Attributes:
        status: its exit status; minus the number of the signal that ended it.
        over: the limit that it passed, "memory" or "processes"; empty if none.
        cpu_seconds: the CPU time that it took, with all that it started.
        waited_seconds: how long it was ready to run and had no processor.
        peak_mb: the most memory that it held at a time, torch and all.
        output: the beginning of what it printed.
    """

    status: int
    over: str = ""
    cpu_seconds: float = 0.0
    waited_seconds: float = 0.0
    peak_mb: float = 0.0
    output: str = ""


def supervise(
    serve: Serve,
    channel: socket.socket,
    life: socket.socket,
    limits: GradingLimits,
    sandbox: bool,
    place: int | None = None,
    user: int | None = None,
    way_in: int | None = None,
) -> None:
    """Run a submission's process to its end, or until the other end of ``life`` closes; then tell how it ended.

    A line on ``life`` is a time of ``time.monotonic``: the answer is what had been taken by then, and by now.

    Args:
        serve: what that process is to do, given the channel and the layers around it.
        channel: the channel to the grader.
        life: the grader's life line; the :class:`Ending` is written there, as JSON, and what is asked meanwhile.
        limits: the limits of the submission.
        sandbox: whether to go into new namespaces.
        place: number of the submission among those that run side by side.
        user: id of the user whom this process and the submission's are to be; as it is if not given.
        way_in: descriptor by which the submission's process enters its control group, if it has one.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if user is not None:
        become(user)
    held, base = data_bytes(), _held("self")  # in the sandbox, /proc knows this process by another number
    home = _HOME if sandbox else tempfile.mkdtemp(prefix="amal-")
    layers = leave() if sandbox else []
    if not sandbox:
        adopt_orphans()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        life.close()
        if way_in is not None:
            enter_group(way_in)
        _take_stdio(write, channel)
        serve(channel, [*layers, *enter(limits, home, held, sandbox=sandbox, place=place)])
        os._exit(0)
    channel.close()
    os.close(write)
    if way_in is not None:
        os.close(way_in)
    watch = _Watch(pid, read, life, limits, sandbox)
    watch.until_the_end(base)
    ending = watch.end()
    if not sandbox:
        shutil.rmtree(home, ignore_errors=True)
    with contextlib.suppress(OSError):
        _say(life, asdict(ending))


class _Watch:
    """What is seen of the processes of a submission while they run."""

    def __init__(self, pid: int, output: int, life: socket.socket, limits: GradingLimits, sandbox: bool) -> None:
        self.pid, self.output, self.life, self.limits, self.sandbox = pid, output, life, limits, sandbox
        self.over = ""
        self.text = b""
        self.meter = Meter(pid)

    def until_the_end(self, base: int) -> None:
        """Return when the process ended, passed a limit, or is to end; ``base`` bytes each of them held before."""
        process = os.pidfd_open(self.pid)
        poll = select.poll()
        for each in (process, self.output, self.life.fileno()):
            poll.register(each, select.POLLIN)
        looked = 0.0
        while not self.over:
            ready = {descriptor for descriptor, _ in poll.poll(1000 * _LOOK_SECONDS)}
            if self.output in ready and not self.drain():
                poll.unregister(self.output)
            if process in ready or (self.life.fileno() in ready and not self.answer()):
                return
            if time.monotonic() > looked + _LOOK_SECONDS:
                self.meter.look(self.running())
                self.over, looked = self.limit_passed_twice(base), time.monotonic()

    def answer(self) -> bool:
        """Tell what the processes have taken; False where nobody asks any more."""
        asked = self.life.recv(_PIPE_BYTES)
        self.meter.look(self.running())
        for moment in asked.splitlines():
            _say(self.life, [self.meter.at(float(moment)), self.meter.total])
        return bool(asked)

    def drain(self) -> bool:
        """Take what was printed, and keep the beginning; False where nothing more will come."""
        text = os.read(self.output, _PIPE_BYTES)
        self.text += text[: max(0, int(self.limits.output_kb * 1024) - len(self.text))]
        return bool(text)

    def limit_passed_twice(self, base: int) -> str:
        """Which limit is passed, and still is a moment later.

        Measure twice: when a process exits during the scan, its share of common pages moves to the survivors and
        inflates one reading.
        """
        if not self.limit_passed(base):
            return ""
        time.sleep(_MOMENT_SECONDS)
        return self.limit_passed(base)

    def limit_passed(self, base: int) -> str:
        """Which limit the processes together have passed, if any."""
        running = self.running()
        if sum(map(_threads, running)) > self.limits.processes:
            return "processes"
        most = self.limits.memory_mb * 2**20
        held = {each: _held(each) for each in running}
        if sum(held.values()) - base + self.socket_bytes(running) <= most:  # even if forks shared nothing
            return ""
        shares = {each: _share(each) for each in running}  # what forks share is no memory of each
        kernel = sum(map(_page_tables, running)) + self.socket_bytes(running)
        before = base // (len(running) + _SHARERS)  # what each has a share in since before the first fork
        grown = (max(0, _held(each) - base) if share is None else share - before for each, share in shares.items())
        return "memory" if sum(grown) + kernel > most else ""

    def socket_bytes(self, running: set[int]) -> int:
        """The most that the kernel may hold for the sockets of the submission, those on their way included.

        Without a network of its own they cannot be told from others.
        """
        if not self.sandbox or not running:
            return 0
        with contextlib.suppress(OSError, ValueError, IndexError):
            used = Path(f"/proc/{min(running)}/net/sockstat").read_text().split("\n")[0].split()[2]
            return int(used) * _SOCKET_BYTES
        return 0

    def running(self) -> set[int]:
        """The processes of the submission: all those in its /proc, or, outside a sandbox, what descends from here."""
        if not self.sandbox:
            return _descendants(os.getpid())
        return set() if Path("/proc/self").exists() else _processes()  # its own /proc does not know this process

    def end(self) -> Ending:
        """End them all."""
        self.meter.look(self.running())
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)  # in a namespace it is the first process, and the others end with it
        _, status, used = os.wait4(self.pid, 0)
        while not self.sandbox and (orphans := _descendants(os.getpid())):
            for each in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, 0)
        self.drain_rest()
        seconds, waited = max(used.ru_utime + used.ru_stime, self.meter.total.cpu), self.meter.total.waited
        text = self.text.decode(errors="replace")
        return Ending(os.waitstatus_to_exitcode(status), self.over, seconds, waited, used.ru_maxrss / 1024, text)

    def drain_rest(self) -> None:
        """Take what is still in the pipe."""
        os.set_blocking(self.output, False)
        with contextlib.suppress(BlockingIOError):
            while self.drain():
                pass


def _say(life: socket.socket, value: Any) -> None:
    life.sendall(json.dumps(value).encode() + b"\n")


def _take_stdio(write: int, channel: socket.socket) -> None:
    """Input from nowhere, output into the pipe, and nothing else open but the channel."""
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (write, 1), (write, 2)):
        os.dup2(source, target)
    kept = channel.fileno()
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def _processes() -> set[int]:
    return {int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()}


def _descendants(ancestor: int) -> set[int]:
    """The processes that descend from one, without it."""
    parents = {each: _parent(each) for each in _processes()}
    found: set[int] = set()
    more = {ancestor}
    while more:
        more = {each for each, parent in parents.items() if parent in more} - found
        found |= more
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _held(pid: int | str) -> int:
    """Bytes of memory that a process holds and that no file backs, swapped out or not, and those of its page tables."""
    return _kilobytes(pid, "status", "RssAnon:", "RssShmem:", "VmSwap:", "VmPTE:") or 0


def _page_tables(pid: int) -> int:
    """Bytes of memory in which the kernel keeps where the memory of a process is."""
    return _kilobytes(pid, "status", "VmPTE:") or 0


def _share(pid: int) -> int | None:
    """Bytes of such memory, what several processes share divided among them; None where the kernel does not tell.

    A process that hides it counts as one that shares nothing.
    """
    try:
        return _kilobytes(pid, "smaps_rollup", "Pss_Anon:", "Pss_Shmem:", "SwapPss:")
    except PermissionError:
        return _held(pid)


def _threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir())) if Path(f"/proc/{pid}/task").exists() else 0


def _kilobytes(pid: int | str, file: str, *names: str) -> int | None:
    """The sum of these lines of a file in /proc, in bytes: 0 where it ended, None where there is no such file.

    Raises:
        PermissionError: the process lets nobody read it.
    """
    folder = Path(f"/proc/{pid}")
    try:
        lines = (folder / file).read_text().splitlines()
    except PermissionError:
        raise
    except OSError:
        return None if folder.exists() else 0
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith(names)]
    return sum(found) if found else None
