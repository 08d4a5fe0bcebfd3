"""Exact match by what tells lines apart: their length, their kind, how many parts they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from amal_attention.language import message
from amal_attention.record import Series

__all__ = ["exact_match_by_group"]

_STEPS = (1, 2, 5, 10)
_MOST_STEPS = 20


def exact_match_by_group(data: Any, right: npt.NDArray[np.bool_], split: str = "test") -> dict[str, Series]:
    """In %, on the lines of a split: a curve where groups are numbers, else the share of each group, the largest first.

    Args:
        data: whose ``groups(split)`` tell the lines apart; ``lines(split)`` have a ``source``.
        right: whether each line is right, in their order, bool ``(n,)``.
        split: the lines.
    """
    groups: dict[str, list[Any]] = dict(data.groups(split))
    lengths = [len(line.source) for line in data.lines(split)]
    if lengths not in groups.values():
        groups[message("number of characters")] = _stepped(lengths)
    return {name: _series(name, of, right) for name, of in groups.items() if len(set(of)) > 1}


def _series(name: str, of: Sequence[Any], right: npt.NDArray[np.bool_]) -> Series:
    """Of lines in the groups ``of``."""
    counts = Counter(of)
    named = isinstance(of[0], str)
    order = [group for group, _ in counts.most_common()] if named else sorted(counts)
    places = np.array(of)
    shares = [100 * float(right[places == group].mean()) for group in order]
    x = [float(place) for place in (range(len(order)) if named else order)]
    return Series(x, shares, name, message("exact match (%)"), order if named else [])


def _stepped(lengths: Sequence[int]) -> list[float]:
    """The middle of the step that each length is in: steps are as small as a curve of some points allows."""
    span = max(lengths) - min(lengths) + 1
    step = next((step for step in _STEPS if span <= step * _MOST_STEPS), _STEPS[-1])
    return [length // step * step + (step - 1) / 2 for length in lengths]
