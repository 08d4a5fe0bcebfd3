"""Mutants made by rule of the reference and of the right variants in the bank, graded: which of them lose nothing?

A slip that keeps full marks on its question is either a right answer all the same, and recorded as such with a reason,
or a hole in the hidden tests.
"""

from __future__ import annotations

import functools
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from amal_attention.course.mutation import OF_LINES, OPERATORS, Change, changes, functions_of
from amal_attention.course.mutation.equivalents import read_equivalents
from amal_attention.course.mutation.mutants import Mutant, MutantCell, mutated, read_mutants
from amal_attention.grading.bank.solved import as_bytes, solution_cells, solved_notebook
from amal_attention.grading.run.cohort import grade_by_crew
from amal_attention.grading.run.workers import ALONE, Crew
from amal_attention.grading.sandbox.sandbox import Isolation
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.submissions import Submission
from amal_attention.lab import Lab
from amal_attention.outcome import State

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from amal_attention.grading.verdict.verdict import Verdict

__all__ = ["Generated", "Slip", "generated_text", "grade_generated", "slips_of"]

_LONGEST = 90
_REFERENCE = "reference"


@dataclass(frozen=True)
class Slip:
    """A right answer with one slip in it.

    Attributes:
        question: ``grade_id`` of the solution cell that it stands in.
        origin: "reference", or the name of the right variant.
        change: the slip.
        others: what else of that variant replaces cells of the reference, by ``grade_id``.
    """

    question: str
    origin: str
    change: Change
    others: dict[str, MutantCell] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest by which it is known, as long as the code around it does not change."""
        return hashlib.sha256(f"{self.question} {self.origin} {self.change.digest}".encode()).hexdigest()[:12]

    @property
    def line(self) -> str:
        """What it is, in a line that begins with its digest."""
        lines = self.change.diff.split("\n")
        was, now = ("; ".join(each[1:].strip() for each in lines if each[:1] == sign) for sign in "-+")
        shown = f"{_shortened(was)} -> {_shortened(now)}" if now else f"{_shortened(was)} is not there"
        return f"{self.digest} {self.question}, {self.origin}, {self.change.operator}: {shown}"

    def in_notebook(self, solved: NotebookNode) -> bytes:
        """The solved notebook with it."""
        cells = {**self.others, self.question: MutantCell(1, self.change.source)}
        return as_bytes(mutated(solved, Mutant(Path(self.origin), self.change.operator, (), "", False, cells)))


@dataclass(frozen=True)
class Generated:
    """What became of the mutants.

    Attributes:
        slips: all that were made.
        survivors: the mutants that kept full marks on their question, under one seed at least.
        recorded: reasons by the lines of the record.
        every: whether these are the mutants of all questions, so that what is recorded of others is out of date.
    """

    slips: Sequence[Slip]
    survivors: Sequence[Slip]
    recorded: dict[str, str]
    every: bool = True

    @property
    def unexplained(self) -> list[Slip]:
        """Survivors for which there is no reason."""
        known = {line.split()[0] for line in self.recorded}
        return [each for each in self.survivors if each.digest not in known]

    @property
    def out_of_date(self) -> list[str]:
        """Lines of the record whose mutant is not made any more, or loses marks and so is no right answer."""
        made, kept = ({each.digest for each in some} for some in (self.slips, self.survivors))
        gone = [line for line in self.recorded if line.split()[0] not in made] if self.every else []
        return gone + [line for line in self.recorded if line.split()[0] in made - kept]

    @property
    def as_it_should(self) -> bool:
        """Whether each survivor has its reason, and each reason its survivor."""
        return not self.unexplained and not self.out_of_date


def slips_of(lab: Lab, questions: Collection[str] = ()) -> list[Slip]:
    """Every slip in the reference answers, and those that change a line in the right variants of the bank.

    A function that stands word for word in two answers to a question has its slips once.

    Args:
        lab: the lab.
        questions: ``grade_id`` of the solution cells to change; all where none is named.

    Raises:
        LabError: the lab has no bank, or cannot be read.
    """
    solved = solved_notebook(lab)
    sources: list[tuple[str, str, str, dict[str, MutantCell]]] = [
        (name, _REFERENCE, source, {}) for name, source in solution_cells(solved).items()
    ]
    for variant in read_mutants(lab.folder / "mutants"):
        if variant.right:
            sources += [(name, variant.name, cell.source, variant.cells) for name, cell in variant.cells.items()]
    known: defaultdict[str, set[str]] = defaultdict(set)
    slips = []
    for name, origin, source, others in sources:
        if not questions or name in questions:
            operators = OPERATORS if origin == _REFERENCE else OF_LINES
            made = changes(source, operators, without=known[name])
            slips += [Slip(name, origin, change, others) for change in made]
            known[name] |= functions_of(source)
    return slips


def grade_generated(
    lab: Lab,
    seeds: Sequence[int],
    isolation: Isolation = Isolation.SANDBOX,
    questions: Collection[str] = (),
    crew: Crew = ALONE,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    found: Callable[[str], None] = lambda text: None,
) -> Generated:
    """Make the mutants, and grade each on its own question until it loses something there.

    Args:
        lab: the lab.
        seeds: the seeds of the hidden tests; with each seed all that are left are graded again.
        isolation: where the mutants' code runs.
        questions: the questions whose answers are changed; all where none is named.
        crew: who grades.
        progress: told after each how many are done, of how many, and its name.
        found: told at once of each survivor without a reason, with its difference.

    Raises:
        LabError: the lab has no bank, or cannot be graded.
        SandboxError: there is no sandbox on this machine.
    """
    recorded = read_equivalents(lab.folder / "mutants" / "equivalent.toml")
    known = {line.split()[0] for line in recorded}
    slips = slips_of(lab, questions)
    by_digest = {each.digest: each for each in slips}
    solved, reference = solved_notebook(lab), functools.cache(lambda: Reference.of(lab))
    survivors: set[str] = set()
    done = 0

    def submissions() -> Iterator[Submission]:
        for each in slips:
            yield Submission(each.digest, each.in_notebook(solved), questions=(each.question,), until_lost=True)

    def keep(verdict: Verdict) -> None:
        nonlocal done
        done += 1
        progress(done, len(slips) * len(seeds), verdict.submission)
        # A test of no points may be the first that is missed, and then no other is held: what it looks at is gone.
        if all(test.outcome.state is State.MET for each in verdict.questions for test in each.tests):
            survivors.add(verdict.submission)
            if verdict.submission not in known:
                found(_shown(by_digest[verdict.submission]))

    for seed in seeds:
        grade_by_crew(crew, lab, submissions(), keep, seed=seed, isolation=isolation, reference=reference)
    kept = [slip for digest, slip in by_digest.items() if digest in survivors]
    return Generated(slips, kept, recorded, every=not questions)


def generated_text(found: Generated) -> str:
    """The counts, then each survivor without a reason, with its difference, and what of the record is out of date."""
    by_origin = sum(each.origin == _REFERENCE for each in found.slips)
    lines = [
        f"generated mutants         {len(found.slips)}: {by_origin} of the reference, "
        f"{len(found.slips) - by_origin} of right variants",
        f"lose marks                {len(found.slips) - len(found.survivors)}",
        f"right all the same        {len(found.survivors) - len(found.unexplained)}, each with its reason",
        f"survive without a reason  {len(found.unexplained)}",
    ]
    for each in found.unexplained:
        lines += ["", _shown(each)]
    lines += [f"✗ recorded as right, but it is not made any more or loses marks: {line}" for line in found.out_of_date]
    return "\n".join(lines)


def _shown(slip: Slip) -> str:
    return f"✗ {slip.line}\n{slip.change.diff}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
