"""Hidden tests inside the student's own kernel, for a course that grades with nbgrader's own ``autograde``.

A test cell calls this where students do not see it. Honest submissions earn what ``amal grade`` gives them; a dishonest
one can do as it likes with tests that run beside it, which is why there is a sandbox.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from typing import Any

from amal_attention.checks.checking import marked_elsewhere
from amal_attention.errors import LabError

__all__ = ["hidden_points"]


def hidden_points(lab: str, question: str, names: dict[str, Any], seed: int = 1) -> float | None:
    """The points that the hidden tests of a question give; a public check of it that is missed then takes no mark.

    Args:
        lab: its name; its folder lies in ``AMAL_LABS``.
        question: ``grade_id`` of its solution cell.
        names: what the notebook defines: ``globals()``.
        seed: the seed of the tests.

    Returns:
        The points, as a cell's last expression nbgrader's partial credit; None where the lab is not to be found, so
        that the cell's own checks decide.
    """
    from amal_attention.grading.exam.hidden import hidden_tests
    from amal_attention.grading.exam.local_sitting import LocalSitting
    from amal_attention.lab import Lab

    try:
        folder = Lab.find(lab).folder / "hidden_tests"
    except LabError as error:
        print(f"the public checks alone decide: {error}")
        return None
    with warnings.catch_warnings(), contextlib.redirect_stderr(sys.stdout):  # nbgrader takes all for any warning
        warnings.simplefilter("ignore")
        with hidden_tests(folder, seed) as tests:
            held = tests.hold(LocalSitting(names), {question})
    marked_elsewhere.add(question)
    return sum(test.earned for test in held.get(question, ()))
