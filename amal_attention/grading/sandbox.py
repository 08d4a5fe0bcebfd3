"""The grader's side of the sandbox: it starts the zygote, asks it for children, and ends them.

What the zygote sees of the machine is told in :mod:`amal_attention.grading.bubblewrap`, what closes the world around
each child besides in :mod:`amal_attention.grading.isolation`.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from amal_attention.errors import SandboxError, WireError, explain
from amal_attention.grading.bubblewrap import bubblewrap
from amal_attention.grading.limits import GradingLimits
from amal_attention.grading.supervisor import Ending
from amal_attention.grading.wire import Channel

__all__ = ["MISSING_LAYERS", "Child", "Forks", "Isolation", "SharedZygote", "Zygote"]

_START_SECONDS = 120.0
_CHILD_SECONDS = 30.0
_END_SECONDS = 30.0
_LONGEST_ENDING = 2**26
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


class Forks:
    """Where children are asked for.

    Attributes:
        limits: of each submission.
        layers: what closes the world around a child; known once there was one.
    """

    def __init__(self, control: socket.socket, limits: GradingLimits, *, sandbox: bool) -> None:
        self.limits = limits
        self.layers: tuple[str, ...] = ()
        self._control, self._sandbox = control, sandbox

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
        """Ask for no more children."""
        self._control.close()

    def _said(self) -> str:
        """What there is to say of why no child comes."""
        return ""


class SharedZygote(Forks):
    """The zygote of another process of this user, on this machine.

    Args:
        address: of the zygote.
        isolation: of that zygote.
        limits: of each submission, which that zygote sets.

    Raises:
        SandboxError: it is gone.
    """

    def __init__(self, address: Path, isolation: Isolation, limits: GradingLimits) -> None:
        control = socket.socket(socket.AF_UNIX)
        try:
            control.connect(str(address))
        except OSError as error:
            control.close()
            raise SandboxError(
                explain(expected="a zygote to fork submissions from", got=str(error), do="run it again")
            ) from error
        super().__init__(control, limits, sandbox=isolation is Isolation.SANDBOX)


class Zygote(Forks):
    """A process from which children are forked, one for each submission. It imports while its user goes on.

    Args:
        isolation: in the sandbox, or in a process with limits alone.
        limits: of each submission.
        imports: the statements by which it imports before any fork.
        secrets: files and folders that must not be seen from inside.
        address: a path at which other processes of this user find it, as a :class:`SharedZygote`.

    Raises:
        SandboxError: bubblewrap is not there, or a secret would be seen.
    """

    def __init__(
        self,
        isolation: Isolation,
        limits: GradingLimits,
        imports: Sequence[str] = (),
        secrets: Sequence[Path] = (),
        address: Path | None = None,
    ) -> None:
        control, theirs = socket.socketpair()
        super().__init__(control, limits, sandbox=isolation is Isolation.SANDBOX)
        self._ready = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the zygote
        with theirs, socket.socket(socket.AF_UNIX) as listener:
            if address is not None:
                listener.bind(str(address))
                listener.listen()
            options = {
                "imports": list(imports),
                "limits": limits.to_dict(),
                "sandbox": self._sandbox,
                "listener": None if address is None else listener.fileno(),
            }
            module = "amal_attention.grading.zygote"
            command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), json.dumps(options)]
            self._process = subprocess.Popen(
                [*bubblewrap(secrets), *command] if self._sandbox else command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=_ENVIRONMENT if self._sandbox else {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"},
                pass_fds=[theirs.fileno(), *([] if address is None else [listener.fileno()])],
                cwd="/",
            )

    def ready(self) -> None:
        """Return when it has imported all.

        Raises:
            SandboxError: it does not start.
        """
        if self._ready:
            return
        self._control.settimeout(_START_SECONDS)
        with contextlib.suppress(OSError):
            self._ready = bool(self._control.recv(4096))
        if not self._ready:
            said = self._said()
            self.close()
            raise SandboxError(
                explain(
                    expected="the sandbox to start",
                    got=said or "nothing",
                    do="see what amal doctor says; --isolation process does without, and protects from less",
                )
            )

    def child(self) -> Child:
        """A new process for a submission.

        Raises:
            SandboxError: the sandbox does not start, or no process comes.
        """
        self.ready()
        return super().child()

    def close(self) -> None:
        """End the zygote, and all its children with it."""
        super().close()
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

    def _said(self) -> str:
        if self._log.closed:
            return ""
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
