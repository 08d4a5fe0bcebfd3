"""What recipes train gives in training what the plain modules give: the same values, and the same gradients."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from amal_attention.lab import Lab

LAB = Lab.find("tp11_transformer", Path(__file__).parents[3] / "solutions")
DIM, HIDDEN, TOKENS = 8, 6, 9
SIZES = {"dim": DIM, "heads": 2, "hidden_size": HIDDEN, "num_layers": 2}
MASK = torch.tensor([[True, True, True, False, False], [True] * 5])
NUMBERS = torch.tensor([[3, 8, 1, 0, 0], [2, 2, 7, 4, 5]])

Build = Callable[[ModuleType, bool], nn.Module]


def reader(lab: ModuleType, fast: bool) -> nn.Module:
    return (lab.FastEncoderPooling if fast else lab.EncoderPooling)(DIM, 4, heads=2, hidden_size=HIDDEN, num_layers=2)


def writer(lab: ModuleType, fast: bool) -> nn.Module:
    return (lab.FastLanguageModel if fast else lab.LanguageModel)(num_tokens=TOKENS, **SIZES)


def translator(lab: ModuleType, fast: bool) -> nn.Module:
    return (lab.FastTransformer if fast else lab.Transformer)(num_tokens=TOKENS, **SIZES)


INPUTS: dict[Build, tuple[Tensor, ...]] = {
    reader: (torch.randn(2, 5, DIM, generator=torch.Generator().manual_seed(1)), MASK),
    writer: (NUMBERS, MASK),
    translator: (NUMBERS, MASK, torch.tensor([[1, 6, 3], [1, 8, 8]])),
}


@pytest.mark.parametrize(("build", "inputs"), INPUTS.items(), ids=[build.__name__ for build in INPUTS])
def test_fast_is_the_same(build: Build, inputs: tuple[Tensor, ...]) -> None:
    plain, fast = (build(LAB.module(), each) for each in (False, True))
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(parameter.numel()))
    fast.load_state_dict(plain.state_dict())
    assert any(type(one) is not type(other) for one, other in zip(plain.modules(), fast.modules(), strict=True))
    for mode in (True, False):
        said = [_of(model.train(mode), inputs) for model in (plain, fast)]
        torch.testing.assert_close(*said, rtol=1e-4, atol=1e-4)


def _of(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[Tensor]:
    """What a model says of its inputs, and the gradient of each parameter."""
    model.zero_grad()
    reply = model(*inputs)
    states = reply if isinstance(reply, Tensor) else reply[0]
    states[:, 0].square().sum().backward()
    return [states[:, 0].detach(), *(each.grad.clone() for each in model.parameters() if each.grad is not None)]
