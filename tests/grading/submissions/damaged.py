"""Submissions that arrive damaged: each builder damages a solved notebook, whatever its lab.

A :class:`Damage` knows what must be told of it and which answers it leaves, so that the marks can be foretold: a
question that survives is worth what it is worth in the whole notebook, one that is lost is not attempted.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat

from amal_attention.errors import AmalError, Unreadable, WrongLab

__all__ = ["DAMAGED", "Damage"]

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Damage:
    """One way to damage a notebook; call it with a solved one, which stays as it is, for the bytes of the file.

    Attributes:
        make: what damages a copy.
        told: words that stand in one of the repairs; empty where nothing is to be told.
        lost: ``grade_id`` of the solution cells whose answers are gone.
        refused: what grading it ends in, if nothing of it can be graded.
    """

    make: Callable[[Notebook], bytes]
    told: str = ""
    lost: Callable[[Notebook], set[str]] = lambda notebook: set()
    refused: type[AmalError] | None = None

    def __call__(self, notebook: Notebook) -> bytes:
        return self.make(copy.deepcopy(notebook))

    def surviving(self, notebook: Notebook) -> list[str]:
        """``grade_id`` of the solution cells whose answers are left, in order."""
        names = [] if self.refused else [name_of(cell) for cell in solutions(notebook)]
        return [name for name in names if name not in self.lost(notebook)]


def course(cell: Any) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})


def name_of(cell: Any) -> str:
    return course(cell)["grade_id"]


def solutions(notebook: Notebook) -> list[Any]:
    return [cell for cell in notebook["cells"] if course(cell).get("solution")]


def tests(notebook: Notebook) -> list[Any]:
    return [cell for cell in notebook["cells"] if course(cell).get("grade")]


def given(notebook: Notebook) -> list[Any]:
    """The code that is given, runs, and has no name in the course."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not course(cell)]
    return [cell for cell in cells if "active-ipynb" not in cell["metadata"].get("tags", [])]


def source(cell: Any) -> str:
    return "".join(cell["source"])


def saved(notebook: Any) -> bytes:
    """As Jupyter saves it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True).encode()


def changed(edit: Callable[[Notebook], object]) -> Callable[[Notebook], bytes]:
    def make(notebook: Notebook) -> bytes:
        edit(notebook)
        return saved(notebook)

    return make


def always(content: bytes) -> Callable[[Notebook], bytes]:
    return lambda notebook: content


# What is done to the file


def cut_in_the_last_answer(notebook: Notebook) -> bytes:
    text = json.dumps(notebook, indent=1)
    return text[: text.index(json.dumps(source(solutions(notebook)[-1]))) + 5].encode()


def cut_in_the_first_cell(notebook: Notebook) -> bytes:
    return json.dumps({"cells": notebook["cells"]}, indent=1)[:40].encode()


def cut_behind_the_cells(notebook: Notebook) -> bytes:
    text = saved(notebook)
    return text[: text.rindex(b'"nbformat"')]


def comma_behind_the_last_cell(notebook: Notebook) -> bytes:
    text = json.dumps({"cells": notebook["cells"], "metadata": notebook["metadata"]}, indent=1)
    return text.replace('}\n ],\n "metadata"', '},\n ],\n "metadata"').encode()


def merge_conflict(notebook: Notebook) -> bytes:
    """Git's own marks, in front of the last answer."""
    cells = [json.dumps(cell) for cell in notebook["cells"]]
    where = notebook["cells"].index(solutions(notebook)[-1])
    cells[where] = "<<<<<<< HEAD\n" + cells[where]
    rest = json.dumps({key: notebook[key] for key in ("metadata", "nbformat", "nbformat_minor")})
    return ('{"cells": [\n' + ",\n".join(cells) + "\n],\n" + rest[1:]).encode()


def in_latin_1(notebook: Notebook) -> bytes:
    solutions(notebook)[0]["source"] = source(solutions(notebook)[0]) + "\n# été"
    return saved(notebook).decode().encode("latin-1", "replace")


def doubled_keys(notebook: Notebook) -> bytes:
    return b'{"cells": [], "metadata": 1, ' + saved(notebook)[1:]


# What is done to the format


def in_format_3(notebook: Notebook) -> bytes:
    node = nbformat.convert(nbformat.reads(saved(notebook), as_version=4), 3)
    return nbformat.writes(node, version=nbformat.NO_CONVERT).encode()


def in_format_4(minor: int, *, ids: bool) -> Callable[[Notebook], bytes]:
    def edit(notebook: Notebook) -> None:
        notebook["nbformat_minor"] = minor
        for cell in notebook["cells"]:
            cell["source"] = source(cell).splitlines(keepends=True)
            if not ids:
                cell.pop("id", None)

    return changed(edit)


def strange_values(notebook: Notebook) -> bytes:
    """NaN, a number of many digits, and cells that are no cells."""
    notebook["cells"] = [None, 3, *notebook["cells"], [], {"cell_type": "code", "source": None}, {"source": 7}, {}]
    notebook["metadata"]["huge"] = "HUGE"
    notebook["metadata"]["none"] = float("nan")
    return saved(notebook).replace(b'"HUGE"', b"9" * 10_000)


def without_nbgrader(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"].pop("nbgrader", None)


def without_metadata(notebook: Notebook) -> None:
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def in_schema_1(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        if course(cell):
            course(cell)["schema_version"] = 1
            course(cell).pop("task", None)


def another_release(notebook: Notebook) -> None:
    notebook["metadata"]["amal"]["digest"] = "0" * 16


def another_lab(notebook: Notebook) -> None:
    notebook["metadata"]["amal"]["lab"] = "another_lab\x1b[31m" + "!" * 1000


def notes_of_their_own(notebook: Notebook) -> None:
    notebook["metadata"] = {"kernelspec": {"name": "python3"}}
    notebook["cells"] = [{"cell_type": "code", "metadata": {}, "source": "1 + 1", "outputs": []}]


def great_outputs(notebook: Notebook) -> None:
    picture = base64.b64encode(bytes(30_000_000)).decode()
    lines = ["epoch 1: loss 0.693147, accuracy 0.5\n"] * 250_000
    solutions(notebook)[0]["outputs"] = [
        {"output_type": "display_data", "data": {"image/png": picture}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": lines},
    ]


# What is done to the cells


def first_solution_copied_to_the_end(notebook: Notebook) -> None:
    notebook["cells"].append(copy.deepcopy(solutions(notebook)[0]))


def without(which: Callable[[Notebook], list[Any]]) -> Callable[[Notebook], bytes]:
    """Without the first of these cells."""
    return changed(lambda notebook: notebook["cells"].remove(which(notebook)[0]))


def retyped(which: Callable[[Notebook], list[Any]], kind: str) -> Callable[[Notebook], bytes]:
    def edit(notebook: Notebook) -> None:
        cell = which(notebook)[0]
        cell["cell_type"] = kind
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)

    return changed(edit)


def edited(which: Callable[[Notebook], list[Any]], text: str) -> Callable[[Notebook], bytes]:
    return changed(lambda notebook: which(notebook)[0].update(source=text))


def kernel(spec: Any) -> Callable[[Notebook], bytes]:
    return changed(lambda notebook: notebook["metadata"].update(kernelspec=spec))


def first_question(notebook: Notebook) -> set[str]:
    return {name_of(solutions(notebook)[0])}


def last_question(notebook: Notebook) -> set[str]:
    return {name_of(solutions(notebook)[-1])}


DAMAGED: dict[str, Damage] = {
    "empty": Damage(always(b""), refused=Unreadable),
    "blank": Damage(always(b" \r\n\t"), refused=Unreadable),
    "cut in the last answer": Damage(cut_in_the_last_answer, "the file is cut off", last_question),
    "cut in the first cell": Damage(cut_in_the_first_cell, refused=Unreadable),
    "cut behind the cells": Damage(cut_behind_the_cells, "cut off behind its cells"),
    "cut in a character": Damage(
        lambda notebook: saved(notebook | {"title": "é"}).rpartition("é".encode())[0] + b"\xc3", "cut off behind"
    ),
    "a comma behind the last cell": Damage(comma_behind_the_last_cell, "damaged or cut off behind its cells"),
    "a merge conflict": Damage(merge_conflict, "the file is damaged"),
    "more behind its end": Damage(lambda notebook: saved(notebook) * 2, "behind the end of the notebook"),
    "padded with nothing": Damage(lambda notebook: saved(notebook) + bytes(512), "behind the end of the notebook"),
    "byte order mark": Damage(lambda notebook: b"\xef\xbb\xbf" + saved(notebook)),
    "Latin-1": Damage(in_latin_1, "Latin-1"),
    "UTF-16": Damage(lambda notebook: saved(notebook).decode().encode("utf-16"), "UTF-16"),
    "UTF-16, big-endian": Damage(
        lambda notebook: b"\xfe\xff" + saved(notebook).decode().encode("utf-16-be"), "UTF-16"
    ),
    "text": Damage(always(b"class Answer: pass\n"), refused=Unreadable),
    "a web page": Damage(always(b"<!DOCTYPE html><title>403</title>"), refused=Unreadable),
    "an archive": Damage(always(b"PK\x03\x04\x14\x00\x00\x00\xff\xfe"), refused=Unreadable),
    "JSON that is no notebook": Damage(always(b'{"answer": 42}'), refused=Unreadable),
    "no cells": Damage(changed(lambda notebook: notebook.update(cells=[])), refused=Unreadable),
    "lists in lists": Damage(always(b"[" * 1_000_000), refused=Unreadable),
    "lists in lists in a cell": Damage(always(b'{"cells": [' + b"[" * 1_000_000), refused=Unreadable),
    "keys that stand twice": Damage(doubled_keys),
    "strange values": Damage(strange_values, "could not be read"),
    "format 3": Damage(in_format_3, "old format of Jupyter"),
    "format 4.0": Damage(in_format_4(0, ids=False)),
    "format 4.4": Damage(in_format_4(4, ids=False)),
    "format 4.5 with ids": Damage(in_format_4(5, ids=True)),
    "format 4.5 without ids": Damage(in_format_4(5, ids=False)),
    "no nbgrader metadata": Damage(changed(without_nbgrader), "lost the metadata of nbgrader"),
    "no metadata and no ids": Damage(changed(without_metadata), "does not say of which lab"),
    "old schema version": Damage(changed(in_schema_1), "old version"),
    "duplicate grade_id": Damage(changed(first_solution_copied_to_the_end), "stands in cells"),
    "deleted solution cell": Damage(without(solutions), "there is no cell of", first_question),
    "deleted test cell": Damage(without(tests), "(missing)"),
    "deleted first cell": Damage(without(lambda notebook: notebook["cells"])),
    "deleted given cell": Damage(without(given), "restored 1 given cell"),
    "answer turned to markdown": Damage(retyped(solutions, "markdown"), "changed type"),
    "answer turned to raw": Damage(retyped(solutions, "raw"), "changed type"),
    "test turned to markdown": Damage(retyped(tests, "markdown"), "(changed type)"),
    "given cell turned to markdown": Damage(retyped(given, "markdown"), "restored 1 given cell"),
    "edited locked cell": Damage(edited(tests, "pass"), "(edited)"),
    "edited points": Damage(
        changed(lambda notebook: course(tests(notebook)[0]).update(points=1000)), "the points of"
    ),
    "cells reordered": Damage(
        changed(lambda notebook: notebook["cells"].reverse()), "not in the order of the release"
    ),
    "null kernelspec": Damage(kernel(None), "kernel"),
    "kernel of R": Damage(kernel({"display_name": "R", "language": "R", "name": "ir"}), "kernel"),
    "unknown kernelspec": Damage(kernel({"display_name": "deep", "name": "deep"})),
    "outputs of 50 MB": Damage(changed(great_outputs)),
    "another lab's notebook": Damage(changed(another_lab), refused=WrongLab),
    "a notebook of no lab": Damage(changed(notes_of_their_own), refused=WrongLab),
    "an older release": Damage(changed(another_release), "another release of the lab"),
}  # fmt: skip
