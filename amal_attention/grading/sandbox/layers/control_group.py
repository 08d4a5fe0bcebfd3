"""Control groups of Linux (version 2), in which the kernel holds the memory, the processes and the CPU of a submission.

A grader may divide the group that it runs in where that group was handed on to it: by ``systemd-run --user --scope
-p Delegate=yes``, or by a container or a machine in which it is alone. Each submission gets a group of its own, and the
grader moves to one beside them, as no group that divides memory may hold processes. Groups of others are left alone.
Where there is nothing to divide, the limits of :mod:`amal_attention.grading.sandbox.layers.isolation` and the counts of
:mod:`amal_attention.grading.sandbox.supervisor` stand by themselves. See ``cgroups(7)`` and ``cgroup-v2.rst`` of the
kernel.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from amal_attention.errors import SandboxError, explain
from amal_attention.grading.sandbox.layers.mounts import mounts
from amal_attention.lab.limits import GradingLimits

__all__ = ["ControlGroup", "ControlGroups", "enter_group"]

_LAYERS = {
    "memory": "memory held by a control group",
    "pids": "processes held by a control group",
    "cpu": "share of CPU given by a control group",
}
_MARKS = ("user.delegate", "trusted.delegate")  # what systemd leaves on a group that it hands on
_MB = 2**20
_BESIDE_MB = 512  # pages of the zygote that a submission writes to, and what the kernel keeps for it
_SHARE = 33  # of the grader's 100, as nice 5 has beside nice 0
_END_SECONDS = 2.0
_LOOK_SECONDS = 0.005

_NAME = re.compile(r"amal-(\d+)-(\d+)-\d+")
"""How groups are called: by the process that made it, the time when that began, and a number."""
_numbers = itertools.count()


@dataclass(frozen=True)
class ControlGroup:
    """The control group of one submission.

    Attributes:
        folder: its files.
        layers: what it holds, in words.
    """

    folder: Path
    layers: tuple[str, ...]

    @contextmanager
    def way_in(self) -> Iterator[list[int]]:
        """The descriptor by which a process enters (:func:`enter_group`); none where the group is gone."""
        with contextlib.ExitStack() as opened:
            found = []
            with contextlib.suppress(OSError):
                found.append(opened.enter_context((self.folder / "cgroup.procs").open("wb", buffering=0)).fileno())
            yield found

    def holds_processes(self) -> bool:
        """Whether anything runs in it."""
        return bool(_processes(self.folder))

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended a process in it because its memory was full."""
        with contextlib.suppress(OSError, ValueError):
            events = dict(line.split() for line in (self.folder / "memory.events").read_text().splitlines())
            return int(events.get("oom_kill", "0")) > 0
        return False

    def end(self) -> None:
        """Kill what still runs in it, and remove it; what does not go now goes when a grader starts."""
        _write(self.folder / "cgroup.kill", "1")
        deadline = time.monotonic() + _END_SECONDS
        while not _removed(self.folder) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)


@dataclass(frozen=True)
class ControlGroups:
    """The control groups that this grader may make.

    Attributes:
        folder: where it makes them; None where it may make none.
        controllers: what they hold: "memory", "pids" and "cpu", as far as the machine hands them on.
        missing: why not all of it, and what to do; empty if nothing is.
    """

    folder: Path | None = None
    controllers: tuple[str, ...] = ()
    missing: str = ""

    @classmethod
    def here(cls, told: Path = Path("/proc/self")) -> ControlGroups:
        """Those below the group that this process is in; it leaves that for one of them, where it must.

        Groups of graders that died are removed.

        Args:
            told: where the kernel tells of this process.
        """
        try:
            folder = _group_of_this_process(told)
            if _NAME.fullmatch(folder.name):  # the one above was divided by the grader that began this process
                folder = folder.parent
                _check_rights(folder)
                handed_on = _words(folder / "cgroup.subtree_control")
            else:
                _check_handed_on(folder)
                handed_on = _divided(folder)
        except SandboxError as error:
            return cls(missing=str(error))
        except OSError as error:
            return cls(missing=_missing(f"{error.filename}: {error.strerror}"))
        _remove_abandoned(folder)
        absent = [each for each in _LAYERS if each not in handed_on]
        missing = _missing(f"{folder}, which is handed no {' and no '.join(absent)}") if absent else ""
        return cls(folder, tuple(each for each in _LAYERS if each in handed_on), missing)

    def new(self, limits: GradingLimits) -> ControlGroup | None:
        """A group for a submission with these limits; None where none can be made.

        It holds more memory than the limit: the supervisor, which counts what is the submission's own, comes first.
        """
        if self.folder is None:
            return None
        folder = self.folder / _new_name()
        with contextlib.suppress(OSError):
            folder.mkdir()
        layers = tuple(_LAYERS[each] for each in self.controllers if _limited(folder, each, limits))
        if layers:
            return ControlGroup(folder, layers)
        _removed(folder)
        return None


def enter_group(way_in: int) -> None:
    """Move this process into a group, and close the descriptor that leads there.

    Where that fails, the grader sees that nobody came.
    """
    with contextlib.suppress(OSError):
        os.write(way_in, b"0")
    os.close(way_in)


def _group_of_this_process(told: Path) -> Path:
    """The folder of the control group that this process is in.

    Raises:
        SandboxError: there are no control groups of version 2, or it is in none that can be seen.
        OSError: the kernel does not tell.
    """
    lines = (told / "cgroup").read_text().splitlines()
    name = Path(next((line.removeprefix("0::") for line in lines if line.startswith("0::")), ""))
    for each in mounts(told):
        if each.kind == "cgroup2" and name.is_relative_to(each.root) and ".." not in name.parts:
            return Path(each.place) / name.relative_to(each.root)
    raise SandboxError(_missing("none that this program sees"))


def _check_handed_on(folder: Path) -> None:
    """Pass where this process may divide a group.

    It may at the root of a machine, where systemd says that it handed the group on, and where nothing else runs in
    it: in a container, or where the user's own systemd, of a version that does not say so, began this program.

    Raises:
        SandboxError: it may not.
    """
    _check_rights(folder)
    of_a_machine = not (folder / "cgroup.type").exists()
    topmost = not (folder.parent / "cgroup.procs").exists()
    alone = _processes(folder) == [os.getpid()] and (topmost or os.geteuid() != 0)
    if not (of_a_machine or alone or _is_marked(folder)):
        raise SandboxError(_missing(f"{folder}, which was handed on to nobody"))


def _check_rights(folder: Path) -> None:
    """Pass where this process can change a group.

    Raises:
        SandboxError: it cannot.
    """
    if not all(
        os.access(each, os.W_OK) for each in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control")
    ):
        raise SandboxError(_missing(f"{folder}, which this user cannot change"))


def _is_marked(folder: Path) -> bool:
    """Whether systemd says that it handed a group on."""
    for mark in _MARKS:
        with contextlib.suppress(OSError):
            if os.getxattr(folder, mark) == b"1":
                return True
    return False


def _divided(folder: Path) -> set[str]:
    """Have a group hand on what there is to the groups below it; what it hands on then.

    What runs in it goes to one of those.

    Raises:
        SandboxError: there is nothing to hand on.
        OSError: it cannot be handed on. In both cases all is as it was.
    """
    offered, before = _words(folder / "cgroup.controllers"), _words(folder / "cgroup.subtree_control")
    wanted = [each for each in _LAYERS if each in offered - before]
    if not wanted and before.isdisjoint(_LAYERS):
        raise SandboxError(_missing(f"{folder}, which is handed none of {', '.join(_LAYERS)}"))
    aside = folder / _new_name()
    try:
        if (folder / "cgroup.type").exists():  # the root of a machine may hold processes
            aside.mkdir()
            _move_all(folder, aside)
        return before | {each for each in wanted if _is_handed_on(folder, each)}
    except OSError:
        for each in wanted:
            _write(folder / "cgroup.subtree_control", f"-{each}")
        with contextlib.suppress(OSError):
            _move_all(aside, folder)
        _removed(aside)
        raise


def _is_handed_on(folder: Path, controller: str) -> bool:
    """Hand a controller on to the groups below; False where CPU is not to be had, as beside a real-time process.

    Raises:
        OSError: something still runs in the group.
    """
    try:
        (folder / "cgroup.subtree_control").write_text(f"+{controller}")
    except OSError:
        if controller != "cpu":
            raise
        return False
    return True


def _move_all(folder: Path, target: Path) -> None:
    """Move all that runs in a group into another one.

    Raises:
        OSError: it does not go.
    """
    for each in _processes(folder):
        with contextlib.suppress(ProcessLookupError):  # it ended
            (target / "cgroup.procs").write_text(str(each))


def _limited(folder: Path, controller: str, limits: GradingLimits) -> bool:
    """Set the limits of a group that belong to a controller; whether the one that counts holds."""
    memory = int((limits.memory_mb + 2 * limits.file_mb + _BESIDE_MB) * _MB)  # there are two folders for files
    counts, *beside = {
        "memory": [("memory.max", memory), ("memory.swap.max", 0), ("memory.oom.group", 1)],
        "pids": [("pids.max", int(limits.processes) + 1)],  # one more, so that the supervisor sees it
        "cpu": [("cpu.weight", _SHARE)],
    }[controller]
    for name, value in beside:
        _write(folder / name, str(value))
    return _write(folder / counts[0], str(counts[1]))


def _remove_abandoned(folder: Path) -> None:
    """Remove the groups of graders that died, but those in which something runs."""
    for each in folder.glob("amal-*"):
        made_by = _NAME.fullmatch(each.name)
        if made_by and _began(int(made_by[1])) != int(made_by[2]):
            _removed(each)


def _new_name() -> str:
    return f"amal-{os.getpid()}-{_began(os.getpid())}-{next(_numbers)}"


def _began(pid: int) -> int:
    """When a process began, in ticks since the machine did; -1 where there is none."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19])
    return -1


def _processes(folder: Path) -> list[int]:
    """Those that run in a group; none where it is gone."""
    with contextlib.suppress(OSError):
        return list(map(int, (folder / "cgroup.procs").read_text().split()))
    return []


def _words(file: Path) -> set[str]:
    """What a file of a group lists.

    Raises:
        OSError: the group is gone.
    """
    return set(file.read_text().split())


def _write(file: Path, value: str) -> bool:
    """Write to a file of a group; whether the kernel took it."""
    try:
        file.write_text(value)
    except OSError:
        return False
    return True


def _removed(folder: Path) -> bool:
    """Remove a group; False where something is still in it."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _missing(got: str) -> str:
    """Why there are no control groups here, and what to type."""
    scope = "systemd-run --scope" if os.geteuid() == 0 else "systemd-run --user --scope"
    return explain(
        expected="a control group that was handed on to this program",
        got=got,
        do=f"where there is systemd, type {scope} -p Delegate=yes amal grade ...",
    )
