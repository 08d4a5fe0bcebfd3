"""An expectation on the hidden units of a layer, told by what grows with their number: names are free."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import Probe, answers
from amal_attention.checks.subjects.subject import Subject, subject

__all__ = ["bends_between_units"]

_UNITS, _TRIES, _LEAST = 7, 3, 1e-2
_NONE = "the network has as many hidden units as hidden_size says: nn.Linear(dim, hidden_size), and back"
_STRAIGHT = "the network is linear: a non-linearity stands between its two linear maps"


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
        hint: for a miss without a likely mistake of its own.
    """
    layer, wider = (subject(build(units)).eval() for units in (_UNITS, _UNITS + 1))
    like, more = layer.parameters(), wider.parameters()
    network = [name for name, each in like.items() if name not in more or more[name].shape != each.shape]
    if not network:
        sent = f"hidden_size {_UNITS}, then {_UNITS + 1}"
        raise Missed("parameters of other shapes", "the same shapes", hint or _NONE, sent)
    for look in range(seed, seed + _TRIES):
        inputs = probe.inputs((3,), look)
        words = torch.cat([inputs[0][:, :2], inputs[0][:, :2].sum(dim=1, keepdim=True)], dim=1)
        layer.load(_alone(like, network, look))
        (seen,) = answers(layer, probe, [(words, *inputs[1:])])
        added = (seen[next(iter(probe.main(inputs)))] - words)[0].double()
        if _off_plane(added) > _LEAST:
            return
    sent = f"{probe.sent(inputs)}; the third word the sum of the others, all maps but the network 0"
    raise Missed("a third vector out of the plane of the other two", "one in it", hint or _STRAIGHT, sent)


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


def _off_plane(vectors: Tensor) -> float:
    """How far the third of three vectors lies out of the plane of the others, as a share of its length."""
    plane, third = vectors[:2].T, vectors[2:].T
    told = plane @ torch.linalg.lstsq(plane, third, driver="gelsd").solution
    return float((told - third).norm() / third.norm().clamp(min=1e-9))
