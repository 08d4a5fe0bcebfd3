"""A histogram of scores, placed for an inline SVG: numbers only, the template draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from amal_attention.language import Language

__all__ = ["Bar", "Histogram"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _BELOW = 640, 240, 20, 30, 46
_STEPS = (0.25, 0.5, 1, 2, 5, 10, 20, 25, 50)
_MOST_BARS = 20
_MOST_TICKS = 10


@dataclass(frozen=True)
class Bar:
    """A bar: its place, how many it counts, and the same in words."""

    x: float
    y: float
    width: float
    height: float
    count: int
    words: str

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class Histogram:
    """A histogram in a picture of ``width`` by ``height``.

    Attributes:
        bars: what is drawn for each range of points, from 0 to the most.
        ticks: places on the axis below, and what stands there.
        median_x: where the median is.
        words: what it shows, for those who cannot see it.
    """

    bars: list[Bar]
    ticks: list[tuple[float, str]]
    median_x: float
    words: str
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _WIDTH - _LEFT
    bottom: int = _HEIGHT - _BELOW

    @classmethod
    def of(cls, scores: Sequence[float], most: float, language: Language | None = None) -> Histogram | None:
        """The histogram of scores from 0 to ``most``; None where there is nothing to draw.

        A bar holds its left end, and the last one its right end too.
        """
        if not scores or most <= 0:
            return None
        language = language or Language()
        step = next((step for step in _STEPS if most / step <= _MOST_BARS), most / _MOST_BARS)
        number = max(math.ceil(most / step - 1e-9), 1)
        counts = [0] * number
        for score in scores:
            counts[min(max(int(score / step + 1e-9), 0), number - 1)] += 1
        scale = (_WIDTH - 2 * _LEFT) / (number * step)
        middle = median(scores)
        told = [_words(place, count, step, most, language) for place, count in enumerate(counts)]
        return cls(
            [_bar(place, count, max(counts), step * scale, told[place]) for place, count in enumerate(counts)],
            [(_round(_LEFT + at * scale), language.number(at)) for at in _ticks(number, step)],
            _round(_LEFT + min(max(middle, 0), number * step) * scale),
            language.say(
                "Histogram of {scores} scores, median {median}: {bars}.",
                scores=len(scores),
                median=language.number(middle),
                bars="; ".join(words for words, count in zip(told, counts, strict=True) if count),
            ),
        )


def _bar(place: int, count: int, most: int, width: float, words: str) -> Bar:
    height = count / most * (_HEIGHT - _BELOW - _TOP)
    left, top = _LEFT + place * width + 1, _HEIGHT - _BELOW - height
    return Bar(_round(left), _round(top), _round(width - 2), _round(height), count, words)


def _words(place: int, count: int, step: float, most: float, language: Language) -> str:
    begin, end = place * step, (place + 1) * step
    said = {"count": count, "begin": language.number(begin)}
    if end >= most - 1e-9:
        return language.say("{count} from {begin} to {end}", **said, end=language.number(most))
    return language.say("{count} from {begin} to less than {end}", **said, end=language.number(end))


def _ticks(number: int, step: float) -> list[float]:
    every = math.ceil(number / _MOST_TICKS)
    return [place * step for place in range(0, number + 1, every)]


def _round(value: float) -> float:
    return round(value, 2)
