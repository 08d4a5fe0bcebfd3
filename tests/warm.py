"""The programs of this environment, forked from one process that has imported what they import: each saves seconds.

They are in a folder of their own: ``alembic``, ``amal``, ``nbgrader``, ``pytest``, and ``python``, which runs a
module, a script or code. What they do, print and end with is what the programs themselves would; each has a fresh
process, the first of a group. What a shell starts is a client that stands for this process: it passes signals on to the
group, and ends as the process ends; where the client is killed, so is the process, and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

from filelock import FileLock

PROGRAMS = {
    "alembic": ("alembic.config", "main"),
    "amal": ("amal_attention.cli", "main"),
    "nbgrader": ("nbgrader.apps.nbgraderapp", "main"),
    "pytest": ("pytest", "console_main"),
}
IMPORTED = (
    "lightning pytest IPython matplotlib_inline.backend_inline nbgrader.apps.nbgraderapp nbgrader.api jupytext "
    "amal_attention.checks amal_attention.course.collect.collect amal_attention.course.gradebook.export "
    "amal_attention.grading.pages.course_pages amal_attention.grading.gradebook.course_run "
    "amal_attention.grading.run.grader amal_attention.training.recipe alembic.config alembic.command"
).split()
CLIENT = """\
#!{python} -SE
import json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
socket.send_fds(server, [b"0"], [0, 1, 2])
server.sendall(json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode() + b"\\n")
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: server.sendall(bytes([number])))
status = int(server.recv(16) or 70)
if status < 0:
    if -status != signal.SIGKILL:
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
"""
SERVERS: list[subprocess.Popen[bytes]] = []  # that this process started


def warm_programs(folder: Path, user: int) -> Path:
    """A folder with the programs, to be the first in ``PATH``; beside it ``jupyter`` holds the kernel ``python3``.

    Args:
        folder: where they are, or will be. Who asks first starts the process, and the others find it.
        user: the process with whose end this one ends.
    """
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            write_programs(folder)
            command = [sys.executable, __file__, str(folder / "server"), str(user)]
            server = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
            assert server.stdout is not None and server.stdout.readline() == b"ready\n"
            SERVERS.append(server)
    return folder / "bin"


def write_programs(folder: Path) -> None:
    (folder / "bin").mkdir(parents=True)
    for name in (*PROGRAMS, "python"):
        program = folder / "bin" / name
        program.write_text(CLIENT.format(python=sys.executable, path=str(folder / "server")))
        program.chmod(0o755)
    kernel = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [str(folder / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    env = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # which a kernel sets before anything is imported
    kernel.write_text(json.dumps({"display_name": "Python 3", "language": "python", "env": env, "argv": argv}))


def serve(path: str, user: int) -> None:
    """Fork a process for each connection, until the user ends."""
    for name in IMPORTED:
        with contextlib.suppress(ImportError):  # what is not installed here is missed where it is needed
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or each fork would copy what it only looks at
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that stand beside the programs
    end = os.pidfd_open(user)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while end not in select.select([listening, end], [], [])[0]:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                os.close(end)
                stand_beside(connection)
            connection.close()


def stand_beside(connection: socket.socket) -> None:
    """Fork the program that is asked for, pass signals on to it, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    arguments, folder, environment = json.loads(connection.makefile().readline())
    if (program := os.fork()) == 0:
        os.setpgid(0, 0)
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        open_streams()
        end_as(lambda: be(*arguments))
    with contextlib.suppress(ProcessLookupError):  # it has ended
        os.setpgid(program, program)  # whoever of the two comes first
    for stream in streams:
        os.close(stream)
    end = os.pidfd_open(program)
    while end not in select.select([end, connection], [], [])[0]:
        signals = connection.recv(16)
        for number in signals:
            os.killpg(program, number)
        if not signals:  # the client was killed
            os.kill(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def open_streams() -> None:
    """As Python does at its start: the process that was forked opened others, with other settings."""
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "utf-8").partition(":")
    options = {"encoding": encoding, "errors": errors or "strict", "closefd": False}
    sys.stdin = open(0, **options)  # noqa: SIM115
    sys.stdout = open(1, "w", 1 if os.isatty(1) else -1, **options)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, **options | {"errors": "backslashreplace"})  # noqa: SIM115


def be(program: str, *arguments: str) -> None:
    """Be this program."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if backend := os.environ.get("MPLBACKEND"):
        importlib.import_module("matplotlib").use(backend)
    name = Path(program).name
    if name in PROGRAMS:
        sys.path[0] = str(Path(program).parent)
        sys.argv = [program, *arguments]
        find_others_beside(sys.path[0])
        module, function = PROGRAMS[name]
        sys.exit(getattr(importlib.import_module(module), function)())
    sys.path[0] = ""
    if arguments[0] == "-m":
        sys.argv = [*arguments[1:]]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(arguments[1], main.__dict__)
    else:
        sys.argv = [*arguments]
        runpy.run_path(sys.argv[0], run_name="__main__")


def find_others_beside(folder: str) -> None:
    """Let nbgrader start the programs of this folder where it starts those of the environment by name."""
    paths = {"scripts": os.pathsep.join([folder, sysconfig.get_path("scripts")])}
    importlib.import_module("amal_attention.course.programs").sysconfig = SimpleNamespace(get_path=paths.get)


def end_as(program: Callable[[], object]) -> None:
    """Run it, and end as Python does, but for what that takes apart: all that was imported, which takes a second."""
    status = 0
    try:
        program()
    except SystemExit as error:
        if not (error.code is None or isinstance(error.code, int)):
            print(error.code, file=sys.stderr)
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except KeyboardInterrupt:
        traceback.print_exc()
        status = -signal.SIGINT
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for written in (sys.stdout, sys.stderr):
        written.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
