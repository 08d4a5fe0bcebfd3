"""A picture of the tests of a lab, placed for an inline SVG: how many met each, and whether it goes with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.pages.item_analysis import TestStatistics

__all__ = ["Dot", "ItemMap"]

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BELOW = 640, 300, 44, 20, 16, 46


@dataclass(frozen=True)
class Dot:
    """A test: its place, its words, and whether it is to be looked at."""

    x: float
    y: float
    words: str
    suspect: bool
    number: int


@dataclass(frozen=True)
class ItemMap:
    """A picture of ``width`` by ``height``: from left to right the share that met a test, upwards the discrimination.

    Attributes:
        dots: a test each; those to be looked at are numbered from 1, in their order.
        across: places of 0, 25 … 100 % on the axis below, and what stands there.
        up: places of -1, 0 and 1 on the axis on the left, and what stands there.
        words: what it shows, for those who cannot see it.
    """

    dots: list[Dot]
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    words: str
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = _HEIGHT - _BELOW

    @classmethod
    def of(cls, tests: Sequence[TestStatistics], words: LabWords | None = None) -> ItemMap | None:
        """The picture of these tests; None where no discrimination is known."""
        said = words or LabWords()
        say = said.language.say
        dots: list[Dot] = []
        for test in tests:
            if test.discrimination is not None:
                number = sum(dot.suspect for dot in dots) + 1 if test.is_suspect else 0
                x, y = _across(test.difficulty), _up(test.discrimination)
                dots.append(Dot(x, y, _words(test, said), test.is_suspect, number))
        if not dots:
            return None
        suspect = [dot.words for dot in dots if dot.suspect]
        told = say("none of them is to be looked at")
        if suspect:
            told = say("to be looked at: {tests}", tests="; ".join(suspect))
        return cls(
            dots,
            [(_across(share / 100), said.language.percent(share / 100)) for share in (0, 25, 50, 75, 100)],
            [(_up(value), said.language.number(value)) for value in (1, 0.5, 0, -0.5, -1)],
            say(
                "{count} tests by the share that met them and by how that goes with the rest of the score; {told}.",
                count=len(dots),
                told=told,
            ),
        )


def _across(share: float) -> float:
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 2)


def _up(discrimination: float) -> float:
    return round(_TOP + (1 - discrimination) / 2 * (_HEIGHT - _TOP - _BELOW), 2)


def _words(test: TestStatistics, said: LabWords) -> str:
    return said.language.say(
        "{question}, {test}: met by {met} of {held}, discrimination {discrimination}",
        question=said.name(test.question),
        test=said.test(test.name),
        met=test.met,
        held=test.held,
        discrimination=said.language.number(test.discrimination or 0.0),
    )
