"""Whether all submissions of a course were graded alike: a lab may have been mended between two runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from amal_attention.grading.verdict.verdict import Status, Verdict

__all__ = ["graded_otherwise"]


def graded_otherwise(verdicts: Iterable[Verdict]) -> list[str]:
    """Students who were graded by another version of the lab, or of this program, than most; none where all are alike.

    Students who handed in nothing do not count. Where two versions graded equally many, the last one seen counts as
    most.

    Args:
        verdicts: the verdicts on the submissions to one lab.
    """
    by_version: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.status is not Status.MISSING:
            by_version[_version(verdict)].append(verdict.submission)
    *others, _ = sorted(by_version.values(), key=len) or [[]]
    return sorted(name for names in others for name in names)


def _version(verdict: Verdict) -> tuple[str, ...]:
    """What graded it; a question that was graded again has a version of its own."""
    return verdict.graded_by, *(question.lab_digest or verdict.lab_digest for question in verdict.questions)
