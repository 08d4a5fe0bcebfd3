"""Submissions graded by Dask's workers on other machines; each works as a single process would.

A worker is sent the lab's files, and then submissions as bytes; the hidden tests and the zygote stay in the worker from
one submission to the next. Whoever can connect to a scheduler can run code on its workers, and that code could send
back any marks: the connection is to be encrypted and known by certificates (``tls://``), see ``docs/assistant.md``.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amal_attention.course.problems import grade_extra
from amal_attention.errors import CourseError, explain
from amal_attention.grading.run.grader import open_grader
from amal_attention.grading.run.parcel import LabParcel
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["DIED", "NAME", "TRIES", "DaskGrader", "grade_by_dask"]

NAME = "amal-grading"
DIED = "the process that graded it ended twice"
TRIES = 2
"""How often a submission is graded whose worker ends."""
_CONNECT_SECONDS = 10
_ONE_AT_A_TIME = threading.Lock()  # a worker may have been started with several threads


def grade_by_dask(
    scheduler: str, holds: DaskGrader, submissions: Iterator[Submission], report: Callable[[Verdict], None]
) -> None:
    """Grade submissions on the workers of a scheduler; verdicts are reported as they come, in any order.

    When a worker dies, its submission is graded once more by another; if that one dies too, the submission has crashed.

    Args:
        scheduler: its address.
        holds: what every worker is to hold.
        submissions: what is to be graded; read no faster than they are graded.
        report: told each verdict when it is there, in this thread.

    Raises:
        AmalError: as :func:`amal_attention.grading.run.grader.open_grader`.
        CourseError: there is no scheduler at its address.
    """
    with _settings(), _client(scheduler) as client:
        client.register_plugin(_plugin(holds))
        try:
            _hand_out(client, submissions, report)
        finally:
            with contextlib.suppress(Exception):  # workers that are gone hold nothing any more
                client.unregister_worker_plugin(NAME)


@contextmanager
def _settings() -> Iterator[None]:
    with grade_extra():
        import dask
    settings = {
        "distributed.scheduler.allowed-failures": TRIES - 1,
        "distributed.admin.low-level-log-length": 0,  # logs of messages would hold a thousand submissions, twice
    }
    with dask.config.set(settings):
        yield


def _hand_out(client: Client, waiting: Iterator[Submission], report: Callable[[Verdict], None]) -> None:
    """Give each worker one submission at a time: one that kills its worker then takes no other with it."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    sent = dict(_send(client, each) for each in islice(waiting, max(1, len(client.nthreads()))))
    running = as_completed(list(sent))
    for future in running:
        submission, error = sent.pop(future), future.exception()
        following = list(islice(waiting, 1))
        if isinstance(error, KilledWorker):
            following.append(replace(submission, raw=None, status=Status.CRASHED, why=DIED))
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
def _client(scheduler: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # the last two: there are no certificates for tls
        raise CourseError(
            explain(
                expected=f"a Dask scheduler at {scheduler}",
                got=str(error).split("\n")[0] or type(error).__name__,
                do="start one with dask scheduler, and workers with dask worker --nthreads 1",
            )
        ) from error
    with client:
        client.wait_for_workers(1, timeout=60)
        yield client


def _plugin(holds: DaskGrader) -> Any:
    from distributed import WorkerPlugin

    class Grading(WorkerPlugin):  # type: ignore[misc]
        """What every worker holds, also one that takes the place of another."""

        name = NAME

        def __init__(self) -> None:
            self.grader = holds

        def teardown(self, worker: Any) -> None:
            self.grader.close()

    return Grading()


def _graded(submission: Submission) -> Verdict:
    """Grade one submission, on a worker."""
    from distributed import get_worker

    verdict: Verdict = get_worker().plugins[NAME].grader.verdict(submission)
    return verdict


class DaskGrader:
    """Grades one submission after the other; the first one sets up the hidden tests and the zygote for all."""

    def __init__(self, parcel: LabParcel, seed: int, isolation: Isolation) -> None:
        self._parcel, self._seed, self._isolation = parcel, seed, isolation
        self._open: contextlib.ExitStack | None = None

    def verdict(self, submission: Submission) -> Verdict:
        """The verdict on a submission.

        Raises:
            AmalError: as :func:`amal_attention.grading.run.grader.open_grader`.
        """
        with _ONE_AT_A_TIME:
            try:
                if self._open is None:
                    self._begin()
                return self._grade_submission(submission)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """End, with its zygote."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _begin(self) -> None:
        self._open = contextlib.ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        lab = self._parcel.unpack(Path(folder))
        reference = self._parcel.reference
        self._grade_submission = self._open.enter_context(
            open_grader(lab, seed=self._seed, isolation=self._isolation, reference=lambda: reference)
        )
