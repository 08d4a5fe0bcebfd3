"""What is told of a submission whose cells are not those that the release and honest work on it give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amal_attention.cell_names import UNGRADED
from amal_attention.grading.submission.recognition import Sheet
from amal_attention.language import ENGLISH, message
from amal_attention.notebook.cells import NotebookCell

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
        yield ENGLISH.say("the cells were not in the order of the release: they run in that order")


def _missing(sheet: Sheet) -> Iterator[str]:
    gone = [given.grade_id for place, given in enumerate(sheet.release) if given.solution and place not in sheet.copies]
    if gone:
        yield ENGLISH.say("there is no cell of {cells}", cells=_and(gone))


def _by_names(sheet: Sheet) -> Iterator[str]:
    for place in sheet.copies:
        found = [each for each in sheet.found if each.place == place and each.by_names]
        if found:
            names = frozenset[str]().union(*(each.by_names for each in found))
            yield ENGLISH.say(
                "{cells} taken for {answer}, by what is defined there: {names}",
                cells=_cells([each.cell for each in found]),
                answer=sheet.release[place].grade_id,
                names=_and(sorted(names)),
            )


def _unlabelled(sheet: Sheet) -> Iterator[str]:
    lost = [
        each.cell
        for each in sheet.found
        if each.place is not None and sheet.release[each.place].grade_id not in ("", each.cell.grade_id)
        if not each.by_names
    ]
    if lost:
        yield ENGLISH.say("{cells} lost the metadata of nbgrader: recognised all the same", cells=_cells(lost))


def _twice(sheet: Sheet) -> Iterator[str]:
    for place, copies in sorted(sheet.copies.items()):
        given = sheet.release[place]
        if len(copies) == 1 or not given.grade_id:
            continue
        still = [cell for cell in copies if cell.number in sheet.left_out]
        stands = {"answer": given.grade_id, "cells": _cells(copies)}
        if not given.solution:
            yield ENGLISH.say("{answer} stands in {cells}: what the release has counts", **stands)
        elif still:
            yield ENGLISH.say_count(
                "{answer} stands in {cells}: {left_out} is still as given and left out",
                "{answer} stands in {cells}: {left_out} are still as given and left out",
                len(still),
                left_out=_cells(still),
                **stands,
            )
        else:
            yield ENGLISH.say("{answer} stands in {cells}: they run in this order", **stands)


def _retyped(sheet: Sheet) -> Iterator[str]:
    for place, copies in sorted(sheet.copies.items()):
        other = [cell for cell in copies if not cell.is_code]
        if sheet.release[place].solution and other:
            yield ENGLISH.say(
                "{cells} ({answer}) changed type: read as code",
                cells=_cells(other),
                answer=sheet.release[place].grade_id,
            )


_MISSING = message("{cell} (missing)")
_RETYPED = message("{cell} (changed type)")
_EDITED = message("{cell} (edited)")


def _restored(sheet: Sheet) -> Iterator[str]:
    locked, given = [], []
    for place, cell in enumerate(sheet.release):
        damage = _damage(sheet, place)
        if damage and cell.locked and not cell.solution:
            locked.append(ENGLISH.say(damage, cell=cell.grade_id))
        elif damage and cell.given and damage != _EDITED and UNGRADED not in cell.tags:
            given.append(ENGLISH.say(damage, cell=ENGLISH.say("cell {number} of the release", number=place + 1)))
    if locked:
        yield ENGLISH.say_count(
            "restored {count} locked cell: {cells}",
            "restored {count} locked cells: {cells}",
            len(locked),
            cells=_and(locked),
        )
    if given:
        yield ENGLISH.say_count(
            "restored {count} given cell: {cells}",
            "restored {count} given cells: {cells}",
            len(given),
            cells=_and(given),
        )


def _damage(sheet: Sheet, place: int) -> str:
    """What became of a cell of the release, or nothing."""
    if place not in sheet.copies:
        return _MISSING
    same_kind = [cell for cell in sheet.copies[place] if cell.kind == sheet.release[place].kind]
    if not same_kind:
        return _RETYPED
    return "" if any(sheet.as_given(cell, place) for cell in same_kind) else _EDITED


def _points(sheet: Sheet) -> Iterator[str]:
    edited = [
        sheet.release[place].grade_id
        for place, copies in sorted(sheet.copies.items())
        if sheet.release[place].points not in (None, copies[0].points) and copies[0].grade_id
    ]
    if edited:
        yield ENGLISH.say("the points of {cells} were edited: those of the release count", cells=_and(edited))


def _edited(sheet: Sheet) -> Iterator[str]:
    edited = [
        cell
        for place, copies in sorted(sheet.copies.items())
        for cell in copies
        if sheet.release[place].given and cell.is_code and not sheet.as_given(cell, place)
    ]
    if edited:
        yield ENGLISH.say(
            "{cells} changed what was given: the release's text runs first, then the student's", cells=_cells(edited)
        )


def _unknown_tests(sheet: Sheet) -> Iterator[str]:
    unknown = [each.cell for each in sheet.found if each.place is None and each.cell.is_test and each.cell.is_code]
    if unknown:
        yield ENGLISH.say("{cells}: no test of the release, left out", cells=_cells(unknown))


def _cells(cells: Sequence[NotebookCell]) -> str:
    numbers = _and([str(cell.number) for cell in cells])
    if len(cells) == 1:
        return ENGLISH.say("cell {numbers}", numbers=numbers)
    return ENGLISH.say("cells {numbers}", numbers=numbers)


def _and(things: Sequence[str]) -> str:
    if len(things) > _MOST:
        more = ENGLISH.say("{count} more", count=len(things) - _MOST)
        return ENGLISH.say("{things} and {last}", things=", ".join(things[:_MOST]), last=more)
    return ENGLISH.listed(things)
