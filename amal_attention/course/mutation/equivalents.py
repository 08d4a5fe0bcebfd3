"""Generated mutants that are right answers all the same, each with the reason: ``mutants/equivalent.toml`` of a lab.

The file groups them by reason. A line begins with the digest that tells the mutant; what follows is for people, and
``amal mutants LAB --generate`` prints it so::

    [[equivalent]]
    reason = "a text without a word is not among those that the statement speaks of"
    mutants = [
        "0f3a9c21b7de q1-count, reference: .clamp(min=1) -> .clamp(min=2)",
    ]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from amal_attention.errors import LabError, explain

__all__ = ["read_equivalents"]


def read_equivalents(path: Path) -> dict[str, str]:
    """The reason of each mutant, by its line; nothing where there is no file.

    Raises:
        LabError: the file is not written as it must be, or names a mutant twice.
    """
    if not path.exists():
        return {}
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _refusal(path, str(error)) from error
    found: dict[str, str] = {}
    for line, reason in _lines(path, read):
        if line.split()[0] in {known.split()[0] for known in found}:
            raise _refusal(path, f"the mutant {line!r} twice")
        found[line] = reason
    return found


def _lines(path: Path, read: dict[str, Any]) -> Iterator[tuple[str, str]]:
    groups = read.get("equivalent")
    if read.keys() != {"equivalent"} or not isinstance(groups, list):
        raise _refusal(path, f"the keys {', '.join(read) or 'none'}")
    for group in groups:
        match group:
            case {"reason": str(reason), "mutants": [*mutants], **others} if not others and reason.strip():
                for line in mutants:
                    if not isinstance(line, str) or not line.strip():
                        raise _refusal(path, f"{line!r} as a mutant")
                    yield line.strip(), reason
            case _:
                raise _refusal(path, f"{group!r}")


def _refusal(path: Path, got: str) -> LabError:
    expected = f"[[equivalent]] tables in {path}, each a reason and a list of mutants"
    return LabError(explain(expected=expected, got=got, do="mend it"))
