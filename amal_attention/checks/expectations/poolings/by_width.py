"""The expectations on any module, as they are written for poolings: a number stands for :class:`PoolingProbe`.

``simplex(pooling, 5)`` is ``simplex(pooling, PoolingProbe(5))``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from amal_attention.checks.expectations import any_module, calls
from amal_attention.checks.expectations.poolings.probe import PoolingProbe
from amal_attention.checks.probes.probe import Probe

__all__ = [
    "answers_afresh",
    "gradient_reaches",
    "ignores_padding",
    "keeps_types",
    "leaves_inputs_alone",
    "leaves_parameters_alone",
    "reads_each_alone",
    "registers_everything",
    "same_in_training",
    "shapes",
    "simplex",
]

M = TypeVar("M")
P = ParamSpec("P")


def _by_width(
    expectation: Callable[Concatenate[M, Probe, P], None], title: str = ""
) -> Callable[Concatenate[M, Probe | int, P], None]:
    """An expectation that takes the width of what a pooling reads in place of a probe, and has this title for it."""

    @functools.wraps(expectation)
    def expecting(module: M, probe: Probe | int, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if isinstance(probe, Probe):
            expectation(module, probe, *args, **kwargs)
        else:
            titled: dict[str, Any] = {"what": title} if title else {}
            expectation(module, PoolingProbe(probe), *args, **(titled | kwargs))

    return expecting


shapes = _by_width(any_module.shapes, "pooled is (B, out_features) and weights (B, L), for any B and L")
simplex = _by_width(any_module.simplex)
ignores_padding = _by_width(any_module.ignores_padding)
reads_each_alone = _by_width(any_module.reads_each_alone)
gradient_reaches = _by_width(any_module.gradient_reaches)
registers_everything = _by_width(any_module.registers_everything)
answers_afresh = _by_width(calls.answers_afresh)
leaves_inputs_alone = _by_width(calls.leaves_inputs_alone)
leaves_parameters_alone = _by_width(calls.leaves_parameters_alone)
keeps_types = _by_width(calls.keeps_types)
same_in_training = _by_width(calls.same_in_training)
