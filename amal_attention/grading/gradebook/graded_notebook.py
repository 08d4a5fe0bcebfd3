"""The notebook of a submission as a grader sees it: the release's cells, the student's answers, and their marks."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from unicodedata import category

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.course.release.release import for_graders
from amal_attention.errors import Unreadable, WrongLab
from amal_attention.grading.submission.read_submission import ReadSubmission
from amal_attention.grading.submission.recognition import Sheet
from amal_attention.grading.submission.reference import Reference
from amal_attention.grading.verdict.status_words import NO_SANDBOX
from amal_attention.grading.verdict.telling import told
from amal_attention.grading.verdict.verdict import QuestionVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.language import ENGLISH
from amal_attention.notebook.cell_extras import CellExtras
from amal_attention.notebook.cells import NotebookCell
from amal_attention.notebook.clean_markdown import clean_markdown
from amal_attention.notebook.clean_outputs import clean_outputs, clean_pictures
from amal_attention.notebook.outputs import Room
from amal_attention.outcome import State

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["GradedNotebooks"]

_LONGEST = 200_000  # characters of a cell


class GradedNotebooks:
    """Makes the notebooks of a lab that graders see.

    Args:
        lab: the lab.
        language: the language that is taken for a submission that cannot be read.
    """

    def __init__(self, lab: Lab, language: str) -> None:
        self._lab, self._language = lab, language
        self._made: dict[str, NotebookNode] = {}

    @cached_property
    def reference(self) -> Reference:
        """The releases that a submission may be of."""
        return Reference.of(self._lab)

    def of(self, raw: bytes | None, verdict: Verdict) -> NotebookNode:
        """A notebook with the student's answers in the release's order, the marks in its test cells, the mark schemes.

        Nothing of the file goes into it but the text of cells, their saved outputs and attached pictures, all cleaned:
        no metadata, and nothing that acts in a page. An answer that was typed into a locked cell stands behind it.

        Args:
            raw: the bytes of the submission; None where there is none.
            verdict: the verdict on the submission.

        Returns:
            The notebook; where the submission cannot be read, the release with the marks.
        """
        language, work = self._language, None
        with contextlib.suppress(Unreadable, WrongLab):
            submission = ReadSubmission.of(raw or b"", self.reference)
            language = submission.identity.language
            work = _Work(submission.sheet, submission.extras, self.reference)
        notebook = copy.deepcopy(self._given(language))
        if work is not None:
            notebook.cells = work.answered(notebook.cells)
        return _with_marks(notebook, verdict)

    def _given(self, language: str) -> NotebookNode:
        if language not in self._made:
            self._made[language] = for_graders(self._lab, language)
        return self._made[language]


def _with_marks(notebook: NotebookNode, verdict: Verdict) -> NotebookNode:
    """The notebook, its test cells with the points that were earned, as nbgrader reads them, and why.

    A number that is the result of a test cell is its partial credit (``nbgrader.utils.determine_grade``).
    """
    import nbformat

    earned = {f"{TEST_PREFIX}{each.question}": each for each in verdict.questions}
    for cell in notebook.cells:
        question = earned.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if cell.cell_type == "code" and question is not None:
            points = {"text/plain": f"{question.earned:g}"}
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stdout", text=_told(question, verdict)),  # type: ignore[no-untyped-call]
                nbformat.v4.new_output("execute_result", points),  # type: ignore[no-untyped-call]
            ]
    return notebook


def _told(question: QuestionVerdict, verdict: Verdict) -> str:
    number = ENGLISH.number
    lines = [f"{number(question.earned)} of {number(question.points)} points", *([verdict.why] if verdict.why else [])]
    lines += [NO_SANDBOX] if verdict.exposed else []
    lost = [test for test in question.tests if test.outcome.state is not State.MET]
    if question.state is State.TO_DO:
        lines += [told(question.question, lost[0].outcome)]
    else:
        lines += [f"-{number(test.points)}  {told(question.question, test.outcome)}" for test in lost if test.points]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Work:
    """What a student handed in, beside the release."""

    sheet: Sheet
    extras: Mapping[int, CellExtras]
    reference: Reference
    room: Room = field(default_factory=Room)

    def answered(self, given: list[Any]) -> list[Any]:
        """The release's cells with the student's work in them, and what they added behind what it followed."""
        added: dict[int, list[NotebookCell]] = {}
        place = -1
        for each in self.sheet.found:
            if each.place is None:
                added.setdefault(place, []).append(each.cell)
            else:
                place = each.place
        cells = [self._new(cell) for cell in added.get(-1, [])]
        for number, cell in enumerate(given):
            cells += [cell, *self._copies(number, cell)]
            cells += [self._new(each) for each in added.get(number, []) if each.source.strip()]
        return cells

    def _copies(self, number: int, cell: Any) -> list[Any]:
        """Put the student's copy into a cell of the release; return further copies and text typed into a locked one."""
        own = [copy for copy in self.sheet.copies.get(number, []) if copy.number not in self.sheet.left_out]
        release = self.sheet.release[number]
        if not own or release.test:
            return []
        if release.locked and release.kind == "markdown":
            typed = [replace(each, source=self._typed(each, number)) for each in own]
            return [self._new(each) for each in typed if each.source or self._extras(each).attachments]
        if not release.locked:
            cell.source = _text(own[0])
        self._fill(cell, own[0])
        return [] if release.locked else [self._new(each) for each in own[1:]]

    def _typed(self, cell: NotebookCell, number: int) -> str:
        if self.sheet.as_given(cell, number):
            return ""
        return self.reference.typed_into(self.sheet.release[number].grade_id, cell.source)

    def _new(self, cell: NotebookCell) -> Any:
        import nbformat

        make = nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
        made = make(_text(cell), id=f"student-{cell.number}")  # type: ignore[no-untyped-call]
        self._fill(made, cell)
        return made

    def _fill(self, made: Any, cell: NotebookCell) -> None:
        """Give a cell the outputs, or the attached pictures, of the student's; clean what is markdown."""
        import nbformat

        extras = self._extras(cell)
        if made.cell_type == "code":
            made.outputs = [nbformat.from_dict(each) for each in clean_outputs(extras.outputs, self.room)]  # type: ignore[no-untyped-call]
            return
        pictures = clean_pictures(extras.attachments)
        pictures = {name: each for name, each in pictures.items() if self.room.take(str(each))}
        if pictures:
            made.attachments = nbformat.from_dict(pictures)  # type: ignore[no-untyped-call]
        made.source = clean_markdown(made.source, pictures)

    def _extras(self, cell: NotebookCell) -> CellExtras:
        return self.extras.get(cell.number, CellExtras())


def _text(cell: NotebookCell) -> str:
    """Its text, less what no file of nbgrader's could hold: control characters, halves of a pair."""
    kept = (each for each in cell.source[:_LONGEST] if each in "\n\t" or category(each) not in ("Cc", "Cs"))
    return "".join(kept)
