"""What isolates submissions on this machine, found out by trying."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amal_attention.errors import SandboxError, WireError
from amal_attention.grading.sandbox.layers.bubblewrap_program import INSTALL_BUBBLEWRAP, find_bubblewrap
from amal_attention.grading.sandbox.sandbox import Child, Isolation, Zygote
from amal_attention.lab.limits import GradingLimits

__all__ = ["Finding", "examine_sandbox"]

_SECONDS = 30.0
_CORES = Path("/proc/sys/kernel/core_pattern")
_PROBE = """
import ctypes, mmap, os, socket, subprocess

def attempts(secret, package, parent):
    def tried(action):
        try:
            action()
        except (OSError, PermissionError, subprocess.SubprocessError):
            return False
        return True
    def connect():
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    def inotify():
        if ctypes.CDLL(None).inotify_init1(0) < 0:
            raise OSError
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
        "opens a socket of another family": tried(lambda: socket.socket(16, socket.SOCK_RAW).close()),
        "takes memory that no process holds": tried(lambda: mmap.mmap(-1, 4096).close()),
        "takes inotify instances of yours": tried(inotify),
        "has the grader end first of memory": tried(lambda: open("/proc/self/oom_score_adj", "w").close()),
        "makes a user namespace": tried(lambda: subprocess.run(["unshare", "-U", "true"], check=True, stderr=-3)),
    }
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: it was.
        well: whether it is as it should be.
        told: what is said of it, in a few words.
    """

    what: str
    well: bool
    told: str


def examine_sandbox() -> list[Finding]:
    """Whether submissions can be shut in here, by which layers, and what one of them could still do."""
    program = find_bubblewrap()
    if program is None:
        return [Finding("bubblewrap", False, f"not installed: {INSTALL_BUBBLEWRAP}")]
    version = program.version()
    findings = [
        Finding("bubblewrap", bool(version), f"{version or 'it does not run'}, {program.origin}: {program.path}")
    ]
    try:
        with Zygote(Isolation.SANDBOX, GradingLimits()) as zygote:
            child = zygote.child()
            findings += [Finding("layer", True, layer) for layer in zygote.layers]
            findings += [*_promises(zygote), _of_memory(zygote, child)]
            findings += _attempts(child)
            child.end()
    except (SandboxError, WireError) as error:
        findings.append(Finding("sandbox", False, str(error)))
    return findings


def _promises(zygote: Zygote) -> list[Finding]:
    """What is promised of every submission, and which layer of this machine keeps it."""
    layers = set(zygote.layers)
    waits = Path("/proc/self/schedstat").exists()
    counted = not zygote.as_root
    return [
        _promise("it reads and writes nothing of yours", {"bubblewrap", "mount namespace"}, layers),
        _promise("it reaches no network and no other program", {"network namespace", "pid namespace"}, layers),
        _promise("the kernel is reached through few calls", {"a filter of system calls"}, layers),
        _promise("it spends no quota of yours", {"no namespaces inside"}, layers),
        Finding(
            "promise: no more processes than its limit",
            counted,
            "the kernel counts them, of a user that nobody has"
            if os.geteuid() == 0 and counted
            else "the kernel counts them"
            if counted
            else "root's processes are counted by nobody but the supervisor, 20 times a second: grade as another user",
        ),
        Finding(
            "promise: neighbours keep their marks",
            True,
            "limits are CPU time"
            + (", waiting for a processor is free" if waits else "; idle time is what the clock says")
            + ", and with -j each has a processor of its own",
        ),
        _of_crashes(),
    ]


def _of_memory(zygote: Zygote, child: Child) -> Finding:
    """Who keeps the limit of memory; it counts as not kept where a submission has a control group and is not in it."""
    what, looks = "promise: no more memory than its limit", "the supervisor looks 20 times a second"
    if child.group is None:
        why = zygote.groups.missing or "no control group could be made"
        return Finding(what, "own /proc" in zygote.layers, f"{looks}; no control group holds it: {why}")
    if not set(child.group.layers) <= set(zygote.layers):
        return Finding(what, False, f"{looks}; the submission did not come into {child.group.folder}")
    held = f"{', '.join(child.group.layers)}; {looks}"
    return Finding(what, True, "; ".join(filter(None, [held, zygote.groups.missing])))


def _of_crashes() -> Finding:
    """Whether a submission that crashes starts what takes the system's cores: see core(5)."""
    what = "promise: no program of the system is started by a crash"
    piped = _CORES.exists() and _CORES.read_text().startswith("|")
    if piped and resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        return Finding(what, False, "ulimit -H -c is 0, with which one is started: grade from a shell where it is more")
    return Finding(what, True, "the limit of its core is one byte")


def _promise(what: str, needed: set[str], layers: set[str]) -> Finding:
    absent = needed - layers
    return Finding(
        f"promise: {what}", not absent, f"not kept: no {', '.join(absent)}" if absent else ", ".join(sorted(needed))
    )


def _attempts(child: Child) -> list[Finding]:
    """What a submission manages to do, tried in its place."""
    with tempfile.NamedTemporaryFile(dir=Path.home()) as secret:
        _ask(child, "run", _PROBE, False)
        _ask(child, "begin", 0)
        managed = _ask(child, "ask", "attempts", "call", [secret.name, __file__, os.getpid()], {})
    return [
        Finding(f"a submission that {what}", not did, "it can" if did else "it cannot") for what, did in managed.items()
    ]


def _ask(child: Child, *request: Any) -> Any:
    deadline = time.monotonic() + _SECONDS
    child.channel.send([request], deadline)
    ((_, answer),) = child.channel.receive(deadline)
    return answer
