"""A run over many submissions: what was graded before is taken from the folder, the rest is graded and kept at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from amal_attention.grading.engine import grade, lab_digest
from amal_attention.grading.limits import GradingLimits
from amal_attention.grading.sandbox import Isolation
from amal_attention.grading.submissions import Submission, find_submissions, read_submission
from amal_attention.grading.verdict import Verdict
from amal_attention.grading.verdicts import VerdictFolder
from amal_attention.lab import Lab

__all__ = ["grade_all"]


def grade_all(
    lab: Lab,
    places: Sequence[Path],
    out: Path | None,
    seed: int | None,
    isolation: Isolation,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> list[Verdict]:
    """Grade the submissions in these places; the verdicts, in the order of their names.

    Args:
        lab: the lab.
        places: files and folders, as :func:`amal_attention.grading.submissions.find_submissions` takes them.
        out: where verdicts are kept. One that is there counts if submission, lab, limits, isolation and seed are what
            they were.
        seed: of what the hidden tests draw; by default that of the verdicts in ``out``, else a new one.
        isolation: where the submissions' code runs.
        progress: told how many are done, of how many, and the name of the one that is graded.

    Raises:
        LabError: there is nothing to be graded, or the lab cannot be graded.
        SandboxError: there is no sandbox on this machine.
        StorageError: a verdict cannot be kept.
    """
    places_by_name = find_submissions(places)
    folder = VerdictFolder(out) if out is not None else None
    if seed is None and folder is not None:
        seed = folder.seed()
    if seed is None:
        seed = random.SystemRandom().randrange(1, 10**9)
    verdicts = _kept(folder, places_by_name, lab, seed, isolation) if folder is not None else {}
    to_grade = [name for name in places_by_name if name not in verdicts]

    def report(verdict: Verdict) -> None:
        if folder is not None:
            folder.keep(verdict)
        verdicts[verdict.submission] = verdict

    def submissions() -> Iterator[Submission]:
        for name in to_grade:
            progress(len(verdicts), len(places_by_name), name)
            yield read_submission(name, places_by_name[name], lab.name)

    if to_grade:
        grade(lab, submissions(), report, seed=seed, isolation=isolation)
    return [verdicts[name] for name in places_by_name]


def _kept(
    folder: VerdictFolder, places: Mapping[str, Path], lab: Lab, seed: int, isolation: Isolation
) -> dict[str, Verdict]:
    """The verdicts in the folder that grading again would give."""
    now = (lab_digest(lab), GradingLimits.of(lab.limits).to_dict(), seed, str(isolation))
    verdicts = {}
    for name, place in places.items():
        kept = folder.kept(name)
        if kept is None or (kept.lab_digest, kept.limits, kept.seed, kept.isolation) != now:
            continue
        if kept.digest == read_submission(name, place, lab.name).digest:
            verdicts[name] = kept
    return verdicts
