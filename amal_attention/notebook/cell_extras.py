"""What a submission's cells hold beside their text: saved outputs and attached pictures, as the file has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amal_attention.notebook.bounded_json import BoundedJson
from amal_attention.notebook.cells import decoded

__all__ = ["CellExtras", "cell_extras"]


@dataclass(frozen=True)
class CellExtras:
    """Of one cell, whatever somebody put there; nothing of it may be shown before it is cleaned.

    Attributes:
        outputs: the outputs as a notebook of format 4 holds them.
        attachments: the attachments by their names.
    """

    outputs: list[Any] = field(default_factory=list)
    attachments: dict[str, Any] = field(default_factory=dict)


def cell_extras(raw: bytes) -> Mapping[int, CellExtras]:
    """The extras of each cell of a file in format 4, by its place in the file, from 1; an older format has none.

    Args:
        raw: the bytes of a file that :func:`~amal_attention.notebook.salvage.salvage` could read whole.
    """
    text, _ = decoded(raw)
    cells = BoundedJson(text).value(len(text) - len(text.lstrip()))[0].get("cells")
    return {number: _of(cell) for number, cell in enumerate(cells or [], 1) if isinstance(cell, dict)}


def _of(cell: Mapping[str, Any]) -> CellExtras:
    outputs, attachments = cell.get("outputs"), cell.get("attachments")
    return CellExtras(
        outputs if isinstance(outputs, list) else [], attachments if isinstance(attachments, dict) else {}
    )
