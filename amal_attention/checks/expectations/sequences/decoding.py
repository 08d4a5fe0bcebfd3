"""Expectations on decoders: they go on from a state, token by token or many at once, and write logits."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.decoding import DecoderProbe
from amal_attention.checks.probes.probe import UNSTEADY, Probe, Seen, answers, probed
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = [
    "decodes_alike",
    "keeps_state_small",
    "looks_at_no_memory",
    "starts_from_state",
    "writes_by_what_it_reads",
    "writes_logits",
]

Module = nn.Module | Subject

_LENGTHS = (4, 2, 1)
_LEAST = 1e-6
_UNCHANGED = "the state that comes back is the one that was given: return the state after the last token"
_NOT_THE_LAST = (
    "the state that comes back is the one after the last token: whoever goes on from it gets what all tokens at once "
    "give"
)
_GROWS = "the state is that of a recurrent layer, such as nn.GRU: nothing is added to it, and no layer stands behind it"
_READS_MEMORY = "this decoder knows the source by its first state alone: it looks neither at memory nor at mask"
_DEAD = "the logits are made of the states: embedding, then recurrent layer from the given state, then linear layer"
_SQUASHED = (
    "no softmax, no sigmoid and nothing else behind the last linear layer: cross-entropy takes the logits, and applies "
    "its own softmax"
)
_STRONG = 30.0
"""What parameters are multiplied by, so that logits leave the bounds that probabilities have."""
_LARGE = 5.0
_FROM_ZERO = "the recurrent layer starts from the state that it is given, not from zeros: self.rnn(embedded, state)"


@expectation("all tokens at once give what they give one by one, each from the state that the one before has left")
def decodes_alike(
    decoder: Module,
    probe: DecoderProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 2,
    hint: str = "",
) -> None:
    """Logits, weights and the last state are the same either way.

    Args:
        decoder: the decoder.
        probe: its kind.
        lengths: how many tokens each source has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for looked_at, at in probed(decoder, probe, lengths, times, seed):
        inputs = probe.inputs(lengths, at)
        (whole,) = answers(looked_at, probe, [inputs])
        one_by_one = _one_by_one(looked_at, probe, inputs)
        for name in [*probe.in_time(inputs), "state"]:
            if not same(whole[name], one_by_one[name]):
                known = _UNCHANGED if same(whole["state"], inputs[1], 1e-6) else ""
                raise Missed(
                    f"{name} {numbers(one_by_one[name][0])}, as one by one",
                    numbers(whole[name][0]),
                    known or hint or _NOT_THE_LAST,
                    f"{probe.sent(inputs)}; then token after token, each with the state that came back",
                )


@expectation("a decoder goes on from the state that it is given")
def starts_from_state(
    decoder: Module,
    probe: DecoderProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """In some look, another state changes the logits at every place, and the state that comes back.

    Args:
        decoder: the decoder.
        probe: its kind.
        lengths: how many tokens each source has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    still: set[int] | None = None
    for looked_at, at in probed(decoder, probe, lengths, times, seed):
        tokens, state, *rest = inputs = probe.inputs(lengths, at)
        first, second = answers(looked_at, probe, [inputs, (tokens, -state, *rest)])
        moved = [*_by_place(first, second).tolist(), float((first["state"] - second["state"]).abs().max())]
        same_now = {place for place, by in enumerate(moved, start=1) if by <= _LEAST}
        still = same_now if still is None else still & same_now
        if not still:
            return
    place = min(still or {0})
    raise Missed(
        "another state afterwards" if place > probe.steps(inputs) else f"other logits at place {place}",
        "the same",
        hint or _FROM_ZERO,
        f"{probe.sent(inputs)}; then the same with another state",
    )


@expectation("the logits hang on what was written last, and on what went before")
def writes_by_what_it_reads(
    decoder: Module,
    probe: DecoderProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """In some look the last logits hang on one of the last two tokens, and on what went before.

    That is the first token, or, for the logits of any place, a state that tokens change. The logits of a place differ.

    Args:
        decoder: the decoder.
        probe: its kind.
        lengths: how many tokens each source has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(decoder, probe, lengths, times, seed):
        tokens, state, *rest = inputs = probe.inputs(lengths, at)
        last = probe.steps(inputs) - 1
        others = [probe.another(inputs, place, at) for place in (last, last - 1, 0)]
        batches = [inputs, *others, (tokens, -state, *rest), inputs]
        first, *changed = answers(looked_at.train(dropout=False), probe, batches, finite=False)
        by_last, by_one_before, by_first, by_state, by_nothing = (_by_place(first, each) for each in changed)
        advanced = any((first["state"] - each["state"]).abs().max() > _LEAST for each in changed[:3])
        recurrent = by_first[last] > _LEAST or (by_state.max() > _LEAST and advanced)
        steady, varied = by_nothing.max() <= _LEAST, first["logits"].std(dim=2).max() > _LEAST
        if steady and varied and recurrent and max(by_last[last], by_one_before[last]) > _LEAST:
            return
    if not first["logits"].isfinite().all():
        raise Missed("finite numbers", f"logits {numbers(first['logits'])}", hint, probe.sent(inputs))
    raise Missed(
        "other logits after another last token, and after another first token or state",
        "the same" if steady else "others, though nothing changed",
        (hint or _DEAD) if steady else UNSTEADY,
        f"{probe.sent(inputs)}; then the same with another token, or another state",
    )


@expectation("logits are any numbers, and no probabilities")
def writes_logits(
    module: Module,
    probe: Probe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 3,
    hint: str = "",
) -> None:
    """In some look, large parameters give large logits of either sign.

    Args:
        module: what gives logits.
        probe: its kind.
        lengths: how many tokens each source has.
        seed: another seed, other parameters and inputs.
        times: how often to look: of few logits all may have one sign.
        hint: the likely mistake, told with a miss.
    """
    strength = _STRONG
    for looked_at, at in probed(module, probe, lengths, times, seed):
        looked_at.load({name: strength * each for name, each in looked_at.parameters().items()})
        inputs = probe.inputs(lengths, at)
        (seen,) = answers(looked_at, probe, [inputs], finite=False)
        logits = seen["logits"]
        if logits.max() > _LARGE and logits.min() < -_LARGE:
            return
    raise Missed(
        "logits far below 0 and far above it",
        f"logits between {logits.min():.3g} and {logits.max():.3g}",
        hint or _SQUASHED,
        f"{probe.sent(inputs)}; parameters are {strength:g} times as large as usual",
    )


@expectation("memory and mask change nothing: this decoder does not attend")
def looks_at_no_memory(
    decoder: Module,
    probe: DecoderProbe,
    *,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    times: int = 2,
    hint: str = "",
) -> None:
    """Another memory, and another mask, give the same logits and the same state.

    Args:
        decoder: the decoder.
        probe: its kind.
        lengths: how many tokens each source has.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(decoder, probe, lengths, times, seed):
        tokens, state, memory, mask = inputs = probe.inputs(lengths, at)
        shorter = torch.arange(mask.shape[1]) == 0
        others = [(tokens, state, 1 - 2 * memory, mask), (tokens, state, memory, shorter.expand_as(mask))]
        first, *changed = answers(looked_at, probe, [inputs, *others])
        for name, seen in zip(("memory", "mask"), changed, strict=True):
            if not (same(first["logits"], seen["logits"], 1e-5) and same(first["state"], seen["state"], 1e-5)):
                raise Missed(
                    "the same logits and the same state",
                    "others",
                    hint or _READS_MEMORY,
                    f"{probe.sent(inputs)}; then the same with another {name}",
                )


@expectation("a state that starts between -1 and 1 stays there, as that of a GRU does")
def keeps_state_small(
    decoder: Module, probe: DecoderProbe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """Neither large parameters nor others make a large state.

    Args:
        decoder: the decoder.
        probe: its kind.
        lengths: how many tokens each source has.
        seed: another seed, other parameters and inputs.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(decoder, probe, lengths, 1, seed):
        drawn, inputs = looked_at.parameters(), probe.inputs(lengths, at)
        for strength in (1.0, _STRONG):
            looked_at.load({name: strength * each for name, each in drawn.items()})
            (seen,) = answers(looked_at, probe, [inputs])
            largest = float(seen["state"].abs().max())
            if largest > 1 + _LEAST:
                raise Missed(
                    "a state between -1 and 1",
                    f"numbers up to {largest:.3g}",
                    hint or _GROWS,
                    f"{probe.sent(inputs)}; parameters are {strength:g} times as large as usual",
                )


def _one_by_one(looked_at: Subject, probe: DecoderProbe, inputs: tuple[Tensor, ...]) -> Seen:
    """What comes where each token is read by itself, put together."""
    tokens, state, *rest = inputs
    told: list[Seen] = []
    for token in tokens.unsqueeze(2).unbind(dim=1):
        told += answers(looked_at, probe, [(token, state, *rest)])
        state = told[-1]["state"]
    parts = {name: torch.cat([seen[name] for seen in told], dim=1) for name in probe.in_time(inputs)}
    return parts | {"state": state}


def _by_place(first: Seen, second: Seen) -> Tensor:
    """By how much the logits changed at each place, in the row where they changed most."""
    return (first["logits"] - second["logits"]).abs().amax(dim=(0, 2))
