"""From the bytes of a submission, damaged or not, to the code that is run to grade it. Nothing is run here.

What a student answered and added runs in their words; what they were given runs in the release's, in its order. Of the
cells that test, train or draw only what they import and define is run: an answer may use it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from amal_attention.grading.submission.read_submission import ReadSubmission
from amal_attention.grading.submission.recognition import Recognised, Sheet
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.submission.remarks import remarks

__all__ = ["AnswerCell", "Answers", "answers_of", "read_answers"]

_DEFINES = re.compile(r"^(?:import|from|def|async[ \t]+def|class)\b", re.MULTILINE)


@dataclass(frozen=True)
class AnswerCell:
    """A cell to run.

    Attributes:
        number: its place in the student's file, from 1; 0 for one of the release.
        question: ``grade_id`` of the solution cell that it is, else empty.
        source: its text.
        definitions_only: whether only its imports, functions and classes are to run: it trains or draws.
    """

    number: int
    question: str
    source: str
    definitions_only: bool = False


@dataclass(frozen=True)
class Answers:
    """What there is to run of a submission.

    Attributes:
        language: the language of its release.
        cells: the cells in the order in which to run them.
        repairs: what was wrong with the file and what was made of it, a sentence each.
    """

    language: str
    cells: tuple[AnswerCell, ...]
    repairs: tuple[str, ...]


def read_answers(raw: bytes, reference: Reference) -> Answers:
    """The answers in the bytes of a file.

    Raises:
        Unreadable, WrongLab: as :meth:`~amal_attention.grading.submission.read_submission.ReadSubmission.of`.
    """
    return answers_of(ReadSubmission.of(raw, reference))


def answers_of(submission: ReadSubmission) -> Answers:
    """What there is to run of a submission that was read."""
    repairs = (*submission.salvaged.repairs, *submission.identity.repairs, *remarks(submission.sheet))
    return Answers(submission.identity.language, tuple(_in_order(submission.sheet)), repairs)


def _in_order(sheet: Sheet) -> list[AnswerCell]:
    """The cells that run, in the release's order; what a student added stays behind the cell that it followed."""
    own: dict[int, list[AnswerCell]] = {}
    first: list[AnswerCell] = []
    added: dict[int | None, list[AnswerCell]] = {None: first}
    anchor: int | None = None
    for each in sheet.found:
        cells = [cell for cell in _runs(sheet, each) if cell.source.strip()]
        if each.place is not None and sheet.anchors.get(each.place) == each.cell.number:
            anchor = each.place
            own[anchor], added[anchor] = cells, []
        else:
            added[anchor] += cells
    run: list[AnswerCell] = []
    waiting = first
    for place, given in enumerate(sheet.release):
        if place in own:
            run += waiting
            waiting = added[place]
        if given.given or (given.idle and _DEFINES.search(given.source)):
            run.append(AnswerCell(0, "", given.source, definitions_only=given.idle))
        run += own.get(place, [])
    return run + waiting


def _runs(sheet: Sheet, each: Recognised) -> list[AnswerCell]:
    """What runs of a student's cell, in their words."""
    cell, place = each.cell, each.place
    if place is None:
        left_out = not cell.is_code or cell.is_test
        return [] if left_out else [AnswerCell(cell.number, "", cell.source, definitions_only=cell.tagged)]
    given = sheet.release[place]
    if given.solution:
        return [] if cell.number in sheet.left_out else [AnswerCell(cell.number, given.grade_id, cell.source)]
    if not cell.is_code or given.test or sheet.as_given(cell, place):
        return []
    return [AnswerCell(cell.number, "", cell.source, definitions_only=given.idle)]
