"""What is told of a submission whose cells are not those that the release and honest work on it give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amal_attention.checks.notebook_cells import NotebookCell
from amal_attention.grading.recognition import Sheet

__all__ = ["remarks"]

_MOST = 5


def remarks(sheet: Sheet) -> Iterator[str]:
    """Sentences that hold no text of the student's: what was found, and what counts."""
    yield from _missing(sheet)
    yield from _by_names(sheet)
    yield from _unlabelled(sheet)
    yield from _twice(sheet)
    yield from _retyped(sheet)
    yield from _restored(sheet)
    yield from _points(sheet)
    yield from _edited(sheet)
    yield from _unknown_tests(sheet)
    if not sheet.in_order:
        yield "the cells were not in the order of the release: they run in that order"


def _missing(sheet: Sheet) -> Iterator[str]:
    gone = [given.grade_id for place, given in enumerate(sheet.release) if given.solution and place not in sheet.copies]
    if gone:
        yield f"there is no cell of {_and(gone)}"


def _by_names(sheet: Sheet) -> Iterator[str]:
    for place in sheet.copies:
        found = [each for each in sheet.found if each.place == place and each.by_names]
        if found:
            names = frozenset[str]().union(*(each.by_names for each in found))
            which, answer = _cells([each.cell for each in found]), sheet.release[place].grade_id
            yield f"{which} taken for {answer}, by what is defined there: {_and(sorted(names))}"


def _unlabelled(sheet: Sheet) -> Iterator[str]:
    lost = [
        each.cell
        for each in sheet.found
        if each.place is not None and sheet.release[each.place].grade_id not in ("", each.cell.grade_id)
        if not each.by_names
    ]
    if lost:
        yield f"{_cells(lost)} lost the metadata of nbgrader: recognised all the same"


def _twice(sheet: Sheet) -> Iterator[str]:
    for place, copies in sorted(sheet.copies.items()):
        given = sheet.release[place]
        if len(copies) == 1 or not given.grade_id:
            continue
        stands = f"{given.grade_id} stands in {_cells(copies)}"
        still = [cell for cell in copies if cell.number in sheet.left_out]
        if not given.solution:
            yield f"{stands}: what the release has counts"
        elif still:
            yield f"{stands}: {_cells(still)} {'is' if len(still) == 1 else 'are'} still as given and left out"
        else:
            yield f"{stands}: they run in this order"


def _retyped(sheet: Sheet) -> Iterator[str]:
    for place, copies in sorted(sheet.copies.items()):
        other = [cell for cell in copies if not cell.is_code]
        if sheet.release[place].solution and other:
            yield f"{_cells(other)} ({sheet.release[place].grade_id}) changed type: read as code"


def _restored(sheet: Sheet) -> Iterator[str]:
    locked, given = [], []
    for place, cell in enumerate(sheet.release):
        why = _damage(sheet, place)
        if why and cell.locked and not cell.solution:
            locked.append(f"{cell.grade_id} ({why})")
        elif why and cell.given and why != "edited":
            given.append(f"cell {place + 1} of the release ({why})")
    for kind, restored in (("locked", locked), ("given", given)):
        if restored:
            yield f"restored {len(restored)} {kind} cell{'s' * (len(restored) > 1)}: {_and(restored)}"


def _damage(sheet: Sheet, place: int) -> str:
    """What became of a cell of the release, or nothing."""
    if place not in sheet.copies:
        return "missing"
    same_kind = [cell for cell in sheet.copies[place] if cell.kind == sheet.release[place].kind]
    if not same_kind:
        return "changed type"
    return "" if any(sheet.as_given(cell, place) for cell in same_kind) else "edited"


def _points(sheet: Sheet) -> Iterator[str]:
    edited = [
        sheet.release[place].grade_id
        for place, copies in sorted(sheet.copies.items())
        if sheet.release[place].points not in (None, copies[0].points) and copies[0].grade_id
    ]
    if edited:
        yield f"the points of {_and(edited)} were edited: those of the release count"


def _edited(sheet: Sheet) -> Iterator[str]:
    edited = [
        cell
        for place, copies in sorted(sheet.copies.items())
        for cell in copies
        if sheet.release[place].given and cell.is_code and not sheet.as_given(cell, place)
    ]
    if edited:
        yield f"{_cells(edited)} changed what was given: the release's text runs first, then the student's"


def _unknown_tests(sheet: Sheet) -> Iterator[str]:
    unknown = [each.cell for each in sheet.found if each.place is None and each.cell.is_test and each.cell.is_code]
    if unknown:
        yield f"{_cells(unknown)}: no test of the release, left out"


def _cells(cells: Sequence[NotebookCell]) -> str:
    return ("cell " if len(cells) == 1 else "cells ") + _and([str(cell.number) for cell in cells])


def _and(things: Sequence[str]) -> str:
    if len(things) > _MOST:
        return f"{', '.join(things[:_MOST])} and {len(things) - _MOST} more"
    return " and ".join([*filter(None, [", ".join(things[:-1])]), things[-1]])
