"""A fresh Jupyter kernel on this very interpreter, and what becomes of each cell that it runs.

Of what a cell shows, only reports are kept: a million lines of output cost time, and no memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from amal_attention.errors import AmalError, explain
from amal_attention.notebook.cells import object_in
from amal_attention.outcome import REPORT_TYPE, Report

__all__ = ["Execution", "Kernel", "Raised", "fresh_kernel"]

_START_SECONDS = 60
_GRACE_SECONDS = 5.0  # between an interruption and the end of the kernel
_POLL_SECONDS = 0.5
_LONGEST_REPORT = 200_000  # characters of JSON
_MOST_REPORTS = 20
_GRADERS = ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING")  # this is the student's run, nobody's grading
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PLACE = re.compile(r"^\s*Cell In\s?\[(\d{1,6})\], line (\d{1,6})", re.MULTILINE)
_FILE = re.compile(r" \(\d{1,20}\.py, line \d{1,6}\)$")  # a syntax error names the cell as a file that nobody sees
# Importing torch and Lightning makes millions of objects that stay: looking for garbage takes a fifth of it.
_RARE_COLLECTIONS = "__import__('gc').set_threshold(200_000, 50, 100)"
_NO_INPUT = "nobody can answer here: write the value into the cell"


@dataclass(frozen=True)
class Raised:
    """What a cell raised.

    Attributes:
        kind: name of the exception's class.
        message: its first line.
        count: number of the innermost cell on the way, as the kernel counts those it runs; None where it is not known.
        line: the line of that cell, from 1.
    """

    kind: str
    message: str
    count: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class Execution:
    """What became of a cell.

    Attributes:
        count: its number, as the kernel counts those it runs; None where the kernel did not say.
        reports: what its checks reported.
        raised: what it raised, if it did.
        stopped: whether it was interrupted for lasting too long.
        died: whether the kernel ended in it.
    """

    count: int | None
    reports: tuple[Report, ...]
    raised: Raised | None
    stopped: bool
    died: bool


class Kernel:
    """A kernel that runs; :func:`fresh_kernel` makes it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client

    def run(self, source: str, seconds: float) -> Execution:
        """Run a cell; after ``seconds`` interrupt it, and where that does not help, end the kernel."""
        asked = self._client.execute(source, allow_stdin=False, stop_on_error=False)
        reports: list[Report] = []
        reply: dict[str, Any] | None = None
        stopped, deadline = False, monotonic() + seconds
        while True:
            message = _received(self._client.get_iopub_msg, asked, _POLL_SECONDS)
            if message is None:
                if reply is not None or not self._manager.is_alive():
                    break  # the word that the cell is done got lost, or will never come
                reply = _received(self._client.get_shell_msg, asked, 0)
            elif _is_end(message):
                reply = reply or _received(self._client.get_shell_msg, asked, _GRACE_SECONDS)
                break
            elif len(reports) < _MOST_REPORTS:
                reports += _reports(message)
            if monotonic() > deadline:
                if stopped:
                    self._manager.shutdown_kernel(now=True)
                    break
                self._manager.interrupt_kernel()
                stopped, deadline = True, monotonic() + _GRACE_SECONDS
        content = object_in(reply.get("content")) if reply is not None else {}
        died = _asks_to_quit(content) or not self._manager.is_alive()
        return Execution(content.get("execution_count"), tuple(reports), _raised(content), stopped, died)


@contextlib.contextmanager
def fresh_kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel that runs in ``folder``; at the end it and all that it started are gone.

    Raises:
        AmalError: it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="amal-") as own:
        manager = KernelManager(
            kernel_spec_manager=_ThisInterpreter(), connection_file=str(Path(own) / "connection.json")
        )
        with contextlib.ExitStack() as ending:
            ending.callback(manager.shutdown_kernel, now=True)  # with the processes of its group, if it lives or not
            manager.start_kernel(
                cwd=str(folder),
                env={name: value for name, value in os.environ.items() if name not in _GRADERS},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
            )
            client = manager.client()
            ending.callback(client.stop_channels)
            client.start_channels()
            _wait(client)
            client.execute(_RARE_COLLECTIONS, silent=True)
            yield Kernel(manager, client)


class _ThisInterpreter(KernelSpecManager):
    """Whatever kernel is asked for, and whichever are installed: the interpreter that runs this."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The only kernel there is."""
        return KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"])


def _wait(client: BlockingKernelClient) -> None:
    try:
        client.wait_for_ready(timeout=_START_SECONDS)
    except RuntimeError as error:
        raise AmalError(
            explain(
                expected="a Jupyter kernel to start",
                got=str(error),
                do=f"see what {sys.executable} -m ipykernel_launcher --version says",
            )
        ) from error


def _received(get: Callable[..., dict[str, Any]], asked: str, seconds: float) -> dict[str, Any] | None:
    """The next answer to what was ``asked``; None if none comes within ``seconds``."""
    deadline = monotonic() + seconds
    while True:
        try:
            message = get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            return None
        except ValueError:
            continue  # no message at all: a cell wrote to the kernel's socket by itself
        if object_in(message.get("parent_header")).get("msg_id") == asked:
            return message


def _is_end(message: dict[str, Any]) -> bool:
    return message.get("msg_type") == "status" and object_in(message.get("content")).get("execution_state") == "idle"


def _reports(message: dict[str, Any]) -> list[Report]:
    """The report in a message, if it holds one that can be read."""
    value = object_in(object_in(message.get("content")).get("data")).get(REPORT_TYPE)
    try:
        return [Report.from_dict(value)] if value and len(json.dumps(value)) <= _LONGEST_REPORT else []
    except ValueError:
        return []


def _raised(content: dict[str, Any]) -> Raised | None:
    if content.get("status") != "error":
        return None
    kind = str(content.get("ename"))
    lines = _COLOUR.sub("", str(content.get("evalue"))).strip().splitlines()
    message = _NO_INPUT if kind == "StdinNotImplementedError" else _FILE.sub("", "".join(lines[:1]))[:300]
    trace = content.get("traceback")
    text = _COLOUR.sub("", "\n".join(map(str, trace))) if isinstance(trace, list) else ""
    places = _PLACE.findall(text)
    count, line = map(int, places[-1]) if places else (None, None)
    return Raised(kind, message, count, line)


def _asks_to_quit(content: dict[str, Any]) -> bool:
    """Whether the cell called ``quit()``: its kernel then ends a moment after it replied."""
    payload = content.get("payload")
    return any(object_in(each).get("source") == "ask_exit" for each in payload) if isinstance(payload, list) else False
