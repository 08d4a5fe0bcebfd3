"""Expectations on what a layer of a Transformer makes of each word, and on what it drops in training."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import Parts, normed
from amal_attention.checks.probes.probe import Probe, answers
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same

__all__ = ["bends", "drops_in_training", "grows_by_units"]

Module = nn.Module | Subject

_TRIES = 3
_TEXTS = (4,) * 12
_BAND = 0.22
_STRAIGHT = "a non-linearity stands between the two linear maps of the network"
_UNITS = "two linear maps with biases, from D numbers to hidden_size and back: one unit more is 2D + 1 numbers"
_DROPS_X = "dropout drops what each part adds, not x itself, and not their sum"
_KEEPS_ATTENTION = (
    "what attention adds goes through dropout before the sum, x + dropout(…), with the share that is given"
)
_KEEPS_NETWORK = (
    "what the network adds goes through dropout before the sum, x + dropout(…), with the share that is given"
)
_DROPS_ALWAYS = "dropout is for training alone: nn.Dropout knows, F.dropout has training=self.training"


@expectation("the network bends: it is not one linear map")
def bends(layer: Module, probe: Probe, *, norm_first: bool, seed: int = 0, what: str = "", hint: str = "") -> None:
    """Of three words the third is the sum of the other two; what a linear network makes of it lies in their plane.

    Of a pre-LN layer it is seen too that the non-linearity comes after a linear map: two numbers of a word, with 0 for
    all others, give something else together than each by itself.

    Args:
        layer: as it was built.
        probe: its kind.
        norm_first: whether it is a pre-LN layer.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: for a miss.
    """
    for look in range(seed, seed + _TRIES):
        parts = Parts(layer, probe, look)
        x, *others = parts.inputs
        words = torch.cat([x[:, :2], x[:, :2].sum(dim=1, keepdim=True), x[:, 3:]], dim=1)
        states = parts.without_attention((words, *others))
        made = states - words if norm_first else normed(states)
        if _off_plane(made[:, :3]) > 1e-2 and not (norm_first and _each_number_by_itself(parts)):
            return
    raise Missed("a third vector out of the plane of the other two", "one in it", hint or _STRAIGHT, parts.sent)


@expectation("one more unit of the network is 2D + 1 numbers more")
def grows_by_units(
    build: Callable[[int], Module], dim: int, *, units: int = 5, layers: int = 1, what: str = "", hint: str = ""
) -> None:
    """A network of two linear maps has a row, a bias and a column for each of its hidden units.

    Args:
        build: makes a module whose networks have so many hidden units.
        dim: D.
        units: how many there are first.
        layers: how many networks it has.
        what: the title of the expectation.
        hint: for a miss.
    """
    fewer, more = (_count(build(number)) for number in (units, units + 1))
    known = (layers * (2 * dim + 1), layers * 2 * dim)
    if more - fewer not in known:
        sent = f"hidden_size = {units}, then {units + 1}"
        raise Missed(f"{known[0]} parameters more", f"{more - fewer} more", hint or _UNITS, sent)


@expectation("dropout drops what is added, in training alone")
def drops_in_training(
    layer: Module, probe: Probe, share: float, *, norm_first: bool, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """In training each part adds something else at each call, and x comes through; in evaluation nothing is dropped.

    Of what a pre-LN layer adds such a share is 0.

    Args:
        layer: as it was built.
        probe: its kind.
        share: what is dropped.
        norm_first: whether it is a pre-LN layer.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: for a miss without a likely mistake of its own.
    """
    looked_at, inputs = subject(layer).eval(), probe.inputs(_TEXTS, seed)
    sent = f"{probe.sent(inputs)}, dropout = {share:g}"
    first, again = (
        seen[name] for seen in answers(looked_at, probe, [inputs, inputs]) for name in probe.main(inputs)[:1]
    )
    if not same(first, again, 1e-6):
        raise Missed("the same states twice in evaluation", "others", hint or _DROPS_ALWAYS, sent)
    parts = Parts(looked_at, probe, seed, _TEXTS)
    x, sent = parts.inputs[0], f"{parts.sent}, dropout = {share:g}"
    training, sent = parts.in_training(), f"{sent}, in training"
    bare = training.without_both(parts.inputs)
    if not same(bare, x if norm_first else normed(x), 1e-3):
        raise Missed("x all the same, where nothing is added", "something else", hint or _DROPS_X, sent)
    for states, likely in ((training.without_network, _KEEPS_ATTENTION), (training.without_attention, _KEEPS_NETWORK)):
        first, second = (states(parts.inputs) for _ in range(2))
        if same(first, second, 1e-6):
            raise Missed("other states at the next call", "the same", hint or likely, sent)
        dropped = float((first == x).float().mean())
        if norm_first and abs(dropped - share) > _BAND:
            told = f"{dropped:.0%} of them"
            raise Missed(f"about {share:.0%} of what is added to be 0", told, hint or likely, sent)


def _each_number_by_itself(parts: Parts) -> bool:
    """Whether the network of a pre-LN layer makes of two numbers of a word the sum of what it makes of each."""
    dim = parts.inputs[0].shape[2]
    both = [torch.tensor([2.0 * (at in places) for at in range(dim)]) for places in ((0, 1), (0,), (1,), ())]
    together, first, second, none = (parts.without_attention_scaled(each) for each in both)
    return same(together - first - second + none, torch.zeros_like(none), 1e-3)


def _off_plane(vectors: Tensor) -> float:
    """How far the third of three vectors of each text lies out of the plane of the others, as a share; the largest."""
    vectors = vectors.double()
    plane, third = vectors[:, :2].mT, vectors[:, 2:].mT
    told = plane @ torch.linalg.lstsq(plane, third, driver="gelsd").solution
    return float(((told - third).norm(dim=1) / third.norm(dim=1).clamp(min=1e-9)).max())


def _count(module: Module) -> int:
    return sum(each.numel() for each in subject(module).parameters().values())
