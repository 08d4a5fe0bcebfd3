"""Whether a submission is the notebook of a lab, and in which language: by what it says, else by its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amal_attention.errors import LabError, Unreadable, WrongLab
from amal_attention.grading.submission.reference import Reference, comparable, names_in
from amal_attention.language import ENGLISH
from amal_attention.notebook.salvage import Salvaged, salvage

__all__ = ["Identity", "identified", "is_notebook_of"]

_LONGEST = 60


@dataclass(frozen=True)
class Identity:
    """What a submission is.

    Attributes:
        language: the language of the release that it was made from.
        same_release: whether it says that it was made from the release as it is now.
        repairs: what is to be told of this, a sentence each.
    """

    language: str
    same_release: bool
    repairs: tuple[str, ...]


def identified(submission: Salvaged, reference: Reference) -> Identity:
    """Find out what a submission is.

    Raises:
        WrongLab: it says that it is of another lab, or says nothing and has none of this one's answers.
        Unreadable: no answer stands in what could be read of it.
    """
    told = submission.metadata.get("amal")
    said: dict[str, Any] = told if isinstance(told, dict) else {}
    lab, language, repairs = said.get("lab"), said.get("language"), []
    if isinstance(lab, str) and lab != reference.lab:
        raise _wrong(reference, ENGLISH.say("that of another lab, {other}", other=_shown(lab)))
    if not isinstance(lab, str):
        if not _has_answers(submission, reference):
            raise _no_answers(submission, reference)
        if submission.whole:
            repairs.append(ENGLISH.say("the notebook does not say of which lab it is: it was recognised by its cells"))
    if not isinstance(language, str) or language not in reference.releases:
        language = _language(submission, reference)
    same = said.get("digest") == reference.releases[language][0]
    if isinstance(lab, str) and not same:
        repairs.append(ENGLISH.say("the notebook was made from another release of the lab"))
    return Identity(language, same, tuple(repairs))


def is_notebook_of(raw: bytes, reference: Reference) -> bool:
    """Whether the bytes of a file, damaged or not, are a notebook of a lab."""
    try:
        identified(salvage(raw), reference)
    except (Unreadable, WrongLab):
        return False
    return True


def _has_answers(submission: Salvaged, reference: Reference) -> bool:
    solutions = [cell for _, cells in reference.releases.values() for cell in cells if cell.solution]
    ids = {cell.grade_id for cell in solutions}
    names = {name for cell in solutions for name in names_in(cell.source)}
    return any(
        cell.grade_id in ids or (cell.is_code and not names.isdisjoint(names_in(cell.source)))
        for cell in submission.cells
    )


def _language(submission: Salvaged, reference: Reference) -> str:
    """That of the release with which the submission shares most texts; the first of those that share as many."""
    texts = {comparable(cell.source) for cell in submission.cells if cell.kind == "markdown"}

    def shared(language: str) -> int:
        _, cells = reference.releases[language]
        return len(texts & {comparable(cell.source) for cell in cells if cell.kind == "markdown"})

    return max(reference.releases, key=shared)


def _no_answers(submission: Salvaged, reference: Reference) -> LabError:
    if submission.whole:
        return _wrong(reference, ENGLISH.say("none of its questions"))
    return Unreadable(
        ENGLISH.say(
            "expected answers to {lab}; got a file that is cut off or damaged, and no answer in what could be read; "
            "hand in the whole file",
            lab=reference.lab,
        )
    )


def _wrong(reference: Reference, got: str) -> WrongLab:
    return WrongLab(
        ENGLISH.say(
            "expected a notebook of {lab}; got {got}; hand in the notebook of this lab", lab=reference.lab, got=got
        )
    )


def _shown(text: str) -> str:
    """A student's text, short, and without characters that do something to a terminal."""
    plain = ascii(text[: _LONGEST + 1])
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 3]}..."
