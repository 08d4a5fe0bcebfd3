"""What an entry of the library is: how a bad submission is made of a solved notebook, and what it must end in."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from amal_attention.grading.sandbox.layers.unprivileged import first_user
from amal_attention.grading.verdict.verdict import Status
from tests.grading.submissions.damaged import name_of, saved, solutions
from tests.grading.submissions.mill import POINTS

__all__ = ["TOO_MANY", "Bad", "Notebook", "added", "answered", "bad", "both", "cheating"]

Notebook = dict[str, Any]

KERNEL_COUNTS = os.getuid() != 0 or first_user() is not None
TOO_MANY: dict[str, Any] = {} if KERNEL_COUNTS else {"status": Status.PARTIAL, "why": "processes at once"}
"""What comes of too many processes: the kernel refuses them, but root's, which the supervisor ends."""
Edit = Callable[[Notebook], Notebook]


@dataclass(frozen=True)
class Bad:
    """A bad submission.

    Attributes:
        make: the bytes of its file, made of the solved notebook.
        earned: what each question must earn.
        status: that it must end in.
        why: words that stand in the reason of this status.
        told: words that stand in one of the repairs; empty where nothing is to be repaired.
        alone: whether it runs in the sandbox alone: without one it could do harm, or means nothing.
        works: whether it takes CPU time for a right answer: it needs limits that a slow machine does not reach.
    """

    make: Callable[[Notebook], bytes]
    earned: Mapping[str, float] = field(default_factory=lambda: dict(POINTS))
    status: Status = Status.GRADED
    why: str = ""
    told: str = ""
    alone: bool = True
    works: bool = False


def bad(
    edit: Edit,
    *,
    lost: Iterable[str] = (),
    status: Status = Status.GRADED,
    why: str = "",
    told: str = "",
    earned: Mapping[str, float] | None = None,
    alone: bool = True,
    works: bool = False,
) -> Bad:
    """An entry: the questions ``lost`` earn nothing, those in ``earned`` that much, all others what they are worth."""
    marks = POINTS | dict.fromkeys(lost, 0.0) | dict(earned or {})
    return Bad(lambda notebook: saved(edit(copy.deepcopy(notebook))), marks, status, why, told, alone, works)


def answered(**answers: str) -> Edit:
    """Other answers: ``q1=`` and so on."""

    def edit(notebook: Notebook) -> Notebook:
        for cell in solutions(notebook):
            short = name_of(cell).split("-")[0]
            cell["source"] = answers.get(short, cell["source"])
        return notebook

    return edit


def added(source: str, *, last: bool = False) -> Edit:
    """A code cell of their own, before the first answer or at the end."""

    def edit(notebook: Notebook) -> Notebook:
        cells = notebook["cells"]
        where = len(cells) if last else cells.index(solutions(notebook)[0])
        more = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        cells.insert(where, more | {"id": f"own-{len(json.dumps(source))}"})
        return notebook

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(notebook: Notebook) -> Notebook:
        for each in edits:
            notebook = each(notebook)
        return notebook

    return edit


def cheating(source: str, wrong: Mapping[str, str], *, last: bool = False) -> Edit:
    """A cell that is to earn marks for wrong answers; ``wrong`` are the answers by ``grade_id``."""
    return both(answered(**{name.split("-")[0]: text for name, text in wrong.items()}), added(source, last=last))
