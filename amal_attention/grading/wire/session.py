"""The student's process: it runs the cells of a notebook, and serves requests for what they define.

This runs in the sandbox, beside code that may do anything to it. Nothing here is secret, and nothing that it says is
believed: a reply is a value that the grader looks at, and a wrong one only costs marks.
"""

from __future__ import annotations

import io
import random
import socket
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import torch

from amal_attention.checks.expectation import raised_on
from amal_attention.checks.subjects.nests import mapped
from amal_attention.checks.subjects.subject import OPERATIONS, LocalSubject
from amal_attention.checks.wording import kind, tensors_sent
from amal_attention.errors import WireError
from amal_attention.grading.wire.channel import Channel
from amal_attention.grading.wire.frame import Handle, encode
from amal_attention.grading.wire.raised import outcome_of
from amal_attention.grading.wire.student import LocalStudent
from amal_attention.grading.wire.whole_cell import run_whole
from amal_attention.language import message
from amal_attention.notebook.definitions import definitions
from amal_attention.outcome import Outcome, State

__all__ = ["Session", "prepare", "serve"]

_FOREVER = 10.0**9

Reply = tuple[str, Any]


def prepare() -> None:
    """Make the shell in which cells run; once, before the fork of the process of any submission."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui: str | None = None) -> None:
            """There is none: what asks for pictures, such as ``%matplotlib inline``, is no error."""

        system = InteractiveShell.system_raw  # the usual way needs a terminal

        def ask_exit(self) -> None:
            """``exit()`` in a cell: there is nobody to ask, and what follows it still runs."""
            raise SystemExit("exit() is not for a notebook")

    # A history would keep a thread, which forks do not carry over, and a file in somebody's home.
    shell = Shell.instance(config=Config(HistoryManager={"enabled": False}), colors="nocolor")
    _call_first(shell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # the last words of a process that dies are worth reading


def _call_first(shell: Any) -> None:
    """Do once what is slow the first time, so that no submission waits for it: a cell, recurrent layers, a training.

    Nothing is trained where the notebooks do not import Lightning, which takes longer than all else.
    """
    shell.run_cell("None")
    for layer in (torch.nn.LSTM(2, 2, bidirectional=True), torch.nn.GRU(2, 2)):
        layer(torch.zeros(1, 1, 2))[0].sum().backward()
    if "lightning" in sys.modules:
        _train_first()


def _train_first() -> None:
    """Train and validate once: what a Trainer imports and makes the first time is then there for every submission."""
    from lightning import LightningModule

    class Line(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
            loss: torch.Tensor = self.layer(batch).mean()
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: torch.Tensor, batch_idx: int) -> None:
            self.log("val_loss", self.layer(batch).mean())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters())

    batches = [torch.ones(1, 1)]
    LocalSubject(Line()).validate(batches, after=batches)
    LocalSubject(Line()).validate(batches)


def serve(sock: socket.socket, layers: list[str]) -> None:
    """Send the active isolation layers, then serve requests until the grader disconnects."""
    channel = Channel(sock)
    channel.send(layers, time.monotonic() + _FOREVER)
    session = Session()
    while True:
        try:
            operations = channel.receive(time.monotonic() + _FOREVER)
        except WireError:
            return
        replies = session.replies(operations)
        try:
            channel.send(replies, time.monotonic() + _FOREVER)
        except WireError as error:
            channel.send(_sendable(replies, error), time.monotonic() + _FOREVER)
        del operations, replies  # they may be large, and the next ones too


class Session:
    """The names that a notebook defines, and the modules that were built of them."""

    def __init__(self) -> None:
        from IPython.core.getipython import get_ipython

        self._shell: Any = get_ipython()
        self._student = LocalStudent({})
        self._subjects: list[LocalSubject] = []

    def replies(self, operations: list[tuple[Any, ...]]) -> list[Reply]:
        """The reply to each of these operations, up to the first that does not end well."""
        replies: list[Reply] = []
        for operation, *details in operations:
            replies.append(self.reply(operation, *details))
            if replies[-1][0] != "value":
                break
        return replies

    def reply(self, operation: str, *details: Any) -> Reply:
        """The reply to one operation: ``("value", v)``, or an outcome as ``("raised", ...)`` or ``("memory", ...)``."""
        operations: dict[str, Callable[..., Any]] = {
            "run": self.run,
            "begin": self.begin,
            "stand_in": self.stand_in,
            "ask": self.ask,
            "attribute": self.attribute,
        }
        try:
            _tidy()
            with torch.inference_mode(False), torch.enable_grad():
                return "value", operations[operation](*details)
        except Exception as error:
            return "memory" if _is_out_of_memory(error) else "raised", astuple(_raised(error, details))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are a student's too
            return "raised", astuple(Outcome("", State.MISSED, came=type(error).__name__))

    def run(self, source: str, definitions_only: bool) -> str | None:
        """Run a cell to its end; with ``definitions_only`` only its imports, functions and classes.

        Returns:
            A sentence on what was mended to run it, if anything was.

        Raises:
            BaseException: the first that a statement of it raised; those behind it ran all the same.
        """
        if definitions_only:
            source = definitions(self._shell.transform_cell(source))
        came = run_whole(self._shell, source)
        if isinstance(came, BaseException):
            raise came
        return came

    def begin(self, seed: int) -> None:
        """Begin a test: forget the modules built before, and start from this seed."""
        self._subjects.clear()
        self._student.stand_in({})
        self._student = LocalStudent(self._shell.user_ns)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch.default_generator.manual_seed(seed)

    def stand_in(self, ours: dict[str, str | Handle]) -> None:
        """Let stand-ins replace some answers."""
        self._student.stand_in({name: self._taken(each) for name, each in ours.items()})

    def ask(self, target: str | Handle, operation: str, inputs: list[Any], named: dict[str, Any]) -> Any:
        """Have an operation done with a module, with a function, or with a class that builds a module."""
        asked = getattr(self._student, target) if isinstance(target, str) else self._taken(target)
        return self._sent(asked.ask(OPERATIONS[operation], *mapped(self._taken, inputs), **mapped(self._taken, named)))

    def attribute(self, handle: Handle, name: str) -> Any:
        """An attribute of a module."""
        return self._sent(getattr(self._taken(handle), name))

    def _taken(self, value: Any) -> Any:
        return self._subjects[value.id] if isinstance(value, Handle) else value

    def _sent(self, value: Any) -> Any:
        """The value, with a handle in place of a module."""
        if not isinstance(value, LocalSubject):
            return sorted(value) if isinstance(value, set) else value
        if value not in self._subjects:
            self._subjects.append(value)
        return Handle(self._subjects.index(value))


def _raised(error: Exception, details: tuple[Any, ...]) -> Outcome:
    """What was raised, with the tensors that had been sent, if any were."""
    outcome = outcome_of(error)
    inputs = next((each for each in details if isinstance(each, list)), [])
    return raised_on(outcome, tensors_sent(inputs)) if outcome.raised else outcome


def _tidy() -> None:
    """Undo what code may have left changed for all that follows."""
    warnings.simplefilter("ignore")  # under "error" a warning that our way of asking causes would cost marks
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_num_threads(1)


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError):
        return True
    return type(error) is RuntimeError and "DefaultCPUAllocator: can't allocate memory" in str(error)


def _sendable(replies: list[Reply], error: WireError) -> list[Reply]:
    """The replies up to the first that cannot be sent, and why it cannot; all of them may be too much together."""
    for place, reply in enumerate(replies):
        try:
            encode(reply)
        except WireError as its_error:
            return [*replies[:place], ("raised", _unsendable(reply, its_error))]
    return [("raised", _unsendable(("", ""), error))]


def _unsendable(reply: Reply, error: WireError) -> tuple[Any, ...]:
    is_value = reply[0] == "value"
    came, hint = (kind(reply[1]), "") if is_value else (message("more than can be sent"), str(error))
    return astuple(Outcome("", State.MISSED, "", came, message("tensors, numbers, text, and lists of these"), hint))
