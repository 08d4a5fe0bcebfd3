"""What students get of a lab: one notebook a language, the same to the byte each time it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from amal_attention.course.problems import grade_extra, refuse
from amal_attention.course.release.answers import answered
from amal_attention.course.release.cell_words import in_language
from amal_attention.course.release.colab_badge import with_badge
from amal_attention.course.release.leaks import leak_problems
from amal_attention.course.release.nbgrader_glue import cleared, stub_ungraded
from amal_attention.course.script.cut import cut
from amal_attention.course.script.graded import graded_problems
from amal_attention.course.script.markers import marker_problems
from amal_attention.course.script.points import points_problems
from amal_attention.course.script.scheme import scheme_problems
from amal_attention.course.script.script import Script, notebook_of, read_script
from amal_attention.course.script.set_up_cell import SET_UP, set_up_source
from amal_attention.errors import LabError, explain
from amal_attention.files import content_of, write_atomically
from amal_attention.lab import Lab
from amal_attention.language import LANGUAGES, Language

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "for_graders",
    "release",
    "release_path",
    "skeleton",
    "skeletons",
    "solved",
    "solved_path",
    "stale_releases",
    "whole_notebook",
    "write_release",
    "write_solved",
]


def release(lab: Lab, language: str) -> bytes:
    """The notebook of ``lab`` for students of ``language``, as the bytes of its file.

    It depends on the lab's folder, and on those of the labs that it needs, and writes nothing.

    Raises:
        LabError: the script, its markers or the points are wrong, or something secret is in what came out.
    """
    script = cut(_checked(lab, [language]), lab, language)
    return _bytes(lab, script, language, _made(lab, script, language))


def solved(lab: Lab, language: str) -> bytes:
    """The notebook of ``lab`` with its answers and mark schemes, as the bytes of its file: for after the deadline.

    Hidden tests and what is for instructors are not in it either.

    Raises:
        LabError: as for :func:`release`.
    """
    script = cut(_checked(lab, [language]), lab, language)
    cells = tuple(answered(cell, language) for cell in script.cells)
    notebook = _worded(lab, replace(script, cells=cells), language)
    return _bytes(lab, script, language, notebook, shown=("solution", "mark scheme"))


def _bytes(lab: Lab, script: Script, language: str, notebook: NotebookNode, shown: Sequence[str] = ()) -> bytes:
    """A notebook as the bytes of its file, if nothing is in it that must not be."""
    leaks = leak_problems(lab, script, language, notebook, shown)
    advice = "take it out, or end the line of the answer or test with '# given: why' where students may have it"
    refuse(leaks, expected="a notebook without what students must not see", do=advice)
    with grade_extra():
        import nbformat
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise LabError(
            explain(expected="a notebook in the format of Jupyter", got=str(error), do="report this")
        ) from error
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return f"{text.rstrip()}\n".encode()


def skeleton(lab: Lab, language: str) -> NotebookNode:
    """What :func:`release` writes, for comparison: it was not searched for what students must not see.

    Raises:
        LabError: the script, its markers or the points are wrong.
    """
    return skeletons(lab, [language])[language]


def skeletons(lab: Lab, languages: Sequence[str]) -> dict[str, NotebookNode]:
    """The same in several languages: the script is read and checked once.

    Raises:
        LabError: the script, its markers or the points are wrong.
    """
    script = _checked(lab, languages)
    return {language: _made(lab, cut(script, lab, language), language) for language in languages}


def for_graders(lab: Lab, language: str) -> NotebookNode:
    """The release with the mark schemes, which tell those who mark the open questions what to give points for.

    Raises:
        LabError: the script, its markers or the points are wrong.
    """
    script = cut(_checked(lab, [language]), lab, language)
    notebook = _made(lab, script, language)
    tasks = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in _worded(lab, script, language).cells
        if cell.metadata.get("nbgrader", {}).get("task")
    }
    for cell in notebook.cells:
        cell.source = tasks.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
    return notebook


def whole_notebook(lab: Lab, language: str) -> NotebookNode:
    """The notebook with all that nbgrader's release leaves out, its code in the words of its language.

    Raises:
        LabError: the script, its markers or the points are wrong.
    """
    script = cut(_checked(lab, [language]), lab, language)
    return stub_ungraded(_worded(lab, script, language), language)


def _made(lab: Lab, script: Script, language: str) -> NotebookNode:
    """The release of a script that was cut for its language."""
    notebook = _worded(lab, script, language)
    title = next((cell for cell in notebook.cells if cell.cell_type == "markdown"), None)
    if title is not None:
        title.source = with_badge(title.source, lab, language)
    return cleared(notebook, language)


def _checked(lab: Lab, languages: Sequence[str]) -> Script:
    """The script, if nothing in it is wrong, and the lab has these languages."""
    for language in languages:
        lab.check_language(language)
    script = read_script(lab)
    wrong = [*marker_problems(script), *graded_problems(script, lab.languages)]
    refuse(wrong, expected="markers and nbgrader metadata that are right", do="mend")
    refuse(points_problems(lab, script), expected="the same points everywhere", do="mend")
    refuse(scheme_problems(lab, script), expected="tests that pay for what each question is about", do="mend")
    return script


def _worded(lab: Lab, script: Script, language: str) -> NotebookNode:
    """The notebook of a script in the words of its language, which says what it is a notebook of."""
    notebook = notebook_of(script, language)
    for cell in notebook.cells:
        if SET_UP in cell.metadata.get("tags", []):
            cell.source = set_up_source(lab.wheel, language)
        elif cell.cell_type == "code":
            cell.source = in_language(cell.source, Language(language, (lab.language_folder,)))
    notebook.metadata["title"] = lab.titles.get(language, lab.title)
    notebook.metadata["amal"] = {"lab": lab.name, "language": language, "digest": _digest(lab, script)}
    return notebook


def release_path(lab: Lab, language: str, out: Path) -> Path:
    """Where the release of ``lab`` in ``language`` lies below ``out``."""
    return out / language / lab.name / f"{lab.name}.ipynb"


def solved_path(lab: Lab, language: str, out: Path) -> Path:
    """Where the solved notebook of ``lab`` in ``language`` lies below ``out``: in no release's place."""
    return out / language / lab.name / f"{lab.name}-solved.ipynb"


def write_release(lab: Lab, languages: Sequence[str], out: Path) -> list[Path]:
    """Write the releases that are missing or out of date below ``out``, and return where they are.

    Raises:
        LabError: one of them cannot be made; then none is written.
        StorageError: a file cannot be written.
    """
    return _write({release_path(lab, language, out): release(lab, language) for language in languages})


def write_solved(chosen: Sequence[tuple[Lab, Sequence[str]]], out: Path) -> list[Path]:
    """Write the solved notebooks of labs, each in some languages, below ``out``; return where those that changed are.

    Raises:
        LabError: one of them cannot be made; then none is written.
        StorageError: a file cannot be written.
    """
    return _write({solved_path(lab, code, out): solved(lab, code) for lab, codes in chosen for code in codes})


def _write(made: Mapping[Path, bytes]) -> list[Path]:
    """Write the files that are missing or out of date, and return where they are.

    Raises:
        StorageError: a file cannot be written.
    """
    changed = [path for path, content in made.items() if content_of(path) != content]
    for path in changed:
        write_atomically(path, made[path].decode())
    return changed


def stale_releases(lab: Lab, languages: Sequence[str], out: Path) -> list[Path]:
    """The releases below ``out`` that are missing or out of date, and the files beside them that no release writes.

    Files of a language that the lab is not released in count too.

    Raises:
        LabError: a release cannot be made.
    """
    made = {release_path(lab, language, out): release(lab, language) for language in languages}
    stale = [path for path, content in made.items() if content_of(path) != content]
    searched = [code for code in LANGUAGES if code in languages or code not in lab.languages]
    beside = [path for code in searched for path in release_path(lab, code, out).parent.rglob("*")]
    return stale + sorted(path for path in beside if path not in made and not path.is_dir())


def _digest(lab: Lab, script: Script) -> str:
    """Of the script, and of what the manifest says of the notebook and of grading."""
    limits = lab.limits.to_dict()
    said = [script.text, lab.title, lab.titles, lab.languages, lab.points, limits, lab.wheel, lab.colab]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
