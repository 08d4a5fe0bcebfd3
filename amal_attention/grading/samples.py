"""Submissions of every kind that a lab gets, made of its release, its own answers and its bank of mistakes."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from amal_attention.course.mutation.mutants import Mutant, mutated, read_mutants
from amal_attention.course.problems import grade_extra
from amal_attention.course.release.release import release
from amal_attention.course.script.markers import regions
from amal_attention.course.script.script import read_script
from amal_attention.lab import Lab
from amal_attention.notebook.cells import NotebookCell

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["samples"]

_ENDLESS = "while True:\n    pass\n\n"
_HOSTILE = """\
import os

import torch

try:
    print("hidden tests:", os.listdir({tests!r}))
except OSError as error:
    print("hidden tests:", error)
torch.allclose = torch.equal = lambda *given, **named: True
torch.testing.assert_close = lambda *given, **named: None

"""
_EXIT = "import os\n\nos._exit(0)\n\n"


def samples(lab: Lab, language: str) -> dict[str, bytes | None]:
    """What eight students hand in, by a name that says of what kind it is; None is nothing at all.

    ``right`` is the lab's own answers, ``partly`` has two mistakes of the bank, ``empty`` is the notebook as it was
    given. All answers of the others are right, but the last one of ``broken`` stops in mid-line, one of ``endless``
    never ends, and the file of ``damaged`` is cut off before it. ``hostile`` answers the first question wrongly, looks
    for the hidden tests, makes torch find everything equal, and ends its process in the last answer. ``missing`` is
    missing. Right answers are not always the same: the bank has others.

    Raises:
        LabError: the lab has no bank of mistakes, or no release can be made of it.
    """
    with grade_extra():
        import nbformat
    given = nbformat.reads(release(lab, language).decode(), 4)  # type: ignore[no-untyped-call]
    bank = read_mutants(lab.folder / "mutants")
    endlessly = _right(given, _sources(lab, language), [each for each in bank if each.right])
    right = list(itertools.islice(endlessly, 6))
    names = list(_solutions(given))
    middle, mistakes = names[len(names) // 2], list(_mistakes(bank, names))
    hostile = _HOSTILE.format(tests=str(lab.folder / "hidden_tests"))
    notebooks = {
        "right": right[0],
        "partly": _mistaken(right[1], mistakes[:2]),
        "empty": given,
        "broken": _unfinished(right[2], names[-1]),
        "endless": _behind(_ENDLESS, right[3], middle),
        "hostile": _behind(_EXIT, _behind(hostile, _mistaken(right[4], mistakes[:1]), names[0]), names[-1]),
        "damaged": right[5],
    }
    raw: dict[str, bytes | None] = {
        name: nbformat.writes(each).encode()  # type: ignore[no-untyped-call]
        for name, each in notebooks.items()
    }
    whole = raw["damaged"] or b""
    return raw | {"damaged": whole[: whole.index(f'"{middle}"'.encode())], "missing": None}


def _sources(lab: Lab, language: str) -> Mapping[str, str]:
    """The answers of the lab by ``grade_id``, without the markers around what students do not get."""
    sources = {}
    for cell in read_script(lab).released(language):
        markers = {line for region in regions(cell) for line in (region.begin, region.end)}
        kept = [text for line, text in cell.numbered() if line not in markers]
        sources[str(cell.nbgrader.get("grade_id", ""))] = "\n".join(kept)
    return sources


def _solutions(notebook: NotebookNode) -> dict[str, NotebookNode]:
    read = [(cell, NotebookCell.of(number, cell)) for number, cell in enumerate(notebook.cells, 1)]
    return {said.grade_id: cell for cell, said in read if said.is_solution}


def _right(given: NotebookNode, sources: Mapping[str, str], variants: list[Mutant]) -> Iterator[NotebookNode]:
    """Without end, notebooks whose answers are right: first the lab's own, then others as far as the bank has them."""
    own = copy.deepcopy(given)
    for name, cell in _solutions(own).items():
        cell.source = sources[name]
    for turn in itertools.count():
        notebook = own
        for name in sources:
            choices = [None, *(each for each in variants if list(each.cells) == [name])]
            if chosen := choices[turn % len(choices)]:
                notebook = mutated(notebook, chosen)
        yield notebook


def _mistakes(bank: list[Mutant], names: list[str]) -> Iterator[Mutant]:
    """One of each question, where there is one, that the notebook's own checks see, and that no other one hides."""
    lost: set[str] = set()
    for name in names:
        for mutant in reversed(bank):
            if mutant.public and name in mutant.cells and not lost & {*mutant.loses, *mutant.cells}:
                lost |= {*mutant.loses, *mutant.cells}
                yield mutant
                break


def _mistaken(notebook: NotebookNode, mistakes: list[Mutant]) -> NotebookNode:
    return functools.reduce(mutated, mistakes, notebook)


def _behind(code: str, notebook: NotebookNode, name: str) -> NotebookNode:
    """A copy with an answer behind this code."""
    changed = copy.deepcopy(notebook)
    cell = _solutions(changed)[name]
    cell.source = f"{code}{cell.source}"
    return changed


def _unfinished(notebook: NotebookNode, name: str) -> NotebookNode:
    """A copy in which an answer stops behind its last opening parenthesis."""
    changed = copy.deepcopy(notebook)
    cell = _solutions(changed)[name]
    cell.source = cell.source[: cell.source.rindex("(") + 1]
    return changed
