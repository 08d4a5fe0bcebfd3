"""Submissions graded by several processes of this machine; each works as a single process would.

A worker is handed a submission as bytes and gives back its verdict. The hidden tests stay in the worker from one
submission to the next, and all workers ask one zygote for children. They are forked from a process that has imported
what they need, and are spoken to over pairs of sockets that they inherit: nothing listens, and nobody can connect.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from amal_attention.errors import SandboxError, explain
from amal_attention.forks import FORKS, begin_imports
from amal_attention.grading.run.dask_workers import DIED, NAME, TRIES, DaskGrader, grade_by_dask
from amal_attention.grading.run.grader import grade_each
from amal_attention.grading.run.parcel import LabParcel
from amal_attention.grading.sandbox.lab_zygote import zygote_for
from amal_attention.grading.sandbox.sandbox import Isolation, SharedZygote
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab

__all__ = ["ALONE", "PRELOAD", "Crew", "grade_on_workers"]

PRELOAD = "amal_attention.grading.run.preload"
"""What imports all that workers need."""

_END_SECONDS = 10


@dataclass(frozen=True)
class Crew:
    """What a run grades with: this process, other processes of this machine, or the workers of a scheduler.

    Attributes:
        jobs: how many processes on this machine.
        scheduler: address of a Dask scheduler whose workers grade instead.
    """

    jobs: int = 1
    scheduler: str | None = None

    @property
    def alone(self) -> bool:
        """Whether this process does the grading."""
        return self.jobs < 2 and self.scheduler is None


ALONE = Crew()


def grade_on_workers(
    lab: Lab,
    submissions: Iterable[Submission],
    report: Callable[[Verdict], None],
    *,
    seed: int,
    isolation: Isolation,
    crew: Crew,
    reference: Callable[[], Reference] | None = None,
    secrets: Sequence[Path] = (),
) -> None:
    """Grade submissions on workers; verdicts are reported as they come, in any order.

    A worker that dies is replaced, and its submission graded once more; if a worker dies again, it has crashed.

    Args:
        lab: the lab.
        submissions: what is to be graded; read no faster than they are graded.
        report: told each verdict when it is there, in this thread.
        seed: the seed of the hidden tests.
        isolation: where the submissions' code runs.
        crew: the workers.
        reference: gives the releases of the lab; they are made where it is not given.
        secrets: what no submission on this machine may see, beside the lab.

    Raises:
        AmalError: as :func:`amal_attention.grading.run.grader.grade_each`, or CourseError: there is no scheduler at its
            address.
    """
    if crew.scheduler is not None:
        parcel = LabParcel.of(lab, reference() if reference is not None else Reference.of(lab))
        grade_by_dask(crew.scheduler, DaskGrader(parcel, seed, isolation), iter(submissions), report)
        return
    with zygote_for(lab, isolation, secrets) as zygote:  # it imports while this process goes on, and so do the workers
        begin_imports([PRELOAD])
        parcel = LabParcel.of(lab, reference() if reference is not None else Reference.of(lab))
        zygote.ready()
        start = _starter(parcel, seed, isolation, zygote.control)
        with contextlib.closing(_Workers(start, crew.jobs)) as workers:
            workers.grade(iter(submissions), report)


@dataclass
class _Task:
    """A submission, and how many workers it has ended."""

    submission: Submission
    ended: int = 0


@dataclass
class _Worker:
    """A process that grades.

    Attributes:
        place: its number among those that run side by side.
        task: what it grades now.
    """

    process: BaseProcess
    line: Connection
    place: int
    task: _Task | None = None

    def give(self, task: _Task) -> None:
        """Send it a submission; that a worker died is seen when its reply is read."""
        self.task = task
        with contextlib.suppress(OSError):
            self.line.send(task.submission)

    def end(self) -> None:
        """End it, whatever it does."""
        self.line.close()
        self.process.terminate()
        self.process.join(_END_SECONDS)


class _Workers:
    """Processes, each with one submission at a time: one that kills its worker then takes no other with it."""

    def __init__(self, start: Callable[[int], _Worker], count: int) -> None:
        self._start = start
        self._free = list(range(count))
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, _Worker] = {}

    def grade(self, submissions: Iterator[Submission], report: Callable[[Verdict], None]) -> None:
        """Grade them all; one that ended a worker is graded before those that wait."""
        again: list[_Task] = []
        waiting = map(_Task, submissions)
        while True:
            while (self._free or self._idle) and (task := again.pop() if again else next(waiting, None)) is not None:
                self._give(task)
            if not self._busy:
                return
            for line in wait(list(self._busy)):
                again += self._heard(self._busy.pop(cast(Connection, line)), report)

    def close(self) -> None:
        """End them all."""
        for worker in [*self._busy.values(), *self._idle]:
            worker.end()

    def _give(self, task: _Task) -> None:
        worker = self._idle.pop() if self._idle else self._start(self._free.pop(0))
        worker.give(task)
        self._busy[worker.line] = worker

    def _heard(self, worker: _Worker, report: Callable[[Verdict], None]) -> list[_Task]:
        """Report what a worker has to say, and take it as free; what is to be graded again."""
        task = worker.task
        try:
            come = worker.line.recv()
        except (EOFError, OSError):
            worker.end()
            self._free.append(worker.place)
            return [_once_more(task)] if task is not None else []
        if isinstance(come, BaseException):
            raise come
        self._idle.append(worker)
        report(come)
        return []


def _once_more(task: _Task) -> _Task:
    """The task for another worker, without the notebook where it ended one before.

    Raises:
        SandboxError: workers end without any notebook.
    """
    if task.submission.status is Status.CRASHED:
        raise SandboxError(
            explain(expected="processes that grade", got="each ends at once", do="is there memory left? try without -j")
        )
    if task.ended + 1 < TRIES:
        return _Task(task.submission, task.ended + 1)
    return _Task(replace(task.submission, raw=None, status=Status.CRASHED, why=DIED))


def _starter(parcel: LabParcel, seed: int, isolation: Isolation, control: socket.socket) -> Callable[[int], _Worker]:
    """What starts a worker, given its number."""

    def start(place: int) -> _Worker:
        ours, theirs = FORKS.Pipe()
        with theirs:
            process = FORKS.Process(
                target=_work, args=(theirs, parcel, seed, isolation, control, place), name=NAME, daemon=True
            )
            process.start()
        return _Worker(process, ours, place)

    return start


def _work(
    line: Connection, parcel: LabParcel, seed: int, isolation: Isolation, control: socket.socket, place: int
) -> None:
    """Grade what comes, on a worker, until the other end of its line closes."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            lab = parcel.unpack(Path(folder))
            grade_each(
                lab,
                _received(line),
                line.send,
                seed=seed,
                isolation=isolation,
                reference=lambda: parcel.reference,
                forks=SharedZygote(control, isolation, lab.limits, place),
            )
    except BrokenPipeError:  # the coordinator is gone
        return
    except BaseException as error:
        line.send(error)


def _received(line: Connection) -> Iterator[Submission]:
    """What comes on a line."""
    with contextlib.suppress(EOFError, ConnectionResetError):
        while True:
            yield line.recv()
