"""An expectation on what has no order: attention without positions reads a set."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import answers, changed, probed
from amal_attention.checks.probes.sets import SetProbe
from amal_attention.checks.subjects.subject import Subject

__all__ = ["permutes_with"]

_KEPT = "something is kept from one call to the next: an answer, or a state"
_BY_PLACE = (
    "nothing hangs on the number of a place: no positions, no view that mixes words, no softmax over another axis, "
    "and a network reads each word by itself"
)


@expectation("words in another order give the same, in that order")
def permutes_with(
    module: nn.Module | Subject,
    probe: SetProbe,
    *,
    of: str = "x",
    lengths: Sequence[int] = (5, 5),
    seed: int = 0,
    times: int = 2,
    what: str = "",
    hint: str = "",
) -> None:
    """Each part of the reply moves along with the places, on all of its axes that are these places, and on no other.

    Args:
        module: the module.
        probe: its kind.
        of: the input whose places are put in another order.
        lengths: how many places each row has.
        seed: another seed, other parameters, words and order.
        times: how often to look.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs, order = probe.inputs(lengths, at), _another_order(max(lengths), at)
        moved, sent = probe.turned(inputs, order, of), probe.sent(inputs)
        first, second = answers(looked_at, probe, [inputs, moved])
        expected = probe.shown(first, inputs)
        for name, axes in probe.axes(of).items():
            for axis in axes:
                expected[name] = expected[name].index_select(axis, order)
        came = probe.shown(second, moved)
        found = changed(expected, came)
        if found is not None:
            told = ", ".join(str(place + 1) for place in order.tolist())
            same_as = probe.same_as(found)
            raise Missed(
                f"{same_as}, moved along",
                probe.came(found),
                hint or (_BY_PLACE if changed(probe.shown(first, inputs), came) else _KEPT),
                f"{sent}; then {of} in the order {told}",
            )


def _another_order(length: int, seed: int) -> Tensor:
    """An order in which some place does not stand where it was."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(length, generator=generator)
        if length < 2 or not torch.equal(order, torch.arange(length)):
            return order
