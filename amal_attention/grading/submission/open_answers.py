"""Which cells of a submission answer the questions that a person marks, wherever the student put them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from amal_attention.grading.submission.recognition import Sheet
from amal_attention.grading.submission.reference import ReferenceCell
from amal_attention.notebook.cells import NotebookCell

__all__ = ["open_answers"]


def open_answers(sheet: Sheet) -> Mapping[str, Sequence[NotebookCell]]:
    """By ``grade_id``, the cells that may hold an answer, in the order of the file.

    They are the question's own cell, the one below it that the release leaves free, and all that the student added
    behind either. Cells that are still as they were given are left out.
    """
    tasks = dict(_places(sheet.release))
    answers: dict[str, list[NotebookCell]] = {name: [] for name in tasks.values()}
    place: int | None = None
    for each in sheet.found:
        place = place if each.place is None else each.place
        name = tasks.get(place) if place is not None else None
        as_given = each.place is not None and sheet.as_given(each.cell, each.place)
        if name is not None and not as_given:
            answers[name].append(each.cell)
    return answers


def _places(release: Sequence[ReferenceCell]) -> Iterator[tuple[int, str]]:
    """The places that belong to each question: its own, and that of the free text below it."""
    for place, given in enumerate(release):
        if not given.manual:
            continue
        yield place, given.grade_id
        below = release[place + 1] if place + 1 < len(release) else None
        if given.locked and below is not None and below.kind == "markdown" and not (below.grade_id or below.locked):
            yield place + 1, given.grade_id
