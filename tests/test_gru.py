"""The scanned GRU against torch's: the same states, and the same gradients of all that it reads and learns."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.gru import ScannedGRU

EXACT = {"rtol": 1e-5, "atol": 1e-5}
B, L, D, H = 3, 11, 5, 4


@pytest.fixture
def layers() -> tuple[nn.GRU, ScannedGRU]:
    """Torch's layer, and ours with a copy of its parameters."""
    torch.manual_seed(3)
    plain = nn.GRU(D, H, batch_first=True)
    for parameter in plain.parameters():
        nn.init.normal_(parameter, std=0.8)
    ours = ScannedGRU(D, H)
    ours.load_state_dict(plain.state_dict())
    return plain, ours


def backward(layer: nn.GRU, x: Tensor) -> list[Tensor]:
    """States, and gradients of the input and of the parameters for an upstream that differs at each place."""
    x = x.clone().requires_grad_()
    states, last = layer(x)
    upstream = torch.randn(states.shape, generator=torch.Generator().manual_seed(4))
    ((states * upstream).sum() + (last**2).sum()).backward()
    return [states, last, x.grad, *(parameter.grad for parameter in layer.parameters())]


@pytest.mark.parametrize("shape", [(B, L, D), (1, L, D), (B, 1, D), (64, 3, D)])
def test_states_and_gradients_are_those_of_torch(layers, shape) -> None:
    x = torch.randn(shape)
    expected, got = (backward(layer, x) for layer in layers)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, **EXACT)


def test_it_is_no_call_of_torchs_layer(layers, monkeypatch) -> None:
    monkeypatch.setattr(nn.GRU, "forward", lambda *_: pytest.fail("torch's own layer was called"))
    layers[1](torch.randn(B, L, D))


@pytest.mark.parametrize("large", [1e3, 1e30])
def test_saturated_gates_give_finite_numbers(layers, large) -> None:
    _, ours = layers
    assert all(bool(each.isfinite().all()) for each in backward(ours, large * torch.randn(B, L, D)))


def test_a_gradient_can_be_asked_for_twice(layers) -> None:
    _, ours = layers
    states, _ = ours(torch.randn(B, L, D))
    first, second = (torch.autograd.grad(states.sum(), ours.weight_hh_l0, retain_graph=True)[0] for _ in range(2))
    assert torch.equal(first, second)


def plainly(layer: nn.GRU) -> Tensor:
    with torch.no_grad():
        return layer(torch.ones(B, L, D))[0]


def automatically(layer: nn.GRU) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        return layer(torch.ones(B, L, D))[0]


FALLS_BACK = {
    "autocast": automatically,
    "no gradient is asked for": plainly,
    "double precision": lambda layer: layer.double()(torch.ones(B, L, D, dtype=torch.float64))[0],
    "a first state": lambda layer: layer(torch.ones(B, L, D), torch.ones(1, B, H))[0],
    "no batch": lambda layer: layer(torch.ones(L, D))[0],
}


@pytest.mark.parametrize("call", FALLS_BACK.values(), ids=FALLS_BACK)
def test_elsewhere_it_is_torchs_own(layers, call) -> None:
    plain, ours = layers
    assert torch.equal(call(ours), call(plain))


def test_a_layer_is_taken_over_with_its_parameters(layers) -> None:
    plain, _ = layers
    ours = ScannedGRU.of(plain)
    assert [id(parameter) for parameter in ours.parameters()] == [id(parameter) for parameter in plain.parameters()]
    assert list(ours.state_dict()) == list(plain.state_dict())
    x = torch.randn(B, L, D)
    torch.testing.assert_close(ours(x)[0], plain(x)[0], **EXACT)
