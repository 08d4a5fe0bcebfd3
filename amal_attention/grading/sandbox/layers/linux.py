"""Calls of Linux that Python's ``os`` has no name for: namespaces, mounts, privileges.

Only what a child of the zygote needs; see ``namespaces(7)``, ``mount(2)``, ``prctl(2)`` and ``capabilities(7)``.
"""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

__all__ = [
    "adopt_orphans",
    "allow_looks",
    "die_with_parent",
    "drop_privileges",
    "forbid_new_privileges",
    "mount",
    "unshare",
]

_NEW_NAMESPACES = {
    "user": 0x10000000,
    "mount": 0x00020000,
    "pid": 0x20000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "network": 0x40000000,
}
_MOUNT_FLAGS = {
    "rdonly": 1,
    "nosuid": 2,
    "nodev": 4,
    "noexec": 8,
    "remount": 32,
    "bind": 4096,
    "rec": 0x4000,
    "private": 0x40000,
}
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CAPABILITY_VERSION = 0x20080522
_MOST_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(*namespaces: str) -> None:
    """Leave these namespaces for new ones; a new pid namespace is that of the children.

    In a new user namespace, user and group stay what they are.

    Raises:
        OSError: the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", _libc.unshare(sum(_NEW_NAMESPACES[each] for each in namespaces)))
    if "user" in namespaces:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def mount(
    kind: str, target: str, options: str = "", flags: tuple[str, ...] = ("nosuid", "nodev"), source: str = ""
) -> None:
    """Mount a file system of this kind, such as ``tmpfs``, on a folder; an empty kind changes the mount itself.

    With the flag "bind" the file or folder ``source`` is seen at the target.

    Raises:
        OSError: the system does not allow it.
    """
    bits = sum(_MOUNT_FLAGS[each] for each in flags)
    names = [each.encode() for each in (source or kind or "none", target, kind, options)]
    _call(f"mount {target}", _libc.mount(names[0], names[1], names[2] or None, ctypes.c_ulong(bits), names[3] or None))


def drop_privileges() -> None:
    """Give up every capability for good, also that of programs run later.

    Raises:
        OSError: the system does not allow it.
    """
    for capability in range(_MOST_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # there are no more of them
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", _libc.capset(header, (ctypes.c_uint32 * 6)()))
    forbid_new_privileges()


def forbid_new_privileges() -> None:
    """No program run from here on gains anything by being setuid.

    Raises:
        OSError: the system does not allow it.
    """
    _call("prctl", _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def die_with_parent() -> None:
    """Be killed when the parent ends, however it ends.

    Raises:
        OSError: the system does not allow it.
    """
    _call("prctl", _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def allow_looks() -> None:
    """Let this process, and others of its user, see it in /proc again, which a change of the user forbids.

    Raises:
        OSError: the system does not allow it.
    """
    _call("prctl", _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0))


def adopt_orphans() -> None:
    """Become the parent of descendants whose parent ends.

    Raises:
        OSError: the system does not allow it.
    """
    _call("prctl", _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def _call(what: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
