"""The grader's side of the sandbox: it starts the zygote, asks it for children, and ends them.

What the zygote sees of the machine is told in :mod:`amal_attention.grading.sandbox.layers.bubblewrap`, what else
isolates each child in :mod:`amal_attention.grading.sandbox.layers.isolation`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from amal_attention.errors import SandboxError, WireError, explain
from amal_attention.grading.sandbox.layers.bubblewrap import bubblewrap, open_to_all
from amal_attention.grading.sandbox.layers.bubblewrap_program import INSTALL_BUBBLEWRAP, how_to_allow_namespaces
from amal_attention.grading.sandbox.layers.control_group import ControlGroup, ControlGroups
from amal_attention.grading.sandbox.layers.unprivileged import first_user
from amal_attention.grading.sandbox.supervisor import Ending
from amal_attention.grading.sandbox.usage import Usage
from amal_attention.lab.limits import GradingLimits

if TYPE_CHECKING:
    from amal_attention.grading.wire.channel import Channel

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
    """Something that makes a child process for each submission.

    Attributes:
        limits: the limits of each submission.
        layers: what closes the world around a child; known once there was one.
        control: the socket over which children are asked for.
        groups: the control groups that children may get.
    """

    def __init__(
        self, control: socket.socket, limits: GradingLimits, *, sandbox: bool, place: int | None = None
    ) -> None:
        self.limits = limits
        self.layers: tuple[str, ...] = ()
        self.control, self._sandbox, self._place = control, sandbox, place
        self.groups = ControlGroups.here()

    def child(self) -> Child:
        """A new process for a submission.

        Raises:
            SandboxError: it does not come.
        """
        from amal_attention.grading.wire.channel import Channel  # imports torch, which takes as long as all else here

        (channel, theirs), (life, their_life) = socket.socketpair(), socket.socketpair()
        group = self.groups.new(self.limits)
        entrance: AbstractContextManager[list[int]] = group.way_in() if group else nullcontext([])
        child = Child(Channel(channel), life, group)
        try:
            with theirs, their_life, entrance as way_in:
                descriptors = [theirs.fileno(), their_life.fileno(), *way_in]
                socket.send_fds(self.control, [json.dumps({"place": self._place}).encode()], descriptors)
            self.layers = tuple(map(str, child.channel.receive(time.monotonic() + _CHILD_SECONDS)))
        except (OSError, WireError) as error:
            ending = child.end()
            got = (ending.output if ending else "").strip().splitlines()[-1:] or [self._said() or str(error)]
            raise SandboxError(
                explain(expected="a process for a submission", got=got[0], do="see what amal doctor says")
            ) from error
        if self._sandbox:
            self.layers = ("bubblewrap", *self.layers)
        if group is not None and group.holds_processes():
            self.layers += group.layers
        return child

    def close(self) -> None:
        """Ask for no more children."""
        self.control.close()

    def _said(self) -> str:
        """What there is to say of why no child comes."""
        return ""


class SharedZygote(Forks):
    """The zygote of another process of this user, on this machine.

    Args:
        control: the socket of that zygote, inherited from its user.
        isolation: the isolation of that zygote.
        limits: the limits of each submission, which that zygote sets.
        place: number of this process among those that share it; its children get a processor of their own.
    """

    def __init__(self, control: socket.socket, isolation: Isolation, limits: GradingLimits, place: int) -> None:
        super().__init__(control, limits, sandbox=isolation is Isolation.SANDBOX, place=place)


class Zygote(Forks):
    """A process from which children are forked, one for each submission. It imports while its user goes on.

    Args:
        isolation: whether it runs in the sandbox, or in a process with limits alone.
        limits: the limits of each submission.
        imports: the statements by which it imports before any fork.
        secrets: files and folders that must not be seen from inside.

    Attributes:
        as_root: whether it is root's process, whose number of processes the kernel does not limit.

    Raises:
        SandboxError: bubblewrap is not there or does not run, or a secret would be seen.
    """

    def __init__(
        self,
        isolation: Isolation,
        limits: GradingLimits,
        imports: Sequence[str] = (),
        secrets: Sequence[Path] = (),
    ) -> None:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # several may ask: whole messages
        super().__init__(control, limits, sandbox=isolation is Isolation.SANDBOX)
        self._ready = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the zygote
        user = first_user() if self._sandbox and open_to_all() else None
        self.as_root = os.geteuid() == 0 and user is None
        with theirs:
            options = {
                "imports": list(imports),
                "limits": limits.to_dict(),
                "sandbox": self._sandbox,
                "user": user,
            }
            module = "amal_attention.grading.sandbox.zygote"
            command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), json.dumps(options)]
            shell = bubblewrap(secrets, by_root=user is not None) if self._sandbox else []
            self._process = self._started([*shell, *command], [theirs.fileno()])

    def _started(self, command: list[str], kept_open: list[int]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=_ENVIRONMENT if self._sandbox else {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"},
                pass_fds=kept_open,
                cwd="/",
            )
        except OSError as error:  # a program of another kind of machine, or in a folder from which nothing runs
            self._log.close()
            super().close()
            raise SandboxError(
                explain(
                    expected=f"{command[0]} to run",
                    got=error.strerror or type(error).__name__,
                    do=f"{INSTALL_BUBBLEWRAP}; --isolation process does without, and protects from less",
                )
            ) from error

    def ready(self) -> None:
        """Return when it has imported all.

        Raises:
            SandboxError: it does not start.
        """
        if self._ready:
            return
        self.control.settimeout(_START_SECONDS)
        with contextlib.suppress(OSError):
            self._ready = bool(self.control.recv(4096))
        if not self._ready:
            said = self._said()
            self.close()
            do = how_to_allow_namespaces() if said.startswith("bwrap:") else "see what amal doctor says"
            raise SandboxError(
                explain(
                    expected="the sandbox to start",
                    got=said or "nothing",
                    do=f"{do}; --isolation process does without, and protects from less",
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
        channel: the channel to the process.
        group: its control group, where it has one.
    """

    channel: Channel
    _life: socket.socket
    group: ControlGroup | None = None
    _ending: Ending | None = field(default=None, init=False)

    def usage(self, moment: float) -> tuple[Usage, Usage]:
        """What its processes had taken at a time of ``time.monotonic``, and what they have taken by now.

        Nothing, where its supervisor does not say: then the clock on the wall alone counts.
        """
        with contextlib.suppress(OSError, ValueError, TypeError):
            self._life.settimeout(_CHILD_SECONDS)
            self._life.sendall(f"{moment!r}\n".encode())
            match json.loads(_all(self._life, b"\n")):
                case [before, now]:
                    return Usage(*before), Usage(*now)
                case ending:
                    self._ending = Ending(**ending)
        return Usage(), Usage()

    def end(self) -> Ending | None:
        """End it, with all that it started; how it ended, or None where its supervisor does not say."""
        self.channel.close()
        with contextlib.suppress(OSError, ValueError, TypeError, IndexError), self._life:
            if self._ending is None:
                self._life.settimeout(_END_SECONDS)
                self._life.shutdown(socket.SHUT_WR)
                self._ending = Ending(**json.loads(_all(self._life).splitlines()[-1]))
        if self.group is not None:
            self._give_up(self.group)
        return self._ending

    def _give_up(self, group: ControlGroup) -> None:
        """Give up the control group, and keep what it alone knows of the end."""
        if group.ran_out_of_memory():
            self._ending = replace(self._ending or Ending(-signal.SIGKILL), over="memory")
        group.end()
        self.group = None


def _all(sock: socket.socket, end: bytes = b"") -> bytes:
    """What comes, up to where the other side closes or sends ``end``."""
    parts: list[bytes] = []
    while (part := sock.recv(2**16)) and sum(map(len, parts)) < _LONGEST_ENDING:
        parts.append(part)
        if end and part.endswith(end):
            break
    return b"".join(parts)
