"""Expectations on the network of a layer, which reads each word by itself: names are free."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.layers.parts import Parts, normed
from amal_attention.checks.probes.probe import Probe, answers
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same

__all__ = ["bends", "bends_between_units", "grows_by_units"]

Module = nn.Module | Subject

_LEAST, _TRIES = 1e-2, 3
_HIDDEN = 7
_STRAIGHT = "the network is linear: a non-linearity stands between its two linear maps"
_NO_NETWORK = "the network is not read: two linear maps, hidden_size units between them, come after the attention"
_NO_UNITS = "the network has as many hidden units as hidden_size says: nn.Linear(dim, hidden_size), and back"
_UNITS = "two linear maps with biases, from D numbers to hidden_size and back: one unit more is 2D + 1 numbers"


@expectation("the network bends: it is not one linear map")
def bends(layer: Module, probe: Probe, *, norm_first: bool, seed: int = 0, what: str = "", hint: str = "") -> None:
    """Of three words the third is the sum of the other two; what a linear network makes of it lies in their plane.

    Of a pre-LN layer it is seen too that the non-linearity comes after a linear map: two numbers of a word, with 0 for
    all others, give something else together than each by itself.

    Args:
        layer: the layer as it was built.
        probe: its kind.
        norm_first: whether it is a pre-LN layer.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, told with a miss.
    """
    for look in range(seed, seed + _TRIES):
        parts = Parts(layer, probe, look)
        x, *others = parts.inputs
        words = torch.cat([x[:, :2], x[:, :2].sum(dim=1, keepdim=True), x[:, 3:]], dim=1)
        states = parts.without_attention((words, *others))
        made = states - words if norm_first else normed(states)
        if _off_plane(made[:, :3]) > _LEAST and not (norm_first and _each_number_by_itself(parts)):
            return
    raise Missed("a third vector out of the plane of the other two", "one in it", hint or _STRAIGHT, parts.sent)


@expectation("the network has hidden units, and bends between its two linear maps")
def bends_between_units(
    build: Callable[[int], nn.Module | Subject], probe: Probe, *, seed: int = 0, what: str = "", hint: str = ""
) -> None:
    """Of three words the third is the sum of the other two; what a linear network adds to it lies in a plane with them.

    All matrices but those that grow with the number of units are 0, and so are all biases.

    Args:
        build: makes a pre-LN layer of so many hidden units.
        probe: its kind; it reads x first.
        seed: another seed, other matrices and words.
        what: the title of the expectation.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    layer, wider = (subject(build(units)).eval() for units in (_HIDDEN, _HIDDEN + 1))
    like, more = layer.parameters(), wider.parameters()
    network = [name for name, each in like.items() if name not in more or more[name].shape != each.shape]
    if not network:
        sent = f"hidden_size {_HIDDEN}, then {_HIDDEN + 1}"
        raise Missed("parameters of other shapes", "the same shapes", hint or _NO_UNITS, sent)
    silent = True
    for look in range(seed, seed + _TRIES):
        inputs = probe.inputs((3,), look)
        words = torch.cat([inputs[0][:, :2], inputs[0][:, :2].sum(dim=1, keepdim=True)], dim=1)
        layer.load(_alone(like, network, look))
        (seen,) = answers(layer, probe, [(words, *inputs[1:])])
        added = (seen[next(iter(probe.main(inputs)))] - words)[0]
        if _off_plane(added.unsqueeze(0)) > _LEAST:
            return
        silent = silent and same(added, torch.zeros_like(added))
    sent = f"{probe.sent(inputs)}; the third word the sum of the others, all maps but the network 0"
    likely = _NO_NETWORK if silent else hint or _STRAIGHT
    raise Missed("a third vector out of the plane of the other two", "one in it", likely, sent)


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
        hint: the likely mistake, told with a miss.
    """
    fewer, more = (_count(build(number)) for number in (units, units + 1))
    known = (layers * (2 * dim + 1), layers * 2 * dim)
    if more - fewer not in known:
        sent = f"hidden_size = {units}, then {units + 1}"
        raise Missed(f"{known[0]} parameters more", f"{more - fewer} more", hint or _UNITS, sent)


def _alone(like: Mapping[str, Tensor], network: list[str], seed: int) -> dict[str, Tensor]:
    """Random matrices for the network; of all others, only what is 1 throughout stays, the scales of norms."""
    generator = torch.Generator().manual_seed(seed)
    drawn = {name: torch.randn(each.shape, generator=generator) for name, each in like.items()}
    return {
        name: drawn[name]
        if name in network and each.ndim > 1
        else torch.where((each == 1).all(), each, torch.zeros_like(each))
        for name, each in like.items()
    }


def _each_number_by_itself(parts: Parts) -> bool:
    """Whether the network of a pre-LN layer makes of two numbers of a word the sum of what it makes of each."""
    dim = parts.inputs[0].shape[2]
    both = [torch.tensor([2.0 * (at in places) for at in range(dim)]) for places in ((0, 1), (0,), (1,), ())]
    together, first, second, none = (parts.without_attention_scaled(each) for each in both)
    return same(none, parts.inputs[0], 1e-3) and same(together - first - second + none, torch.zeros_like(none), 1e-3)


def _off_plane(vectors: Tensor) -> float:
    """How far the third of three vectors of each text lies out of the plane of the others, as a share; the largest."""
    vectors = vectors.double()
    plane, third = vectors[:, :2].mT, vectors[:, 2:].mT
    told = plane @ torch.linalg.lstsq(plane, third, driver="gelsd").solution
    return float(((told - third).norm(dim=1) / third.norm(dim=1).clamp(min=1e-9)).max())


def _count(module: Module) -> int:
    return sum(each.numel() for each in subject(module).parameters().values())
