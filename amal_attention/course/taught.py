"""A lab as a course teaches it: without some optional parts, its points scaled to the total of the course."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.shares import shares
from amal_attention.errors import LabError, explain
from amal_attention.lab import Lab

__all__ = ["is_of_part", "taught"]

_DIGITS = 2  # of points, which students read in the notebook


def taught(lab: Lab, without: Collection[str] = (), total: float | None = None) -> Lab:
    """The lab without these parts, each other graded cell worth its share of ``total``.

    Args:
        lab: the lab as its folder has it.
        without: questions that the lab calls optional, such as "q5".
        total: the sum of all points; what is left of the lab's own where it is not given.

    Raises:
        LabError: one of these parts is not optional, nothing would be left, or ``total`` is no number of points.
    """
    for part in without:
        if part not in lab.optional:
            raise LabError(
                explain(
                    expected=f"an optional part of {lab.name} ({', '.join(lab.optional) or 'it has none'})",
                    got=repr(part),
                    do=f"name one of these, or say optional = true of it in {lab.folder / 'lab.toml'}",
                )
            )
    left = {cell: most for cell, most in lab.points.items() if not any(is_of_part(cell, part) for part in without)}
    if total is not None and not (0 < total < math.inf and sum(left.values()) > 0):
        raise LabError(
            explain(
                expected="a total to which points can be scaled",
                got=f"{total:g}, for points that add up to {sum(left.values()):g}",
                do="give a number above 0, such as 20",
            )
        )
    if total is not None:
        left = dict(zip(left, shares(list(left.values()), total, _DIGITS), strict=True))
    kept = {key: title for key, title in lab.questions.items() if key not in without}
    return replace(lab, questions=kept, points=left, own_points=lab.points, without=tuple(sorted(without)))


def is_of_part(grade_id: str, part: str) -> bool:
    """Whether a graded cell, its test or its answer, belongs to a part such as "q5".

    >>> is_of_part("test-q5-entropy", "q5"), is_of_part("q50-entropy", "q5")
    (True, False)
    """
    return grade_id.removeprefix(TEST_PREFIX).split("-")[0] == part
