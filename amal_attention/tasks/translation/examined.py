"""What a notebook shows of a model that writes: which lines of a split are right, and how wrong it is alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from lightning import LightningModule

from amal_attention.language import spoken
from amal_attention.record import Metric, Series
from amal_attention.tasks.translation.groups import exact_match_by_group
from amal_attention.tasks.translation.measuring import Decode
from amal_attention.tasks.translation.task import TASK

__all__ = ["Examined", "examine"]


@dataclass(frozen=True)
class Examined:
    """What was measured on the lines of a split.

    Attributes:
        metrics: value and interval, by name.
        series: exact match by what tells lines apart, in the language that is spoken.
    """

    metrics: dict[str, Metric]
    series: dict[str, Series]

    def value(self, name: str) -> float:
        """A measure; nan where there was nothing to measure."""
        value = self.metrics[name][0]
        return math.nan if value is None else value

    @property
    def by_group(self) -> Series:
        """Exact match by what the data tell lines apart by: their kind, or how many digits or dates they have."""
        return next(iter(self.series.values()))


def examine(model: LightningModule, data: Any, split: str, decode: Decode) -> Examined:
    """Measure a model on a split; on ``test`` the cross-entropy too.

    Args:
        model: writes lines.
        data: as :class:`amal_attention.tasks.translation.DateData`.
        split: ``validation`` or ``test``.
        decode: how lines are written.
    """
    if split == "test":
        tested = TASK.test(model, data, {"decode": decode})
        return Examined(tested.metrics, _said(tested.series))
    per_line = TASK.measured(model, data, split, {"decode": decode})
    sums, counts = per_line["exact_match"]
    return Examined(TASK.metrics(per_line), _said(exact_match_by_group(data, sums == counts, split)))


def _said(series: dict[str, Series]) -> dict[str, Series]:
    say = spoken().translated
    return {
        name: replace(
            each, across=say(each.across), measured=say(each.measured), names=[say(group) for group in each.names]
        )
        for name, each in series.items()
    }
