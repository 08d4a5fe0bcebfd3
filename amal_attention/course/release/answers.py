"""A cell of a lab's script with its answers, for those who may read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from amal_attention.course.script.lookalikes import KINDS
from amal_attention.course.script.markers import Region, regions
from amal_attention.course.script.script import Cell
from amal_attention.language import Language

__all__ = ["answered"]

_SOLUTION, _, _MARK_SCHEME = KINDS

_Lines = list[str]


def answered(cell: Cell, language: str) -> Cell:
    """The cell with its answers, and its mark scheme below a title; without markers, and without hidden tests."""
    title = Language(language).say("Mark scheme")
    begin: dict[str, _Lines] = {_SOLUTION: [], _MARK_SCHEME: [f"**{title}**"]}
    return _with(cell, lambda region, inside: [*begin[region.kind], *inside] if region.kind in begin else [])


def _with(cell: Cell, put: Callable[[Region, _Lines], _Lines]) -> Cell:
    """The cell with something else in the place of each region, made of the region and the lines inside it."""
    texts, found = dict(cell.numbered()), {region.begin: region for region in regions(cell)}
    lines: _Lines = []
    for line, text in texts.items():
        if line in found:
            inside = [texts[each] for each in range(line + 1, found[line].end)]
            lines += put(found[line], inside)
        elif not any(region.holds(line) for region in found.values()):
            lines.append(text)
    return replace(cell, lines=tuple(lines), raw=tuple(lines))
