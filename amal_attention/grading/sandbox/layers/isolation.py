"""The isolation layers that a submission's process puts up around itself.

The zygote runs in bubblewrap already: a read-only interpreter, an empty home, no network. Here each child also gets
namespaces of its own, so that nothing passes from one submission to the next, and limits. The order matters: the parent
(:func:`leave`) unshares, the child (:func:`enter`) mounts, limits itself, and at last gives up its privileges.
"""

from __future__ import annotations

import contextlib
import os
import resource
import tempfile
from pathlib import Path

from amal_attention.grading.sandbox.layers.linux import (
    die_with_parent,
    drop_privileges,
    forbid_new_privileges,
    mount,
    unshare,
)
from amal_attention.grading.sandbox.layers.mounts import mounts
from amal_attention.grading.sandbox.layers.seccomp import filter_system_calls
from amal_attention.lab.limits import GradingLimits
from amal_attention.language import message

__all__ = ["NAMESPACES", "data_bytes", "enter", "leave"]

NAMESPACES = ("user", "mount", "pid", "ipc", "uts", "network")
"""Those of which every submission has its own."""

_NAMESPACE = message("{kind} namespace")
_SETTINGS = ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi", "/proc/mtrr", "/proc/sysrq-trigger")
_SECRETS = ("/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/kallsyms", "/proc/kcore", "/proc/vmallocinfo")
_MB = 2**20
_OPEN_FILES = 256
_SIGNALS = 256
_NO_CORE = 1  # where a program of root's takes cores, 0 starts it all the same, and 1 does not: see core(5)
_NICER = 5
_FIRST_TO_GO = "1000"
_GRACE_SECONDS = 10  # of CPU, beyond the time in which the grader ends it


def leave() -> list[str]:
    """Enter new namespaces before the fork of the process that will run the submission; their names.

    Raises:
        OSError: the system does not allow it.
    """
    unshare(*NAMESPACES)
    return [_NAMESPACE.format(kind=each) for each in NAMESPACES]


def enter(limits: GradingLimits, home: str, held: int | None, *, sandbox: bool, place: int | None = None) -> list[str]:
    """Isolate this process from the machine; the layers that do it.

    Args:
        limits: the limits of the submission.
        home: the only folder that it is to know; made if it is not there.
        held: bytes of data that the process holds already, torch and all (see :func:`data_bytes`).
        sandbox: whether :func:`leave` was called in the parent; else there are limits alone.
        place: number of this submission among those that run side by side: each gets a processor of its own.

    Raises:
        OSError: the system does not allow it.
    """
    die_with_parent()
    os.setsid()
    _give_way(place)
    tempfile.tempdir = None  # it may have been settled before this process had a home
    layers = _mounts(limits) if sandbox else []
    Path(home).mkdir(mode=0o700, exist_ok=True)
    os.chdir(home)
    os.environ.update(HOME=home, TMPDIR=home, USER="student", LOGNAME="student", MPLBACKEND="agg", MPLCONFIGDIR=home)
    _limit(limits, held, sandbox)
    if sandbox:
        drop_privileges()
        layers.append(message("no privileges"))
        layers += [message("a filter of system calls")] if filter_system_calls() else []
    else:
        forbid_new_privileges()
    return [*layers, message("limits of time, memory, processes and files")]


def _give_way(place: int | None) -> None:
    """Let the grader run first, keep off the processors of neighbours, and be the first to go where memory is short."""
    os.nice(_NICER)
    if place is not None:
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[place % len(processors)]})
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)


def data_bytes() -> int | None:
    """What this process holds in writable memory of its own; None where the system does not tell."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return None


def _mounts(limits: GradingLimits) -> list[str]:
    """A /proc without the other processes, and empty folders where one can write."""
    mount("", "/", flags=("rec", "private"))
    shown = {each: os.open(each, os.O_PATH) for each in _mounted_in("/tmp")}
    for folder, files in (("/tmp", 10_000), ("/dev/shm", 1_000)):
        mount("tmpfs", folder, f"size={int(limits.file_mb * _MB)},nr_inodes={files},mode=700")
    for place, descriptor in shown.items():  # the packages themselves, where someone keeps them in /tmp
        Path(place).mkdir(parents=True, exist_ok=True)
        mount("", place, flags=("bind", "rec"), source=f"/proc/self/fd/{descriptor}")
        mount("", place, flags=("bind", "remount", "rdonly", "nosuid", "nodev"))
        os.close(descriptor)
    mount("tmpfs", "/dev/pts", "size=4096", flags=("nosuid", "nodev", "rdonly"))
    if Path("/dev/zero").exists():  # shared memory can be had of it, which no limit counts; /dev/full reads the same
        mount("", "/dev/zero", flags=("bind",), source="/dev/full")
    return [message("empty folders of its own"), *_proc()]


def _mounted_in(folder: str) -> list[str]:
    """Where something is mounted below a folder."""
    return [each.place for each in mounts() if each.place.startswith(f"{folder}/")]


def _proc() -> list[str]:
    harmless = ("nosuid", "nodev", "noexec")
    try:
        mount("proc", "/proc", flags=harmless)
    except OSError:  # in a container that hides parts of /proc there is none
        mount("tmpfs", "/proc", "size=4096", flags=(*harmless, "rdonly"))
        return [message("no /proc")]
    layers = [message("own /proc")]
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
        layers.append(message("no namespaces inside"))  # a user namespace inside would have privileges again
    for quota in Path("/proc/sys/user").glob("max_*"):  # inotify and the like, of which a user has only so many
        with contextlib.suppress(OSError):
            quota.write_text("0")
    for setting in filter(os.path.exists, _SETTINGS):  # files of root's, and root may be who started all this
        mount("", setting, flags=("bind", "rec"), source=setting)
        mount("", setting, flags=("bind", "remount", "rdonly", *harmless))
    for secret in filter(os.path.exists, _SECRETS):
        mount("", secret, flags=("bind",), source=os.devnull)
    mount("", "/proc", flags=("bind", "remount", "rdonly", *harmless))  # who goes first stays as it is
    return [*layers, message("no settings of the system")]


def _limit(limits: GradingLimits, held: int | None, sandbox: bool) -> None:
    """Limits that the kernel keeps; the supervisor looks after what they leave open."""
    bounds = {
        resource.RLIMIT_CORE: _NO_CORE,
        resource.RLIMIT_CPU: int(limits.submission_seconds) + _GRACE_SECONDS,
        resource.RLIMIT_FSIZE: int(limits.file_mb * _MB),
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_SIGPENDING: _SIGNALS,
        resource.RLIMIT_MSGQUEUE: 0,  # all processes of a user share what there is
    }
    if sandbox:  # elsewhere those of the user's other programs would count
        bounds[resource.RLIMIT_NPROC] = int(limits.processes) + 1  # the supervisor is of the same user
    if held is not None:
        bounds[resource.RLIMIT_DATA] = held + int(limits.memory_mb * _MB)
    for kind, bound in bounds.items():
        _, most = resource.getrlimit(kind)
        bound = bound if most == resource.RLIM_INFINITY else min(bound, most)
        resource.setrlimit(kind, (bound, bound))
