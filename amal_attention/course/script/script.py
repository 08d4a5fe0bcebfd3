"""A lab's script, ``<lab>.py`` in jupytext's percent format, as cells that know their lines; and as a notebook."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amal_attention.cell_names import UNGRADED
from amal_attention.course.problems import Problem, grade_extra, refuse
from amal_attention.course.script.set_up_cell import SET_UP
from amal_attention.errors import LabError, explain
from amal_attention.lab import Lab

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Cell", "Script", "notebook_of", "read_script"]

_LIKE_A_START = re.compile(r"\s*#\s*(%%+(\s.*)?|<codecell>\s*|In\[[0-9 ]*\]:?\s*)")  # all that jupytext takes for one
_START = re.compile(r"# %%( .*)?")
_TAGS = ("active-ipynb", "hide-input", "hide-output", "instructor", "raises-exception", SET_UP, UNGRADED)
_COMMAND = re.compile(r"\s*[%!?]")
_LONGEST_ID = 64  # of a cell, says nbformat


@dataclass(frozen=True)
class Cell:
    """A cell of the script.

    Attributes:
        line: the line of the script, from 1, where its ``# %%`` stands.
        kind: "code" or "markdown".
        language: the only one in whose release it stands, if not in all.
        tags: what its metadata says under this name.
        nbgrader: the same, for nbgrader; empty where there is nothing.
        lines: its text, without what makes it a comment in the script; the first is at ``line + 1``.
        raw: the same lines as they stand in the script.
    """

    line: int
    kind: str
    language: str | None
    tags: tuple[str, ...]
    nbgrader: dict[str, Any]
    lines: tuple[str, ...]
    raw: tuple[str, ...]

    @property
    def source(self) -> str:
        """Its text."""
        return "\n".join(self.lines)

    @property
    def instructor(self) -> bool:
        """Whether it is in no release."""
        return "instructor" in self.tags

    @property
    def ungraded(self) -> bool:
        """Whether students fill it for themselves: no grader asks for it."""
        return UNGRADED in self.tags

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Its lines, each with its number in the script."""
        return enumerate(self.lines, self.line + 1)


@dataclass(frozen=True)
class Script:
    """The cells of the script at ``path``, and its text."""

    path: Path
    text: str
    cells: tuple[Cell, ...]

    def released(self, language: str) -> list[Cell]:
        """The cells that students of ``language`` get, in order."""
        return [cell for cell in self.cells if not cell.instructor and cell.language in (None, language)]


def read_script(lab: Lab) -> Script:
    """The script of ``lab``.

    Raises:
        LabError: there is none, or a cell cannot be read or does not say what it is; the message names each line.
    """
    path = lab.folder / f"{lab.name}.py"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(explain(expected=f"a script in {path}", got=str(error), do="write it, in UTF-8")) from error
    raw = text.removesuffix("\n").split("\n")
    starts = [index for index, line in enumerate(raw) if _LIKE_A_START.fullmatch(line)]
    _refuse_lines(path, _outside_cells(raw, starts))
    nodes = _jupytext(path, raw, starts)
    _refuse_lines(path, _misread(raw, starts, nodes))
    _refuse_lines(path, _unsaid(starts, nodes, lab.languages))
    return Script(path, text, tuple(_cell(raw, start, node) for start, node in zip(starts, nodes, strict=True)))


def notebook_of(script: Script, language: str) -> NotebookNode:
    """The notebook in ``language``, with all solutions: nothing is cleared yet."""
    with grade_extra():
        import nbformat
    v4: Any = nbformat.v4  # its functions have no types
    make = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
    cells = script.released(language)
    nodes = []
    for cell, name in zip(cells, _ids(cells, language), strict=True):
        metadata: dict[str, Any] = {"tags": list(cell.tags)} if cell.tags else {}
        if cell.nbgrader:
            metadata["nbgrader"] = dict(cell.nbgrader)
        nodes.append(make[cell.kind](cell.source, id=name, metadata=metadata))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook: NotebookNode = v4.new_notebook(cells=nodes, metadata=metadata)
    return notebook


def _ids(cells: Iterable[Cell], language: str) -> list[str]:
    """A name for each cell that stays as long as the cell stays where it is."""
    given = [str(cell.nbgrader.get("grade_id", "")) for cell in cells]
    names: list[str] = []
    for position, name in enumerate(given):
        if len(name) > _LONGEST_ID:
            name = f"{name[:48]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        elif not name:
            name = next(
                made for n in itertools.count() if (made := f"{language}-{position}" + "-" * n) not in {*given, *names}
            )
        names.append(name)
    return names


def _refuse_lines(path: Path, problems: Iterable[tuple[int, str]]) -> None:
    """Refuse what stands at these lines, which count from 0."""
    refuse(
        (Problem(path, index + 1, text) for index, text in problems),
        expected="a script of cells that say what they are",
        do="mend",
    )


def _outside_cells(raw: list[str], starts: list[int]) -> Iterator[tuple[int, str]]:
    """What cannot be a cell, or be in one, before jupytext reads anything."""
    if not starts:
        yield 0, "there is no cell; one begins with '# %%'"
        return
    for index in starts:
        if not _START.fullmatch(raw[index]):
            yield index, f"{raw[index].strip()!r} begins no cell; write '# %%' or '# %% [markdown]', then the metadata"
    for index, line in enumerate(raw):
        if len(line.splitlines()) > 1 or "\0" in line:
            yield index, "there is a character in it that ends a line, or the file, for some programs and not for all"
    before = "\n".join(raw[: starts[0]]).strip()
    if before and not re.fullmatch(r"# ---\n(#.*\n)*# ---", before):
        yield 0, "there is text before the first cell that is not jupytext's header"


def _jupytext(path: Path, raw: list[str], starts: list[int]) -> list[NotebookNode]:
    """The cells as jupytext reads them."""
    with grade_extra():
        import jupytext

    def read(lines: list[str]) -> tuple[Any, str]:
        try:
            return jupytext.reads("\n".join(lines), fmt="py:percent"), ""
        except Exception as error:  # it lets through whatever its parsers and nbformat raise
            return None, str(error).strip().split("\n")[0]

    notebook, problem = read(raw)
    if problem:
        blocks = {start: raw[start:end] for start, end in itertools.pairwise([*starts, len(raw)])}
        cells = [(start, told) for start, block in blocks.items() if (told := read(block)[1])]
        _refuse_lines(path, cells or [(0, f"the header cannot be used: {problem}")])
    name = notebook.metadata["jupytext"]["text_representation"]["format_name"]
    if name != "percent":
        raise LabError(
            explain(expected=f"the percent format in {path}", got=f"a header that says {name!r}", do="mend the header")
        )
    return list(notebook.cells)


def _misread(raw: list[str], starts: list[int], nodes: list[NotebookNode]) -> Iterator[tuple[int, str]]:
    """Where jupytext's cells are not the lines between what looks like the start of a cell."""
    if len(nodes) > len(starts):
        yield 0, "the header says more than jupytext's own keys, or is no YAML: it would become a cell"
        return
    for (start, end), node in zip(itertools.pairwise([*starts, len(raw)]), nodes, strict=False):
        block, lines = raw[start + 1 : end], _lines(node)
        if len(lines) > len(block):
            yield end, "this begins no cell: a string or a code block in markdown is still open"
            return
        lines += [""] * (len(block) - len(lines))
        for index, (there, read) in enumerate(zip(block, lines, strict=True), start + 1):
            if problem := _misread_line(there, read, node):
                yield index, problem


def _misread_line(there: str, read: str, node: NotebookNode) -> str | None:
    comment = there.startswith("#") or not there.strip()
    if there.removesuffix(read).strip() not in ("", "#"):
        return "jupytext reads this line otherwise than it stands"
    if node.cell_type == "markdown" and not comment:
        return "a line of markdown begins with '# '"
    if node.cell_type == "code":
        inactive = "active-ipynb" in node.metadata.get("tags", [])
        if inactive and not comment:
            return "a line of a cell tagged active-ipynb begins with '# ', or it runs when the script is imported"
        if not inactive and there != read and not _COMMAND.match(read):
            return "jupytext takes this comment for a command of the shell; put it in other words"
    return None


def _unsaid(starts: list[int], nodes: list[NotebookNode], languages: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """What cells say of themselves that has no meaning here."""
    for start, node in zip(starts, nodes, strict=True):
        said = {key: value for key, value in node.metadata.items() if key != "lines_to_next_cell"}
        for problem in _unsaid_by(node.cell_type, said, languages):
            yield start, problem


def _unsaid_by(kind: str, said: dict[str, Any], languages: tuple[str, ...]) -> Iterator[str]:
    if "incorrectly_encoded_metadata" in said:
        yield f"the metadata cannot be read: {said['incorrectly_encoded_metadata']}"
        return
    if "title" in said:
        yield f"{said.pop('title')!r} is neither [markdown] nor metadata (key=value, values as in JSON)"
    if kind not in ("code", "markdown"):
        yield f"a {kind} cell; there are code and markdown cells only"
    language = said.pop("lang", languages[0])
    if language not in languages:
        yield f"lang is {language!r}, not a language of the lab ({', '.join(languages)})"
    tags = said.pop("tags", [])
    if not isinstance(tags, list) or any(tag not in _TAGS for tag in tags):
        yield f"tags are {tags!r}, not a list of known ones ({', '.join(_TAGS)})"
    nbgrader = said.pop("nbgrader", {"grade_id": ""})
    if not isinstance(nbgrader, dict) or not nbgrader:
        yield f"nbgrader is {nbgrader!r}, not its keys and values"
    for key in said:
        yield f"there is no key {key!r} (known: lang, nbgrader, tags)"


def _cell(raw: list[str], start: int, node: NotebookNode) -> Cell:
    lines, said = _lines(node), node.metadata
    return Cell(
        start + 1,
        node.cell_type,
        said.get("lang"),
        tuple(said.get("tags", ())),
        dict(said.get("nbgrader", {})),
        tuple(lines),
        tuple(raw[start + 1 : start + 1 + len(lines)]),
    )


def _lines(node: NotebookNode) -> list[str]:
    return node.source.split("\n") if node.source else []
