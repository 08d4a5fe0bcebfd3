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

from amal_attention.checks.notebook_cells import NotebookCell, decoded
from amal_attention.errors import Unreadable, explain

__all__ = ["Salvaged", "salvage"]

_LARGEST = 100_000_000
_MOST_CELLS = 10_000  # a list of nothing but empty cells would take a hundred times its size
_MOST_VALUES = 10_000_000  # lists and objects: each takes some 70 bytes, and may be two characters long
_MOST_BREAKS = 20  # places that cannot be read: for each of them json counts the lines before it

_MEND = "open it in Jupyter and save it again, or copy your answers into a fresh one"

_JSON = json.JSONDecoder(parse_int=float, strict=False)  # int() refuses a number of many digits; float() takes it
_BLANK = re.compile(r"\s*")
_BETWEEN = re.compile(r"[\s,]*")
_CELLS = re.compile(r'"cells"\s*:\s*\[')
_CELL = re.compile(r'\{\s*"cell_type"\s*:')
_METADATA = re.compile(r'"metadata"\s*:\s*(?=\{)')


@dataclass(frozen=True)
class Salvaged:
    """What could be read of a file.

    Attributes:
        metadata: of the notebook; whatever the student's file says.
        cells: in the file's order, numbered from 1.
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
        raise _unreadable(f"a file of {len(raw) / 1e6:.0f} MB", f"clear its outputs: {_LARGEST / 1e6:.0f} MB are read")
    text, told = decoded(raw)
    start = _blank_until(text, 0)
    if start == len(text):
        raise _unreadable("an empty file")
    if text.count("[") + text.count("{") > _MOST_VALUES:
        raise _unreadable(f"more than {_MOST_VALUES} lists and objects", "clear its outputs")
    try:
        found = _whole(text, start) or _pieces(text)
    except RecursionError as error:
        raise _unreadable("lists in lists, too deep to be read") from error
    if found.pile.nothing:
        raise _unreadable("no cell in it")
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
            raise _unreadable(f"more than {_MOST_CELLS} cells")
        self.cells.append(NotebookCell.of(len(self.cells) + 1, raw))
        self.unreadable += not isinstance(raw, dict)
        course = _dict(_dict(_dict(raw).get("metadata")).get("nbgrader"))
        version = course.get("schema_version", 1)
        self.old |= "grade_id" in course and not (isinstance(version, int | float) and version >= 3)

    @property
    def nothing(self) -> bool:
        return len(self.cells) == self.unreadable

    def remarks(self) -> list[str]:
        told = []
        if self.unreadable:
            told.append(f"{_cells(self.unreadable)} could not be read")
        if self.old:
            told.append("the metadata of nbgrader is of an old version: it was read as version 3")
        return told


class _Found(NamedTuple):
    metadata: Mapping[str, Any]
    pile: _Pile
    told: list[str]
    whole: bool


def _whole(text: str, start: int) -> _Found | None:
    """What a file in right JSON holds."""
    try:
        notebook, end = _JSON.raw_decode(text, start)
    except json.JSONDecodeError:
        return None
    if not isinstance(notebook, dict):
        raise _unreadable("JSON that is no notebook")
    cells, told = _listed(notebook)
    if _blank_until(text, end) < len(text):
        told.append("something stands behind the end of the notebook: it was not read")
    pile = _Pile()
    for cell in cells:
        pile.add(cell)
    return _Found(_dict(notebook.get("metadata")), pile, told, whole=True)


def _listed(notebook: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The cells of a notebook in format 4, or in one before, and what is to be told of its format and kernel."""
    cells, sheets = notebook.get("cells"), notebook.get("worksheets")
    if isinstance(cells, list):
        python = _asks_for_python(_dict(notebook.get("metadata")))
        return cells, [] if python else ["the notebook asks for no kernel of Python: it was given one"]
    if not isinstance(sheets, list):
        raise _unreadable("JSON that is no notebook")
    listed = [_dict(sheet).get("cells") for sheet in sheets]
    cells = [cell for inside in listed if isinstance(inside, list) for cell in inside]
    return cells, ["the notebook is in an old format of Jupyter, before 4: it was converted"]


def _asks_for_python(metadata: Mapping[str, Any]) -> bool:
    """Whether there is a kernel's name, and no other language's; what students call their environments is theirs."""
    kernel, info = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    language = kernel.get("language") or info.get("name") or "python"
    return isinstance(kernel.get("name"), str) and isinstance(language, str) and language.lower() == "python"


def _pieces(text: str) -> _Found:
    """What a file in broken JSON holds."""
    opening = _CELLS.search(text)
    if opening is None:
        raise _unreadable("no notebook: it is not in JSON, or cut off before its first cell")
    pile, at, breaks = _Pile(), opening.end(), 0
    while True:
        at = _between(text, at)
        try:
            cell, at = _JSON.raw_decode(text, at)
        except json.JSONDecodeError as error:
            following = _CELL.search(text, max(error.pos, at + 1))
            if following is None or breaks == _MOST_BREAKS:
                break
            breaks, at = breaks + 1, following.start()
        else:
            pile.add(cell)
    read, ended = f"{_cells(len(pile.cells))} could be read", text.startswith("]", at)
    if breaks:
        told = f"the file is damaged: {read}"
    else:
        told = f"the file is damaged or cut off behind its cells: {read}" if ended else f"the file is cut off: {read}"
    metadata = (_metadata(text, at, len(text)) if ended else {}) or _metadata(text, 0, opening.start())
    return _Found(metadata, pile, [told], whole=False)


def _metadata(text: str, start: int, end: int) -> dict[str, Any]:
    """The notebook's metadata, if they begin between these places and are complete."""
    found = _METADATA.search(text, start, end)
    try:
        return _dict(_JSON.raw_decode(text, found.end())[0]) if found else {}
    except json.JSONDecodeError:
        return {}


def _blank_until(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _between(text: str, start: int) -> int:
    found = _BETWEEN.match(text, start)
    return found.end() if found else start


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unreadable(got: str, do: str = _MEND) -> Unreadable:
    return Unreadable(explain(expected="a notebook", got=got, do=do))
