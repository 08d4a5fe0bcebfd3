"""A hidden layer of tanh, seen from outside: what a module gives where all that it learns is one and the same number.

A map of a vector ``x`` is then ``w · Σx`` in each of its numbers, so that ``v · tanh(W₁ a + W₂ b)`` is
``A · tanh(w s)`` with ``s = Σa + Σb``, whatever the parameters are called, however they are laid out, and however wide
the layer is. A bias inside moves what is in the tanh by w or by 2 w, and one outside is added to all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from amal_attention.checks.subjects.subject import Subject

__all__ = ["WEIGHTS", "alike", "mistake_of_layer"]

WEIGHTS = (0.6, 1.2)
"""What parameters are, in one look after the other, over the root of the width of what is read."""

_BIASES = (0, 1, 2)
"""How many biases may stand inside the tanh."""

_FITS = 1e-3
"""A share of how much something varies: of right answers it is below 1e-5, of wrong ones above 1e-2."""

_NO_TANH = "there is no tanh between the two layers"
_OUTSIDE = "the tanh stands outside: it comes before the last layer, not after it"
_APART = "each part has a tanh of its own: the tanh is that of the sum"
_OTHER_BEND = "the hidden layer bends by another function than tanh"
_PRODUCT = "the parts are multiplied: they are added inside the tanh"
_ONE_PART = "only one of the two vectors is read: the sum inside the tanh has a part of each"
_NO_VECTOR = "the numbers of the hidden layer are summed as they are: a vector v, which is learned, weighs them"

_TWO_PARTS = 2


def alike(looked_at: Subject, weight: float) -> Subject:
    """The module with all numbers that it learns equal to ``weight``."""
    return looked_at.load({name: torch.full_like(each, weight) for name, each in looked_at.parameters().items()})


def mistake_of_layer(
    came: Sequence[Tensor], parts: Sequence[Sequence[Tensor]], weights: Sequence[float], otherwise: str
) -> str:
    """Why something is no ``v · tanh(W₁ a + W₂ b)``, up to a constant; empty where it is.

    Args:
        came: what a module gave that is :func:`alike` in all parameters, ``(N,)`` for each weight.
        parts: the sums of a and of b, ``(N,)`` each, for each weight; of a alone where there is one part.
        weights: the numbers that the parameters were.
        otherwise: what is said of a mistake that is not known.
    """
    sizes = [_size_of_tanh(*each) for each in zip(came, parts, weights, strict=True)]
    if all(size is not None and size > 0 for size in sizes):
        by_weight = torch.tensor([size or 0.0 for size in sizes]) / torch.tensor(weights)
        return "" if by_weight.max() / by_weight.min() < 1 + 10 * _FITS else _NO_VECTOR
    for hint, columns in _mistakes(len(parts[0])):
        if all(
            any(_unexplained(values, form) < _FITS for form in columns(part, weight))
            for values, part, weight in zip(came, parts, weights, strict=True)
        ):
            return hint
    return _OUTSIDE if all(map(_is_tanh_of_sum, came, parts)) else otherwise


Columns = Callable[[Sequence[Tensor], float], Iterator[Sequence[Tensor]]]


def _mistakes(count: int) -> Iterator[tuple[str, Columns]]:
    """What likely mistakes compute, as columns that are weighed and added, with the hint that names each."""
    yield _NO_TANH, lambda parts, weight: iter([parts])
    if count == _TWO_PARTS:
        yield _ONE_PART, lambda parts, weight: _each_alone(parts, weight)
        yield _APART, lambda parts, weight: _biased(parts, weight, lambda each: each.tanh())
        yield _PRODUCT, _products
    for bend in (torch.relu, torch.sigmoid, torch.nn.functional.gelu, torch.nn.functional.elu):
        yield _OTHER_BEND, lambda parts, weight, bend=bend: _biased([sum(parts)], weight, bend)  # type: ignore[misc,list-item]


def _biased(parts: Sequence[Tensor], weight: float, bend: Callable[[Tensor], Tensor]) -> Iterator[Sequence[Tensor]]:
    for bias in _BIASES:
        yield [bend(weight * (each + bias)) for each in parts]


def _each_alone(parts: Sequence[Tensor], weight: float) -> Iterator[Sequence[Tensor]]:
    for part in parts:
        yield from _biased([part], weight, torch.tanh)


def _products(parts: Sequence[Tensor], weight: float) -> Iterator[Sequence[Tensor]]:
    for bias in _BIASES:
        one, other = (weight * (part + bias) for part in parts)
        yield from ([one * other], [one.tanh() * other.tanh()], [(one * other).tanh()])


def _size_of_tanh(came: Tensor, parts: Sequence[Tensor], weight: float) -> float | None:
    """A, where what came is ``A · tanh(weight · (Σ of the parts + biases))`` and a constant; None where it is not."""
    for (column,) in _biased([sum(parts)], weight, torch.tanh):  # type: ignore[list-item]
        if _unexplained(came, [column]) < _FITS:
            return float(_solved(came, [column])[0])
    return None


def _is_tanh_of_sum(came: Tensor, parts: Sequence[Tensor]) -> bool:
    """Whether what came is the tanh of something that is linear in the parts."""
    told = came.abs() < 1 - 1e-4
    return (
        bool((came.abs() < 1 + 1e-6).all())
        and bool(told.sum() > 2 * len(parts) + 2)
        and (_unexplained(came[told].double().atanh(), [part[told] for part in parts]) < 10 * _FITS)
    )


def _unexplained(came: Tensor, columns: Sequence[Tensor]) -> float:
    """How much of what came no sum of the columns and a constant tells, as a share of how it varies."""
    if not came.isfinite().all():
        return math.inf
    spread = float(came.double().std())
    if spread < 1e-6:
        return math.inf
    solution = _solved(came, columns)
    told = _with_constant(columns) @ solution
    return float((told - came.double()).abs().max()) / spread


def _solved(came: Tensor, columns: Sequence[Tensor]) -> Tensor:
    solved = torch.linalg.lstsq(_with_constant(columns), came.double().unsqueeze(1), driver="gelsd")
    solution: Tensor = solved.solution.squeeze(1)
    return solution


def _with_constant(columns: Sequence[Tensor]) -> Tensor:
    return torch.stack([*(each.double() for each in columns), torch.ones_like(columns[0]).double()], dim=1)
