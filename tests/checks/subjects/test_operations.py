"""What may be asked of a module and of a function, each against an oracle of its own."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import some_texts
from amal_attention.checks.expectation import Missed
from amal_attention.checks.subjects.operations import mirrors_inputs, same_layer
from amal_attention.checks.subjects.subject import LocalFunction, LocalSubject
from tests.checks.subjects.test_subject import Toy


class Decoder(nn.Module):
    """Reads a token and a state, and gives what a decoder gives: an output, and a state that is a nest."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(3, 2).double()

    def forward(self, x: Tensor, state: dict[str, Any]) -> tuple[Tensor, dict[str, Any]]:
        h, c = self.cell(x, (state["h"], state["more"][0]))
        return 2 * h, {"h": h, "more": [c, None]}


def some_state(rows: int = 2) -> tuple[Tensor, dict[str, Any]]:
    generator = torch.Generator().manual_seed(5)
    x, h, c = (torch.randn(rows, width, generator=generator, dtype=torch.float64) for width in (3, 2, 2))
    return x, {"h": h, "more": [c, None]}


class Bare(nn.Module):
    """Its reply is a tensor alone."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x).tanh()


def test_what_a_module_changes_in_place_in_a_nest_stays_there() -> None:
    class Emptying(nn.Module):
        def forward(self, state: tuple[Tensor, list[Tensor]]) -> Tensor:
            state[1].pop().zero_()
            return state[0].add_(1)

    state = (torch.zeros(2), [torch.ones(2)])
    looked_at = LocalSubject(Emptying())
    assert looked_at(state).tolist() == [1, 1]
    assert state[0].tolist() == [0, 0] and [each.tolist() for each in state[1]] == [[1, 1]]
    ((first, rest),) = looked_at.inputs_after(state)
    assert first.tolist() == [1, 1] and rest == []


def test_parameters_are_copies_of_those_that_learn() -> None:
    module = Toy()
    found = LocalSubject(module).parameters()
    assert set(found) == {"query", "unused"}
    found["query"] += 1
    assert module.query.sum() == 0 and not found["query"].requires_grad


def test_the_state_is_copies_of_all_parameters_and_buffers() -> None:
    module = Toy()
    found = LocalSubject(module).state()
    assert set(found) == {"query", "unused", "frozen", "seen"}
    found["seen"] += 1
    assert module.seen.sum() == 0


def test_loading_changes_what_is_named_and_nothing_else() -> None:
    module = Toy()
    LocalSubject(module).load({"query": torch.arange(5.0)})
    assert module.query.tolist() == [0, 1, 2, 3, 4] and module.frozen.tolist() == [7, 7]


def test_gradients_equal_numerical_ones() -> None:
    module = Toy().double()
    nn.init.normal_(module.query)
    x, mask = (each.double() if each.is_floating_point() else each for each in some_texts(5))
    upstream = torch.randn(3, 5, dtype=torch.float64)
    found, (of_x, of_mask) = LocalSubject(module).gradients((x, mask), upstream)
    step = 1e-6

    def cost(query: Tensor, words: Tensor) -> float:
        with torch.no_grad():
            module.query.copy_(query)
            return float((module(words.clone(), mask)[0] * upstream).sum())

    start = module.query.detach().clone()
    rises = [(cost(start + d, x) - cost(start - d, x)) / (2 * step) for d in step * torch.eye(5).double()]
    torch.testing.assert_close(found["query"], torch.tensor(rises, dtype=torch.float64), rtol=1e-6, atol=1e-8)
    nudge = torch.zeros_like(x)
    nudge[1, 1, 3] = step
    assert of_x is not None and of_mask is None
    assert float(of_x[1, 1, 3]) == pytest.approx((cost(start, x + nudge) - cost(start, x - nudge)) / (2 * step), 1e-5)


def test_a_parameter_that_is_not_used_has_no_gradient() -> None:
    found, (of_x, _) = LocalSubject(Toy()).gradients(some_texts(5), torch.ones(3, 5))
    assert set(found) == {"query", "unused"} and found["unused"] is None and of_x is not None


def test_nothing_has_a_gradient_where_none_is_recorded() -> None:
    class Cut(Toy):
        @torch.no_grad()
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(x, mask)

    found, of_inputs = LocalSubject(Cut()).gradients(some_texts(5), torch.ones(3, 5))
    assert found == {"query": None, "unused": None} and of_inputs == (None, None)


def test_it_learns_as_one_module_with_the_layer_on_top_of_it_does() -> None:
    x, mask = some_texts(5)
    reviews = [(x, mask, torch.tensor([0, 1, 1])), (2 * x, mask, torch.tensor([1, 1, 0]))] * 3
    module, layer = Toy().eval(), nn.Linear(5, 2)
    whole = nn.ModuleList([copy.deepcopy(module).train(), copy.deepcopy(layer)])
    optimiser = torch.optim.Adam(whole.parameters(), lr=0.1)
    for each, words, labels in reviews:
        optimiser.zero_grad()
        nn.CrossEntropyLoss()(whole[1](whole[0](each.clone(), words)[0]), labels).backward()
        optimiser.step()
    start = (layer.weight.detach().clone(), layer.bias.detach().clone())
    batches = tuple(map(torch.stack, zip(*reviews, strict=True)))
    weight, bias = LocalSubject(module).learn(batches, start, lr=0.1)
    assert torch.allclose(weight, whole[1].weight) and torch.allclose(bias, whole[1].bias)
    assert torch.allclose(module.query, whole[0].query) and module.query.abs().max() > 0
    assert torch.equal(module.frozen, torch.full((2,), 7.0)) and module.training
    assert torch.equal(start[0], layer.weight) and not weight.requires_grad and not bias.requires_grad


def test_gradients_are_not_left_on_the_module() -> None:
    module = Toy()
    LocalSubject(module).gradients(some_texts(5), torch.ones(3, 5))
    assert module.query.grad is None


def test_what_a_module_changes_in_place_stays_there() -> None:
    class Emptying(Toy):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            pooled, weights = super().forward(x.clone(), mask)
            with torch.no_grad():
                x.zero_()
            return pooled, weights

    x = torch.ones(1, 2, 5)
    LocalSubject(Emptying())(x, torch.ones(1, 2, dtype=torch.bool))
    assert x.tolist() == torch.ones(1, 2, 5).tolist()


def test_inputs_come_back_as_a_call_leaves_them() -> None:
    x, mask = some_texts(5)
    after, words = LocalSubject(Toy()).inputs_after(x, mask)
    assert torch.equal(after, x * mask.unsqueeze(2)) and torch.equal(words, mask)
    (halved,) = LocalFunction(lambda y: y.div_(2)).inputs_after(torch.tensor([4.0]))
    assert halved.tolist() == [2.0]


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_bare_tensor_is_one_part_of_a_reply_and_its_rows_are_none(rows: int) -> None:
    module, x = Bare(), torch.randn(rows, 3)
    upstream = torch.randn(rows, 4)
    slope = (1 - module(x) ** 2) * upstream  # the closed form: tanh' is 1 - tanh²
    found, (of_x,) = LocalSubject(module).gradients((x,), upstream)
    torch.testing.assert_close(found["layer.weight"], slope.T @ x)
    torch.testing.assert_close(found["layer.bias"], slope.sum(dim=0))
    torch.testing.assert_close(of_x, slope @ module.layer.weight)
    with pytest.raises(Missed, match="a reply of at least 2 parts; came a tensor"):
        LocalSubject(module).gradients((x,), upstream, reply=1)


@pytest.mark.parametrize(("reply", "part"), [(0, lambda h, c: 2 * h), (1, lambda h, c: h), (2, lambda h, c: c)])
def test_every_tensor_of_a_nested_reply_has_gradients_for_every_tensor_of_nested_inputs(reply: int, part: Any) -> None:
    module, (x, state) = Decoder(), some_state()
    upstream = torch.randn(2, 2, dtype=torch.float64)
    found, (of_x, of_state) = LocalSubject(module).gradients((x, state), upstream, reply)

    def cost(x: Tensor, h: Tensor, c: Tensor) -> Tensor:
        return (part(*module.cell(x, (h, c))) * upstream).sum()

    given = (x, state["h"], state["more"][0])
    expected = torch.autograd.functional.jacobian(cost, given)
    torch.testing.assert_close((of_x, of_state["h"], of_state["more"][0]), expected)
    assert of_state["more"][1] is None and set(of_state) == {"h", "more"}
    cost(*given).backward()
    torch.testing.assert_close(found, {name: each.grad for name, each in module.named_parameters()})


def test_without_an_upstream_the_part_is_summed() -> None:
    module, x = Bare(), torch.randn(2, 3)
    _, (of_x,) = LocalSubject(module).gradients((x,))
    torch.testing.assert_close(of_x, LocalSubject(module).gradients((x,), torch.ones(2, 4))[1][0])


def test_a_function_has_gradients_for_its_inputs_and_for_the_modules_among_them() -> None:
    def penalty(model: nn.Module, x: Tensor, labels: Tensor, *, by: float) -> Tensor:
        return by * ((model(x) - labels.unsqueeze(1)) ** 2).sum()

    model, x, labels = nn.Linear(3, 4), torch.randn(2, 3), torch.tensor([0, 1])
    model.bias.requires_grad_(False)
    found, of_inputs = LocalFunction(lambda *given: penalty(*given, by=3)).gradients((LocalSubject(model), x, labels))
    apart = 6 * (model(x) - labels.unsqueeze(1))
    assert list(found) == ["0.weight"] and of_inputs[0] is None and of_inputs[2] is None
    torch.testing.assert_close(found["0.weight"], apart.T @ x)
    torch.testing.assert_close(of_inputs[1], apart @ model.weight)
    assert model.weight.grad is None and not x.requires_grad


@pytest.mark.parametrize("cut", [lambda x: x.detach(), lambda x: x.sum().item(), lambda x: None])
def test_a_function_that_is_cut_off_has_no_gradient(cut: Any) -> None:
    assert LocalFunction(cut).gradients((torch.ones(2),)) == ({}, (None,))


def test_a_function_that_does_not_use_its_input_has_no_gradient() -> None:
    unused = LocalFunction(lambda x: torch.zeros(2, requires_grad=True))
    assert unused.gradients((torch.ones(2),)) == ({}, (None,))


def test_a_function_without_an_input_of_floats_has_no_gradient() -> None:
    assert LocalFunction(lambda n: torch.ones(n, requires_grad=True)).gradients((3,)) == ({}, (None,))


@pytest.mark.parametrize("place", [0, 1])
def test_a_function_that_changes_an_input_in_place_has_no_gradient_that_can_be_told(place: int) -> None:
    def changing(*given: Tensor) -> Tensor:
        given[place].mul_(2)
        return given[0] + given[1]

    with pytest.raises(RuntimeError, match="an input is changed by an inplace operation"):
        LocalFunction(changing).gradients((torch.ones(2), torch.ones(2)))


def test_gradients_that_came_from_elsewhere_mirror_the_inputs() -> None:
    inputs = (torch.ones(2), {"h": torch.zeros(3)}, torch.tensor([1]))
    for right in ((torch.ones(2), {"h": torch.ones(3)}, None), (None, {"h": None}, None)):
        mirrors_inputs(({}, right), inputs, upstream=None)
    for wrong in (
        None,
        (torch.ones(2), {"h": torch.ones(3)}),
        (torch.ones(3), {"h": torch.ones(3)}, None),
        (torch.ones(2), {"h": torch.ones(3)}, torch.ones(1)),
        (2.0, {"h": torch.ones(3)}, None),
    ):
        with pytest.raises(TypeError, match="not those of the inputs"):
            mirrors_inputs(({}, wrong), inputs)


def test_a_layer_that_came_from_elsewhere_has_the_shapes_of_the_one_that_was_sent() -> None:
    sent = (torch.ones(2, 5), torch.ones(2))
    same_layer((torch.zeros(2, 5), torch.zeros(2)), [], sent, 0.1)
    for wrong in ((torch.ones(5, 2), torch.ones(2)), (torch.ones(2, 5), torch.ones(3))):
        with pytest.raises(TypeError, match="of another shape"):
            same_layer(wrong, [], sent, lr=0.1)


def test_what_calls_leave_behind_is_told() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.Dropout())
    looked_at = LocalSubject(module)
    assert looked_at.left() == ({}, ["", "0", "1"])
    module[0].bias.grad = torch.arange(3.0)
    module[1].eval()
    found, training = looked_at.left()
    assert training == ["", "0"] and list(found) == ["0.bias"]
    found["0.bias"].zero_()
    assert module[0].bias.grad.tolist() == [0, 1, 2]
    assert looked_at.eval().left()[1] == []


def test_a_module_whose_reply_is_a_bare_tensor_learns_too() -> None:
    module, rows = Bare(), torch.randn(2, 3)
    batches = (rows.expand(60, 2, 3), torch.tensor([0, 1]).expand(60, 2))
    layer = (torch.zeros(2, 4), torch.zeros(2))
    weight, bias = LocalSubject(module).learn(batches, layer, lr=0.1)
    logits = nn.functional.linear(module(rows), weight, bias)
    assert logits.argmax(dim=1).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("function", "plain", "learnt"),
    [
        (lambda x, n: x.detach() + n, (False, [False, False]), (False, [True, False])),
        (lambda x, n: 2 * x, (False, [False, False]), (True, [True, False])),
        (lambda x, n: x.requires_grad_().sum().item(), (False, [True, False]), (False, [True, False])),
        (lambda x, n: [n, x.clone().requires_grad_()], (True, [False, False]), (True, [True, False])),
        (lambda x, n: setattr(x, "grad", x.clone()), (False, [True, False]), (False, [True, False])),
    ],
)
def test_what_autograd_follows_after_a_call_is_told(function: Any, plain: Any, learnt: Any) -> None:
    x, n = torch.ones(2), torch.tensor([3])
    looked_at = LocalFunction(function)
    assert looked_at.traced(x, n) == plain
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the grad of a tensor that is no leaf
        assert looked_at.traced(x, n, following=True) == learnt
    assert not x.requires_grad and x.grad is None


def test_an_input_that_learns_and_is_followed_no_more_or_given_a_gradient_is_disturbed() -> None:
    x, n = torch.ones(2), torch.tensor([3])
    for function, disturbed in (
        (lambda x, n: x.detach() + n, False),
        (lambda x, n: x.detach_() + n, True),
        (lambda x, n: x.sum().backward(), True),
    ):
        assert LocalFunction(function).disturbed(x, n) == [disturbed, False]


class Reversed(torch.autograd.Function):
    factor = 0.0

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, factor: float) -> torch.Tensor:
        Reversed.factor = factor
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return -Reversed.factor * gradient, None


def test_a_gradient_that_another_call_changes_is_seen() -> None:
    function = LocalFunction(Reversed.apply)
    x, upstream = torch.ones(2), torch.tensor([1.0, 2.0])
    assert function.gradients((x, 3.0), upstream)[1][0].tolist() == [-3, -6]
    assert function.gradients((x, 3.0), upstream, meanwhile=(x, 5.0))[1][0].tolist() == [-5, -10]


def test_a_gradient_that_is_changed_in_place_on_its_way_back_is_missed() -> None:
    class InPlace(Reversed):
        @staticmethod
        def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
            return gradient.neg_(), None

    with pytest.raises(Missed, match="as it was"):
        LocalFunction(InPlace.apply).gradients((torch.ones(2), 3.0), torch.ones(2))
