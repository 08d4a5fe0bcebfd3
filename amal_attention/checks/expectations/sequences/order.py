"""An expectation on any module: that the order of what it reads counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import Probe, answers, probed
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same

__all__ = ["minds_every_place", "minds_the_order"]

_LEAST = 1e-5
_TWO_AS_ONE = "each place has positions of its own: two of them are told by the same ones, or by none"
_A_SET = "attention by itself reads a set: positions are added to the words, before the first layer"


@expectation("two places that are exchanged give another answer, whichever they are")
def minds_every_place(
    module: nn.Module | Subject,
    probe: Probe,
    exchange: Callable[[tuple[Any, ...], int, int], tuple[Any, ...]],
    places: int,
    *,
    lengths: Sequence[int],
    last: bool = False,
    seed: int = 0,
    times: int = 3,
    what: str = "",
    hint: str = "",
) -> None:
    """In some look, another answer where neighbours change places, and where the first place does with another one.

    Args:
        module: the module.
        probe: its kind.
        exchange: called with the inputs and two places; it gives the same with what stands there exchanged.
        places: how many there are.
        lengths: how many places each row has.
        last: whether the answer is that at the last place, and not the whole one.
        seed: another seed, other parameters and inputs.
        times: how often to look: what is exchanged may be alike.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    alike = {*((0, place) for place in range(1, places)), *((place, place + 1) for place in range(places - 1))}
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs, pairs = probe.inputs(lengths, at), sorted(alike)
        first, *others = answers(looked_at, probe, [inputs, *(exchange(inputs, *pair) for pair in pairs)])
        name = next(iter(probe.main(inputs)))
        for pair, seen in zip(pairs, others, strict=True):
            one, other = (each[name][:, -1] if last else each[name] for each in (first, seen))
            if not same(one, other, _LEAST):
                alike.discard(pair)
        if not alike:
            return
    place, another = (each + 1 for each in min(alike))
    sent = f"{probe.sent(inputs)}; then what stands at places {place} and {another} exchanged"
    raise Missed(f"other {name}", "the same", hint or _TWO_AS_ONE, sent)


@expectation("the order of what is read counts")
def minds_the_order(
    module: nn.Module | Subject,
    probe: Probe,
    turn: Callable[..., tuple[Any, ...]],
    *,
    lengths: Sequence[int] = (4, 4, 4),
    last: bool = True,
    seed: int = 0,
    times: int = 3,
    what: str = "",
    hint: str = "",
) -> None:
    """In some look, the same in another order gives another answer.

    Args:
        module: the module.
        probe: its kind.
        turn: called with the inputs; it gives the same with two things the other way round.
        lengths: how many places each row has.
        last: whether the answer is that at the last place, and not the whole one.
        seed: another seed, other parameters and inputs.
        times: how often to look: what is turned may be alike.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        first, second = answers(looked_at, probe, [inputs, turn(*inputs)])
        name = next(iter(probe.main(inputs)))
        one, other = (seen[name][:, -1] if last else seen[name] for seen in (first, second))
        if not same(one, other, _LEAST):
            return
    sent = f"{probe.sent(inputs)}; then two of them the other way round"
    raise Missed(f"other {name}", "the same", hint or _A_SET, sent)
