"""What a lab gave to its students: the cells of its releases, to hold a submission against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amal_attention.course.release.release import skeletons
from amal_attention.lab import Lab
from amal_attention.notebook.cells import NotebookCell

__all__ = ["Reference", "ReferenceCell", "comparable", "names_in"]

_LONGEST = 1_000_000
_DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class ReferenceCell:
    """A cell of a release.

    Attributes:
        grade_id: its name in the course, or empty.
        kind: "code" or "markdown".
        source: its text.
        tags: what it is tagged with.
        solution: whether students write an answer there that a test cell checks.
        test: whether it is a test cell.
        manual: whether a person marks it.
        locked: whether students are not to change it.
        points: what it is worth, if it says so.
        cell_id: its name in Jupyter; it stays the same as long as the release does.
    """

    grade_id: str
    kind: str
    source: str
    tags: frozenset[str]
    solution: bool
    test: bool
    manual: bool
    locked: bool
    points: float | None
    cell_id: str = ""

    @property
    def idle(self) -> bool:
        """Whether it is code that does not run when a submission is graded: it tests, trains or draws."""
        return self.kind == "code" and not self.solution and (self.test or "active-ipynb" in self.tags)

    @property
    def given(self) -> bool:
        """Whether it is code that students were given, and that runs when their submission is graded."""
        return self.kind == "code" and not self.solution and not self.idle


@dataclass(frozen=True)
class Reference:
    """The releases of a lab.

    Attributes:
        lab: its name.
        questions: ``grade_id`` of the solution cells that a test cell grades, in order.
        releases: the digest that tells one release from another, and the cells, by language.
    """

    lab: str
    questions: tuple[str, ...]
    releases: Mapping[str, tuple[str, tuple[ReferenceCell, ...]]]

    @classmethod
    def of(cls, lab: Lab) -> Reference:
        """The releases that the lab's folder makes now.

        Raises:
            LabError: they cannot be made.
        """
        return cls.read(lab.name, skeletons(lab, lab.languages))

    @classmethod
    def read(cls, lab: str, read: Mapping[str, Any]) -> Reference:
        """What stands in the releases of a lab, given by language."""
        cells = {language: [NotebookCell.of(*each) for each in enumerate(read[language]["cells"])] for language in read}
        every = [cell for listed in cells.values() for cell in listed]
        solutions = {cell.grade_id for cell in every if cell.is_solution}
        questions = dict.fromkeys(cell.question for cell in every if cell.is_test and cell.question in solutions)
        return cls(
            lab,
            tuple(questions),
            {language: (_digest(read[language]), tuple(map(_cell, cells[language]))) for language in read},
        )

    def typed_into(self, grade_id: str, source: str) -> str:
        """The lines of a cell of this name that are in none of the releases: VS Code, for one, ignores locks."""
        given = {
            line
            for _, cells in self.releases.values()
            for cell in cells
            if cell.grade_id == grade_id
            for line in comparable(cell.source).split("\n")
        }
        return "\n".join(line for line in comparable(source).split("\n") if line not in given).strip()


def comparable(source: str) -> str:
    """A source without what programs change on their own: the ends of lines, and blanks before them.

    One that is far longer than any cell of a release stays as it is: it is none of them.
    """
    if len(source) > _LONGEST:
        return source
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def names_in(source: str) -> frozenset[str]:
    r"""The classes and functions that a source defines at its top, whether or not it is right Python.

    >>> sorted(names_in("class A:\n    def f(self): ...\n\ndef g(:"))
    ['A', 'g']
    """
    return frozenset(found[1] for found in _DEFINITION.finditer(source.replace("\r", "\n")))


def _cell(cell: NotebookCell) -> ReferenceCell:
    return ReferenceCell(
        cell.grade_id,
        cell.kind,
        cell.source,
        cell.tags,
        solution=cell.is_solution,
        test=cell.is_test,
        manual=cell.is_manual,
        locked=cell.is_locked,
        points=cell.points,
        cell_id=cell.cell_id,
    )


def _digest(notebook: Any) -> str:
    return str(notebook["metadata"]["amal"]["digest"])
