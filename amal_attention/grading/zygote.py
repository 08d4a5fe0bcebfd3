"""A process with everything imported that students' code imports; it forks a child for each submission.

``python -m amal_attention.grading.zygote FD OPTIONS``: it listens on the socket with this number. With each message
come two sockets, the channel and the life line of a new child (see :mod:`amal_attention.grading.supervisor`). It never
holds anything of a grader's, and ends when the other end of its socket closes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
from typing import Any

__all__ = ["main"]


def main(number: int, options: dict[str, Any]) -> None:
    """Import, say so, then fork on demand.

    Args:
        number: of the socket.
        options: ``modules`` to import, ``limits`` of a submission, and whether this is a ``sandbox``.
    """
    control = socket.socket(fileno=number)
    for name in options["modules"]:
        with contextlib.suppress(Exception):  # what is not installed here fails in the student's cell, and says why
            importlib.import_module(name)
    from amal_attention.grading.limits import GradingLimits
    from amal_attention.grading.session import prepare, serve
    from amal_attention.grading.supervisor import supervise

    prepare()
    gc.collect()
    gc.freeze()  # or each child would copy what it only looks at
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.sendall(json.dumps({"pid": os.getpid(), "threads": threading.active_count()}).encode())
    limits, sandbox = GradingLimits(**options["limits"]), bool(options["sandbox"])
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 16, 2)
        if not message:
            return
        channel, life = (socket.socket(fileno=each) for each in descriptors)
        if os.fork() == 0:
            control.close()
            try:
                supervise(serve, channel, life, limits, sandbox)
            finally:
                os._exit(0)
        channel.close()
        life.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
