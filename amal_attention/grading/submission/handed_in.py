"""What of a submission a page shows: the answers by question, with the outputs that they made. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.submission.open_answers import open_answers
from amal_attention.grading.submission.read_submission import ReadSubmission
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.repair import answers_of
from amal_attention.notebook.cell_extras import CellExtras
from amal_attention.notebook.cells import NotebookCell

__all__ = ["HandedIn", "ShownCell", "handed_in"]

_HEADING = re.compile(r"#{1,2}[ \t]")


@dataclass(frozen=True)
class ShownCell:
    """A cell of a submission.

    Attributes:
        number: its place in the student's file, from 1.
        source: its text.
        answer: whether it is an answer; else one that ran behind it, such as one that trains or draws.
        outputs: as the file holds them: whatever somebody put there.
    """

    number: int
    source: str
    answer: bool
    outputs: Sequence[Any] = ()


@dataclass(frozen=True)
class HandedIn:
    """What a student handed in.

    Attributes:
        code: the answers to each question, and the cells behind them that have outputs.
        words: the answers that a person marks, by ``grade_id``.
        pictures: what is attached to each of these answers, and what its code drew, as outputs of a notebook; whatever
            somebody put there.
    """

    code: Mapping[str, Sequence[ShownCell]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def sources(self) -> dict[str, str]:
        """The answers in code, by question."""
        answers = {each: [cell.source for cell in self.code[each] if cell.answer] for each in self.code}
        return {question: "\n".join(sources) for question, sources in answers.items() if sources}


def handed_in(raw: bytes | None, reference: Reference) -> HandedIn:
    """Read the bytes of a submission, as grading reads them; of what cannot be read nothing is shown.

    Args:
        raw: the bytes of its file; None where there is none.
        reference: the releases of the lab.
    """
    try:
        submission = ReadSubmission.of(raw or b"", reference)
    except (Unreadable, WrongLab):
        return HandedIn()
    questions = {cell.number: cell.question for cell in answers_of(submission).cells if cell.question}
    answers, extras = open_answers(submission.sheet), submission.extras
    return HandedIn(
        _code(submission.salvaged.cells, questions, extras),
        {name: _words(cells, reference) for name, cells in answers.items()},
        {name: _pictures(cells, extras) for name, cells in answers.items()},
    )


def _code(
    cells: Sequence[NotebookCell], questions: Mapping[int, str], extras: Mapping[int, CellExtras]
) -> dict[str, list[ShownCell]]:
    """A cell with outputs is shown with the answer before it, unless a new part of the notebook began in between."""
    code: dict[str, list[ShownCell]] = {}
    current = ""
    for cell in cells:
        made = extras.get(cell.number, CellExtras()).outputs
        if cell.number in questions:
            current = questions[cell.number]
            code.setdefault(current, []).append(ShownCell(cell.number, cell.source, answer=True, outputs=made))
        elif cell.kind == "markdown" and _HEADING.match(cell.source):
            current = ""
        elif current and cell.is_code and made and not cell.is_test:
            code[current].append(ShownCell(cell.number, cell.source, answer=False, outputs=made))
    return code


def _words(cells: Sequence[NotebookCell], reference: Reference) -> str:
    """An answer; of what was typed into the question's own cell, the lines that are not the question's."""
    return "\n\n".join(filter(None, [_own_words(cell, reference) for cell in cells]))


def _own_words(cell: NotebookCell, reference: Reference) -> str:
    if cell.grade_id and cell.is_locked:
        return reference.typed_into(cell.grade_id, cell.source)
    return cell.source.strip()


def _pictures(cells: Sequence[NotebookCell], extras: Mapping[int, CellExtras]) -> list[Any]:
    """What is attached to an answer, and what its code drew."""
    found = [extras.get(cell.number, CellExtras()) for cell in cells]
    attached = [bundle for each in found for bundle in each.attachments.values()]
    drawn = [output for each in found for output in each.outputs]
    return [*({"output_type": "display_data", "data": bundle} for bundle in attached), *drawn]
