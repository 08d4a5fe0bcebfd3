"""Expectations on the linear maps of what attends, and on its heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.probes.probe import Probe, answers, probed
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import numbers, shape

__all__ = ["has_layers", "heads_differ"]

Module = nn.Module | Subject

_SHARED = "each map has a weight of its own: two of them share one"
_BY_NAME = "in __init__: self.{name} = nn.Linear({width}, {features})"
_MIXED = "the columns of a head are those of its rows in the weight: view (B, L, h, K), then transpose(1, 2)"


@expectation("the linear maps have the names and sizes that the statement tells")
def has_layers(
    module: Module, layers: Mapping[str, tuple[int, int]], *, inputs: Sequence[Any] = (), hint: str = ""
) -> None:
    """Each is an ``nn.Linear``, with or without a bias, in the attribute of its name.

    Args:
        module: the module.
        layers: what each layer reads and what it gives, the two arguments of ``nn.Linear``, by the layer's name.
        inputs: what the module is called with: maps that are lazy have their sizes then.
        hint: the likely mistake, told with a miss.
    """
    looked_at = subject(module)
    if inputs:
        looked_at.materialise(*inputs)
    state = looked_at.state()
    for name, (width, features) in layers.items():
        weight = state.get(f"{name}.weight")
        if weight is None or tuple(weight.shape) != (features, width):
            names = ", ".join(sorted(state)) or "{}"
            came = f"none among {names}" if weight is None else shape(weight)
            raise Missed(
                f"{name}.weight of shape ({features}, {width})",
                came,
                hint or _BY_NAME.format(name=name, width=width, features=features),
            )
    apart = sum(each.numel() for each in looked_at.parameters().values() if each.ndim == 2)
    wanted = sum(width * features for width, features in layers.values())
    if apart < wanted:
        raise Missed(f"{wanted} numbers in the maps", f"{apart}", hint or _SHARED)


@expectation("each head attends by columns of its own")
def heads_differ(
    module: Module,
    probe: Probe,
    heads: int,
    *,
    query: str = "query",
    lengths: Sequence[int] = (4, 4),
    seed: int = 0,
    hint: str = "",
) -> None:
    """Without its part of the queries a head weighs all places alike, and the weights of the others stay.

    Args:
        module: its parameters are made random.
        probe: its kind; its weights are ``(B, h, L, S)``.
        heads: h.
        query: the linear map that makes the queries, ``(D, D)``.
        lengths: how many places each row has, the same for all.
        seed: another seed, other parameters and words.
        hint: the likely mistake, told with a miss.
    """
    for looked_at, at in probed(module, probe, lengths, 1, seed):
        inputs = probe.inputs(lengths, at)
        (before,) = answers(looked_at, probe, [inputs])
        values = {name: each for name, each in looked_at.state().items() if name.startswith(f"{query}.")}
        for head in range(heads):
            looked_at.load({name: _without(each, head, heads) for name, each in values.items()})
            (after,) = answers(looked_at, probe, [inputs])
            expected = before["weights"].clone()
            expected[:, head] = 1 / expected.shape[-1]
            if not same(after["weights"], expected):
                number = head + 1
                raise Missed(
                    f"even weights of head {number}, and those of the others as before",
                    numbers(after["weights"][0], expected[0]),
                    hint or _MIXED,
                    f"{probe.sent(inputs)}; the rows of head {number} in {query} are 0",
                )


def _without(values: Tensor, head: int, heads: int) -> Tensor:
    """A weight or a bias, with zeros in the rows of one head."""
    rows = values.chunk(heads)
    return torch.cat([0 * each if number == head else each for number, each in enumerate(rows)])
