"""Expectations on training that is taken by hand: where each player stands after some steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["follows_trajectory"]

Places = Mapping[str, Tensor]

_STOOD = "it did not move at all: is its gradient cut off, and does its optimiser step?"


@expectation("after some steps each player stands where it should")
def follows_trajectory(
    model: nn.Module | Subject,
    batches: Sequence[Any],
    expected: Places,
    *,
    also: Sequence[Places] = (),
    mistakes: Mapping[str, Places] | None = None,
    tolerance: float = 1e-3,
    what: str = "",
    sent: str = "",
    hint: str = "",
) -> None:
    """A Trainer takes a step on each batch, and leaves these parameters where they are expected.

    Args:
        model: a LightningModule; whatever it draws at random must not matter.
        batches: what it is trained on, one after the other.
        expected: where the parameters of these names stand in the end.
        also: other places that are as good, such as those that another answer of the student's leads to.
        mistakes: where likely mistakes lead, by the hint that names them.
        tolerance: absolute and relative.
        what: the title of the expectation.
        sent: what the model was made of, in words.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at = subject(model)
    before = looked_at.parameters()
    looked_at.run(list(batches))
    after = looked_at.parameters()
    if any(_stands(after, each, tolerance) for each in (expected, *also)):
        return
    known = (hint for hint, wrong in (mistakes or {}).items() if _stands(after, wrong, tolerance))
    missed = [name for name, place in expected.items() if not _stands(after, {name: place}, tolerance)]
    stood = [name for name in missed if name in after and torch.equal(before[name], after[name])]
    name = (stood or missed)[0]
    if name not in after:
        raise Missed(f"a parameter {name}", ", ".join(after) or "none", hint, sent)
    right, came = torch.as_tensor(expected[name]), after[name]
    likely = next(known, "") or (_STOOD if stood else hint)
    raise Missed(f"{name} at {numbers(right, came)}", numbers(came, right), likely, sent)


def _stands(after: Places, expected: Places, tolerance: float) -> bool:
    return all(name in after and same(after[name], each, tolerance) for name, each in expected.items())
