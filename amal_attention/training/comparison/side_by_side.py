"""Several trainings at once on the processors of one machine: each in a process of its own, with one thread.

The models of a course are small. A second thread gains them little, and costs much where another process needs the
processor; a second training on the second processor halves the time.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, cast

import torch

from amal_attention.errors import AmalError, explain
from amal_attention.forks import FORKS, begin_imports, end_with_the_starter
from amal_attention.lasting import lasting_imports
from amal_attention.record import RunRecord

with lasting_imports():  # the processes are forked from one that has imported this module
    from amal_attention.training.processes import results_apart
    from amal_attention.training.run import Run, train

__all__ = ["Training", "train_all"]


@dataclass(frozen=True)
class Training:
    """A run, and how it is trained.

    Attributes:
        run: the recipe and its folder.
        resume: see :func:`amal_attention.training.run.train`.
        thorough: see there.
        progress: see there; side by side, no bar is shown.
    """

    run: Run
    resume: bool = False
    thorough: bool = False
    progress: bool = True

    def train(self, *, progress: bool) -> RunRecord:
        """Train it here."""
        return train(self.run, resume=self.resume, thorough=self.thorough, progress=progress)


def train_all(
    trainings: Sequence[Training], jobs: int = 1, trained: Callable[[int, int, str], None] | None = None
) -> list[RunRecord]:
    """Train them all, in their order; their records, in that order too.

    Args:
        trainings: the trainings.
        jobs: how many run at once, each in a process. With 1, or where a recipe asks for more than a processor (for a
            GPU, or for several processes that train one model together), they run in this process, one by one.
        trained: told how many are done, of how many, and the question of the one that was just done.

    Raises:
        AmalError: as :func:`amal_attention.training.run.train`; the other trainings that run are ended. Or a process
            died.
    """
    told = trained or (lambda done, total, question: None)
    if min(jobs, len(trainings)) > 1 and all(each.run.recipe.on_one_processor for each in trainings):
        with contextlib.closing(_Processes(trainings, told)) as processes:
            return processes.train(jobs)
    records = []
    for training in trainings:
        records.append(training.train(progress=training.progress))
        told(len(records), len(trainings), training.run.recipe.question)
    return records


class _Processes:
    """The processes that train, one for each training."""

    def __init__(self, trainings: Sequence[Training], trained: Callable[[int, int, str], None]) -> None:
        self._trainings, self._trained = trainings, trained
        self._running: dict[Connection, tuple[int, BaseProcess]] = {}
        self._records: dict[int, RunRecord] = {}

    def train(self, jobs: int) -> list[RunRecord]:
        begin_imports([__name__])
        count, waiting = len(self._trainings), iter(range(len(self._trainings)))
        while len(self._records) < count:
            while len(self._running) < jobs and (number := next(waiting, None)) is not None:
                self._start(number)
            for line in wait(list(self._running)):
                number = self._heard(cast(Connection, line))
                self._trained(len(self._records), count, self._trainings[number].run.recipe.question)
        return [self._records[number] for number in range(count)]

    def close(self) -> None:
        """End those that run. Their last finished epochs are kept; Lightning would go on to the end of one more."""
        for line, (_, process) in self._running.items():
            line.close()
            process.kill()
            process.join()

    def _start(self, number: int) -> None:
        ours, theirs = FORKS.Pipe(duplex=False)
        with theirs:
            process = FORKS.Process(target=_work, args=(theirs, self._trainings[number]))
            process.start()
        self._running[ours] = number, process

    def _heard(self, line: Connection) -> int:
        """Take the record that has come on a line; the number of its training."""
        number, process = self._running.pop(line)
        with line:
            try:
                come: Any = line.recv()
            except (EOFError, OSError):
                come = None
        process.join()
        if isinstance(come, BaseException):
            raise come
        if come is None:
            raise AmalError(_died(self._trainings[number].run, process))
        self._records[number] = come
        return number


def _died(run: Run, process: BaseProcess) -> str:
    return explain(
        expected=f"a process that trains {run.recipe.question}",
        got=f"one that ended with status {process.exitcode}",
        do="is there memory left? add --resume (and --out) to go on, and --jobs 1",
    )


def _work(line: Connection, training: Training) -> None:
    """Train, and send the record, or what was raised; this is all that a process does."""
    end_with_the_starter()
    torch.set_num_threads(1)
    with line, results_apart():
        try:
            line.send(training.train(progress=False))
        except BrokenPipeError:  # nobody waits for it
            return
        except BaseException as error:
            if not isinstance(error, AmalError):
                error.add_note(traceback.format_exc())
            line.send(error)
