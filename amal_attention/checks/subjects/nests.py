"""Nests: tuples, lists and dicts inside each other, such as a batch of tensors or the state of a decoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor

__all__ = ["copied", "leaves", "mapped"]


def leaves(nest: Any) -> Iterator[Any]:
    """The leaves of a nest, in order; what is no tuple, list or dict is the only leaf of itself.

    >>> list(leaves((1, [2, (3,)], {"a": 4})))
    [1, 2, 3, 4]
    """
    if isinstance(nest, dict):
        nest = nest.values()
    elif not isinstance(nest, (tuple, list)):
        yield nest
        return
    for each in nest:
        yield from leaves(each)


def mapped(function: Callable[[Any], Any], nest: Any) -> Any:
    """The same nest with the value of ``function`` in place of each leaf; a named tuple stays one.

    >>> mapped(str, (1, [2, (3,)], {"a": 4}))
    ('1', ['2', ('3',)], {'a': '4'})
    """
    if isinstance(nest, dict):
        return {key: mapped(function, each) for key, each in nest.items()}
    if not isinstance(nest, (tuple, list)):
        return function(nest)
    parts = [mapped(function, each) for each in nest]
    if isinstance(nest, list):
        return parts
    return type(nest)._make(parts) if hasattr(nest, "_make") else tuple(parts)


def copied(nest: Any) -> Any:
    """The same nest with copies of its tensors: what is changed in a copy in place leaves the nest as it is."""
    return mapped(lambda leaf: leaf.clone() if isinstance(leaf, Tensor) else leaf, nest)
