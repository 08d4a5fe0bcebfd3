"""An expectation on what a norm of vectors learns: a scale and a shift, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import answers
from amal_attention.checks.probes.texts import VectorProbe
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers

__all__ = ["scales_and_shifts"]

_TWO = "scale and shift are parameters of D numbers each: nn.Parameter(torch.ones(dim)), nn.Parameter(torch.zeros(dim))"
_NOT_USED = "the normed vector is multiplied by the scale, number by number, then the shift is added"


@expectation("scale and shift are D numbers each, learned, 1 and 0 at the start")
def scales_and_shifts(
    norm: nn.Module | Subject,
    dim: int,
    *,
    lengths: Sequence[int] = (3, 3),
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """Both moved, it multiplies by the one and adds the other; which is which shows in what it gives.

    Args:
        norm: the norm as it was built.
        dim: D.
        lengths: how many words each text has.
        seed: another seed, other vectors.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at, probe = subject(norm).eval(), VectorProbe(dim)
    learned = looked_at.parameters()
    sizes = [each.numel() for each in learned.values()]
    if sizes != [dim, dim]:
        told = ", ".join(kind(each) for each in learned.values()) or "none"
        raise Missed(f"two parameters of {dim} numbers", told, hint or _TWO)
    generator = torch.Generator().manual_seed(seed)
    moves = [torch.randn(dim, generator=generator) for _ in learned]
    moved = {name: each + by.reshape(each.shape) for (name, each), by in zip(learned.items(), moves, strict=True)}
    inputs = probe.inputs(lengths, seed)
    (bare,) = answers(looked_at, probe, [inputs])
    (seen,) = answers(looked_at.load(moved), probe, [inputs])
    expected = [(1 + scale) * bare["output"] + shift for scale, shift in (moves, moves[::-1])]
    if not any(same(seen["output"], each, 1e-3) for each in expected):
        sent = probe.sent(inputs)
        came = numbers(seen["output"][0, 0])
        raise Missed(numbers(expected[0][0, 0]), came, hint or _NOT_USED, f"{sent}, scale and shift moved")
