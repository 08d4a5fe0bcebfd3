"""The command that gives a process a file system of what Python needs and nothing else.

All of it is read-only, without a network and without the rest of the machine's processes.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from sysconfig import get_paths

from amal_attention.errors import SandboxError, explain

__all__ = ["bubblewrap"]

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
_PACKAGE = Path(__file__).parents[1]


def bubblewrap(secrets: Sequence[Path]) -> list[str]:
    """The command that runs another one in the sandbox.

    Args:
        secrets: files and folders that must not be seen from inside.

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
