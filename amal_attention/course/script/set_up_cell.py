"""The cell of a release that installs this package where it is missing: from the course's own address, or not at all.

No registry knows the package by a name that its course owns, and who takes that name would run code on every student's
machine. So a release that knows no address installs nothing, and says what to ask for.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from amal_attention.errors import LabError, explain
from amal_attention.language import ENGLISH, Language

__all__ = ["SET_UP", "check_wheel", "set_up_source"]

SET_UP = "set-up"
"""The tag of that cell in a lab's script."""

_HARMLESS = re.compile(r"[A-Za-z0-9._~:/+#=-]+")  # to IPython, which expands braces and dollars, and to any shell
_FILE = re.compile(r"amal_attention-[A-Za-z0-9._+]+-[a-z0-9_.]+-[a-z0-9_]+-[a-z0-9_.]+\.whl")
_HASH = re.compile(r"sha256=[0-9a-f]{64}")


def set_up_source(wheel: str | None, language: str) -> str:
    """The code of the cell: what is installed already, torch above all, is kept.

    Args:
        wheel: the address of the package's wheel, checked by :func:`check_wheel`; None where the course has none.
        language: the language of the notebook, which the package speaks from then on.

    Raises:
        LabError: the address cannot be used.
    """
    missing = 'if importlib.util.find_spec("amal_attention") is None:'
    lines = ["import importlib.util", "", missing]
    say = Language(language).say
    if wheel is None:
        here = say("amal_attention is not installed here: ask your course for the address of its wheel")
        then = say("then run %pip install and that address in a cell of its own")
        lines += _indented(_raising(f"{here}, ", then))
    else:
        lines += _indented([f'%pip install --quiet "amal-attention @ {check_wheel(wheel)}"'])
        failed = say("amal_attention could not be installed: pip says why above")
        kaggle = say("On Kaggle, turn Internet on in the settings")
        lines += _indented(["importlib.invalidate_caches()", missing, *_indented(_raising(f"{failed}. ", kaggle))])
    if language != ENGLISH.code:
        lines += ["", "import amal_attention.language", "", f'amal_attention.language.speak("{language}")']
    return "\n".join(lines)


def _raising(*parts: str) -> list[str]:
    return ["raise ModuleNotFoundError(", *_indented([f'"{part}"' for part in parts]), ")"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def check_wheel(address: str) -> str:
    """Return an address if it can stand in a notebook: it becomes a part of a command on students' machines.

    Raises:
        LabError: it is not the address of a wheel of this package, holds what a shell acts on, or comes over a line on
            which it could be changed, without a hash.
    """
    problem = _problem(address)
    if problem:
        raise LabError(
            explain(
                expected="wheel as https://…/amal_attention-<version>-py3-none-any.whl, best with #sha256=<its hash>",
                got=f"{address[:200]!r}: {problem}",
                do="mend wheel in lab.toml; `pip hash FILE.whl` prints the hash",
            )
        )
    return address


def _problem(address: str) -> str:
    """What is wrong with it; empty where nothing is."""
    if not _HARMLESS.fullmatch(address):
        return "there is a character in it that is not of letters, digits and ._~:/+#=-"
    try:
        parts = urlsplit(address)
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("https", "http", "file") or bool(parts.netloc) is (parts.scheme == "file"):
        return "it is neither https://, http:// nor file:///"
    if not _FILE.fullmatch(parts.path.rpartition("/")[2]):
        return "it does not end with the name of a wheel of amal_attention"
    if parts.fragment and not _HASH.fullmatch(parts.fragment):
        return "what follows # is not sha256= and 64 digits of 0-9a-f"
    if parts.scheme != "https" and not parts.fragment:
        return "without https it needs #sha256= and the hash of the file"
    return ""
