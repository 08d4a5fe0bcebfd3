"""A run over many submissions: what was graded before is taken from the folder, the rest is graded and kept at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from amal_attention.grading.engine import grade, lab_digest
from amal_attention.grading.limits import GradingLimits
from amal_attention.grading.reference import Reference
from amal_attention.grading.sandbox import Isolation
from amal_attention.grading.submissions import Submission, read_submission
from amal_attention.grading.verdict import Verdict
from amal_attention.grading.verdicts import VerdictFolder
from amal_attention.grading.workers import ALONE, Crew, grade_on_workers
from amal_attention.lab import Lab

__all__ = ["grade_all"]


def grade_all(
    lab: Lab,
    places: Mapping[str, Path],
    out: Path | None,
    seed: int | None,
    isolation: Isolation,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    report: Callable[[Verdict], None] = lambda verdict: None,
    crew: Crew = ALONE,
    reference: Callable[[], Reference] | None = None,
) -> list[Verdict]:
    """Grade the submissions in these places; the verdicts, in their order.

    Args:
        lab: the lab.
        places: files and folders by the name of the submission; where there is nothing, it is missing.
        out: where verdicts are kept. One that is there counts if submission, lab, limits, isolation and seed are what
            they were.
        seed: of what the hidden tests draw; by default that of the verdicts in ``out``, else a new one.
        isolation: where the submissions' code runs.
        progress: told how many are done, of how many, and the name of the one that is graded.
        report: told each verdict, kept or new, as soon as it is there.
        crew: who grades.
        reference: gives the releases of the lab; they are made where it is not given.

    Raises:
        CourseError: there is no scheduler at the address of the crew's.
        LabError: the lab cannot be graded.
        SandboxError: there is no sandbox on this machine.
        StorageError: a verdict cannot be kept.
    """
    folder = VerdictFolder(out) if out is not None else None
    seed = _seed(folder) if seed is None else seed
    verdicts = _kept(folder, places, lab, seed, isolation) if folder is not None else {}
    for verdict in verdicts.values():
        report(verdict)
    to_grade = [name for name in places if name not in verdicts]

    def keep(verdict: Verdict) -> None:
        if folder is not None:
            folder.keep(verdict)
        verdicts[verdict.submission] = verdict
        report(verdict)

    def submissions() -> Iterator[Submission]:
        for name in to_grade:
            progress(len(verdicts), len(places), name)
            yield read_submission(name, places[name], lab.name)

    if to_grade and crew.alone:
        grade(lab, submissions(), keep, seed=seed, isolation=isolation, reference=reference)
    elif to_grade:
        grade_on_workers(lab, submissions(), keep, seed=seed, isolation=isolation, crew=crew, reference=reference)
    return [verdicts[name] for name in places]


def _seed(folder: VerdictFolder | None) -> int:
    """The one of the verdicts that are there, else a new one."""
    kept = folder.seed() if folder is not None else None
    return random.SystemRandom().randrange(1, 10**9) if kept is None else kept


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
