"""A process with everything imported that students' code imports; it forks a child for each submission.

``python -m amal_attention.grading.sandbox.zygote FD OPTIONS``: it reads from the socket with this number, which keeps
messages apart. With each message come two sockets, the channel and the life line of a new child (see
:mod:`amal_attention.grading.sandbox.supervisor`), and the way into its control group where it has one. The zygote never
holds anything of a grader's, and ends when the last of those who hold the other end of its socket closes it.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import os
import signal
import socket
import sys
import threading
from typing import Any, NamedTuple

from amal_attention.lasting import lasting_imports

__all__ = ["main"]

_LONGEST_MESSAGE = 4096
_DESCRIPTORS = 3


def main(number: int, options: dict[str, Any]) -> None:
    """Import, say so, then fork on demand.

    Args:
        number: the number of the socket.
        options: ``imports``, statements, ``limits`` of a submission, whether this is a ``sandbox``, and the
            first ``user`` id of those that submissions get, if any.
    """
    control = socket.socket(fileno=number)
    with lasting_imports():  # and each child would copy what it only looks at
        for statement in options["imports"]:
            with contextlib.suppress(Exception):  # what is not installed here fails in the student's cell, and says why
                exec(statement, {})
        from amal_attention.grading.sandbox.layers.unprivileged import user_of
        from amal_attention.grading.sandbox.supervisor import supervise
        from amal_attention.grading.wire.session import prepare, serve
        from amal_attention.lab.limits import GradingLimits

        prepare()
        gc.collect()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.sendall(json.dumps({"pid": os.getpid(), "threads": threading.active_count()}).encode())
    limits, sandbox = GradingLimits(**options["limits"]), bool(options["sandbox"])
    first, numbers = options.get("user"), itertools.count()
    while asked := _next(control):
        user = None if first is None else user_of(next(numbers), first)
        if os.fork() == 0:
            control.close()
            channel, life = socket.socket(fileno=asked.channel), socket.socket(fileno=asked.life)
            try:
                supervise(serve, channel, life, limits, sandbox, asked.place, user, asked.way_in)
            finally:
                os._exit(0)
        for each in filter(None, asked[1:]):
            os.close(each)


class _Asked(NamedTuple):
    """A child that is asked for: who asks, and the descriptors that it gets."""

    place: int | None
    channel: int
    life: int
    way_in: int | None = None


def _next(control: socket.socket) -> _Asked | None:
    """What is asked for next; None where nobody is left who could ask."""
    message, descriptors, _, _ = socket.recv_fds(control, _LONGEST_MESSAGE, _DESCRIPTORS)
    return _Asked(json.loads(message)["place"], *descriptors) if message else None


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
