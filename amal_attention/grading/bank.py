"""The bank of mistakes, graded: is every wrong answer caught, no right one punished, and the true mistake named?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from amal_attention.checks.outcome import State
from amal_attention.course.mutants import Mutant, mutated, read_mutants
from amal_attention.course.script import notebook_of, read_script
from amal_attention.grading.engine import grade
from amal_attention.grading.sandbox import Isolation
from amal_attention.grading.submissions import Submission
from amal_attention.grading.telling import told
from amal_attention.grading.verdict import Status, Verdict
from amal_attention.lab import Lab

__all__ = ["Graded", "bank_text", "grade_bank"]


@dataclass(frozen=True)
class Graded:
    """A submission of known worth, and the verdict on it."""

    mutant: Mutant
    verdict: Verdict

    @property
    def lost(self) -> set[str]:
        """The questions that lost points."""
        return {each.question for each in self.verdict.questions if each.earned < each.points}

    @property
    def as_it_should(self) -> bool:
        """Whether it lost points where it must, nowhere else, and was graded to the end."""
        return self.lost == set(self.mutant.loses) and self.verdict.status is Status.GRADED

    @property
    def named(self) -> bool:
        """Whether the question that is answered wrongly is told the words that name the mistake."""
        tests = [test for each in self.verdict.questions if each.question in self.mutant.loses for test in each.tests]
        return any(
            self.mutant.hint in f"{told('', test.outcome)}\n{test.hint}"
            for test in tests
            if test.outcome.state is not State.MET
        )


def grade_bank(
    lab: Lab,
    seed: int,
    isolation: Isolation = Isolation.SANDBOX,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> list[Graded]:
    """Grade every submission of the lab's bank, each the solved notebook with the cells of one mutant.

    Args:
        lab: the lab.
        seed: of what the hidden tests draw.
        isolation: where the submissions' code runs.
        progress: told after each how many are done, of how many, and its name.

    Raises:
        LabError: the lab has no bank, or cannot be graded.
        SandboxError: there is no sandbox on this machine.
    """
    import nbformat

    mutants = {mutant.name: mutant for mutant in read_mutants(lab.folder / "mutants")}
    solved = notebook_of(read_script(lab), lab.languages[0])
    solved.metadata["amal"] = {"lab": lab.name, "language": lab.languages[0]}
    submissions = (
        Submission(name, nbformat.writes(mutated(solved, mutant)).encode())  # type: ignore[no-untyped-call]
        for name, mutant in mutants.items()
    )
    graded: list[Graded] = []

    def report(verdict: Verdict) -> None:
        graded.append(Graded(mutants[verdict.submission], verdict))
        progress(len(graded), len(mutants), verdict.submission)

    grade(lab, submissions, report, seed=seed, isolation=isolation)
    return graded


def bank_text(graded: list[Graded]) -> str:
    """The table, and each submission that was not graded as it should be."""
    wrong = [each for each in graded if not each.mutant.right]
    right = [each for each in graded if each.mutant.right]
    caught = [each for each in wrong if set(each.mutant.loses) <= each.lost]
    elsewhere = [each for each in wrong if each.lost - set(each.mutant.loses)]
    lines = [
        f"wrong answers caught      {len(caught)} of {len(wrong)}",
        f"right answers punished    {sum(bool(each.lost) for each in right)} of {len(right)}",
        f"marks lost elsewhere too  {len(elsewhere)} of {len(wrong)}",
        f"mistakes named            {sum(each.named for each in wrong)} of {len(wrong)}",
    ]
    lines += [_misjudged(each) for each in graded if not each.as_it_should]
    lines += [f"· {each.mutant.name}: not named ({each.mutant.hint})" for each in wrong if not each.named]
    return "\n".join(lines)


def _misjudged(each: Graded) -> str:
    must = _names(set(each.mutant.loses))
    return f"✗ {each.mutant.name}: {each.verdict.status}, loses {_names(each.lost)} in place of {must}"


def _names(questions: set[str]) -> str:
    return ", ".join(sorted(questions)) or "nothing"
