"""The script of a lab as a course teaches it: parts that are left out are gone, and every text tells the points of now.

A part is the section that its graded cells stand in, from a heading of level 1 or 2 to the next one. Points are told in
brackets, such as "(2 points)", once for each graded cell and in their order; and in the last column of a table that is
called points, in a row that begins with the number of the part. A mark scheme tells them before colons: "0.5: …".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from amal_attention.course.problems import Problem, refuse
from amal_attention.course.script.graded import graded_kind
from amal_attention.course.script.markers import regions
from amal_attention.course.script.script import Cell, Script
from amal_attention.course.taught import is_of_part
from amal_attention.lab import Lab
from amal_attention.language import Language

__all__ = ["cut"]

_HEADING = re.compile(r"#{1,2}\s")
_POINTS = re.compile(r"\(\d+(?:[.,]\d+)? points?\)")
_SCHEME = re.compile(r"\d+(?:[.,]\d+)?(?= ?:)")
_HEAD = re.compile(r"\|.*\|\s*points\s*\|\s*")
_ROW = re.compile(r"(\|\s*(\d+)\b.*\|\s*)\d+(?:[.,]\d+)?(\s*\|\s*)")


def cut(script: Script, lab: Lab, language: str) -> Script:
    """The script with the parts and the points that ``lab`` has; for the notebook in one language.

    Args:
        script: the script of the whole lab.
        lab: the lab as it is taught, see :func:`amal_attention.course.taught.taught`.
        language: the language of the notebook.

    Raises:
        LabError: a part shares its section with another one, or a text tells the points of some cells only.
    """
    if lab.points == lab.own_points:
        return script
    gone = {cell.line for cell in _left_out(script, lab, language)}
    kept = tuple(cell for cell in script.cells if cell.line not in gone)
    script = replace(script, cells=tuple(_with_points(cell, lab) for cell in kept))
    told = {cell.line: cell for cell in _told(script, lab, language)}
    return replace(script, cells=tuple(told.get(cell.line, cell) for cell in script.cells))


def _left_out(script: Script, lab: Lab, language: str) -> Iterator[Cell]:
    """The cells of the sections that are left out."""
    cells = script.released(language)
    starts = [place for place, cell in enumerate(cells) if cell.kind == "markdown" and _HEADING.match(cell.source)]
    for start, end in pairwise([0, *starts, len(cells)]):
        section = cells[start:end]
        graded = [
            str(cell.nbgrader["grade_id"]) for cell in section if graded_kind(cell) in ("solution", "test", "task")
        ]
        of_parts = [any(is_of_part(name, part) for part in lab.without) for name in graded]
        if any(of_parts) and not all(of_parts):
            others = ", ".join(name for name, is_out in zip(graded, of_parts, strict=True) if not is_out)
            refuse(
                [Problem(script.path, section[0].line, f"in this section stands {others}, too")],
                expected=f"sections of their own for {', '.join(lab.without)}",
                do="begin one with a heading of level 2",
            )
        if any(of_parts):
            yield from section


def _with_points(cell: Cell, lab: Lab) -> Cell:
    name = cell.nbgrader.get("grade_id")
    return replace(cell, nbgrader=cell.nbgrader | {"points": lab.points[name]}) if name in lab.points else cell


def _told(script: Script, lab: Lab, language: str) -> Iterator[Cell]:
    """The cells of text, with the points of now."""
    cells = [cell for cell in script.released(language) if cell.kind == "markdown"]
    told = [place for cell in cells for place in _POINTS.findall(cell.source)]
    if told and len(told) != len(lab.points):
        refuse(
            [Problem(script.path, 1, f"the text in {language!r} tells the points of {len(told)} cells")],
            expected=f"the points of all {len(lab.points)} graded cells in brackets, or of none",
            do='write "(2 points)" with each',
        )
    said, points = Language(language), iter(lab.points.values())

    def worth(_: re.Match[str]) -> str:
        told = said.say_count("{count} point", "{count} points", next(points))
        return f"({told})"

    for cell in cells:
        lines = [_POINTS.sub(worth, line) for line in _scheme(cell, lab, said)]
        rows = [(row, raw) for row, raw in zip(_rows(lines, lab, said), cell.raw, strict=True) if row is not None]
        yield replace(cell, lines=tuple(row for row, _ in rows), raw=tuple(raw for _, raw in rows))


def _scheme(cell: Cell, lab: Lab, said: Language) -> Iterator[str]:
    """The lines of a text, those of its mark scheme with the points of now."""
    name, schemes = cell.nbgrader.get("grade_id", ""), regions(cell)
    share = lab.points[name] / lab.own_points[name] if lab.own_points.get(name) else 1.0

    def scaled(found: re.Match[str]) -> str:
        return said.number(float(found[0].replace(",", ".")) * share)

    for number, line in cell.numbered():
        in_scheme = any(each.holds(number) for each in schemes)
        yield _SCHEME.sub(scaled, line) if in_scheme and share != 1.0 else line


def _rows(lines: Sequence[str], lab: Lab, said: Language) -> Iterator[str | None]:
    """The lines of a text, rows of a table of points with those of now; None for that of a part that is left out."""
    inside = False
    for line in lines:
        inside = line.startswith("|") and (inside or _HEAD.fullmatch(line) is not None)
        row = _ROW.fullmatch(line) if inside else None
        if row is None:
            yield line
        elif f"q{row[2]}" in lab.without:
            yield None
        else:
            worth = sum(points for name, points in lab.points.items() if is_of_part(name, f"q{row[2]}"))
            yield f"{row[1]}{said.number(worth)}{row[3]}"
