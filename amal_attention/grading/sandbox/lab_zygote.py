"""The zygote of a lab: it imports what the lab's notebooks import, and does not see what they must not see."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from amal_attention.grading.sandbox.imports import imports_of
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.lab import Lab

__all__ = ["zygote_for"]


def zygote_for(lab: Lab, isolation: Isolation, secrets: Sequence[Path] = ()) -> Zygote:
    """A zygote that imports what the notebooks of the lab import.

    Args:
        lab: the lab, which no submission may see.
        isolation: where the submissions' code runs.
        secrets: what else no submission may see: the course, other submissions, verdicts.

    Raises:
        SandboxError: there is no sandbox on this machine, or a secret would be seen in it.
    """
    imports = imports_of(lab.script.read_text("utf-8"))
    return Zygote(isolation, lab.limits, imports, [lab.folder, *secrets])
