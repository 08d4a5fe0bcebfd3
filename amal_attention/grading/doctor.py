"""What isolates submissions on this machine, found out by trying."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amal_attention.errors import SandboxError, WireError
from amal_attention.grading.limits import GradingLimits
from amal_attention.grading.sandbox import Child, Isolation, Zygote

__all__ = ["Finding", "examine_sandbox"]

_SECONDS = 30.0
_PROBE = """
import os, socket, subprocess

def attempts(secret, package, parent):
    def tried(action):
        try:
            action()
        except (OSError, PermissionError, subprocess.SubprocessError):
            return False
        return True
    def connect():
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    def processes():
        if len([name for name in os.listdir("/proc") if name.isdigit()]) < 2:
            raise OSError
    return {
        "reads a file of yours": tried(lambda: open(secret).read()),
        "writes into this package": tried(lambda: open(package, "a").write("")),
        "sees other processes": tried(processes),
        "signals the grader": tried(lambda: os.kill(parent, 0)),
        "uses the network": tried(connect),
        "changes settings of the system": tried(lambda: open("/proc/sys/kernel/core_pattern", "a").close()),
        "makes a user namespace": tried(lambda: subprocess.run(["unshare", "-U", "true"], check=True, stderr=-3)),
    }
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: it was.
        well: whether it is as it should be.
        told: in a few words.
    """

    what: str
    well: bool
    told: str


def examine_sandbox() -> list[Finding]:
    """Whether submissions can be shut in here, by which layers, and what one of them could still do."""
    program = shutil.which("bwrap")
    if program is None:
        return [Finding("bubblewrap", False, "not installed: apt install bubblewrap")]
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    findings = [Finding("bubblewrap", True, version)]
    try:
        with Zygote(Isolation.SANDBOX, GradingLimits()) as zygote:
            child = zygote.child()
            findings += [Finding("layer", True, layer) for layer in zygote.layers]
            findings += _attempts(child)
            child.end()
    except (SandboxError, WireError) as error:
        findings.append(Finding("sandbox", False, str(error)))
    return findings


def _attempts(child: Child) -> list[Finding]:
    """What a submission manages to do, tried in its place."""
    with tempfile.NamedTemporaryFile(dir=Path.home()) as secret:
        _ask(child, "run", _PROBE, False)
        _ask(child, "begin", 0)
        managed = _ask(child, "call", "attempts", [secret.name, __file__, os.getpid()], {})
    return [
        Finding(f"a submission that {what}", not did, "it can" if did else "it cannot") for what, did in managed.items()
    ]


def _ask(child: Child, *request: Any) -> Any:
    deadline = time.monotonic() + _SECONDS
    child.channel.send([request], deadline)
    ((_, answer),) = child.channel.receive(deadline)
    return answer
