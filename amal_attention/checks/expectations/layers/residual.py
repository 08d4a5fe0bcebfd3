"""Expectations on a layer of a Transformer: what is added to what, and where it is normalised; names are free."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import Parts, normed, silent, times
from amal_attention.checks.probes.probe import Probe, answers, probed
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["adds_to_its_input", "chains_its_parts", "normalises", "passes_through"]

Module = nn.Module | Subject

_LENGTHS = (4, 2)
_FAR = (1e3, 1e4)
_LITTLE = 2e-2
_NOT_NORMED = (
    "the last thing is a norm of its own: LN(x + …), scale 1 and shift 0 at the start, the variance divided by D"
)
_NOT_ADDED = "pre-LN adds to x itself what attention, then the network, make of LN(x): x + attention(LN(x))"
_NOTHING_ADDED = "nothing is added to x: attention and network are missing"
_LOST = "x itself is lost on the way: each part is added to x, x + part(…)"
_NORMED = "pre-LN adds to x as it is: only what a part reads is normalised, not what it is added to"
_RAW = "post-LN gives LN(x + …): the norm comes after the sum, not around the part alone"
_OTHER_CHAIN = "attention comes first, with its residual and its norm; the network reads what that gives, with its own"
_READS_NORMED = "post-LN: attention reads x as it is; what is normalised is the sum, and nothing else"
_BENT_BEHIND = "nothing follows the last linear map of the network: one non-linearity, between its two maps"
_ONE_SIGN = "what a part adds has both signs: nothing follows its last linear map, no ReLU"


@expectation("at its start, each vector that it gives has mean 0 and variance 1")
def normalises(
    module: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """A norm stands at its end, with the scale and shift that norms start with.

    Args:
        module: the module as it was built.
        probe: its kind.
        lengths: how many words each text has.
        seed: another seed, other words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    inputs = probe.inputs(lengths, seed)
    (seen,) = answers(subject(module).eval(), probe, [inputs])
    vectors = _at_words(seen, probe, inputs)
    mean, variance = vectors.mean(dim=1), vectors.var(dim=1, correction=0)
    if not (same(mean, torch.zeros_like(mean), _LITTLE / 2) and same(variance, torch.ones_like(mean), _LITTLE / 2)):
        raise Missed(
            "means of 0 and variances of 1",
            f"means {numbers(mean)}, variances {numbers(variance)}",
            hint or _NOT_NORMED,
            f"{probe.sent(inputs)}, with the parameters it is built with",
        )


@expectation("pre-LN adds to its input: what it adds is the same however long the vectors are")
def adds_to_its_input(
    layer: Module, probe: Probe, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """Of vectors ten times as long as long ones, f(x) - x stays as it is: a norm does not see how long they are.

    Args:
        layer: a layer with a norm before each of its parts.
        probe: its kind.
        lengths: how many words each text has.
        seed: another seed, other parameters and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for looked_at, at in probed(layer, probe, lengths, 2, seed):
        inputs = probe.inputs(lengths, at)
        far = [times(factor, inputs) for factor in _FAR]
        added, further = (
            _at_words(seen, probe, inputs) - _words(each, probe)
            for seen, each in zip(answers(looked_at, probe, far), far, strict=True)
        )
        sent = probe.sent(inputs)
        sent = f"{sent}, words 1,000 times as long as usual, then 10,000 times"
        if not same(added, further, _LITTLE):
            raise Missed(f"f(x) - x to stay {numbers(added[0])}", numbers(further[0]), hint or _NOT_ADDED, sent)
        if same(added, torch.zeros_like(added), _LITTLE):
            raise Missed("another vector than x", "x", hint or _NOTHING_ADDED, sent)


@expectation("where attention and network give nothing, x comes through")
def passes_through(
    module: Module,
    probe: Probe,
    *,
    norm_first: bool,
    lengths: Sequence[int] = _LENGTHS,
    seed: int = 0,
    what: str = "",
    hint: str = "",
) -> None:
    """With zeros for all parameters but the scales of norms it gives LN(x), or x itself if it is a pre-LN layer.

    Args:
        module: the module as it was built.
        probe: its kind.
        norm_first: whether x itself must come.
        lengths: how many words each text has.
        seed: another seed, other words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at, inputs = subject(module).eval(), probe.inputs(lengths, seed)
    looked_at.materialise(*inputs)
    looked_at.load(silent(looked_at.parameters()))
    (seen,) = answers(looked_at, probe, [inputs])
    came, x = _at_words(seen, probe, inputs), _words(inputs, probe)
    expected, other, likely = (x, normed(x), _NORMED) if norm_first else (normed(x), x, _RAW)
    if not same(came, expected, 1e-3):
        told = f"x itself, {numbers(expected[0])}" if norm_first else f"LN(x), {numbers(expected[0])}"
        known = likely if same(came, other, 1e-3) else _LOST
        sent = probe.sent(inputs)
        raise Missed(told, numbers(came[0]), hint or known, f"{sent}; all linear maps 0")


@expectation("attention comes first, and the network reads what it gives")
def chains_its_parts(
    layer: Module, probe: Probe, *, norm_first: bool, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """The layer gives what it gives with the network alone, for what it gives with attention alone.

    In a pre-LN layer it is seen too that what each adds has both signs; in a post-LN layer that no norm stands before
    attention, for which a word three times as long is the same once it is normalised.

    Args:
        layer: the layer as it was built.
        probe: its kind.
        norm_first: whether it is a pre-LN layer.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    parts = Parts(layer, probe, seed)
    x, *others = parts.inputs
    attended = parts.without_network(parts.inputs)
    expected, came = parts.without_attention((attended, *others)), parts.whole(parts.inputs)
    if not same(expected, came, 1e-3):
        raise Missed(
            f"{numbers(expected[0, 0])}, the network after attention",
            numbers(came[0, 0]),
            hint or _OTHER_CHAIN,
            f"{parts.sent}; with attention alone, then the network alone, then both",
        )
    one, longer = (
        parts.without_network(times(factor, (x[:, :1], *(each[:, :1] for each in others)))) for factor in (1, 3)
    )
    if not (norm_first or same(one, longer, 1e-3)):
        raise Missed(
            f"the same state {numbers(one[0, 0])} of a word three times as long",
            numbers(longer[0, 0]),
            hint or _READS_NORMED,
            f"{parts.sent}; of one word, with attention alone",
        )
    if norm_first:
        for added in (attended - x, parts.without_attention(parts.inputs) - x):
            if added.amin() >= -1e-6 or added.amax() <= 1e-6:
                raise Missed("numbers of both signs added to x", numbers(added[0, 0]), hint or _ONE_SIGN, parts.sent)
        _ends_with_a_map(parts, parts.without_attention(parts.inputs) - x, hint)


def _ends_with_a_map(parts: Parts, added: Tensor, hint: str) -> None:
    """Look whether what the network adds is three times as much where one of its matrices is.

    Raises:
        Missed: of none of them it is.
    """
    x = parts.inputs[0]
    tripled = [states - x for states in parts.without_attention_times(3)]
    if not any(same(each, 3 * added, 1e-3) for each in tripled):
        expected, came = numbers(3 * added[0, 0]), numbers(tripled[-1][0, 0])
        sent = f"{parts.sent}; the last matrix of the network three times as large"
        raise Missed(f"{expected} added, three times as much", came, hint or _BENT_BEHIND, sent)


def _at_words(seen: dict[str, Tensor], probe: Probe, inputs: tuple[Tensor, ...]) -> Tensor:
    """The vectors of the answer, ``(N, D)``, those on padding left out."""
    name, places = next(iter(probe.main(inputs))), probe.places(inputs)
    return seen[name][places[name]] if name in places else seen[name].flatten(0, -2)


def _words(inputs: tuple[Tensor, ...], probe: Probe) -> Tensor:
    """The vectors that are read, ``(N, D)``, those on padding left out."""
    return inputs[0][probe.places(inputs)[next(iter(probe.main(inputs)))]]
