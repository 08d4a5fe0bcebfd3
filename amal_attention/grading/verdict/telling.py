"""What a student reads of a hidden test that failed: never its source."""

from __future__ import annotations

import os
from pathlib import Path
from sysconfig import get_paths

import amal_attention
from amal_attention.language import ENGLISH, Language, message
from amal_attention.outcome import Outcome, State

__all__ = ["NOT_ATTEMPTED", "told", "without_folders"]

NOT_ATTEMPTED = message("not attempted")
"""What is said of a question whose answer is not there, or still the one of the skeleton."""

_FOLDERS = [get_paths()[key] for key in ("purelib", "platlib", "stdlib")]
_FOLDERS += [str(Path(amal_attention.__file__).parents[1])]


def told(question: str, outcome: Outcome, language: Language = ENGLISH) -> str:
    """The outcome in words; one line where the question is not attempted.

    Args:
        question: what it is called.
        outcome: the outcome of a hidden test, in English.
        language: the language in which it is told.
    """

    def line(name: str, text: str) -> str:
        return f"{language.say('{name}:', name=name)} {text}"

    if outcome.state is State.TO_DO:
        where = f" ({language.retold(outcome.hint)})" if outcome.hint else ""
        return line(question, f"{language.say(NOT_ATTEMPTED)}{where}")
    details = (line(language.say(name), language.retold(text)) for name, text in outcome.details())
    return "\n  ".join([line(language.retold(outcome.expectation), language.say(str(outcome.state))), *details])


def without_folders(text: str) -> str:
    """What a submission printed, without the folders in which packages lie on the grader's machine."""
    for folder in _FOLDERS:
        text = text.replace(f"{folder}{os.sep}", "")
    return text
