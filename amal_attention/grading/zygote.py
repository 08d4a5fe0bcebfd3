"""A process with everything imported that students' code imports; it forks a child for each submission.

``python -m amal_attention.grading.zygote FD OPTIONS``: it listens on the socket with this number, and on those of
other graders that come to the socket ``listener``. With each message come two sockets, the channel and the life line of
a new child (see :mod:`amal_attention.grading.supervisor`). It never holds anything of a grader's, and ends when the
other end of its socket closes.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from amal_attention.lasting import lasting_imports

__all__ = ["main"]


def main(number: int, options: dict[str, Any]) -> None:
    """Import, say so, then fork on demand.

    Args:
        number: of the socket.
        options: ``imports``, statements, ``limits`` of a submission, whether this is a ``sandbox``, and the number of
            the socket to which other graders come, if any.
    """
    control = socket.socket(fileno=number)
    with lasting_imports():  # and each child would copy what it only looks at
        for statement in options["imports"]:
            with contextlib.suppress(Exception):  # what is not installed here fails in the student's cell, and says why
                exec(statement, {})
        from amal_attention.grading.limits import GradingLimits
        from amal_attention.grading.session import prepare, serve
        from amal_attention.grading.supervisor import supervise

        prepare()
        gc.collect()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.sendall(json.dumps({"pid": os.getpid(), "threads": threading.active_count()}).encode())
    limits, sandbox = GradingLimits(**options["limits"]), bool(options["sandbox"])
    listener = None if options.get("listener") is None else socket.socket(fileno=options["listener"])
    for asked in _messages(control, listener):
        channel, life = (socket.socket(fileno=each) for each in asked.descriptors)
        if os.fork() == 0:
            for each in asked.held:
                each.close()
            try:
                supervise(serve, channel, life, limits, sandbox)
            finally:
                os._exit(0)
        channel.close()
        life.close()


class _Asked(NamedTuple):
    """A child that is asked for: the sockets that it gets, and those that it must not keep."""

    descriptors: list[int]
    held: list[socket.socket]


def _messages(control: socket.socket, listener: socket.socket | None) -> Iterator[_Asked]:
    """What is asked for on any of the sockets, until ``control`` closes."""
    held = [control] if listener is None else [control, listener]
    while True:
        ready, _, _ = select.select(held, [], [])
        for each in ready:
            if each is listener:
                held.append(listener.accept()[0])
                continue
            message, descriptors, _, _ = socket.recv_fds(each, 16, 2)
            if message:
                yield _Asked(descriptors, held)
            elif each is control:
                return
            else:
                held.remove(each)
                each.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
