"""The grader's side of the sandbox: it starts the zygote, asks it for children, and ends them.

bubblewrap gives the zygote a file system of what Python needs and nothing else, all of it read-only, without a network
and without the rest of the machine's processes. What each child has besides is in
:mod:`amal_attention.grading.isolation`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from sysconfig import get_paths

from amal_attention.errors import SandboxError, WireError, explain
from amal_attention.grading.limits import GradingLimits
from amal_attention.grading.supervisor import Ending
from amal_attention.grading.wire import Channel

__all__ = ["MISSING_LAYERS", "Child", "Isolation", "Zygote"]

_START_SECONDS = 120.0
_CHILD_SECONDS = 30.0
_END_SECONDS = 30.0
_LONGEST_ENDING = 2**26
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
_PACKAGE = Path(__file__).parents[1]
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PIP_NO_INDEX": "1",  # without a network pip would try again and again
}


class Isolation(StrEnum):
    """Where a submission's code runs."""

    SANDBOX = "sandbox"
    PROCESS = "process"
    NONE = "none"


MISSING_LAYERS = {
    Isolation.PROCESS: "its code can read your files, use the network, write wherever you can, and see other processes",
    Isolation.NONE: "its code runs in the grader itself: it can read the hidden tests and change its own marks",
}
"""What a submission may do where it does not run in the sandbox."""


class Zygote:
    """A process from which children are forked, one for each submission.

    Args:
        isolation: in the sandbox, or in a process with limits alone.
        limits: of each submission.
        modules: what it imports before any fork.
        secrets: files and folders that must not be seen from inside.

    Attributes:
        layers: what closes the world around a child; known once there was one.

    Raises:
        SandboxError: bubblewrap is not there or does not work, or a secret would be seen.
    """

    def __init__(
        self,
        isolation: Isolation,
        limits: GradingLimits,
        modules: Sequence[str] = (),
        secrets: Sequence[Path] = (),
    ) -> None:
        self.limits = limits
        self.layers: tuple[str, ...] = ()
        self._sandbox = isolation is Isolation.SANDBOX
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the zygote
        self._control, theirs = socket.socketpair()
        options = {"modules": list(modules), "limits": limits.to_dict(), "sandbox": self._sandbox}
        module = "amal_attention.grading.zygote"
        command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), json.dumps(options)]
        if self._sandbox:
            command = [*_bubblewrap(secrets), *command]
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=_ENVIRONMENT if self._sandbox else {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"},
                pass_fds=[theirs.fileno()],
                cwd="/",
            )
        self._wait()

    def child(self) -> Child:
        """A new process for a submission.

        Raises:
            SandboxError: it does not come.
        """
        (channel, theirs), (life, their_life) = socket.socketpair(), socket.socketpair()
        child = Child(Channel(channel), life)
        try:
            with theirs, their_life:
                socket.send_fds(self._control, [b"child"], [theirs.fileno(), their_life.fileno()])
            self.layers = tuple(map(str, child.channel.receive(time.monotonic() + _CHILD_SECONDS)))
        except (OSError, WireError) as error:
            ending = child.end()
            got = (ending.output if ending else "").strip().splitlines()[-1:] or [self._said() or str(error)]
            raise SandboxError(
                explain(expected="a process for a submission", got=got[0], do="see what amal doctor says")
            ) from error
        if self._sandbox:
            self.layers = ("bubblewrap", *self.layers)
        return child

    def close(self) -> None:
        """End the zygote, and all its children with it."""
        self._control.close()
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._process.kill()
        self._process.wait()
        self._log.close()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self) -> None:
        self._control.settimeout(_START_SECONDS)
        with contextlib.suppress(OSError):
            if self._control.recv(4096):
                return
        said = self._said()
        self.close()
        raise SandboxError(
            explain(
                expected="the sandbox to start",
                got=said or "nothing",
                do="see what amal doctor says; --isolation process does without, and protects from less",
            )
        )

    def _said(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


@dataclass
class Child:
    """The process of one submission.

    Attributes:
        channel: to it.
    """

    channel: Channel
    _life: socket.socket
    _ending: Ending | None = field(default=None, init=False)

    def end(self) -> Ending | None:
        """End it, with all that it started; how it ended, or None where its supervisor does not say."""
        self.channel.close()
        if self._ending is None:
            with contextlib.suppress(OSError, ValueError, TypeError), self._life:
                self._life.settimeout(_END_SECONDS)
                self._life.shutdown(socket.SHUT_WR)
                self._ending = Ending(**json.loads(_all(self._life)))
        return self._ending


def _all(sock: socket.socket) -> bytes:
    parts: list[bytes] = []
    while (part := sock.recv(2**16)) and sum(map(len, parts)) < _LONGEST_ENDING:
        parts.append(part)
    return b"".join(parts)


def _bubblewrap(secrets: Sequence[Path]) -> list[str]:
    """The command that runs another one in the sandbox.

    Raises:
        SandboxError: there is none, or a secret lies in what it would show.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError(
            explain(
                expected="bubblewrap, in which students' code runs",
                got="no program bwrap",
                do="install it (apt install bubblewrap), or give --isolation process, which protects from less",
            )
        )
    shown = _shown()
    for secret in secrets:
        inside = [folder for folder in shown if secret.resolve().is_relative_to(folder)]
        if inside:
            raise SandboxError(
                explain(
                    expected=f"{secret} outside of what a submission sees",
                    got=f"it lies in {inside[0]}",
                    do="move it, or use an environment of its own (python -m venv)",
                )
            )
    binds = [option for folder in shown for option in ("--ro-bind", str(folder), str(folder))]
    for each in map(Path, _SYSTEM):
        if each.is_symlink():
            binds += ["--symlink", str(each.readlink()), str(each)]
    for setting in _SETTINGS:
        binds += ["--ro-bind-try", setting, setting]
    return [
        program,
        *("--unshare-all", "--uid", "1000", "--gid", "1000", "--die-with-parent", "--new-session"),
        *("--tmpfs", "/tmp"),  # first: an environment may lie there
        *binds,
        *("--dev", "/dev", "--dev-bind", "/proc", "/proc", "--chdir", "/tmp"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--"),
    ]


def _shown() -> list[Path]:
    """The folders that a submission sees: the system's programs, this Python, its packages, and this package."""
    folders = [Path(each) for each in _SYSTEM if Path(each).is_dir() and not Path(each).is_symlink()]
    folders += [Path(sys.base_prefix), Path(sys.prefix), *(Path(get_paths()[key]) for key in ("purelib", "platlib"))]
    torch = importlib.util.find_spec("torch")
    if torch is not None and torch.origin is not None:
        folders.append(Path(torch.origin).parents[1])
    folders.append(_PACKAGE)
    kept: list[Path] = []
    for folder in sorted({each.resolve() for each in folders} | set(folders)):
        if folder.is_dir() and not any(folder.is_relative_to(each) for each in kept):
            kept.append(folder)
    return kept
