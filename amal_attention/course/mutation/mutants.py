"""Submissions whose worth is known before they are graded: one mistake each, or a right answer unlike the reference.

A lab keeps them as files, each some cells in jupytext's percent format. The first says what it is, in comments that
are TOML; each cell after it replaces the solution cell of the lab's notebook that has the same ``grade_id``::

    # %% tags=["mutant"]
    # mistake = "the total counts empty items"
    # loses = ["q1-total"]
    # breaks = ["items"]
    # hint = "empty"
    # public = true
    # check = "how many" # if the public check names it in other words, since it looks at something else

    # %% grade_id="q1-total"
    def total(items): ...

A right answer says ``variant = "..."`` in place of ``mistake``, ``loses = []``, and no more; an answer without
understanding, in the folder ``trivial``, says ``trivial = "..."`` alone.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amal_attention.course.problems import Problem, grade_extra, refuse
from amal_attention.errors import LabError, explain

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Mutant", "MutantCell", "mutated", "read_mutants"]

_START = re.compile(r"# %%( .*)?")
_KEYS: dict[str, dict[str, type]] = {
    "mistake": {"mistake": str, "loses": list, "breaks": list, "hint": str, "public": bool, "check": str},
    "variant": {"variant": str, "loses": list},
    "trivial": {"trivial": str},
}
_OPTIONAL = {"check"}
_NAMES = {str: "text", list: "a list of names", bool: "true or false"}


@dataclass(frozen=True)
class MutantCell:
    """What replaces a solution cell; its ``# %%`` stands at ``line`` of the file."""

    line: int
    source: str


@dataclass(frozen=True)
class Mutant:
    """A submission, as what it puts in the place of some solution cells.

    Attributes:
        path: its file.
        about: the mistake, or what is unlike the reference in a right answer.
        loses: ``grade_id`` of the solution cells that may lose marks; the first, which is answered wrongly, must. Empty
            for a right answer.
        hint: words of the hint that a check must give.
        public: whether the checks in the notebook see the mistake; otherwise hidden tests do.
        check: what such a check says of it, where that is in other words than ``hint``: it may look at something else.
        cells: what it replaces, by ``grade_id``.
        breaks: the requirements of the question that is answered wrongly which it does not meet, by their ids in the
            manifest.
    """

    path: Path
    about: str
    loses: tuple[str, ...]
    hint: str
    public: bool
    cells: dict[str, MutantCell]
    breaks: tuple[str, ...] = ()
    check: str = ""

    @property
    def name(self) -> str:
        """Its file's name, without what says that it is Python."""
        return self.path.stem

    @property
    def right(self) -> bool:
        """Whether it must lose nothing."""
        return not self.loses


def read_mutants(folder: Path) -> list[Mutant]:
    """All that lie in ``folder``, by name.

    Raises:
        LabError: there is none, or some are not written as they must be; the message names each line.
    """
    paths = sorted(folder.glob("*.py"))
    if not paths:
        raise LabError(explain(expected=f"submissions of known worth in {folder}", got="no file *.py", do="write some"))
    read = [_read(path) for path in paths]
    _refuse(problem for found in read if isinstance(found, list) for problem in found)
    return [found for found in read if isinstance(found, Mutant)]


def mutated(notebook: NotebookNode, mutant: Mutant) -> NotebookNode:
    """A copy of ``notebook`` with the cells of ``mutant`` in their places.

    Raises:
        LabError: the notebook has no solution cell of a name that the mutant gives.
    """
    changed = copy.deepcopy(notebook)
    nbgrader = [(cell, cell.metadata.get("nbgrader", {})) for cell in changed.cells]
    solutions = {said["grade_id"]: cell for cell, said in nbgrader if said.get("solution") and said.get("grade_id")}
    named = {**dict.fromkeys(mutant.loses, 1), **{name: cell.line for name, cell in mutant.cells.items()}}
    _refuse(
        Problem(mutant.path, line, f"{name!r} is no solution cell of the notebook ({', '.join(solutions)})")
        for name, line in named.items()
        if name not in solutions
    )
    for name, cell in mutant.cells.items():
        solutions[name].source = cell.source
    return changed


def _refuse(problems: Iterator[Problem]) -> None:
    refuse(problems, expected="submissions of known worth that say what they are", do="mend")


def _read(path: Path) -> Mutant | list[Problem]:
    """The mutant in a file, or what is wrong with it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [Problem(path, 1, f"it cannot be read: {error}")]
    lines = [line for line, there in enumerate(text.split("\n"), 1) if _START.fullmatch(there)]
    cells = _jupytext(text)
    if not text.startswith("# %%") or len(cells) != len(lines):
        return [Problem(path, 1, "it is not cells that begin with '# %%', and nothing before the first")]
    (line, head), *others = zip(lines, cells, strict=True)
    header, told = _header(line, head)
    told += list(_of_cells(others))
    if ("trivial" in header) != (path.parent.name == "trivial"):
        told.append((1, "an answer without understanding lies in the folder trivial, and no other does"))
    if told:
        return [Problem(path, line, text) for line, text in told]
    replaced = {cell.metadata["grade_id"]: MutantCell(line, cell.source) for line, cell in others}
    about = next(header[kind] for kind in _KEYS if kind in header)
    loses, breaks = (tuple(header.get(key, ())) for key in ("loses", "breaks"))
    hint, public, check = header.get("hint", ""), header.get("public", False), header.get("check", "")
    return Mutant(path, about, loses, hint, public, replaced, breaks, check)


def _jupytext(text: str) -> list[NotebookNode]:
    with grade_extra():
        import jupytext
    return list(jupytext.reads(text, fmt="py:percent").cells)


def _header(line: int, cell: NotebookNode) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    """What the first cell says, and what is wrong with that."""
    if cell.metadata.get("tags") != ["mutant"]:
        return {}, [(line, "the first cell is not tagged: '# %% tags=[\"mutant\"]'")]
    lines = cell.source.split("\n")
    code = [(line + index, text) for index, text in enumerate(lines, 1) if text and not text.startswith("# ")]
    if code:
        return {}, [(code[0][0], "the first cell holds comments only")]
    try:
        header = tomllib.loads("\n".join(text.removeprefix("# ") for text in lines))
    except tomllib.TOMLDecodeError as error:
        return {}, [(line, f"without '# ' the first cell is no TOML: {error}")]
    return header, [(line, text) for text in _of_header(header)]


def _of_header(header: dict[str, Any]) -> Iterator[str]:
    kinds = [kind for kind in _KEYS if kind in header]
    if len(kinds) != 1:
        said = " and ".join(f"a {kind}" for kind in kinds)
        yield f"it says both {said}" if kinds else "it says neither a mistake nor a variant"
        return
    keys = _KEYS[kinds[0]]
    for key in header.keys() - keys.keys():
        yield f"a {kinds[0]} has no key {key!r} (it has {', '.join(keys)})"
    for key, kind in keys.items():
        if key in _OPTIONAL - header.keys():
            continue
        if not isinstance(header.get(key), kind) or header[key] == "":
            yield f"{key} is {header.get(key)!r}, not {_NAMES[kind]}"
    for key in keys & header.keys() & {"loses", "breaks"}:
        yield from _of_names(key, header[key], mistake=kinds[0] == "mistake")


def _of_names(key: str, names: object, *, mistake: bool) -> Iterator[str]:
    """What is wrong with a list of questions or of requirements; that it is no list is told elsewhere."""
    if not isinstance(names, list):
        return
    if not all(isinstance(name, str) for name in names) or len({*map(str, names)}) < len(names):
        yield f"{key} is {names!r}, not names that differ"
    if bool(names) != mistake:
        yield f"a mistake {key} something, and a variant nothing"


def _of_cells(cells: list[tuple[int, NotebookNode]]) -> Iterator[tuple[int, str]]:
    """What is wrong with the cells that replace others."""
    if not cells:
        yield 1, "it replaces no cell"
    seen = set()
    for line, cell in cells:
        said = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
        grade_id = said.pop("grade_id", None)
        if not isinstance(grade_id, str) or said or cell.cell_type != "code":
            yield line, "this cell is not code that says which one it replaces, and no more: '# %% grade_id=\"...\"'"
        elif grade_id in seen:
            yield line, f"the cell {grade_id!r} is replaced twice"
        seen.add(str(grade_id))
