"""Whether a folder of nbgrader's exchange is from the student that it names: the file system knows its owner.

Everybody may write into the exchange, under any name. What the collector, or root, put there is theirs to vouch for: a
copy of the exchange that an assistant made is believed.
"""

from __future__ import annotations

import os
import pwd

from amal_attention.course.collect.archive import Member
from amal_attention.course.collect.layout import Claim
from amal_attention.printable import one_line

__all__ = ["why_not_theirs"]


def why_not_theirs(claim: Claim, member: Member) -> str | None:
    """Why a file is not believed to be of the student whose id its folder bears; None if it is.

    Archives tell no owner, and other layouts are not made by students: there is nothing to compare.

    Args:
        claim: whose the file is said to be.
        member: the file.
    """
    if claim.signed is None or not member.owners:
        return None
    folder, *inside = member.owners[claim.signed :]
    if folder in (0, os.geteuid()):
        return None
    names = [_name_of(owner) for owner in (folder, *inside)]
    stranger = next((name for name in names if name != claim.name), None)
    if stranger is None:
        return None
    return (
        f"it says that it is from {one_line(claim.name)} and belongs to {one_line(stranger)}: find out who handed it "
        "in; if it is right, copy the folder and collect the copy"
    )


def _name_of(owner: int) -> str:
    """The login of a user."""
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"the unknown user {owner}"
