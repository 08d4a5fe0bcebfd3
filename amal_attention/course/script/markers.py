"""The markers around what students do not get: each exactly right, in pairs, and where it has a meaning.

nbgrader removes whatever stands between two lines that *contain* its words, and leaves everything that a misspelt
marker was meant to remove. So nothing is left to chance here: a line is exactly a marker, or nothing like one.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from amal_attention.course.problems import Problem
from amal_attention.course.script.bodies import why_no_body
from amal_attention.course.script.graded import graded_kind
from amal_attention.course.script.lookalikes import KINDS, looks_like_a_marker
from amal_attention.course.script.script import Cell, Script

__all__ = ["Region", "marker_problems", "regions"]

_IN_CODE = re.compile(rf"[ \t]*### (BEGIN|END) ({'|'.join(KINDS[:2])})")
_IN_MARKDOWN = re.compile(rf"=== (BEGIN|END) ({KINDS[2]}) ===")
_WHERE = {"SOLUTION": "solution", "HIDDEN TESTS": "test", "MARK SCHEME": "task"}
_ATTACHMENT = "](attachment:"


@dataclass(frozen=True)
class Region:
    """What stands between two markers of a cell; ``begin`` and ``end`` are the lines of the script with the markers."""

    kind: str
    begin: int
    end: int

    def holds(self, line: int) -> bool:
        """Whether the line is in it, its markers included."""
        return self.begin <= line <= self.end


def regions(cell: Cell) -> list[Region]:
    """The regions of a cell whose markers are right (see :func:`marker_problems`)."""
    return _paired(cell)[0]


def marker_problems(script: Script) -> list[Problem]:
    """All that is wrong with the markers of a script, and with what they enclose."""
    problems = []
    for cell in script.cells:
        found, unpaired = _paired(cell)
        told = [
            *_lookalikes(cell),
            *unpaired,
            *(problem for region in found for problem in _misplaced(cell, region)),
        ]
        if not told:
            told = [*_without_region(cell, found), *_broken(cell, found)]
        problems += [Problem(script.path, line, text) for line, text in told]
    return problems


def _read_marker(line: str, raw: str) -> tuple[str, str] | None:
    """The verb and the kind of the marker that this line is, if it is exactly one."""
    match = _IN_CODE.fullmatch(line) or _IN_MARKDOWN.fullmatch(line)
    return (match[1], match[2]) if match and raw in (line, f"# {line}") else None


def _markers(cell: Cell) -> dict[int, tuple[str, str]]:
    """The exact markers of a cell, by line of the script."""
    read = zip(cell.numbered(), cell.raw, strict=True)
    return {line: found for (line, text), raw in read if (found := _read_marker(text, raw))}


def _lookalikes(cell: Cell) -> Iterator[tuple[int, str]]:
    exact = _markers(cell)
    for line, text in cell.numbered():
        words = looks_like_a_marker(text)
        if words and line not in exact:
            yield line, f"{text.strip()!r} looks like a marker; write {_form(words)!r} and nothing else, or other words"


def _form(words: str) -> str:
    return f"# === {words} ===" if words.endswith(KINDS[2]) else f"### {words}"


def _paired(cell: Cell) -> tuple[list[Region], list[tuple[int, str]]]:
    """The regions of a cell, and the markers that do not make one."""
    found, told = [], []
    begun: tuple[int, str] | None = None
    for line, (verb, kind) in _markers(cell).items():
        if verb == "BEGIN" and begun is None:
            begun = line, kind
        elif verb == "BEGIN" and begun is not None:
            told.append((line, f"a region of {kind} begins inside that of {begun[1]} from line {begun[0]}"))
        elif begun is None:
            told.append((line, f"a region of {kind} ends that began nowhere in this cell"))
        elif kind != begun[1]:
            told.append((line, f"a region of {kind} ends inside that of {begun[1]} from line {begun[0]}"))
        else:
            found.append(Region(kind, begun[0], line))
            begun = None
    if begun is not None:
        told.append((begun[0], f"the region of {begun[1]} that begins here does not end in its cell"))
    return found, told


def _misplaced(cell: Cell, region: Region) -> Iterator[tuple[int, str]]:
    where = _WHERE[region.kind]
    if graded_kind(cell) != where and not (region.kind == KINDS[0] and cell.ungraded):
        yield region.begin, f"a region of {region.kind} stands in a {where} cell only, as its nbgrader metadata say"
    if not any(text.strip() for line, text in cell.numbered() if region.begin < line < region.end):
        yield region.begin, f"the region of {region.kind} is empty"
    if region.kind == KINDS[2]:
        for line, text in cell.numbered():
            if region.holds(line) and _ATTACHMENT in text:
                yield line, "a file attached to a mark scheme would stay in the notebook; describe it in words"


def _without_region(cell: Cell, found: list[Region]) -> Iterator[tuple[int, str]]:
    if graded_kind(cell) == "solution" and not found:
        yield cell.line, "a solution cell without a region of SOLUTION: nbgrader would remove all of it"
    elif cell.ungraded and not found:
        yield cell.line, "a cell tagged 'ungraded' without a region of SOLUTION: there is nothing to fill in it"


def _broken(cell: Cell, found: list[Region]) -> Iterator[tuple[int, str]]:
    """What cannot be removed from the code without breaking what stays."""
    if not found or cell.kind != "code":
        return
    if error := _why_not_python(cell.source):
        yield cell.line + (error.lineno or 0), f"the code of this cell cannot be read: {error.msg}"
        return
    comments = _comment_lines(cell)
    for region in found:
        if not {region.begin, region.end} <= comments:
            yield region.begin, "a marker of this region stands in a string"
        elif region.kind == "SOLUTION":
            problem = why_no_body(cell.source, region.begin - cell.line, region.end - cell.line)
            if problem:
                yield region.begin, problem
        elif error := _why_not_python(_without(cell, region)):
            yield region.begin, f"without this region the code of the cell is broken: {error.msg}"


def _why_not_python(code: str) -> SyntaxError | None:
    try:
        ast.parse(code)
    except SyntaxError as error:
        return error
    return None


def _without(cell: Cell, region: Region) -> str:
    return "\n".join(text for line, text in cell.numbered() if not region.holds(line))


def _comment_lines(cell: Cell) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(cell.source).readline)
    return {cell.line + token.start[0] for token in tokens if token.type == tokenize.COMMENT}
