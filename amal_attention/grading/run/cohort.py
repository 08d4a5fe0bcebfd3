"""A run over many submissions: what was graded before is taken from the folder, the rest is graded and kept at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from amal_attention.grading.run.grader import grade_each, lab_digest
from amal_attention.grading.run.questions_again import QuestionsAgain
from amal_attention.grading.run.workers import ALONE, Crew, grade_on_workers
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import Submission, read_submission
from amal_attention.grading.verdict.provenance import graded_by
from amal_attention.grading.verdict.verdict import Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab

__all__ = ["GradingRun", "grade_by_crew", "grade_cohort"]

_SECRET_BITS = 128


def _silent(done: int, total: int, name: str) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class GradingRun:
    """What all submissions of one run have in common.

    Attributes:
        lab: the lab.
        isolation: where the submissions' code runs.
        seed: the seed of the hidden tests; by default that of the verdicts that are kept, else a new one.
        crew: who grades.
        questions: the only ones to be graded; all if there are none here. The rest of a kept verdict stays; a
            submission without one, or that is not graded to its end, is graded whole.
        progress: told how many are done, of how many, and the name of the one that is graded.
    """

    lab: Lab
    isolation: Isolation = Isolation.SANDBOX
    seed: int | None = None
    crew: Crew = ALONE
    questions: Sequence[str] = ()
    progress: Callable[[int, int, str], None] = _silent


def grade_cohort(
    run: GradingRun,
    places: Mapping[str, Path],
    out: Path | None,
    report: Callable[[Verdict, Submission], None] = lambda verdict, submission: None,
    reference: Callable[[], Reference] | None = None,
) -> list[Verdict]:
    """Grade the submissions in these places; the verdicts, in their order.

    Args:
        run: what they have in common.
        places: files and folders by the name of the submission; where there is nothing, it is missing.
        out: where verdicts are kept. One that is there counts if submission, lab, limits, isolation, seed and
            the code that grades are what they were, and what is graded now is shut in by the same layers.
        report: told each verdict, kept or new, as soon as it is there, with the submission that it is on: what stands
            in its place by then may be another.
        reference: gives the releases of the lab; they are made where it is not given.

    Raises:
        CourseError: there is no scheduler at the address of the crew's.
        LabError: the lab cannot be graded.
        SandboxError: there is no sandbox on this machine.
        StorageError: a verdict cannot be kept.
    """
    folder = VerdictFolder(out) if out is not None else None
    seed = _seed(folder) if run.seed is None else run.seed
    verdicts: dict[str, Verdict] = {}
    for verdict, submission in _kept(folder, places, run, seed):
        verdicts[verdict.submission] = verdict
        report(verdict, submission)
    kept = tuple(verdicts.values())
    part = QuestionsAgain(run.questions, folder, seed, run.isolation, run.lab.limits)
    given: dict[str, Submission] = {}

    def keep(verdict: Verdict) -> None:
        submission = given.pop(verdict.submission)
        if (merged := part.merged(verdict)) is None:
            return
        if folder is not None:
            folder.keep(merged)
        verdicts[merged.submission] = merged
        report(merged, submission)

    def submissions(names: Iterable[str]) -> Iterator[Submission]:
        for name in names:
            run.progress(len(verdicts), len(places), name)
            given[name] = part.asked(read_submission(name, places[name], run.lab.name))
            yield given[name]

    while to_grade := [name for name in places if name not in verdicts]:
        grade_by_crew(
            run.crew,
            run.lab,
            submissions(to_grade),
            keep,
            seed=seed,
            isolation=run.isolation,
            reference=reference,
            secrets=[*filter(None, [out]), *{place.parent for place in places.values()}],
        )
        _drop_other_layers(kept, verdicts)
        kept = ()
    return [verdicts[name] for name in places]


def grade_by_crew(
    crew: Crew,
    lab: Lab,
    submissions: Iterable[Submission],
    report: Callable[[Verdict], None],
    *,
    seed: int,
    isolation: Isolation,
    reference: Callable[[], Reference] | None = None,
    secrets: Sequence[Path] = (),
) -> None:
    """Grade submissions in this process, or on the workers of the crew.

    Raises:
        AmalError: as :func:`amal_attention.grading.run.grader.grade_each` and
            :func:`amal_attention.grading.run.workers.grade_on_workers`.
    """
    if crew.alone:
        grade_each(lab, submissions, report, seed=seed, isolation=isolation, reference=reference, secrets=secrets)
    else:
        grade_on_workers(
            lab, submissions, report, seed=seed, isolation=isolation, crew=crew, reference=reference, secrets=secrets
        )


def _seed(folder: VerdictFolder | None) -> int:
    """The one of the verdicts that are there, else a new one."""
    kept = folder.seed() if folder is not None else None
    return secrets.randbits(_SECRET_BITS) if kept is None else kept


def _settled_by(verdict: Verdict) -> tuple[object, ...]:
    return verdict.lab_digest, verdict.graded_by, verdict.limits, verdict.seed, verdict.isolation


def _drop_other_layers(kept: Sequence[Verdict], verdicts: dict[str, Verdict]) -> None:
    """Drop kept verdicts that were found behind other layers than those of what was graded now.

    Which layers there are is known when something was graded: where nothing is to be, no sandbox is started to ask.
    """
    before = {verdict.submission for verdict in kept}
    now = {verdict.layers for name, verdict in verdicts.items() if name not in before and verdict.layers}
    for each in kept:
        if now and each.layers and each.layers not in now:
            del verdicts[each.submission]


def _kept(
    folder: VerdictFolder | None, places: Mapping[str, Path], run: GradingRun, seed: int
) -> Iterator[tuple[Verdict, Submission]]:
    """The verdicts in the folder that grading again would give, each with its submission."""
    if folder is None:
        return
    limits = run.lab.limits.to_dict()
    now = (lab_digest(run.lab), graded_by(), limits, seed, str(run.isolation))
    for name, place in places.items():
        kept = folder.kept(name)
        if kept is None or _settled_by(kept) != now:
            continue
        submission = read_submission(name, place, run.lab.name)
        if kept.digest == submission.digest:
            yield kept, submission
