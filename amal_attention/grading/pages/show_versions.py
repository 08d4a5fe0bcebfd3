"""Every version of a notebook that was handed in, and the lines of the answers that changed from one to the next."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise

from amal_attention.course.collect.versions import Version
from amal_attention.course.gradebook.deadlines import moment_text
from amal_attention.course.lab_words import LabWords
from amal_attention.grading.submission.handed_in import handed_in
from amal_attention.grading.submission.reference import Reference
from amal_attention.language import Language
from amal_attention.printable import printable

__all__ = ["versions_lines"]

_MOST_LINES = 200  # of the differences between two versions


def versions_lines(
    versions: Sequence[Version], graded: str, reference: Reference, words: LabWords, zone: tzinfo | None
) -> Iterator[str]:
    """A line for each version, then for each two that follow each other what changed.

    Args:
        versions: the versions in the order in which they came.
        graded: digest of the bytes that were graded, or its beginning; empty where nothing was.
        reference: the releases of the lab, by which the answers are known.
        words: the words in which it is told.
        zone: the time zone in which times are told, beside UTC; None for UTC alone.
    """
    say = words.language.say
    if not versions:
        yield say("none was collected")
    for each in versions:
        when = moment_text(each.when, zone, seconds=True)
        told = when if each.is_timed else say("at no known time, there since {when}", when=when)
        is_graded = bool(graded) and each.digest.startswith(graded)
        yield "  ".join([told, _name(each), *([say("was graded")] if is_graded else [])])
    read = [_Answers(each, handed_in(each.path.read_bytes(), reference).sources()) for each in versions]
    for before, after in pairwise(read):
        yield say("from {one} to {other}:", one=_name(before.version), other=_name(after.version))
        yield from (f"  {printable(line)}" for line in _difference(before.sources, after.sources, words))


@dataclass(frozen=True)
class _Answers:
    """A version, and its answers by question."""

    version: Version
    sources: Mapping[str, str]


def _name(version: Version) -> str:
    return version.digest[:12]


def _difference(before: Mapping[str, str], after: Mapping[str, str], words: LabWords) -> list[str]:
    """The lines of the answers that changed, by question."""
    lines: list[str] = []
    for question in dict.fromkeys((*before, *after)):
        old, new = (answers.get(question, "").splitlines() for answers in (before, after))
        changed = [each for each in difflib.ndiff(old, new) if each[0] in "+-"] if old != new else []
        title = words.language.say("{name}:", name=words.name(question))
        lines += [title, *(f"  {each}" for each in changed)] if changed else []
    return _first(lines, words.language) or [words.language.say("no answer changed")]


def _first(lines: list[str], language: Language) -> list[str]:
    left = len(lines) - _MOST_LINES
    if left <= 0:
        return lines
    return [*lines[:_MOST_LINES], language.say_count("… and {count} line more", "… and {count} lines more", left)]
