"""The cells of a file that should be a notebook: all that can be read, whatever the file holds, in time linear in it.

Outputs are dropped; nothing of the file is run. A file that is cut off keeps the cells that are complete, and one that
is damaged in its middle those before and after the damage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from amal_attention.errors import Unreadable
from amal_attention.language import ENGLISH, message
from amal_attention.notebook.bounded_json import BoundedJson, TooManyValues
from amal_attention.notebook.cells import NotebookCell, decoded, object_in

__all__ = ["Salvaged", "salvage"]

_LARGEST = 60_000_000  # a text takes four times as much where one sign of it is a smiley
_MOST_CELLS = 10_000  # a list of nothing but empty cells would take a hundred times its size
_MOST_BREAKS = 20  # places that cannot be read: for each of them json counts the lines before it

_MEND = message("open it in Jupyter and save it again, or copy your answers into a fresh one")

_BLANK = re.compile(r"\s*")
_BETWEEN = re.compile(r"[\s,]*")
_CELLS = re.compile(r'"cells"\s*:\s*\[')
_CELL = re.compile(r'\{\s*"cell_type"\s*:')
_METADATA = re.compile(r'"metadata"\s*:\s*(?=\{)')


@dataclass(frozen=True)
class Salvaged:
    """What could be read of a file.

    Attributes:
        metadata: the metadata of the notebook; whatever the student's file says.
        cells: the cells in the file's order, numbered from 1.
        repairs: what was wrong with the file, a sentence each.
        whole: whether the file could be read to its end.
    """

    metadata: Mapping[str, Any]
    cells: tuple[NotebookCell, ...]
    repairs: tuple[str, ...]
    whole: bool


def salvage(raw: bytes) -> Salvaged:
    """Read the bytes of a file.

    Raises:
        Unreadable: they are no notebook, or no cell of it can be read.
    """
    if len(raw) > _LARGEST:
        size, most = (f"{each / 1e6:.0f}" for each in (len(raw), _LARGEST))
        do = ENGLISH.say("clear its outputs: {most} MB are read", most=most)
        raise _unreadable(ENGLISH.say("a file of {size} MB", size=size), do)
    text, told = decoded(raw)
    start = _blank_until(text, 0)
    if start == len(text):
        raise _unreadable(ENGLISH.say("an empty file"))
    content = BoundedJson(text)
    try:
        found = _whole(content, start) or _pieces(content)
    except RecursionError as error:
        raise _unreadable(ENGLISH.say("lists in lists, too deep to be read")) from error
    except TooManyValues as error:
        raise _unreadable(str(error), ENGLISH.say("clear its outputs")) from error
    if found.pile.nothing:
        raise _unreadable(ENGLISH.say("no cell in it"))
    return Salvaged(
        found.metadata, tuple(found.pile.cells), (*told, *found.told, *found.pile.remarks()), whole=found.whole
    )


@dataclass
class _Pile:
    """The cells read so far, without their outputs."""

    cells: list[NotebookCell] = field(default_factory=list)
    unreadable: int = 0
    old: bool = False

    def add(self, raw: Any) -> None:
        if len(self.cells) == _MOST_CELLS:
            raise _unreadable(ENGLISH.say("more than {number} cells", number=_MOST_CELLS))
        self.cells.append(NotebookCell.of(len(self.cells) + 1, raw))
        self.unreadable += not isinstance(raw, dict)
        course = object_in(object_in(object_in(raw).get("metadata")).get("nbgrader"))
        version = course.get("schema_version", 1)
        self.old |= "grade_id" in course and not (isinstance(version, int | float) and version >= 3)

    @property
    def nothing(self) -> bool:
        return len(self.cells) == self.unreadable

    def remarks(self) -> list[str]:
        told = []
        if self.unreadable:
            told.append(ENGLISH.say("{cells} could not be read", cells=_cells(self.unreadable)))
        if self.old:
            told.append(ENGLISH.say("the metadata of nbgrader is of an old version: it was read as version 3"))
        return told


class _Found(NamedTuple):
    metadata: Mapping[str, Any]
    pile: _Pile
    told: list[str]
    whole: bool


def _whole(content: BoundedJson, start: int) -> _Found | None:
    """What a file in right JSON holds."""
    try:
        notebook, end = content.value(start)
    except json.JSONDecodeError:
        return None
    if not isinstance(notebook, dict):
        raise _unreadable(ENGLISH.say("JSON that is no notebook"))
    cells, told = _listed(notebook)
    if _blank_until(content.text, end) < len(content.text):
        told.append(ENGLISH.say("something stands behind the end of the notebook: it was not read"))
    pile = _Pile()
    for cell in cells:
        pile.add(cell)
    return _Found(object_in(notebook.get("metadata")), pile, told, whole=True)


def _listed(notebook: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The cells of a notebook in format 4, or in one before, and what is to be told of its format and kernel."""
    cells, sheets = notebook.get("cells"), notebook.get("worksheets")
    if isinstance(cells, list):
        python = _asks_for_python(object_in(notebook.get("metadata")))
        return cells, [] if python else [ENGLISH.say("the notebook asks for no kernel of Python: it was given one")]
    if not isinstance(sheets, list):
        raise _unreadable(ENGLISH.say("JSON that is no notebook"))
    listed = [object_in(sheet).get("cells") for sheet in sheets]
    cells = [cell for inside in listed if isinstance(inside, list) for cell in inside]
    return cells, [ENGLISH.say("the notebook is in an old format of Jupyter, before 4: it was converted")]


def _asks_for_python(metadata: Mapping[str, Any]) -> bool:
    """Whether there is a kernel's name, and no other language's; what students call their environments is theirs."""
    kernel, info = object_in(metadata.get("kernelspec")), object_in(metadata.get("language_info"))
    language = kernel.get("language") or info.get("name") or "python"
    return isinstance(kernel.get("name"), str) and isinstance(language, str) and language.lower() == "python"


def _pieces(content: BoundedJson) -> _Found:
    """What a file in broken JSON holds."""
    text = content.text
    opening = _CELLS.search(text)
    if opening is None:
        raise _unreadable(ENGLISH.say("no notebook: it is not in JSON, or cut off before its first cell"))
    pile, at, breaks = _Pile(), opening.end(), 0
    while True:
        at = _between(text, at)
        try:
            cell, at = content.value(at)
        except json.JSONDecodeError as error:
            following = _CELL.search(text, max(error.pos, at + 1))
            if following is None or breaks == _MOST_BREAKS:
                break
            breaks, at = breaks + 1, following.start()
        else:
            pile.add(cell)
    read, ended = _cells(len(pile.cells)), text.startswith("]", at)
    if breaks:
        told = ENGLISH.say("the file is damaged: {cells} could be read", cells=read)
    elif ended:
        told = ENGLISH.say("the file is damaged or cut off behind its cells: {cells} could be read", cells=read)
    else:
        told = ENGLISH.say("the file is cut off: {cells} could be read", cells=read)
    metadata = (_metadata(content, at, len(text)) if ended else {}) or _metadata(content, 0, opening.start())
    return _Found(metadata, pile, [told], whole=False)


def _metadata(content: BoundedJson, start: int, end: int) -> dict[str, Any]:
    """The notebook's metadata, if they begin between these places and are complete."""
    found = _METADATA.search(content.text, start, end)
    try:
        return object_in(content.value(found.end())[0]) if found else {}
    except json.JSONDecodeError:
        return {}


def _blank_until(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _between(text: str, start: int) -> int:
    found = _BETWEEN.match(text, start)
    return found.end() if found else start


def _cells(number: int) -> str:
    return ENGLISH.say_count("{count} cell", "{count} cells", number)


def _unreadable(got: str, do: str = _MEND) -> Unreadable:
    return Unreadable(ENGLISH.say("expected a notebook; got {got}; {do}", got=got, do=do))
