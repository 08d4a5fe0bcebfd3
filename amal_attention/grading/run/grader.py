"""Submissions in, verdicts out: whatever a submission is or does, it gets exactly one.

Torch and pytest, which take a second, are imported where something is graded: a process that has it done by workers
does without them, and a zygote imports at the same time.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from amal_attention.errors import SandboxError, Unreadable, WrongLab
from amal_attention.grading.sandbox.lab_zygote import zygote_for
from amal_attention.grading.sandbox.sandbox import Forks, Isolation, Zygote
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.repair import Answers, read_answers
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.provenance import graded_by
from amal_attention.grading.verdict.telling import without_folders
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.language import message
from amal_attention.lasting import lasting_imports
from amal_attention.outcome import Outcome, State
from amal_attention.printable import printable

if TYPE_CHECKING:
    from amal_attention.grading.exam.hidden import HiddenTests
    from amal_attention.grading.exam.sitting import Sitting

__all__ = ["grade_each", "lab_digest", "open_grader"]

_LONGEST_OUTPUT = 2000


def grade_each(
    lab: Lab,
    submissions: Iterable[Submission],
    report: Callable[[Verdict], None],
    *,
    seed: int,
    isolation: Isolation = Isolation.SANDBOX,
    reference: Callable[[], Reference] | None = None,
    forks: Forks | None = None,
    secrets: Sequence[Path] = (),
) -> None:
    """Grade submissions one after the other; each verdict is reported when it is there.

    Raises:
        LabError, SandboxError: as :func:`open_grader`.
    """
    with open_grader(
        lab, seed=seed, isolation=isolation, reference=reference, forks=forks, secrets=secrets
    ) as grade_submission:
        for submission in submissions:
            report(grade_submission(submission))


@contextmanager
def open_grader(
    lab: Lab,
    *,
    seed: int,
    isolation: Isolation = Isolation.SANDBOX,
    reference: Callable[[], Reference] | None = None,
    forks: Forks | None = None,
    secrets: Sequence[Path] = (),
) -> Iterator[Callable[[Submission], Verdict]]:
    """A function that grades a submission, as long as the context is open.

    Args:
        lab: the lab.
        seed: a secret; what the hidden tests draw depends on it and on the bytes of a submission, so that what one was
            asked tells nothing of what the next one will be.
        isolation: where the submissions' code runs.
        reference: gives the releases of the lab; they are made where it is not given.
        forks: where processes are asked for, where there is a zygote of this lab and isolation already.
        secrets: see :func:`amal_attention.grading.sandbox.lab_zygote.zygote_for`.

    Raises:
        LabError: the lab has no hidden tests, or no release can be made of it.
        SandboxError: there is no sandbox on this machine.
    """
    with ExitStack() as open_ones:

        def started() -> Zygote:
            return open_ones.enter_context(closing(zygote_for(lab, isolation, secrets)))

        zygote: Forks = started() if forks is None else forks  # it imports while this process does
        with lasting_imports():
            from amal_attention.grading.exam.hidden import hidden_tests
        releases = reference() if reference is not None else Reference.of(lab)
        tests = open_ones.enter_context(hidden_tests(lab.folder / "hidden_tests", seed))
        grading = _Grading(lab, releases, tests, zygote, seed, isolation)

        def grade_submission(submission: Submission) -> Verdict:
            nonlocal grading
            try:
                return grading.verdict(submission)
            except SandboxError:  # the zygote is gone: once more, with another one
                grading = replace(grading, zygote=started())
                return grading.verdict(submission)

        yield grade_submission


def lab_digest(lab: Lab) -> str:
    """A digest of the lab as it is now: of its manifest, script, hidden tests and parts."""
    read = hashlib.sha256()
    for path in lab.read_by_grading:
        read.update(hashlib.sha256(path.read_bytes()).digest())
    read.update("".join(f" without {part}" for part in lab.without).encode())
    return read.hexdigest()


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
            graded_by=graded_by(),
        )
        return replace(verdict, seconds=time.monotonic() - began)

    def _judged(self, submission: Submission) -> Verdict:
        nothing = Verdict(
            submission.name, self.lab.name, Status.MISSING, submission.why, self._nothing(), digest=submission.digest
        )
        if submission.raw is None:
            return replace(nothing, status=submission.status)
        try:
            answers = read_answers(submission.raw, self.reference)
        except Unreadable as error:
            return replace(nothing, status=Status.UNREADABLE, why=str(error))
        except WrongLab as error:
            return replace(nothing, status=Status.WRONG_LAB, why=str(error))
        return self._sat(replace(nothing, repairs=(*submission.remarks, *answers.repairs)), answers, submission)

    def _sat(self, nothing: Verdict, answers: Answers, submission: Submission) -> Verdict:
        """The verdict on answers that can be run."""
        from amal_attention.grading.exam.draws import seed_of
        from amal_attention.grading.exam.sitting import Sitting

        sitting = Sitting(self.zygote, answers)
        try:
            held = self.tests.hold(
                sitting,
                submission.questions or self.reference.questions,
                until_lost=submission.until_lost,
                seed=seed_of(self.seed, submission.digest),
            )
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
        """The verdicts of a submission for which no test was run."""
        outcome = Outcome(message("there is a notebook to grade"), State.TO_DO)
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
