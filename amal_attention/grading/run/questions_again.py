"""Some questions graded again, and the rest of each verdict kept: after one test was mended, say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.taught import is_of_part
from amal_attention.errors import LabError, explain
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.grading.verdict.verdicts import VerdictFolder
from amal_attention.lab import Lab
from amal_attention.lab.limits import GradingLimits

__all__ = ["QuestionsAgain", "questions_named"]


def questions_named(names: Sequence[str], lab: Lab) -> tuple[str, ...]:
    """The graded questions with these names: a question's own, such as "q2-entropy", or a part's, such as "q2".

    Raises:
        LabError: one of them names no question that tests grade.
    """
    graded = [cell.removeprefix(TEST_PREFIX) for cell in lab.points if cell.startswith(TEST_PREFIX)]
    found: list[str] = []
    for name in names:
        named = [each for each in graded if each == name or is_of_part(each, name)]
        if not named:
            raise LabError(
                explain(
                    expected=f"a question of {lab.name} ({', '.join(graded)})", got=repr(name), do="name one of these"
                )
            )
        found += named
    return tuple(dict.fromkeys(found))


@dataclass
class QuestionsAgain:
    """Grades some questions of submissions, and merges the results into the verdicts that there are.

    A process that died, then or now, may have cost any question: such a submission is graded whole.

    Attributes:
        questions: the questions to ask; all if there are none here.
        folder: the folder of the verdicts; None where they are not kept, as only these questions are of interest.
        seed: the seed of the hidden tests.
        isolation: where the submissions' code runs.
        limits: the limits that it has.
    """

    questions: Sequence[str]
    folder: VerdictFolder | None
    seed: int
    isolation: Isolation
    limits: GradingLimits
    _before: dict[str, Verdict] = field(default_factory=dict)
    _whole: set[str] = field(default_factory=set)

    def asked(self, submission: Submission) -> Submission:
        """The submission, with the questions that it is to be asked."""
        self._before.pop(submission.name, None)
        if not self.questions or submission.name in self._whole:
            return submission
        if self.folder is not None:
            kept = self.folder.kept(submission.name)
            if kept is None or not self._goes_with(kept, submission):
                return submission
            self._before[submission.name] = kept
        return replace(submission, questions=tuple(self.questions))

    def merged(self, verdict: Verdict) -> Verdict | None:
        """The verdict as it is to be kept; None where the submission has to be asked again, for all questions."""
        if not self.questions:
            return verdict
        if self.folder is None:
            asked = tuple(each for each in verdict.questions if each.question in self.questions)
            return replace(verdict, questions=asked)
        before = self._before.get(verdict.submission)
        if before is None:
            return verdict
        if verdict.status is not Status.GRADED:
            self._whole.add(verdict.submission)
            return None
        again = {each.question: each for each in verdict.questions if each.question in self.questions}
        questions = tuple(
            replace(again[each.question], lab_digest=verdict.lab_digest) if each.question in again else each
            for each in before.questions
        )
        return replace(before, questions=questions)

    def _goes_with(self, kept: Verdict, submission: Submission) -> bool:
        """Whether what is asked now is comparable to what was asked then."""
        there = {each.question for each in kept.questions}
        same = (kept.digest, kept.seed, kept.isolation, kept.limits) == (
            submission.digest,
            self.seed,
            str(self.isolation),
            self.limits.to_dict(),
        )
        return same and kept.status is Status.GRADED and there.issuperset(self.questions)
