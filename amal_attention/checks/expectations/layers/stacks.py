"""Expectations on layers on layers: each has parameters of its own, and reads the one before; names are free."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import normed, scales_of, times
from amal_attention.checks.probes.probe import Probe, Seen, answers
from amal_attention.checks.subjects.stand_ins.as_they_are import BUILT_WITH
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers

__all__ = ["chains_layers", "ends_with_norm", "grows_by_layers", "hands_on", "hangs_on_depth"]

Module = nn.Module | Subject

_LENGTHS = (4, 4)
_FAR = 1e4
_SHARED = "each layer has parameters of its own: [layer] * n is n times the same one; build one in each turn"
_NOT_CHAINED = "each layer reads what the one before it gives: x = layer(x), and not the same x again"
_NO_SCALES = "no parameter is 1 at the start: a layer has two norms, and each a scale"
_OTHER_WEIGHTS = "the weights that come back are those of the last layer, which read what the layers before it gave"
_NORM_IN_POST = "without norm_first no norm follows the last layer: its own is the last thing"
_A_LAYER_MORE = (
    "num_layers layers, and nothing but a norm of 2D numbers beside them: no layer more, and no part that layers share"
)
_NO_NORM_IN_PRE = "with norm_first one norm, with parameters of its own, follows the last layer"
_NOT_PRE = "norm_first is handed on to each layer, which adds little to long vectors, and between layers no norm stands"


@expectation("each layer has parameters of its own")
def grows_by_layers(build: Callable[[int], Module], *, what: str = "", hint: str = "") -> None:
    """A third layer adds as many parameters as the second one does, and at least one.

    Args:
        build: makes a module of so many layers.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    one, two, three = (_count(build(layers)) for layers in (1, 2, 3))
    if not (three - two == two - one > 0):
        raise Missed(
            "as many parameters more with each layer",
            f"{one}, {two} and {three} with 1, 2 and 3 layers",
            hint or _SHARED,
        )


@expectation("more layers give another answer")
def hangs_on_depth(
    build: Callable[[int], Module], probe: Probe, *, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """Three layers have more or fewer parameters than one; or, with the same numbers in them, give another answer.

    Args:
        build: makes a module of so many layers.
        probe: its kind.
        seed: another seed, other words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    one, three = (subject(build(layers)).eval() for layers in (1, 3))
    if _count(one) != _count(three):
        return
    values = list(one.parameters().values())
    three.load(dict(zip(three.parameters(), values, strict=True)))
    inputs = probe.inputs(_LENGTHS, seed)
    (first,), (second,) = (answers(each, probe, [inputs]) for each in (one, three))
    name = next(iter(probe.main(inputs)))
    if same(first[name], second[name]):
        raise Missed("another answer with 3 layers than with 1", "the same", hint or _NOT_CHAINED, probe.sent(inputs))


@expectation("each layer reads what the one before gives, and the weights are those of the last one")
def chains_layers(module: Module, probe: Probe, layers: int, *, seed: int = 0, what: str = "", hint: str = "") -> None:
    """Whatever norm is silenced, nothing of the text comes through; the last layer then weighs all words alike.

    A norm whose scale is 0 gives the same vector for all words. So it is in a post-LN layer, where all passes a norm.

    Args:
        module: post-LN layers on layers, as they were built.
        probe: its kind; what it gives are states and weights.
        layers: how many there are, 2 at least.
        seed: another seed, other words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    looked_at, inputs = subject(module).eval(), probe.inputs(_LENGTHS, seed)
    looked_at.materialise(*inputs)
    scales = scales_of(looked_at.parameters())
    if not scales:
        raise Missed("scales of norms, which start at 1", "none", hint or _NO_SCALES, probe.sent(inputs))
    even = 0
    for name, scale in scales.items():
        looked_at.load({name: torch.zeros_like(scale)})
        (seen,) = answers(looked_at, probe, [inputs])
        looked_at.load({name: scale})
        if not _alike(seen):
            sent = probe.sent(inputs)
            raise Missed(
                "the same state for all words",
                numbers(seen["states"][0]),
                hint or _NOT_CHAINED,
                f"{sent}; the scale of one of the norms is 0",
            )
        even += _even(seen["weights"])
    if even != 2 * (layers - 1):
        raise Missed(
            f"even weights where any of the {2 * (layers - 1)} norms before the last layer gives nothing",
            f"even weights for {even} of them",
            hint or _OTHER_WEIGHTS,
            probe.sent(inputs),
        )


@expectation("a norm at the end, if norms come first")
def ends_with_norm(
    build: Callable[[int, bool], Module], probe: Probe, dim: int, *, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """Beside its layers a pre-LN stack has one norm, a post-LN stack has nothing; what pre-LN layers add is added to x.

    Args:
        build: makes a module of so many layers, with norms first or not.
        probe: its kind.
        dim: D.
        seed: another seed, other words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    for norm_first, expected, likely in ((False, 0, _NORM_IN_POST), (True, 2 * dim, _NO_NORM_IN_PRE)):
        one, two = (_count(build(layers, norm_first)) for layers in (1, 2))
        beside = 2 * one - two
        if beside != expected:
            told = f"norm_first = {norm_first}"
            known = _A_LAYER_MORE if beside > 2 * dim else hint or likely
            raise Missed(f"{expected} parameters beside the layers", f"{beside}", known, told)
    looked_at, inputs = subject(build(2, True)).eval(), times(_FAR, probe.inputs(_LENGTHS, seed))
    (seen,) = answers(looked_at, probe, [inputs])
    name, x = next(iter(probe.main(inputs))), inputs[0]
    if not same(seen[name], normed(x), 1e-2):
        sent = probe.sent(inputs)
        raise Missed(
            f"LN(x), {numbers(normed(x)[0, 0])}",
            numbers(seen[name][0, 0]),
            hint or _NOT_PRE,
            f"{sent}, words 10,000 times as long as usual",
        )


@expectation("its layers are built with what it is given")
def hands_on(model: Module, options: Mapping[str, float], *, what: str = "", hint: str = "") -> None:
    """Each layer that stands in for an answer, and keeps what it was built with, was built with these options.

    A model that calls no such answer, but torch's layers, has nothing to tell here.

    Args:
        model: the model, built while such layers stand in.
        options: what they must be built with, by the names in :data:`BUILT_WITH`.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for name, built_with in subject(model).state().items():
        if name.rpartition(".")[2] != "built_with":
            continue
        given = dict(zip(BUILT_WITH, built_with.tolist(), strict=True))
        for option, value in options.items():
            if abs(given[option] - value) > 1e-6:
                wanted, came = (f"{option} = {each:g}" for each in (value, given[option]))
                likely = hint or f"{option} is handed on to each layer that is built, whatever the other options are"
                raise Missed(wanted, came, likely, "several options, none of them the default")


def _alike(seen: Seen) -> bool:
    """Whether all words have the same state."""
    states = seen["states"].flatten(0, 1)
    return same(states, states[:1].expand_as(states), 1e-4)


def _even(weights: Tensor) -> bool:
    return same(weights, torch.full_like(weights, 1 / weights.shape[-1]), 1e-4)


def _count(module: Module) -> int:
    return sum(each.numel() for each in subject(module).parameters().values())
