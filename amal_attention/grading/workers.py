"""Submissions graded by several processes, here or on other machines, through Dask; each does what one alone would do.

A worker is handed a submission as bytes and gives back its verdict. The hidden tests and the zygote stay in the worker
from one submission to the next. Who can connect to the scheduler can run code on the workers: keep it in a network of
your own, or give it certificates, as Dask's documentation says.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amal_attention.course.problems import grade_extra
from amal_attention.errors import CourseError, explain
from amal_attention.grading.engine import grade, zygote_for
from amal_attention.grading.parcel import LabParcel
from amal_attention.grading.reference import Reference
from amal_attention.grading.sandbox import Isolation
from amal_attention.grading.submissions import Submission
from amal_attention.grading.verdict import Status, Verdict
from amal_attention.lab import Lab

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["ALONE", "Crew", "Grader", "grade_on_workers"]

_NAME = "amal-grading"
_DIED = "the process that graded it ended twice"
_TRIES = 2
_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Crew:
    """Who grades.

    Attributes:
        jobs: how many processes on this machine.
        scheduler: address of a Dask scheduler whose workers grade instead.
    """

    jobs: int = 1
    scheduler: str | None = None

    @property
    def alone(self) -> bool:
        """Whether this process grades itself."""
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
) -> None:
    """Grade submissions on workers; verdicts are reported as they come, in any order.

    A worker that dies is replaced, and its submission graded once more; if that ends a worker again, it has crashed.

    Args:
        lab: the lab.
        submissions: what is to be graded; read no faster than they are graded.
        report: told each verdict when it is there, in this thread.
        seed: of what the hidden tests draw.
        isolation: where the submissions' code runs.
        crew: the workers.
        reference: gives the releases of the lab; they are made where it is not given.

    Raises:
        AmalError: as :func:`amal_attention.grading.engine.grade`, or CourseError: there is no scheduler at its address.
    """
    with _zygote(lab, isolation, crew) as address, _settings():
        if crew.scheduler is None:
            _begin_imports()
        parcel = LabParcel.of(lab, reference() if reference is not None else Reference.of(lab))
        with _client(crew) as client:
            client.register_plugin(_plugin(Grader(parcel, seed, isolation, address())))
            try:
                _hand_out(client, iter(submissions), report)
            finally:
                with contextlib.suppress(Exception):  # workers that are gone hold nothing any more
                    client.unregister_worker_plugin(_NAME)


@contextmanager
def _zygote(lab: Lab, isolation: Isolation, crew: Crew) -> Iterator[Callable[[], Path | None]]:
    """One zygote for all workers of this machine, and what tells its address when it is ready; elsewhere there is none.

    It imports while this process goes on.
    """
    if crew.scheduler is not None:
        yield lambda: None
        return
    with tempfile.TemporaryDirectory(prefix="amal-", dir="/tmp") as folder:  # the path of a socket must be short
        address = Path(folder) / "zygote"
        with zygote_for(lab, isolation, address) as zygote:

            def ready() -> Path:
                zygote.ready()
                return address

            yield ready


@contextmanager
def _settings() -> Iterator[None]:
    with grade_extra():
        import dask
    settings = {
        "distributed.scheduler.allowed-failures": _TRIES - 1,
        "distributed.worker.memory.terminate": False,  # a zygote is no part of it, and it holds little itself
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.multiprocessing-method": "forkserver",
        "distributed.admin.low-level-log-length": 0,  # logs of messages would hold a thousand submissions, twice
    }
    with dask.config.set(settings):
        yield


def _begin_imports() -> None:
    """Start the process from which workers are forked: it imports, once for all of them, while this one goes on.

    Like that process, workers know nothing of Ctrl-C, which a terminal sends to them too: the coordinator ends them.
    """
    from multiprocessing import forkserver

    from distributed.utils import get_mp_context

    get_mp_context().set_forkserver_preload(["amal_attention.grading.preload"])
    with _ignored(signal.SIGINT):  # what is ignored stays so in processes that are started
        forkserver.ensure_running()


@contextmanager
def _ignored(number: signal.Signals) -> Iterator[None]:
    """Ignore a signal, as far as this is the thread that may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def _hand_out(client: Client, waiting: Iterator[Submission], report: Callable[[Verdict], None]) -> None:
    """Give each worker one submission at a time: those that wait behind one that ends a worker are not its fault."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    sent = dict(_send(client, each) for each in islice(waiting, max(1, len(client.nthreads()))))
    running = as_completed(list(sent))
    for future in running:
        submission, error = sent.pop(future), future.exception()
        following = list(islice(waiting, 1))
        if isinstance(error, KilledWorker):
            following.append(replace(submission, raw=None, status=Status.CRASHED, why=_DIED))
        elif error is not None:
            raise error
        else:
            report(future.result())
        for each in following:
            another, submission = _send(client, each)
            sent[another] = submission
            running.add(another)


def _send(client: Client, submission: Submission) -> tuple[Any, Submission]:
    return client.submit(_graded, submission, pure=False), submission


@contextmanager
def _client(crew: Crew) -> Iterator[Client]:
    from distributed import Client, LocalCluster

    if crew.scheduler is not None:
        try:
            client = Client(crew.scheduler, timeout=_CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise CourseError(
                explain(
                    expected=f"a Dask scheduler at {crew.scheduler}",
                    got=str(error).split("\n")[0] or type(error).__name__,
                    do="start one with dask scheduler, and workers with dask worker --nthreads 1",
                )
            ) from error
        with client:
            client.wait_for_workers(1, timeout=60)
            yield client
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            crew.jobs,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=50,
            local_directory=folder,
            memory_limit=0,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _plugin(grader: Grader) -> Any:
    from distributed import WorkerPlugin

    class Grading(WorkerPlugin):  # type: ignore[misc]
        """What every worker holds, also one that takes the place of another."""

        name = _NAME

        def __init__(self) -> None:
            self.grader = grader

        def teardown(self, worker: Any) -> None:
            self.grader.close()

    return Grading()


def _graded(submission: Submission) -> Verdict:
    """What a worker does."""
    from distributed import get_worker

    verdict: Verdict = get_worker().plugins[_NAME].grader.verdict(submission)
    return verdict


class Grader:
    """Grades one submission after the other, in a thread that holds the hidden tests; it begins with the first."""

    def __init__(self, parcel: LabParcel, seed: int, isolation: Isolation, address: Path | None = None) -> None:
        self._parcel, self._seed, self._isolation, self._address = parcel, seed, isolation, address
        self._thread: threading.Thread | None = None

    def verdict(self, submission: Submission) -> Verdict:
        """The verdict on a submission.

        Raises:
            AmalError: as :func:`amal_attention.grading.engine.grade`.
        """
        if self._thread is None or not self._thread.is_alive():
            self._given: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
            self._come: queue.SimpleQueue[Verdict | BaseException] = queue.SimpleQueue()
            self._thread = threading.Thread(target=self._work, name=_NAME, daemon=True)
            self._thread.start()
        self._given.put(submission)
        come = self._come.get()
        if isinstance(come, BaseException):
            raise come
        return come

    def close(self) -> None:
        """End, with its zygote."""
        if self._thread is not None and self._thread.is_alive():
            self._given.put(None)
            self._thread.join(10)

    def _work(self) -> None:
        try:
            with tempfile.TemporaryDirectory() as folder:
                lab = self._parcel.unpack(Path(folder))
                grade(
                    lab,
                    iter(self._given.get, None),
                    self._come.put,
                    seed=self._seed,
                    isolation=self._isolation,
                    reference=lambda: self._parcel.reference,
                    address=self._address,
                )
        except BaseException as error:
            self._come.put(error)
