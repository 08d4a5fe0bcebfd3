"""Which cells of a submission are which of the release: by name in the course, by id, by text, by what they define."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from amal_attention.grading.submission.reference import ReferenceCell, comparable, names_in
from amal_attention.notebook.cells import NotebookCell

__all__ = ["Recognised", "Sheet", "recognised"]


@dataclass(frozen=True)
class Recognised:
    """A cell of a submission.

    Attributes:
        cell: the cell as it stands there.
        place: the place of the cell of the release that it is, from 0; None for one that the student added.
        by_names: what it defines, where nothing else told which cell it is.
    """

    cell: NotebookCell
    place: int | None
    by_names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """The cells of a submission beside those of the release."""

    release: Sequence[ReferenceCell]
    found: Sequence[Recognised]

    @cached_property
    def copies(self) -> dict[int, list[NotebookCell]]:
        """The student's copies of each cell of the release that they have, in the order of their file."""
        copies: dict[int, list[NotebookCell]] = {}
        for each in self.found:
            if each.place is not None:
                copies.setdefault(each.place, []).append(each.cell)
        return copies

    @cached_property
    def left_out(self) -> frozenset[int]:
        """Numbers of the copies of solution cells that are still as given, where another one holds an answer."""
        out: set[int] = set()
        for place, copies in self.copies.items():
            as_given = {cell.number for cell in copies if self.as_given(cell, place)}
            answered = any(cell.number not in as_given and cell.source.strip() for cell in copies)
            if self.release[place].solution and answered:
                out |= as_given
        return frozenset(out)

    @cached_property
    def anchors(self) -> dict[int, int]:
        """By place, number of the student's copy of each cell that runs; of several the first that is in order."""
        anchors: dict[int, int] = {}
        last = 0
        for place in sorted(self.copies):
            if self.release[place].solution or self.release[place].given:
                numbers = [cell.number for cell in self.copies[place]]
                last = anchors[place] = next((number for number in numbers if number > last), numbers[0])
        return anchors

    @property
    def in_order(self) -> bool:
        """Whether the cells that run stand in the release's order."""
        return list(self.anchors.values()) == sorted(self.anchors.values())

    def as_given(self, cell: NotebookCell, place: int) -> bool:
        """Whether a cell has the text of the one of the release."""
        return comparable(cell.source) == comparable(self.release[place].source)


def recognised(cells: Sequence[NotebookCell], release: Sequence[ReferenceCell], *, by_id: bool) -> Sheet:
    """Find out what each cell of a submission is.

    Args:
        cells: the cells of the submission.
        release: the cells of the release in its language.
        by_id: whether the ids that Jupyter keeps are those of this very release.
    """
    places = _labelled(cells, release, by_id=by_id)
    _find_by_text(cells, release, places)
    missing = {
        name: place
        for place, given in enumerate(release)
        if given.solution and place not in places
        for name in names_in(given.source)
    }
    return Sheet(release, list(_named(cells, places, missing)))


def _labelled(cells: Sequence[NotebookCell], release: Sequence[ReferenceCell], *, by_id: bool) -> list[int | None]:
    course = {given.grade_id: place for place, given in enumerate(release) if given.grade_id}
    jupyter = {given.cell_id: place for place, given in enumerate(release) if given.cell_id and by_id}
    return [course.get(cell.grade_id, jupyter.get(cell.cell_id)) for cell in cells]


def _find_by_text(cells: Sequence[NotebookCell], release: Sequence[ReferenceCell], places: list[int | None]) -> None:
    """Fill in the places of cells that have the text of one of the release."""
    texts: dict[tuple[str, str], list[int]] = {}
    for place, given in enumerate(release):
        texts.setdefault((given.kind, comparable(given.source)), []).append(place)
    taken = set(places)
    for index, cell in enumerate(cells):
        if places[index] is None:
            same = texts.get((cell.kind, comparable(cell.source)), [])
            places[index] = next((place for place in same if place not in taken), _again(same, release))
            taken.add(places[index])


def _again(same: Sequence[int], release: Sequence[ReferenceCell]) -> int | None:
    """What one more copy of a text is: a given cell that runs once more is the student's."""
    return same[0] if same and not release[same[0]].given else None


def _named(
    cells: Sequence[NotebookCell], places: Sequence[int | None], missing: dict[str, int]
) -> Iterator[Recognised]:
    """The cells; one that is none of the release's and defines what a missing solution cell does counts as that one."""
    for cell, place in zip(cells, places, strict=True):
        names = names_in(cell.source) & missing.keys() if place is None and _may_answer(cell) else frozenset()
        if names:
            first = min(missing[name] for name in names)
            yield Recognised(cell, first, frozenset(name for name in names if missing[name] == first))
        else:
            yield Recognised(cell, place)


def _may_answer(cell: NotebookCell) -> bool:
    return cell.is_code and not cell.is_test
