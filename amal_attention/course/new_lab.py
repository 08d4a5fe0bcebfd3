"""A new lab: a folder with one question that works, to be made one's own."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from amal_attention.errors import LabError, explain
from amal_attention.files import write_atomically, writing

__all__ = ["new_lab"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILES = {
    "lab.toml.j2": "lab.toml",
    "lab.py.j2": "{name}.py",
    "test_q1.py.j2": "hidden_tests/test_q1.py",
    "mutant_deviation.py.j2": "mutants/q1-deviation-over-n-minus-1.py",
    "mutant_mean.py.j2": "mutants/q1-mean-stays.py",
    "mutant_same.py.j2": "mutants/q1-nan-for-the-same.py",
}
# Markers are put in here, so that no file of this package holds one.
_MARKERS = {"begin_word": "BEGIN", "end_word": "END", "begin": "### BEGIN", "end": "### END"}


def new_lab(name: str, folder: Path) -> list[Path]:
    """Write the folder ``name`` of a new lab below ``folder``, whole or not at all, and return its files.

    Raises:
        LabError: the name cannot name a Python module, or the folder is there already.
        StorageError: the folder cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise LabError(
            explain(expected="a name of small letters, digits and _", got=repr(name), do="for instance: tp10_toy")
        )
    place = folder / name
    if place.exists():
        raise LabError(explain(expected="a new folder", got=f"{place}, which is there", do="choose another name"))
    with writing(place, "give a folder of labs that you may write to"):
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=folder))
        try:
            for path, text in _texts(name).items():
                write_atomically(unfinished / path, text)
            unfinished.chmod(0o755)
            unfinished.rename(place)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return [place / path for path in _texts(name)]


def _texts(name: str) -> dict[str, str]:
    """The text of each file of the lab, by its place in the folder."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    template = files("amal_attention.course") / "template"
    title = name.replace("_", " ").capitalize()
    return {
        place.format(name=name): environment.from_string((template / source).read_text("utf-8")).render(
            title=title, **_MARKERS
        )
        for source, place in _FILES.items()
    }
