"""Processes of this program that begin with all imported: one process imports, the others are forked from it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver, get_context, parent_process

__all__ = ["FORKS", "begin_imports", "end_with_the_starter", "processors"]

FORKS = get_context("forkserver")
"""Makes the processes, and the pipes between them and this one."""


def begin_imports(modules: Sequence[str]) -> None:
    """Start the process from which others are forked: it imports, once for all of them, while this one goes on.

    Like that process, those that are forked from it know nothing of Ctrl-C, which a terminal sends to them too: the
    one that started them ends them. Where the process is there already, nothing happens.

    Args:
        modules: what it imports; what is missing there, each process imports for itself.
    """
    FORKS.set_forkserver_preload(list(modules))
    with _ignored(signal.SIGINT):  # what is ignored stays so in processes that are started
        forkserver.ensure_running()


def end_with_the_starter() -> None:
    """From now on this process exits when the one that started it does: nobody would read what it makes."""
    threading.Thread(target=_exit_behind_the_starter, daemon=True).start()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _exit_behind_the_starter() -> None:
    if (starter := parent_process()) is not None:
        starter.join()
    os._exit(1)


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
