"""Submissions in, verdicts out: whatever a submission is or does, it gets exactly one."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from amal_attention.checks.outcome import Outcome, State
from amal_attention.errors import SandboxError, Unreadable, WrongLab
from amal_attention.grading.hidden import HiddenTests, with_hidden_tests
from amal_attention.grading.imports import imports_of
from amal_attention.grading.limits import GradingLimits
from amal_attention.grading.reference import Reference
from amal_attention.grading.repair import Answers, read_answers
from amal_attention.grading.sandbox import Forks, Isolation, SharedZygote, Zygote
from amal_attention.grading.sitting import Sitting
from amal_attention.grading.submissions import Submission
from amal_attention.grading.telling import without_folders
from amal_attention.grading.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.printable import printable

__all__ = ["grade", "lab_digest", "zygote_for"]

_LONGEST_OUTPUT = 2000


def grade(
    lab: Lab,
    submissions: Iterable[Submission],
    report: Callable[[Verdict], None],
    *,
    seed: int,
    isolation: Isolation = Isolation.SANDBOX,
    reference: Callable[[], Reference] | None = None,
    address: Path | None = None,
) -> None:
    """Grade submissions one after the other.

    Args:
        lab: the lab.
        submissions: what is to be graded.
        report: told each verdict when it is there.
        seed: of what the hidden tests draw; the same for all, so that all are asked the same.
        isolation: where the submissions' code runs.
        reference: gives the releases of the lab; they are made where it is not given.
        address: of a zygote of this lab and isolation, where there is one to share.

    Raises:
        LabError: the lab has no hidden tests, or no release can be made of it.
        SandboxError: there is no sandbox on this machine.
    """
    zygotes = [_zygote(lab, isolation, address)]

    def each(tests: HiddenTests) -> None:
        grading = _Grading(lab, releases, tests, zygotes[0], seed, isolation)
        for submission in submissions:
            try:
                report(grading.verdict(submission))
            except SandboxError:  # the zygote is gone: once more, with another one
                zygotes.append(zygote_for(lab, isolation))
                grading = replace(grading, zygote=zygotes[-1])
                report(grading.verdict(submission))

    try:
        releases = reference() if reference is not None else Reference.of(lab)
        with_hidden_tests(lab.folder / "hidden_tests", seed, each)
    finally:
        for zygote in zygotes:
            zygote.close()


def zygote_for(lab: Lab, isolation: Isolation, address: Path | None = None) -> Zygote:
    """A zygote that imports what the notebooks of the lab import.

    Args:
        lab: the lab.
        isolation: where the submissions' code runs.
        address: a path at which other processes find it.

    Raises:
        SandboxError: there is no sandbox on this machine, or the lab would be seen in it.
    """
    imports = imports_of((lab.folder / f"{lab.name}.py").read_text("utf-8"))
    return Zygote(isolation, GradingLimits.of(lab.limits), imports, [lab.folder], address)


def _zygote(lab: Lab, isolation: Isolation, address: Path | None) -> Forks:
    """The one to share, if it is there, else one's own."""
    if address is not None:
        with contextlib.suppress(SandboxError):
            return SharedZygote(address, isolation, GradingLimits.of(lab.limits))
    return zygote_for(lab, isolation)


def lab_digest(lab: Lab) -> str:
    """What tells this state of the lab's manifest, script and hidden tests from any other."""
    files = [lab.folder / "lab.toml", lab.folder / f"{lab.name}.py", *sorted(lab.folder.glob("hidden_tests/*.py"))]
    read = hashlib.sha256()
    for path in files:
        read.update(hashlib.sha256(path.read_bytes()).digest())
    return read.hexdigest()[:16]


@dataclass(frozen=True)
class _Grading:
    """What the verdicts of one run have in common."""

    lab: Lab
    reference: Reference
    tests: HiddenTests
    zygote: Forks
    seed: int
    isolation: Isolation

    def verdict(self, submission: Submission) -> Verdict:
        began = time.monotonic()
        verdict = replace(
            self._judged(submission),
            seed=self.seed,
            isolation=str(self.isolation),
            limits=self.zygote.limits.to_dict(),
            digest=submission.digest,
            lab_digest=lab_digest(self.lab),
        )
        return replace(verdict, seconds=time.monotonic() - began)

    def _judged(self, submission: Submission) -> Verdict:
        nothing = Verdict(submission.name, self.lab.name, Status.MISSING, submission.why, self._nothing())
        if submission.raw is None:
            return replace(nothing, status=submission.status)
        try:
            answers = read_answers(submission.raw, self.reference)
        except Unreadable as error:
            return replace(nothing, status=Status.UNREADABLE, why=str(error))
        except WrongLab as error:
            return replace(nothing, status=Status.WRONG_LAB, why=str(error))
        return self._sat(replace(nothing, repairs=(*submission.remarks, *answers.repairs)), answers)

    def _sat(self, nothing: Verdict, answers: Answers) -> Verdict:
        """The verdict on answers that can be run."""
        sitting = Sitting(self.zygote, answers)
        try:
            held = self.tests.hold(sitting)
        finally:
            sitting.close()
        status, why = _status(sitting, held)
        return replace(
            nothing,
            status=status,
            why=why,
            questions=self._by_question(held),
            errors=tuple(f"cell {error.cell}: {printable(error.text)}" for error in sitting.errors),
            output=printable(without_folders(sitting.output), _LONGEST_OUTPUT) if sitting.losses else "",
            layers=self.zygote.layers,
            cpu_seconds=sitting.cpu_seconds,
            peak_mb=sitting.peak_mb,
        )

    def _by_question(self, held: dict[str, list[TestVerdict]]) -> tuple[QuestionVerdict, ...]:
        return tuple(QuestionVerdict(each, tuple(held.get(each, ()))) for each in self.reference.questions)

    def _nothing(self) -> tuple[QuestionVerdict, ...]:
        """The tests of which none was held."""
        outcome = Outcome("there is a notebook to grade", State.TO_DO)
        held: dict[str, list[TestVerdict]] = {}
        for question, test in self.tests.all():
            held.setdefault(question, []).append(replace(test, outcome=outcome))
        return self._by_question(held)


def _status(sitting: Sitting, held: dict[str, list[TestVerdict]]) -> tuple[Status, str]:
    """Graded if no process was lost; partial if some questions could be asked all the same."""
    if not sitting.losses:
        return Status.GRADED, ""
    first = sitting.losses[0]
    why = "; ".join(f"{loss.question or f'cell {loss.cell}'}: {loss.why}" for loss in sitting.losses)
    return (Status.PARTIAL if set(held) - sitting.lost else Status(first.status)), why
