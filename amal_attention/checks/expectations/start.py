"""An expectation on where a module starts: training can leave it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import Probe, answers
from amal_attention.checks.subjects.subject import Subject, subject

__all__ = ["moves_from_its_start"]

_STEPS, _STEP_SIZE = 3, 0.1
_STUCK = (
    "a start that nothing leaves: where two maps that are multiplied are both 0, no gradient reaches either of them"
)


@expectation("from where it starts, each parameter moves")
def moves_from_its_start(
    module: nn.Module | Subject, probe: Probe, *, lengths: Sequence[int] = (4, 3), seed: int = 0, hint: str = ""
) -> None:
    """A few steps along its gradients move each parameter from the numbers that it was built with.

    A bias, or a single number, may stay: adding a constant to all scores rightly changes nothing.

    Args:
        module: the module as it was built.
        probe: its kind; the first part of its reply is what it learns by.
        lengths: how many places each row has.
        seed: another seed, other inputs.
        hint: the likely mistake, told with a miss.
    """
    looked_at, generator = subject(module).eval(), torch.Generator().manual_seed(seed)
    inputs = probe.inputs(lengths, seed)
    looked_at.materialise(*inputs)
    before = looked_at.parameters()
    for _ in range(_STEPS):
        (seen,) = answers(looked_at, probe, [inputs])
        upstream = torch.randn(next(iter(seen.values())).shape, generator=generator)
        values, (gradients, _) = looked_at.parameters(), looked_at.gradients(inputs, upstream)
        moved = ((name, gradients[name]) for name in values)
        looked_at.load({name: values[name] - _STEP_SIZE * each for name, each in moved if each is not None})
    after = looked_at.parameters()
    for name, each in before.items():
        if torch.equal(each, after[name]) and each.numel() > 1 and not name.endswith("bias"):
            sent = f"{probe.sent(inputs)}, {_STEPS} steps along the gradient"
            raise Missed(f"{name} to move", "it stays where it starts", hint or _STUCK, sent)
