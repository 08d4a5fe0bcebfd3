"""The last gate before students: what was to be removed is looked for in what came out.

It does not trust how the notebook was made. What is secret is read from the script and from the hidden tests; a line
of it counts if it says enough to give something away. That it stands in a cell that students get is no excuse: a draft
of an answer does too. Such a line is allowed by name, in the script: it ends with ``# given: `` and the reason.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from amal_attention.course.problems import Problem
from amal_attention.course.script.graded import graded_kind
from amal_attention.course.script.lookalikes import KINDS
from amal_attention.course.script.markers import regions
from amal_attention.course.script.script import Cell, Script, read_script
from amal_attention.errors import LabError, explain
from amal_attention.lab import Lab

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Secret", "leak_problems", "leaks_in", "secrets_of", "secrets_of_needed"]

_MARKERS = re.compile(rf"(?:BEGIN|END) (?:{'|'.join(KINDS)})")
_MARKER = "@pytest.mark.question("
_HIDDEN_TEST, _FOR_INSTRUCTORS = "hidden test", "cell for instructors"
_ANSWERS = ("solution", "mark scheme")
_FOLDERS = re.compile(r"(?<![\w-])solutions[/\\]|\bhidden_tests\b")
_HOMES = re.compile(r"(?<![\w.-])(?:/home|/Users|[A-Za-z]:[/\\]+Users)[/\\]+\w+")
_GIVEN = re.compile(r"(.*\S)\s+# given: \S.*")
_SAYS_NOTHING = {*keyword.kwlist, *dir(builtins), "self", "cls", "_", "i", "n"}
_ENOUGH_WORDS, _ENOUGH_LETTERS = 3, 12


@dataclass(frozen=True)
class Secret:
    """A line, or a comment at the end of one, that no student gets; ``what`` tells why."""

    path: Path
    line: int
    what: str
    text: str

    @cached_property
    def squashed(self) -> str:
        """The text as it is looked for, in each cell of each notebook."""
        return _squash(self.text)


def secrets_of(lab: Lab, script: Script, shown: Collection[str] = ()) -> list[Secret]:
    """The lines of the script, in any language, and of the hidden tests that must be in nothing that students get.

    What may be read once the answers are out is named by ``shown``, as "solution": it is no secret then.

    A line is among them if it is *significant*: names, numbers and operators that are neither Python's nor everyone's
    (``self``, ``i``), three of them at least, and 12 letters and signs. So ``return loss`` is none. Two kinds are none
    either: a line that the script or a hidden test names as given, by ending it with ``# given: `` and the reason; and
    what hidden tests and cells for instructors repeat of the open part of a solution cell or a public check, such as
    the signature of an answer.
    """
    secrets = [secret for cell in script.cells for secret in _removed(script, cell)]
    for path in sorted((lab.folder / "hidden_tests").glob("*.py")):
        lines = enumerate(path.read_text("utf-8", "replace").split("\n"), 1)
        secrets += [Secret(path, line, _HIDDEN_TEST, text) for line, text in lines if text.strip() != _MARKER]
    named = {_squash(found[1]) for secret in secrets if (found := _GIVEN.fullmatch(secret.text))}
    in_the_open = [_squash(_kept(cell)) for cell in script.cells if graded_kind(cell) in ("solution", "test")]
    in_the_open += [_squash(secret.text) for secret in secrets if secret.what in shown]
    secrets = [secret for secret in secrets if secret.what not in shown]
    parts = [Secret(secret.path, secret.line, secret.what, part) for secret in secrets for part in _parts(secret.text)]
    return [part for part in parts if _significant(part.text) and not _is_given(part, named, in_the_open)]


def secrets_of_needed(lab: Lab, shown: Collection[str] = ()) -> list[Secret]:
    """The lines of answers and mark schemes of the labs that a lab needs, but for those that it says it shows.

    ``shown`` as for :func:`secrets_of`.

    Raises:
        LabError: one is not there, or has no such cell.
    """
    found = []
    for needed in lab.needed():
        script = read_script(needed)
        cells = {cell.nbgrader.get("grade_id"): cell for cell in script.cells}
        shows = lab.shows.get(needed.name, ())
        if unknown := [name for name in shows if name not in cells]:
            given = ", ".join(unknown)
            raise LabError(explain(expected=f"graded cells of {needed.name}", got=given, do=f"see shows of {lab.name}"))
        in_the_open = {line for name in shows for line, _ in cells[name].numbered()}
        secrets = (each for each in secrets_of(needed, script, shown) if each.what in _ANSWERS)
        found += [each for each in secrets if each.line not in in_the_open]
    return found


def leaks_in(text: str | bytes, secrets: Iterable[Secret]) -> list[str]:
    """What of ``secrets``, and which words of markers, there are in any text: a cell, or a file of a wheel.

    White space, quotes and escapes do not hide a line.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    squashed = _squash(text)
    told = [f"{found!r}, the words of a marker" for found in sorted(set(_MARKERS.findall(text)))]
    for secret in secrets:
        if secret.squashed in squashed:
            told.append(f"{secret.text!r}, a line of a {secret.what} ({secret.path.name}:{secret.line})")
    return told


def leak_problems(
    lab: Lab, script: Script, language: str, notebook: NotebookNode, shown: Collection[str] = ()
) -> list[Problem]:
    """What there is in a notebook made for students of ``language`` that must not be, by line of the script."""
    secrets = [*secrets_of(lab, script, shown), *secrets_of_needed(lab, shown)]
    whole = "\n".join(_texts(notebook.metadata))
    problems = [
        Problem(script.path, 1, f"in the notebook's metadata: {told}")
        for told in [*leaks_in(whole, secrets), *_places_in(whole, lab)]
    ]
    cells = script.released(language)
    for index, node in enumerate(notebook.cells):
        line = cells[index].line if index < len(cells) else 1
        where = f"in cell {index + 1} ({node.get('id', 'without id')}) of {language!r}"
        problems += [Problem(script.path, line, f"{where}: {told}") for told in _leaks_of_cell(lab, node, secrets)]
    if len(notebook.cells) != len(cells):
        problems.append(Problem(script.path, 1, f"{len(notebook.cells)} cells came of {len(cells)}"))
    return problems


def _leaks_of_cell(lab: Lab, node: NotebookNode, secrets: list[Secret]) -> Iterator[str]:
    whole = "\n".join(_texts(node))
    yield from leaks_in(whole, secrets)
    yield from _places_in(whole, lab)
    yield from _needed_in(node.source, lab)
    if node.get("outputs") or node.get("execution_count") is not None:
        yield "the output or the count of a run"
    if node.get("attachments") or "](attachment:" in node.source:
        yield "an attached file"


def _texts(node: object) -> Iterator[str]:
    """Every text in a part of a notebook, keys included."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _places_in(text: str, lab: Lab) -> Iterator[str]:
    """Where on the instructor's machine the text points to."""
    folder = lab.folder.absolute()
    own = [Path.home(), folder, *folder.parents[:2], folder.resolve(), *folder.resolve().parents[:2]]
    for place in sorted({str(place) for place in own if place.name}):
        if re.search(rf"(?<![\w.-]){re.escape(place)}(?![\w-])", text):
            yield f"{place!r}, a folder of this machine"
    if found := _HOMES.search(text):
        yield f"{found[0]!r}, a folder of someone's machine"
    if found := _FOLDERS.search(text):
        yield f"{found[0]!r}, a folder that students do not have"


def _needed_in(text: str, lab: Lab) -> Iterator[str]:
    """The modules that the lab needs, where a student's cell would import one."""
    for name in lab.needs:
        if re.search(rf"\b(?:import|from)\s+{name}\b", text):
            yield f"an import of {name!r}, a module that students do not have"


def _removed(script: Script, cell: Cell) -> Iterator[Secret]:
    inside = {line: region.kind for region in regions(cell) for line in range(region.begin + 1, region.end)}
    for line, text in cell.numbered():
        if cell.instructor:
            yield Secret(script.path, line, _FOR_INSTRUCTORS, text)
        elif line in inside:
            yield Secret(script.path, line, inside[line].lower().removesuffix("s"), text)


def _is_given(secret: Secret, named: set[str], in_the_open: list[str]) -> bool:
    repeats = secret.what in (_HIDDEN_TEST, _FOR_INSTRUCTORS) and any(secret.squashed in cell for cell in in_the_open)
    return secret.squashed in named or repeats


def _kept(cell: Cell) -> str:
    found = regions(cell)
    return "\n".join(text for line, text in cell.numbered() if not any(region.holds(line) for region in found))


def _parts(line: str) -> list[str]:
    """A line, and its code and its comment by themselves where it has both."""
    code, sign, comment = line.strip().partition(" # ")
    return [line.strip(), code.strip(), comment.strip()] if sign else [code]


def _significant(text: str) -> bool:
    if re.match(r"(from|import)\s", text):
        return False
    words = set(re.findall(r"[^\W\d]\w*|\d+(?:\.\d+)?|==|!=|->|[-+*/@%<>|&^~]", text))
    return len(words - _SAYS_NOTHING) >= _ENOUGH_WORDS and len(_squash(text)) >= _ENOUGH_LETTERS


def _squash(text: str) -> str:
    """The text without what an editor, a formatter or JSON changes."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"[\s\"'\\]+", "", unicodedata.normalize("NFKC", plain))
