"""The bank of mistakes, graded: is every wrong answer caught, no right one punished, and the true mistake named?"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from amal_attention.course.mutation.mutants import Mutant, mutated, read_mutants
from amal_attention.grading.bank.solved import as_bytes, solution_cells, solved_notebook
from amal_attention.grading.run.cohort import grade_by_crew
from amal_attention.grading.run.workers import ALONE, Crew
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.reference import Reference, names_in
from amal_attention.grading.submission.submissions import Submission
from amal_attention.grading.verdict.telling import told
from amal_attention.grading.verdict.verdict import Status, Verdict
from amal_attention.lab import Lab
from amal_attention.outcome import State

__all__ = ["Graded", "bank_text", "differences", "grade_bank", "misjudged", "touched", "unbroken"]

Requirements = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Graded:
    """A submission of known worth, and the verdict on it."""

    mutant: Mutant
    verdict: Verdict

    @property
    def lost(self) -> set[str]:
        """The questions that lost points."""
        return self.verdict.lost

    @property
    def caught(self) -> bool:
        """Whether the question that is answered wrongly lost points."""
        return not self.mutant.right and self.mutant.loses[0] in self.lost

    @property
    def elsewhere(self) -> set[str]:
        """The questions that lost points though their answers are right."""
        return self.lost - set(self.mutant.loses)

    @property
    def unseen(self) -> list[str]:
        """The broken requirements for which no test of that question failed."""
        tests = [
            test for each in self.verdict.questions if each.question in self.mutant.loses[:1] for test in each.tests
        ]
        seen = {name for test in tests if test.outcome.state is not State.MET for name in test.requires}
        return [name for name in self.mutant.breaks if name not in seen]

    @property
    def as_it_should(self) -> bool:
        """Whether it lost points where it must, for what it breaks, nowhere else, and was graded to the end."""
        lost = self.caught != self.mutant.right and not self.elsewhere and not self.unseen
        return lost and self.verdict.status is Status.GRADED

    @property
    def named(self) -> bool:
        """Whether what is told of the wrong answer names the mistake."""
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
    crew: Crew = ALONE,
    found: Callable[[str], None] = lambda line: None,
) -> list[Graded]:
    """Grade every submission of the lab's bank, each the solved notebook with the cells of one mutant.

    Only the questions that it touches are asked (see :func:`touched`): the others are the lab's own answers.

    Args:
        lab: the lab.
        seed: the seed of the hidden tests.
        isolation: where the submissions' code runs.
        progress: told after each how many are done, of how many, and its name.
        crew: who grades.
        found: told at once of each that is not graded as it should be.

    Raises:
        LabError: the lab has no bank, or cannot be graded.
        SandboxError: there is no sandbox on this machine.
    """
    mutants = {mutant.name: mutant for mutant in read_mutants(lab.folder / "mutants")}
    solved = solved_notebook(lab)
    cells = solution_cells(solved)
    graded: dict[str, Graded] = {}

    def submissions() -> Iterator[Submission]:
        for name, mutant in mutants.items():
            yield Submission(name, as_bytes(mutated(solved, mutant)), questions=tuple(touched(cells, mutant)))

    def report(verdict: Verdict) -> None:
        graded[verdict.submission] = each = Graded(mutants[verdict.submission], verdict)
        if not each.as_it_should:
            found(misjudged(each))
        progress(len(graded), len(mutants), verdict.submission)

    reference = functools.cache(lambda: Reference.of(lab))
    grade_by_crew(crew, lab, submissions(), report, seed=seed, isolation=isolation, reference=reference)
    return [graded[name] for name in mutants]


def touched(cells: Mapping[str, str], mutant: Mutant) -> list[str]:
    """The questions whose answer a mutant replaces, or whose answer uses a name that a replaced answer defines.

    Args:
        cells: the reference's solution cells, by ``grade_id``, in order.
        mutant: the mutant.
    """
    names: set[str] = set()
    found = []
    for question, source in cells.items():
        replaces = question in mutant.cells
        source = mutant.cells[question].source if replaces else source
        if replaces or question in mutant.loses or names & set(re.findall(r"\w+", source)):
            found.append(question)
            names |= names_in(source)
    return found


def unbroken(graded: list[Graded], requirements: Requirements) -> list[tuple[str, str]]:
    """The requirements that no mistake of the bank breaks: question and id of each."""
    broken = {(each.mutant.loses[0], name) for each in graded for name in each.mutant.breaks}
    return [
        (question, name)
        for question, stated in requirements.items()
        for name in stated
        if (question, name) not in broken
    ]


def bank_text(graded: list[Graded], requirements: Requirements) -> str:
    """The table, and each submission that was not graded as it should be.

    Args:
        graded: the bank.
        requirements: the requirements of the lab.
    """
    wrong = [each for each in graded if not each.mutant.right]
    right = [each for each in graded if each.mutant.right]
    without = unbroken(graded, requirements)
    stated = sum(map(len, requirements.values()))
    lines = [
        f"wrong answers caught      {sum(each.caught for each in wrong)} of {len(wrong)}",
        f"right answers punished    {sum(bool(each.lost) for each in right)} of {len(right)}",
        f"marks lost elsewhere too  {sum(bool(each.elsewhere) for each in wrong)} of {len(wrong)}",
        f"mistakes named            {sum(each.named for each in wrong)} of {len(wrong)}",
        f"requirements broken       {stated - len(without)} of {stated}",
    ]
    lines += [f"✗ {question}, {name}: no mistake breaks it" for question, name in without]
    lines += [misjudged(each) for each in graded if not each.as_it_should]
    lines += [f"· {each.mutant.name}: not named ({each.mutant.hint})" for each in wrong if not each.named]
    return "\n".join(lines)


def differences(runs: Mapping[int, Sequence[Graded]]) -> list[str]:
    """A line for each submission whose marks depend on the seed; ``runs`` holds what each seed led to."""
    earned: dict[str, dict[str, dict[float, int]]] = {}
    for seed, graded in runs.items():
        for each in graded:
            for question in each.verdict.questions:
                if question.tests:
                    by_question = earned.setdefault(each.mutant.name, {}).setdefault(question.question, {})
                    by_question.setdefault(question.earned, seed)
    return [
        f"✗ {name}: {question} earns {' or '.join(f'{points:g} (seed {seed})' for points, seed in seeds.items())}"
        for name, by_question in earned.items()
        for question, seeds in by_question.items()
        if len(seeds) > 1
    ]


def misjudged(each: Graded) -> str:
    """How a submission was graded, and how it should have been, in a line."""
    if each.unseen and each.caught and not each.elsewhere:
        return f"✗ {each.mutant.name}: no test that was missed requires {', '.join(each.unseen)}"
    must = _names(set(each.mutant.loses))
    return f"✗ {each.mutant.name}: {each.verdict.status}, loses {_names(each.lost)} in place of {must}"


def _names(questions: set[str]) -> str:
    return ", ".join(sorted(questions)) or "nothing"
