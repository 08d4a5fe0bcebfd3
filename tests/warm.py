"""The programs of this environment, forked from one process that has imported what they import: each saves seconds.

A shell finds them in a folder of their own. What they do, print and end with is what the programs themselves would;
each has a fresh process.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAMS = {"amal": ("amal_attention.cli", "main"), "pytest": ("pytest", "console_main")}
IMPORTED = (
    "lightning pytest nbgrader.apps nbgrader.api jupytext amal_attention.course.collect amal_attention.course.export "
    "amal_attention.grading.course_pages amal_attention.grading.course_run amal_attention.training.recipe"
).split()
CLIENT = """\
#!{python} -SE
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
socket.send_fds(server, [b"0"], [0, 1, 2])
server.sendall(json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode())
server.shutdown(socket.SHUT_WR)
sys.exit(int(server.recv(16) or b"70"))
"""


@contextlib.contextmanager
def warm_programs(folder: Path) -> Iterator[Path]:
    """A folder with the programs, to be the first in ``PATH``."""
    (folder / "bin").mkdir()
    path = str(folder / "server")
    for name in PROGRAMS:
        program = folder / "bin" / name
        program.write_text(CLIENT.format(python=sys.executable, path=path))
        program.chmod(0o755)
    command = [sys.executable, __file__, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as server:
        assert server.stdout is not None and server.stdout.readline() == b"ready\n"
        try:
            yield folder / "bin"
        finally:
            server.terminate()


def serve(path: str) -> None:
    """Fork a process for each connection, until this one is ended."""
    for name in IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                run(connection)
            connection.close()


def run(connection: socket.socket) -> None:
    """Be the program that is asked for, and end as it does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    arguments, folder, environment = json.loads(connection.makefile().read())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    module, name = PROGRAMS[Path(arguments[0]).name]
    sys.argv = arguments
    status = ended(getattr(importlib.import_module(module), name))
    for written in (sys.stdout, sys.stderr):
        written.flush()
    connection.sendall(str(status).encode())
    os._exit(0)


def ended(program: Any) -> int:
    """The status that a program ends with."""
    try:
        return int(program() or 0)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    serve(sys.argv[1])
