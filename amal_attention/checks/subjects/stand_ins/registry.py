"""The registry of stand-ins: modules and functions whose every reply is known, in the place of an answer.

They are in the student's process under their own names, ``student.FixedAttention(...)``, whatever the notebook calls
so, and ``student.standing_in(...)`` puts one in the place of an answer. They give no answer away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["STAND_INS", "stand_in"]

M = TypeVar("M", bound=Callable[..., Any])

STAND_INS: dict[str, Callable[..., Any]] = {}
"""All of them, by name."""


def stand_in(module: M) -> M:
    """Register a class or a function under its name.

    Raises:
        ValueError: another one has this name.
    """
    if STAND_INS.setdefault(module.__name__, module) is not module:
        raise ValueError(f"there is a stand-in {module.__name__} already: give this one another name")
    return module
