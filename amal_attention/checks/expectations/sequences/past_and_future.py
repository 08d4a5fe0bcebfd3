"""Expectations on what a module that goes from place to place knows: all that came before, and nothing that follows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.in_time import TimeProbe
from amal_attention.checks.probes.probe import UNSTEADY, Seen, answers, probed, steady
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same

__all__ = [
    "begins_alike",
    "hears_other_places",
    "looks_past_gaps",
    "reaches_far_back",
    "sees_its_past",
    "sees_no_future",
]

Module = nn.Module | Subject

_LENGTHS = (4, 2, 1)
_LEAST = 1e-6
"""What changes less does not change: in the same place of the same batch, equal numbers give equal numbers."""
_AHEAD = "what is told at a place reads what stands up to there, and nothing behind it: nothing bidirectional"
_NOT_ITSELF = "what is told at a place reads what stands there too"
_OF_THE_WHOLE = (
    "what is told at a place does not hang on how long the text is: nothing is taken over all its places, and no "
    "normaliser counts what follows"
)
_DEAF = "each place is told by what stands there alone: nothing joins the places"
_MASKED = "both masks count at once: a place looks where it may by the order of places, and where mask is True"
_GAP = 1
_WINDOW = "each place sees all that comes before it, however long the text is: no window, and no table that ends"
_FORGETS = "nothing is carried from one place to the next: each goes on from the state that the one before has left"


@expectation("what is told at a place does not hang on what follows")
def sees_no_future(
    module: Module,
    probe: TimeProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 2,
    hint: str = "",
) -> None:
    """Something else at a place changes nothing that is told at the places before it.

    Args:
        module: the module.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        others = [probe.another(inputs, place, at) for place in range(1, probe.steps(inputs))]
        first, *changed = answers(looked_at, probe, [inputs, *others])
        told = probe.shown(first, inputs)
        for place, seen in enumerate(changed, start=1):
            came = probe.shown(seen, inputs)
            for name in probe.in_time(inputs):
                if not same(told[name][:, :place], came[name][:, :place], 1e-5):
                    number = place + 1
                    raise Missed(
                        f"the same {name} up to place {place}",
                        "others",
                        _unsteady(looked_at, probe, inputs, first) or hint or _AHEAD,
                        f"{probe.sent(inputs)}; then the same with something else at place {number}",
                    )


@expectation("what is told at a place hangs on all that came before, and on what stands there")
def sees_its_past(
    module: Module,
    probe: TimeProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """In some look, something else at a place changes the answer there, and at each place behind it.

    Args:
        module: the module.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        times: how often to look: the ReLU of a narrow layer may hide something in one look.
        hint: the likely mistake, told with a miss.
    """
    unseen: set[tuple[int, int]] | None = None
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        places, name = range(probe.steps(inputs)), _answer(probe, inputs)
        first, *changed = answers(looked_at, probe, [inputs, *(probe.another(inputs, each, at) for each in places)])
        told, sent = probe.shown(first, inputs)[name], probe.sent(inputs)
        if unseen is None:
            unseen = {(place, later) for place in places for later in places[place:]}
        for place, seen in enumerate(changed):
            moved = _moved(told, probe.shown(seen, inputs)[name])
            unseen -= {(place, later) for later in places if moved[later] > _LEAST}
        if not unseen:
            return
    place, later = (each + 1 for each in min(unseen or {(0, 0)}))
    raise Missed(
        f"other {name} at place {later}",
        "the same",
        hint or (_NOT_ITSELF if place == later else _FORGETS),
        f"{sent}; then the same with something else at place {place}",
    )


@expectation("what is told at the end of a long text hangs on its beginning")
def reaches_far_back(
    module: Module, probe: TimeProbe, *, length: int, seed: int = 0, times: int = 3, hint: str = ""
) -> None:
    """In some look, something else at the first place changes what is told at the last one.

    Args:
        module: the module.
        probe: its kind.
        length: how many places the text has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, (2,), times, seed):
        inputs = probe.inputs((length,), at)
        try:
            first, second = answers(looked_at, probe, [inputs, probe.another(inputs, 0, at)])
        except Exception as error:  # whatever the answer raises, or another shape
            came = type(error).__name__
            raise Missed(f"an answer for {length} places", came, hint or _WINDOW, probe.sent(inputs)) from error
        name = _answer(probe, inputs)
        if float(_moved(first[name], second[name])[-1]) > 0:
            return
    later, sent = length, f"{probe.sent(inputs)}; then the same with something else at place 1"
    raise Missed(f"other {name} at place {later}", "the same", hint or _WINDOW, sent)


@expectation("what is told at a place hangs on other places too")
def hears_other_places(
    module: Module,
    probe: TimeProbe,
    *,
    lengths: Sequence[int] = (3, 3),
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """In some look, something else at the first place or at the last one changes what is told at another place.

    Args:
        module: the module.
        probe: its kind.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        places, name = (0, probe.steps(inputs) - 1), _answer(probe, inputs)
        first, *changed = answers(looked_at, probe, [inputs, *(probe.another(inputs, each, at) for each in places)])
        for place, seen in zip(places, changed, strict=True):
            moved = _moved(first[name], seen[name])
            moved[place] = 0
            if (moved > _LEAST).any():
                return
    sent = f"{probe.sent(inputs)}; then the same with something else at the first place, or at the last"
    raise Missed(f"other {name} at other places", "the same", hint or _DEAF, sent)


@expectation("a text that is cut tells at each place what the whole text tells there")
def begins_alike(
    module: Module,
    probe: TimeProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 1,
    hint: str = "",
) -> None:
    """Cut behind each place, a text gives up to there what it gives as a whole.

    Args:
        module: the module.
        probe: its kind, which can :meth:`cut` its inputs.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        parts = [probe.cut(inputs, steps) for steps in range(1, probe.steps(inputs))]
        first, *others = answers(looked_at, probe, [inputs, *parts])
        told = probe.shown(first, inputs)
        for steps, (part, seen) in enumerate(zip(parts, others, strict=True), start=1):
            came = probe.shown(seen, part)
            for name in probe.in_time(inputs):
                if not same(told[name][:, :steps], came[name]):
                    sent = f"{probe.sent(inputs)}; then the same, cut behind place {steps}"
                    likely = _unsteady(looked_at, probe, inputs, first) or hint or _OF_THE_WHOLE
                    raise Missed(f"the same {name} up to place {steps}", "others", likely, sent)


@expectation("where the mask is False nobody looks, in the middle of a text too")
def looks_past_gaps(
    module: Module,
    probe: TimeProbe,
    *,
    lengths: Sequence[int] = (4, 3),
    seed: int = 0,
    times: int = 1,
    hint: str = "",
) -> None:
    """What stands at a second place that the mask hides changes nothing behind it.

    Args:
        module: the module.
        probe: its kind; the first bool tensor of its inputs is the mask ``(B, L)``.
        lengths: how many places each row has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, times, seed):
        inputs = _with_gap(probe.inputs(lengths, at))
        first, second = answers(looked_at, probe, [inputs, probe.another(inputs, _GAP, at)], finite=False)
        told, came = probe.shown(first, inputs), probe.shown(second, inputs)
        for name in probe.in_time(inputs):
            if not same(told[name], came[name], 1e-5):
                sent = f"{probe.sent(inputs)}, the second place hidden; then the same with something else there"
                raise Missed(f"the same {name}", "others", hint or _MASKED, sent)


def _with_gap(inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The inputs with False at a place of each row of the mask."""
    which = next(number for number, each in enumerate(inputs) if each.dtype == torch.bool)
    mask = inputs[which].clone()
    mask[:, _GAP] = False
    return *inputs[:which], mask, *inputs[which + 1 :]


def _unsteady(looked_at: Subject, probe: TimeProbe, inputs: tuple[object, ...], seen: Seen) -> str:
    return "" if steady(looked_at, probe, inputs, seen) else UNSTEADY


def _answer(probe: TimeProbe, inputs: tuple[object, ...]) -> str:
    """The part that is told at each place, and is the answer."""
    main = probe.main(inputs)
    return next(name for name in probe.in_time(inputs) if name in main)


def _moved(first: Tensor, second: Tensor) -> Tensor:
    """By how much a part changed at each place, in the row where it changed most."""
    return (first - second).abs().transpose(0, 1).flatten(1).amax(dim=1) / (1 + first.abs().max())
