"""Users for the submissions that root grades: the kernel keeps no limit on the number of root's processes.

Root puts up the sandbox without a user namespace, so that the zygote in it may become somebody else, and nothing more.
Each submission does, before anything of a student's runs: one of many user ids that nobody has.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from amal_attention.grading.sandbox.layers.linux import allow_looks

__all__ = ["become", "first_user", "user_of"]

_FREE = range(61_184, 65_520 - 256)  # where systemd too takes users from that are there for one program alone
_USERS = 256
_NEEDED = (6, 7, 21)  # CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN


def first_user() -> int | None:
    """The first of the user ids that submissions get here; None where this is no root that may do all this."""
    if os.geteuid() != 0 or not all(_rights() >> each & 1 for each in _NEEDED):
        return None
    known = {each.pw_uid for each in pwd.getpwall()}
    start = os.getpid() % len(_FREE)
    candidates = [*_FREE[start:], *_FREE[:start]]
    return next((each for each in candidates if known.isdisjoint(range(each, each + _USERS))), None)


def user_of(number: int, first: int) -> int:
    """The user id of a submission, by its number since the zygote began: no two that run at once have the same."""
    return first + number % _USERS


def become(user: int) -> None:
    """Be this user, and nothing else, for good.

    Raises:
        OSError: the system does not allow it.
    """
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    allow_looks()


def _rights() -> int:
    """The capabilities of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
