"""The tap knows weights by what they are, whatever module gives them and whatever their shape."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from amal_attention.errors import LabError
from amal_attention.tasks.tap import AttentionTap, tapped_attention

MASK = torch.tensor([[True, True, False], [True, False, False]])
EVEN = torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])


class Replies(nn.Module):
    """Replies what it is told to."""

    def __init__(self, *reply: object) -> None:
        super().__init__()
        self.reply = reply

    def forward(self, x: torch.Tensor) -> object:
        return self.reply if len(self.reply) > 1 else self.reply[0]


class Model(nn.Module):
    """Calls its parts, one after the other, and replies something else."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for part in self.parts:
            part(x)
        return x


X = torch.zeros(2, 3)


def weights(*shape: int) -> torch.Tensor:
    return torch.rand(shape).softmax(dim=-1)


def seen(model: nn.Module) -> dict[str, torch.Tensor]:
    with tapped_attention(model) as tap:
        model(X)
    return tap.weights


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 3), (2, 5, 4, 3)], ids=["BL", "BTS", "BhLS"])
def test_weights_of_any_shape_are_seen(shape: tuple[int, ...]) -> None:
    given = weights(*shape)
    model = Model(Replies(X, given))
    with tapped_attention(model) as tap:
        model(X)
    assert torch.equal(tap.last(dim=len(shape)), given)


def test_every_module_that_gives_weights_is_seen_under_its_name() -> None:
    first, second = weights(2, 3), weights(2, 4, 3)
    found = seen(Model(Replies(X, first), nn.Identity(), Replies(X, X, second)))
    assert list(found) == ["parts.0", "parts.2"]
    assert torch.equal(found["parts.0"], first) and torch.equal(found["parts.2"], second)


def test_rows_where_there_is_nothing_to_see_may_be_zero() -> None:
    given = torch.cat([weights(1, 3), torch.zeros(1, 3)])
    assert torch.equal(seen(Model(Replies(X, given)))["parts.0"], given)


def test_a_reply_may_be_a_list_as_in_the_checks() -> None:
    assert list(seen(Model(Replies([X, EVEN])))) == ["parts.0"]


@pytest.mark.parametrize(
    "reply",
    [(X, X - 1), (X, X), (X, 2 * EVEN), (EVEN, None), (EVEN,), (X, EVEN > 0), (X, EVEN[0]), (X, EVEN / 0)],
    ids=["negative", "zeros", "sums-to-2", "not-last", "alone", "truth-values", "one-axis", "nan"],
)
def test_what_is_no_weights_is_not_seen(reply: tuple[object, ...]) -> None:
    assert seen(Model(Replies(*reply))) == {}


def test_recurrent_layers_reply_pairs_and_no_weights() -> None:
    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)  # four numbers may sum to 1 by luck
            self.gru, self.lstm = (layer(3, 4, batch_first=True) for layer in (nn.GRU, nn.LSTM))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.lstm(x.unsqueeze(0))
            return self.gru(x.unsqueeze(0))[0]

    assert seen(Reader()) == {}


def test_weights_that_are_handed_on_are_those_of_the_innermost_module() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Replies(X, EVEN)

        def forward(self, x: torch.Tensor) -> object:
            return self.inner(x)

    assert list(seen(Outer())) == ["inner"]


def test_where_one_module_uses_anothers_weights_to_make_its_own_its_own_are_the_last() -> None:
    class Asks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.mean = Replies(X, EVEN)

        def forward(self, x: torch.Tensor) -> object:
            self.mean(x)
            return x, EVEN.flip(0)

    model = Model(Asks())
    with tapped_attention(model) as tap:
        model(X)
    assert torch.equal(tap.last(dim=2), EVEN.flip(0))


def test_only_the_last_call_of_the_model_is_kept() -> None:
    class Once(nn.Module):
        calls = 0

        def forward(self, x: torch.Tensor) -> object:
            self.calls += 1
            return (x, EVEN) if self.calls == 1 else x

    model = Model(Once())
    with tapped_attention(model) as tap:
        model(X)
        model(X)
    assert tap.weights == {}


def test_the_weights_seen_carry_no_gradient() -> None:
    given = weights(2, 3).requires_grad_()
    assert not seen(Model(Replies(X, given)))["parts.0"].requires_grad


def test_weights_in_bfloat16_are_weights() -> None:
    given = torch.rand(4, 400).softmax(dim=-1).bfloat16()
    assert list(seen(Model(Replies(X, given)))) == ["parts.0"]


def test_nothing_is_watched_after_the_block_even_if_it_fails() -> None:
    model = Model(Replies(X, EVEN))
    with pytest.raises(ZeroDivisionError), tapped_attention(model):
        raise ZeroDivisionError
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ((X,), "got none"),
        ((X, 2 * EVEN), "parts.0 gives rows that sum to 2"),
        ((X, X - 1), "parts.0 gives numbers, some of them negative"),
    ],
)
def test_a_model_whose_attention_cannot_be_seen_is_told_why(reply: tuple[object, ...], told: str) -> None:
    model = Model(Replies(*reply))
    with tapped_attention(model) as tap:
        model(X)
        with pytest.raises(LabError, match="whose reply ends in weights of 2 axes") as caught:
            tap.last(dim=2)
    assert told in str(caught.value)


def test_the_latest_weights_of_a_shape_are_the_mean_of_heads() -> None:
    tap = AttentionTap()
    heads = torch.rand(2, 3, 4, 5).softmax(dim=-1)
    tap.see("self", (X, torch.rand(2, 3, 4, 4).softmax(dim=-1)))
    tap.see("cross", (X, heads))
    tap.see("pooled", (X, EVEN))
    latest = tap.latest(2, 4, 5)
    assert latest is not None and torch.allclose(latest, heads.mean(dim=1))
    assert tap.latest(2, 5, 4) is None
