"""Expectations on encoders: which states they give, in which direction each has read, and where a line ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.decoding import DecoderProbe
from amal_attention.checks.probes.probe import answers, probed
from amal_attention.checks.probes.sequences import BY_TOKENS, PADDING_READ, EncoderProbe
from amal_attention.checks.subjects.subject import Subject, randomised
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = [
    "fills_the_mask",
    "final_is_last_state",
    "hangs_on_order",
    "learns_through_time",
    "reads_both_ways",
    "shows_last_layer",
]

Module = nn.Module | Subject

_LENGTHS = (5, 3, 1)
"""From long to short: who sorts lines by their length finds them sorted."""
_LEAST = 1e-6
_LEARNS_NOTHING = "the answer hangs on no parameter: an embedding and a recurrent layer read the characters"
_NO_ORDER = "the order of the characters has no part in it: a recurrent layer reads them one after the other"
_FIRST = "this is the state at the first character: the last one has read them all"
_EARLY = "this is the state one character too early: counted from 0, the last one is at mask.sum(dim=1) - 1"
_NOT_A_STATE = "this is the mean, the sum or the maximum of the states: the last of them is asked for"
_LEFT_END = "leftward, the last state stands at the first character: it is the one that has read them all"
_ORDER = "the rightward state comes first and then the leftward one, in memory and in final"
_OF_MEMORY = "final is one of the states of memory, of the last layer, h_n[-1], and nothing is done to it"
_TOTAL_LENGTH = "memory has as many columns as the mask, even where all lines are shorter: unpack with total_length"
_ONE_WAY = "is bidirectional used? Nothing is read from the last character to the first"
_NOT_TURNED = "a leftward state stands at another character than its own: turn the states back before you join them"
_NOT_JOINED = "memory joins the states of both directions: those of one, then those of the other"
_ONE_LAYER = "is num_layers used? Each layer reads the states of the one below"
_CUT_OFF = "a state carries the gradient of those before it: no detach, no no_grad, and no new start in between"
_STEP, _WAYS = 1e-3, 3
_LINES = 16
_LAST_ALONE = "the last layer alone is seen: no mean and no sum over the layers, and h_n[-1], not h_n[0]"


@expectation("the order of the characters matters")
def hangs_on_order(encoder: Module, probe: EncoderProbe, *, seed: int = 0, times: int = 3, hint: str = "") -> None:
    """In some look, lines with their first two characters the other way round have another final state.

    They stand behind another line then: what reads no order, of characters or of lines, gives the same. With other
    parameters that state is another one: what only repeats its input has an order too, and learns nothing.
    """
    for looked_at, at in probed(encoder, probe, (4, 3), times, seed):
        tokens, mask = probe.inputs((4, 4, 3), at)
        tokens[1:, 0] = (tokens[1:, 1] % (probe.num_tokens - 1)) + 1
        turned = tokens.clone()
        turned[1:, :2] = tokens[1:, :2].flip(1)
        first, second = answers(looked_at, probe, [(tokens[1:], mask[1:]), (turned, mask)], finite=False)
        if same(first["final"], second["final"][1:], _LEAST):
            continue
        (other,) = answers(randomised(looked_at, at + 1), probe, [(tokens[1:2], mask[1:2])], finite=False)
        if not same(first["final"][:1], other["final"], _LEAST):
            return
        raise Missed(
            "another final state with other parameters",
            f"the same, {numbers(first['final'])}",
            hint or _LEARNS_NOTHING,
            probe.sent((tokens[1:], mask[1:])),
        )
    raise Missed(
        "another final state where the first two characters are the other way round",
        f"the same, {numbers(first['final'])}",
        hint or _NO_ORDER,
        probe.sent((tokens[1:], mask[1:])),
    )


@expectation("memory has a state for each column of the mask, even where no line is that long")
def fills_the_mask(encoder: Module, probe: EncoderProbe, *, seed: int = 0, hint: str = "") -> None:
    """Two columns of padding behind the longest line do not make memory narrower than the mask.

    Args:
        encoder: the encoder.
        probe: its kind.
        seed: another seed, other parameters and lines.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for looked_at, at in probed(encoder, probe, (3, 2), 1, seed):
        tokens, mask = probe.inputs((5, 5), at)
        mask = mask & (torch.arange(5) < torch.tensor([[3], [2]]))
        (memory, _), sent = looked_at(tokens, mask), probe.sent((tokens, mask))
        if memory.shape[1] != 5:
            came = tuple(memory.shape)
            raise Missed(f"memory of shape {(2, 5, probe.width)}", f"shape {came}", hint or _TOTAL_LENGTH, sent)


@expectation("final is the state at the last character")
def final_is_last_state(
    encoder: Module,
    probe: EncoderProbe,
    *,
    bidirectional: bool = False,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """The final state is a row of the memory, whatever tokens stand on padding; leftward, that of the first character.

    Args:
        encoder: the encoder.
        probe: its kind.
        bidirectional: whether the second half of each state has read from right to left.
        lengths: how many characters each line has.
        seed: another seed, other parameters and lines.
        times: how often to look.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    first = probe.width // 2 if bidirectional else probe.width
    for looked_at, at in probed(encoder, probe, lengths, times, seed):
        for under in (1, 0):
            inputs = probe.inputs(lengths, at, under)
            (seen,) = answers(looked_at, probe, [inputs])
            expected = _ends(seen["memory"], inputs[1], first)
            if not same(seen["final"], expected):
                row, sent = _furthest(seen["final"], expected), probe.sent(inputs)
                raise Missed(
                    f"{numbers(expected[row])} for line {row + 1}",
                    numbers(seen["final"][row]),
                    _mistake_of_final(looked_at, probe, (lengths, at), first) or hint or _OF_MEMORY,
                    f"{sent}, any tokens on padding" if under else f"{sent}, zeros on padding",
                )


@expectation("read both ways, a state joins what came before its character and what comes after it")
def reads_both_ways(
    encoder: Module, probe: EncoderProbe, *, length: int = 4, seed: int = 0, times: int = 3, hint: str = ""
) -> None:
    """Half of a state hangs on the characters up to its own and on no other, half on those from its own on.

    Args:
        encoder: the encoder.
        probe: its kind.
        length: how many characters each line has.
        seed: another seed, other parameters and lines.
        times: how often to look: some look shows what hangs on what.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    half = probe.width // 2
    hangs = torch.zeros(2, length, length, dtype=torch.bool)  # of each half: changed character, place of the state
    for looked_at, at in probed(encoder, probe, (length,), times, seed):
        inputs = probe.inputs((length,), at)
        others = [probe.another(inputs, place, at) for place in range(length)]
        seen, *changed = answers(looked_at, probe, [inputs, *others])
        for place, other in enumerate(changed):
            moved = (other["memory"] - seen["memory"])[0].abs() > _LEAST
            hangs[0, place] |= moved[:, :half].any(dim=1)
            hangs[1, place] |= moved[:, half:].any(dim=1)
    rightward = torch.ones(length, length, dtype=torch.bool).triu()
    both = (rightward, rightward.T)
    if any(torch.equal(hangs, torch.stack(pair)) for pair in (both, both[::-1])):
        return
    raise Missed(
        "half of a state to hang on what came before, half on what comes after",
        f"which characters each half hangs on is {_in_words(hangs)}",
        hint or _mistake_of_directions(hangs, rightward),
        f"{probe.sent(inputs)}, and with another character at each place",
    )


@expectation("the last layer is what is seen")
def shows_last_layer(
    encoder: Module, probe: EncoderProbe, *, layers: int, seed: int = 0, times: int = 2, hint: str = ""
) -> None:
    """Whatever layer is kept from seeing what lies below it, nothing of the line comes through any more.

    With its matrix of inputs set to 0, a layer gives the same states for all lines. Layers that are written with
    several such matrices tell nothing here, and are passed over, as the embedding is. One look in which all is as it
    should be is enough: a ReLU may let nothing through in another.

    Args:
        encoder: reads in one direction; V is none of its other sizes.
        probe: its kind.
        layers: how many it has.
        seed: another seed, other parameters and lines.
        times: how often to look.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    missed = []
    for looked_at, at in probed(encoder, probe, (4, 4, 4), times, seed):
        inputs = probe.inputs((4, 4, 4), at)
        start = looked_at.parameters()
        matrices = {name: each for name, each in start.items() if each.ndim == 2 and len(each) != probe.num_tokens}
        closed = 0
        for name, each in matrices.items():
            looked_at.load(start | {name: torch.zeros_like(each)})
            closed += _tells_nothing(looked_at, probe, inputs)
        looked_at.load(start)
        if not closed or _tells_nothing(looked_at, probe, inputs):
            continue
        if closed == layers:
            return
        missed.append(
            Missed(
                f"nothing of the line to pass where any of the {layers} layers is closed",
                f"that of {closed} layers",
                hint or (_ONE_LAYER if len(matrices) < 2 * layers or closed > layers else _LAST_ALONE),
                probe.sent(inputs),
            )
        )
    if missed:
        raise missed[0]


def _tells_nothing(looked_at: Subject, probe: EncoderProbe, inputs: tuple[Tensor, Tensor]) -> bool:
    """Whether all lines get the same states."""
    (seen,) = answers(looked_at, probe, [inputs])
    return all(same(part, part[:1].expand_as(part), 1e-6) for part in seen.values())


@expectation("the gradient goes back to the first character")
def learns_through_time(
    module: Module,
    probe: EncoderProbe | DecoderProbe,
    *,
    part: str = "final",
    length: int = 4,
    seed: int = 0,
    hint: str = "",
) -> None:
    """The gradient of the last state for each parameter tells how it changes along random ways, two of three at least.

    Args:
        module: an encoder or a decoder.
        probe: its kind.
        part: the state, second in the reply.
        length: how many characters each line has.
        seed: another seed, other parameters, lines and ways.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    generator = torch.Generator().manual_seed(seed)
    for looked_at, at in probed(module, probe, (length, length), 1, seed):
        inputs, start = probe.inputs((length, length), at), looked_at.parameters()
        upstream = torch.randn(probe.shapes(inputs)[part], generator=generator)
        found, _ = looked_at.gradients(inputs, upstream, 1)
        height = partial(_height, looked_at, (probe, part), inputs, upstream)
        here = height({})
        for name, value in start.items():
            steps = _STEP * torch.randn(_WAYS, *value.shape, generator=generator)
            if value.shape[:1] == (probe.num_tokens,):
                steps[:, 0] = 0  # whether PAD has a vector that learns is free
            ways = (_untold(partial(height, {name: value}), here, found[name], step) for step in steps)
            untold = [each for each in islice(ways, _WAYS - 1) if each]  # where these tell, the last is not asked
            untold += filter(None, ways if untold else ())
            looked_at.load({name: value})
            if len(untold) > 1:
                rise, slope = (f"{each / _STEP:.3g}" for each in untold[0])
                sent = f"{probe.sent(inputs)}, and a gradient of {part}"
                raise Missed(f"a slope of {rise} along a change of {name}", slope, hint or _CUT_OFF, sent)


def _height(
    looked_at: Subject,
    asked: tuple[EncoderProbe | DecoderProbe, str],
    inputs: tuple[Any, ...],
    upstream: Tensor,
    parameters: Mapping[str, Tensor],
    step: Tensor | float = 0.0,
) -> float:
    """A part of the reply, summed by the upstream, where these parameters have moved by a step."""
    probe, part = asked
    looked_at.load({name: each + step for name, each in parameters.items()})
    (seen,) = answers(looked_at, probe, [inputs])
    return float((seen[part].double() * upstream).sum())


def _untold(
    height: Callable[[Tensor], float], here: float, gradient: Tensor | None, step: Tensor
) -> tuple[float, float] | None:
    """How the answer rises along a step, and by its gradient; None where that tells a rise.

    That of either half of the way counts, or of the whole, as a ReLU bends one half at most.
    """
    slope = 0.0 if gradient is None else float((gradient.double() * step).sum())
    steep = 0.0 if gradient is None else float((gradient * step).norm())

    def is_told(rise: float) -> bool:
        return abs(rise - slope) <= 0.03 * max(steep, abs(rise)) + 1e-2 * _STEP

    ahead = height(step) - here
    if is_told(ahead):
        return None
    behind = here - height(-step)
    return None if is_told(behind) or is_told((ahead + behind) / 2) else (ahead, slope)


def _ends(memory: Tensor, mask: Tensor, first: int) -> Tensor:
    """The states at the last characters; those of the leftward half at the first ones.

    Args:
        memory: ``(B, S, H)``.
        mask: ``(B, S)``.
        first: how many numbers the rightward direction has, which stands first.
    """
    last = memory[torch.arange(len(memory)), mask.sum(dim=1) - 1]
    return torch.cat([last[:, :first], memory[:, 0, first:]], dim=1)


def _mistake_of_final(looked_at: Subject, probe: EncoderProbe, drawn: tuple[Sequence[int], int], first: int) -> str:
    """What stands in the place of the last state."""
    lengths, seed = drawn
    empty, full = probe.inputs(lengths, seed, 0), probe.inputs([max(lengths)] * len(lengths), seed)
    without_numbers, without_padding = answers(looked_at, probe, [empty, full])
    memory, final = without_padding["memory"], without_padding["final"]
    if same(final, _ends(memory, full[1], first)):
        by_tokens = same(without_numbers["final"], _ends(without_numbers["memory"], empty[1], first))
        return BY_TOKENS if by_tokens else PADDING_READ
    turned = memory.roll(first, dims=2)  # as if the leftward states stood first in memory
    ends, others = (_ends(each, full[1], first) for each in (memory, turned))
    swapped = [ends.roll(first, dims=1), others, others.roll(first, dims=1)]
    wrong = (memory.mean(dim=1), memory.sum(dim=1), memory.amax(dim=1))
    signs = (
        (_ORDER, first < probe.width and any(same(final, each) for each in swapped)),
        (_LEFT_END, first < probe.width and same(final, memory[:, -1])),
        (_FIRST, same(final, memory[:, 0])),
        (_EARLY, same(final, memory[:, -2])),
        (_NOT_A_STATE, any(same(final, each) for each in wrong)),
    )
    return next((hint for hint, seen in signs if seen), "")


def _furthest(final: Tensor, expected: Tensor) -> int:
    return int((final - expected).abs().sum(dim=1).argmax())


def _in_words(hangs: Tensor) -> str:
    """Of each half, for each place, the characters that the state there hangs on."""
    halves = [["".join(str(1 + at) for at in each.nonzero().flatten().tolist()) for each in half.T] for half in hangs]
    return ", ".join(f"({', '.join(each or '-' for each in half)})" for half in halves)


def _mistake_of_directions(hangs: Tensor, rightward: Tensor) -> str:
    """Why two halves do not read in two directions."""
    mirrored = rightward.flip(0)
    if all(torch.equal(half, rightward) for half in hangs):
        return _ONE_WAY
    return _NOT_TURNED if any(torch.equal(half, mirrored) for half in hangs) else _NOT_JOINED
