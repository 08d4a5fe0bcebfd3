"""What of a submission a page shows: the answers by question, with the outputs that they made. Nothing is run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amal_attention.checks.notebook_cells import NotebookCell, decoded
from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.reference import Reference
from amal_attention.grading.repair import read_answers
from amal_attention.grading.salvage import Salvaged, salvage

__all__ = ["HandedIn", "ShownCell", "handed_in"]

_JSON = json.JSONDecoder(parse_int=float, strict=False)
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
        code: by question, its answers and the cells behind them that have outputs.
        words: by ``grade_id`` of what a person marks, the answer.
    """

    code: Mapping[str, Sequence[ShownCell]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def sources(self) -> dict[str, str]:
        """The answers in code, by question."""
        answers = {each: [cell.source for cell in self.code[each] if cell.answer] for each in self.code}
        return {question: "\n".join(sources) for question, sources in answers.items() if sources}


def handed_in(raw: bytes | None, reference: Reference | None = None) -> HandedIn:
    """Read the bytes of a submission; of what cannot be read nothing is shown.

    Args:
        raw: of its file; None where there is none.
        reference: the releases of the lab, to know answers as grading knows them. Without it they are known by their
            names in the course alone.
    """
    try:
        submission = salvage(raw or b"")
        questions = _by_name(submission) if reference is None else _recognised(raw or b"", reference)
    except (Unreadable, WrongLab):
        return HandedIn()
    outputs = _outputs(raw or b"") if submission.whole else []
    return HandedIn(_code(submission.cells, questions, outputs), _words(submission.cells))


def _by_name(submission: Salvaged) -> dict[int, str]:
    return {cell.number: cell.grade_id for cell in submission.cells if cell.is_solution}


def _recognised(raw: bytes, reference: Reference) -> dict[int, str]:
    return {cell.number: cell.question for cell in read_answers(raw, reference).cells if cell.question}


def _outputs(raw: bytes) -> list[Any]:
    """The outputs of each cell of a file in format 4; a damaged one, or one of an older format, shows none."""
    text, _ = decoded(raw)
    cells = _JSON.raw_decode(text, len(text) - len(text.lstrip()))[0].get("cells")
    return [each.get("outputs") if isinstance(each, dict) else None for each in cells] if cells else []


def _code(
    cells: Sequence[NotebookCell], questions: Mapping[int, str], outputs: Sequence[Any]
) -> dict[str, list[ShownCell]]:
    """A cell with outputs is shown with the answer before it, unless a new part of the notebook began in between."""
    code: dict[str, list[ShownCell]] = {}
    current = ""
    for cell in cells:
        made = outputs[cell.number - 1] if cell.number <= len(outputs) else ()
        made = made if isinstance(made, list) else ()
        if cell.number in questions:
            current = questions[cell.number]
            code.setdefault(current, []).append(ShownCell(cell.number, cell.source, answer=True, outputs=made))
        elif cell.kind == "markdown" and _HEADING.match(cell.source):
            current = ""
        elif current and cell.is_code and made and not cell.is_test:
            code[current].append(ShownCell(cell.number, cell.source, answer=False, outputs=made))
    return code


def _words(cells: Sequence[NotebookCell]) -> dict[str, str]:
    """The answers that a person marks: in the text below a task, or in the named cell itself."""
    words: dict[str, str] = {}
    for cell, below in zip(cells, [*cells[1:], None], strict=True):
        if cell.is_manual:
            free = below is not None and cell.is_locked and below.kind == "markdown" and not below.grade_id
            words[cell.grade_id] = below.source if below is not None and free else cell.source
    return words
