"""Expectations on layers that look at a memory: who asks, and what is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.memory import DecoderLayerProbe
from amal_attention.checks.probes.probe import Seen, answers, probed
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same

__all__ = ["asks_memory", "hangs_on_memory"]

Module = nn.Module | Subject

_LENGTHS = (4, 4)
_LEAST = 1e-5
_NOT_READ = "the memory is read: keys and values of the second attention come from it"
_NOT_ASKED = "x asks: the queries of the second attention come from what is written"
_KEYS = "the keys come from the memory: its words are what is chosen among"
_VALUES = "the values come from the memory: its words are what is read"
_FROM_MEMORY = "x asks, and the memory is looked at: queries come from x, keys and values from the memory"
_MASK_OF_X = "memory_mask says what may be looked at in the memory, all of it here: not the mask of x"
_CAUSAL = "no causal mask over the memory: it is known from the first place on"
_IN_ORDER = "the memory is a set here: no positions are added to it, and each of its words may be seen from each place"


@expectation("the states hang on x and on the memory")
def hangs_on_memory(
    layer: Module,
    probe: DecoderLayerProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """In some look, another memory changes the states, and so does another x.

    Args:
        layer: the layer.
        probe: its kind.
        lengths: how many words each text has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    changes = [False, False]
    for looked_at, at in probed(layer, probe, lengths, times, seed):
        x, mask, memory, memory_mask = probe.inputs(lengths, at)
        other_x, _, other, _ = probe.inputs(lengths, at + 1)
        batches = [(x, mask, memory, memory_mask), (x, mask, other, memory_mask), (other_x, mask, memory, memory_mask)]
        first, *others = answers(looked_at, probe, batches, finite=False)
        changes = [
            so_far or not same(first["states"], each["states"], _LEAST)
            for so_far, each in zip(changes, others, strict=True)
        ]
        if all(changes):
            return
    name = "x" if changes[0] else "memory"
    raise Missed(
        f"other states with another {name}", "the same", hint or _NOT_READ, f"{probe.sent(batches[0])}; then another"
    )


@expectation("x asks, and what is looked at is the memory, a set")
def asks_memory(
    layer: Module,
    probe: DecoderLayerProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 2,
    hint: str = "",
) -> None:
    """The words of the memory in another order give the same states, and their weights in that order.

    In some look another x gives other weights, and another last word of the memory other states at the first place.

    Args:
        layer: the layer.
        probe: its kind.
        lengths: how many words each text has, all equal: what is put in another order is no padding.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    asked = reached = False
    for looked_at, at in probed(layer, probe, lengths, times, seed):
        x, mask, memory, memory_mask = inputs = probe.inputs(lengths, at)
        other_x, _, other, _ = probe.inputs(lengths, at + 1)
        last = torch.cat([memory[:, :-1], other[:, -1:]], dim=1)
        batches = [
            inputs,
            (x, mask, memory.roll(1, dims=1), memory_mask),
            (other_x, mask, memory, memory_mask),
            (x, mask, last, memory_mask),
        ]
        first, rolled, by_other, with_last = answers(looked_at, probe, batches)
        _is_a_set(first, rolled, f"{probe.sent(inputs)}; then the memory with its last word first", hint)
        asked = asked or not same(first["weights"], by_other["weights"], _LEAST)
        reached = reached or not same(first["states"][:, 0], with_last["states"][:, 0], _LEAST)
    if not asked:
        raise Missed(
            "other weights with another x", "the same", hint or _NOT_ASKED, f"{probe.sent(inputs)}; then another x"
        )
    if not reached:
        sent = f"{probe.sent(inputs)}; then another last word of the memory"
        raise Missed("other states at place 1", "the same", hint or _CAUSAL, sent)


def _is_a_set(first: Seen, rolled: Seen, sent: str, hint: str) -> None:
    """Look whether a memory with its last word in front gives the same states, and the weights with it.

    Raises:
        Missed: it does not.
    """
    moved = same(first["weights"].roll(1, dims=3), rolled["weights"])
    if moved and same(first["states"], rolled["states"]):
        return
    expected, came = ("the same states", "others") if moved else ("weights with their word", "others")
    raise Missed(expected, came, _likely(first["weights"], rolled["weights"], moved) or hint or _IN_ORDER, sent)


def _likely(weights: Tensor, rolled: Tensor, moved: bool) -> str:
    """What is likely to be wrong with weights, and what they are where the memory is in another order."""
    ahead = torch.ones(weights.shape[2:], dtype=torch.bool).triu(1)
    if weights.shape[2] > 1 and not weights[:, :, ahead].any():
        return _CAUSAL
    if not all(each.flatten(0, 2).any(dim=0).all() for each in (weights, rolled)):
        return _MASK_OF_X
    if moved:
        return _VALUES
    if same(weights, rolled):
        return _KEYS
    asked_by_memory = same(weights[:, :, :-1].roll(1, dims=3), rolled[:, :, 1:])
    return _FROM_MEMORY if asked_by_memory or same(weights.roll(1, dims=2), rolled) else ""
