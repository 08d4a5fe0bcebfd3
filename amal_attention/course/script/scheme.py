"""The marking scheme of a lab: what a question is about earns at least half of it, and every requirement is tested.

An answer earns something only if it is *alive*: if what the question is about is at least attempted. A test of the
question sees that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.problems import Problem
from amal_attention.course.script.marks import Mark, hidden_marks
from amal_attention.course.script.script import Script
from amal_attention.lab import Lab

__all__ = ["scheme_problems"]


def scheme_problems(lab: Lab, script: Script) -> list[Problem]:
    """Where the hidden tests of a lab pay for something else than what its questions are about, or leave some untested.

    Args:
        lab: one whose points agree (see :func:`amal_attention.course.script.points.points_problems`).
        script: its script.
    """
    folder = lab.folder / "hidden_tests"
    if not folder.is_dir():
        return []
    marks, problems = hidden_marks(folder, script)
    questions = [name.removeprefix(TEST_PREFIX) for name in lab.own_points if name.startswith(TEST_PREFIX)]
    for question in questions:
        of_it = [mark for mark in marks if mark.question == question]
        stated = lab.requirements.get(question, {})
        problems += [*_payment(lab, question, of_it), *_coverage(lab.folder / "lab.toml", question, of_it, stated)]
    return problems


def _payment(lab: Lab, question: str, marks: Sequence[Mark]) -> Iterator[Problem]:
    """What is wrong with what is paid for."""
    if not marks:
        return
    path, line = marks[0].path, marks[0].line
    essential, points = (
        math.fsum(each) for each in ([m.points for m in marks if m.essential], [m.points for m in marks])
    )
    if not any(mark.essential for mark in marks):
        yield Problem(path, line, f"no test of {question} is essential=True: which ones look at what it is about?")
    elif essential < points / 2 and not math.isclose(essential, points / 2):
        yield Problem(
            path, line, f"essential tests of {question} give {essential:g} of {points:g} points, not half of it"
        )
    if not any(mark.alive for mark in marks):
        yield Problem(path, line, f"no test of {question} is alive=True: which one sees that its idea is attempted?")


def _coverage(manifest: Path, question: str, marks: Sequence[Mark], stated: dict[str, str]) -> Iterator[Problem]:
    """Requirements without a test in their own question, and tests without a requirement."""
    for mark in marks:
        for name in mark.requires:
            if name not in stated:
                told = ", ".join(stated) or "none is stated"
                yield Problem(mark.path, mark.line, f"{name!r} is no requirement of {question} in lab.toml ({told})")
        if mark.points and not mark.requires:
            yield Problem(
                mark.path, mark.line, f"a test of {question} says no requires: which requirement does it test?"
            )
    tested = {name for mark in marks for name in mark.requires}
    for name in stated:
        if name not in tested:
            yield Problem(manifest, 1, f"no hidden test of {question} requires {name!r}: {stated[name]}")
