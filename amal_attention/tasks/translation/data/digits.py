"""Strings of random digits, which nothing can compress."""

from __future__ import annotations

import math

from amal_attention.errors import DataError, explain
from amal_attention.tasks.translation.data.chance import Chance
from amal_attention.tasks.translation.data.lines import Line, Splits

__all__ = ["check_lengths", "draw_digits"]

COUNTS = {"test": 2_000, "validation": 1_000, "train": 16_000}
DIGITS = "0123456789"


def draw_digits(seed: int, shortest: int, longest: int) -> Splits:
    """Lines of ``shortest`` to ``longest`` digits to copy, drawn by ``seed``: all different, over all splits.

    In each split, there are as many of one length as of another. The test draws first: its short lines, which are few,
    are as likely as any.

    Raises:
        DataError: there are not so many, see :func:`check_lengths`.
    """
    check_lengths(shortest, longest)
    lengths = range(shortest, longest + 1)
    chance, seen = Chance(seed), set[str]()
    return {
        split: [_new_line(lengths[place % len(lengths)], chance, seen) for place in range(count)]
        for split, count in COUNTS.items()
    }


def check_lengths(shortest: int, longest: int) -> None:
    """Refuse lengths of which there are too few strings.

    Raises:
        DataError: what is needed of each length is more than the shortest has.
    """
    needed = sum(math.ceil(count / (longest - shortest + 1)) for count in COUNTS.values())
    if 10**shortest < needed:
        raise DataError(
            explain(
                expected=f"{needed} different lines of each length",
                got=f"{10**shortest} of {shortest} digits",
                do="set data.shortest or data.longest higher",
            )
        )


def _new_line(length: int, chance: Chance, seen: set[str]) -> Line:
    while (text := "".join([chance.of(DIGITS) for _ in range(length)])) in seen:
        pass
    seen.add(text)
    return Line(text, text)
