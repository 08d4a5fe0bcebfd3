"""A line to read, and the line to write."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Line", "Splits"]


@dataclass(frozen=True)
class Line:
    """A pair of texts.

    Attributes:
        source: the line to read.
        target: the line to write.
        kinds: how each date of the source is written, in their order; none where no date stands there.
    """

    source: str
    target: str
    kinds: tuple[str, ...] = ()


Splits = dict[str, list[Line]]
"""The lines of ``train``, ``validation`` and ``test``."""
