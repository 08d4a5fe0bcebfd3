"""The lab's module, each of its poolings, and reviews to try them on.

No two sizes are equal: B=3 reviews, L=7 tokens in the longest, D=5, H=4, and values of width 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from amal_attention.lab import Lab

DIM, HIDDEN, VALUE = 5, 4, 6

Reviews = tuple[Tensor, Tensor]


def contextual(cell: str, num_layers: int, bidirectional: bool) -> Callable[[ModuleType], nn.Module]:
    """Build this variant from the lab's module."""
    return lambda lab: lab.ContextualPooling(DIM, HIDDEN, num_layers, cell, bidirectional)


POOLINGS: dict[str, Callable[[ModuleType], nn.Module]] = {
    "mean": lambda lab: lab.MeanPooling(DIM),
    "learned-query": lambda lab: lab.LearnedQueryPooling(DIM),
    "text-query": lambda lab: lab.TextQueryPooling(DIM, VALUE),
} | {
    f"{cell}-{layers}-{'both-ways' if both else 'rightward'}": contextual(cell, layers, both)
    for cell, layers, both in product(("gru", "lstm"), (1, 2), (False, True))
}


@pytest.fixture(scope="session")
def lab() -> ModuleType:
    return Lab.find("tp9_attention", Path(__file__).parents[3] / "solutions").module()


@pytest.fixture(autouse=True)
def seed() -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(2022)
        yield


@pytest.fixture(params=POOLINGS.values(), ids=POOLINGS)
def new_pooling(request: pytest.FixtureRequest, lab: ModuleType) -> Callable[[], nn.Module]:
    """Builds one of the poolings, as its author initialises it."""
    return lambda: request.param(lab)


@pytest.fixture
def pooling(new_pooling: Callable[[], nn.Module], randomise: Callable[[nn.Module], nn.Module]) -> nn.Module:
    """One of the poolings with random parameters: a query of zeros would hide mistakes."""
    return randomise(new_pooling())


@pytest.fixture(params=[*POOLINGS.values()][1:], ids=[*POOLINGS][1:])
def attentive(
    request: pytest.FixtureRequest, lab: ModuleType, randomise: Callable[[nn.Module], nn.Module]
) -> nn.Module:
    """One of the poolings that prefer some words, which is all but the mean, with random parameters."""
    return randomise(request.param(lab))


@pytest.fixture(scope="session")
def randomise() -> Callable[[nn.Module], nn.Module]:
    """Draws the parameters of a module anew."""

    def draw(module: nn.Module) -> nn.Module:
        for parameter in module.parameters():
            nn.init.normal_(parameter, std=0.7)
        return module

    return draw


@pytest.fixture(scope="session")
def reviews() -> Callable[..., Reviews]:
    """Draws reviews of given lengths, ``x`` ``(B, L, D)`` and ``mask`` ``(B, L)``, with large numbers under padding."""

    def draw(
        lengths: Sequence[int] = (4, 7, 2), width: int | None = None, dtype: torch.dtype = torch.float32
    ) -> Reviews:
        width = max(lengths) if width is None else width
        mask = torch.arange(width) < torch.tensor(lengths)[:, None]
        x = torch.randn(len(lengths), width, DIM, dtype=dtype)
        return torch.where(mask[:, :, None], x, 50 * x), mask

    return draw
