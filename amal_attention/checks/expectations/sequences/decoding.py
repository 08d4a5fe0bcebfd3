"""Expectations on decoders: they go on from a state, token by token or many at once, and write logits."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.decoding import DecoderProbe
from amal_attention.checks.probes.probe import Seen, answers, probed
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["decodes_alike", "starts_from_state"]

Module = nn.Module | Subject

_LENGTHS = (4, 2, 1)
_LEAST = 1e-6
_UNCHANGED = "the state that comes back is the one that was given: return the state after the last token"
_NOT_THE_LAST = (
    "the state that comes back is the one after the last token: whoever goes on from it gets what all tokens at once "
    "give"
)
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
        lengths: of the sources.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: for a miss without a likely mistake of its own.
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
        lengths: of the sources.
        seed: another seed, other parameters and inputs.
        times: how often to look.
        hint: for a miss.
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
