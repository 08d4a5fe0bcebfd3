"""A module as an expectation asks it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import simplex, some_reviews
from amal_attention.checks.subject import (
    FunctionSubject,
    LocalFunction,
    LocalSubject,
    Subject,
    function_subject,
    randomised,
    subject,
)


class Toy(nn.Module):
    """A weighted sum, a buffer, a frozen parameter and one that is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(5))
        self.unused = nn.Parameter(torch.zeros(3))
        self.frozen = nn.Parameter(torch.full((2,), 7.0), requires_grad=False)
        self.register_buffer("seen", torch.zeros(1))
        self.out_features = 5

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x[~mask] = 0.0
        weights = (x @ self.query).masked_fill(~mask, float("-inf")).softmax(dim=1)
        return torch.einsum("bl,bld->bd", weights, x), weights


def test_a_module_is_wrapped_and_a_handle_is_not() -> None:
    module = Toy()
    looked_at = subject(module)
    assert isinstance(looked_at, LocalSubject) and looked_at.module is module
    assert subject(looked_at) is looked_at


def test_what_else_the_module_has_can_be_asked() -> None:
    assert subject(Toy()).out_features == 5  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="width"):
        _ = subject(Toy()).width  # type: ignore[attr-defined]


def test_a_module_that_writes_into_its_inputs_writes_into_copies() -> None:
    x, mask = some_reviews(5)
    before, words = x.clone(), mask.clone()
    looked_at = LocalSubject(Toy())
    looked_at(x, mask)
    looked_at.gradients(x, mask, torch.ones(3, 5))
    assert torch.equal(x, before) and torch.equal(mask, words) and not x.requires_grad


def test_what_is_no_tensor_is_handed_on_as_it_is() -> None:
    class Echo(nn.Module):
        def forward(self, *given: Any) -> Any:
            return given

    words = ["a"]
    assert LocalSubject(Echo())(words, 3)[0] is words


def test_training_and_evaluation_are_modes_of_the_module() -> None:
    module = Toy()
    looked_at = LocalSubject(module)
    assert looked_at.eval() is looked_at and not module.training
    assert looked_at.train() is looked_at and module.training


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
    x, mask = (each.double() if each.is_floating_point() else each for each in some_reviews(5))
    upstream = torch.randn(3, 5, dtype=torch.float64)
    found, of_x = LocalSubject(module).gradients(x, mask, upstream)
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
    assert of_x is not None
    assert float(of_x[1, 1, 3]) == pytest.approx((cost(start, x + nudge) - cost(start, x - nudge)) / (2 * step), 1e-5)


def test_a_parameter_that_is_not_used_has_no_gradient() -> None:
    found, of_x = LocalSubject(Toy()).gradients(*some_reviews(5), torch.ones(3, 5))
    assert set(found) == {"query", "unused"} and found["unused"] is None and of_x is not None


def test_nothing_has_a_gradient_where_none_is_recorded() -> None:
    class Cut(Toy):
        @torch.no_grad()
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return super().forward(x, mask)

    assert LocalSubject(Cut()).gradients(*some_reviews(5), torch.ones(3, 5)) == ({"query": None, "unused": None}, None)


def test_it_learns_as_one_module_with_the_layer_on_top_of_it_does() -> None:
    x, mask = some_reviews(5)
    reviews = [(x, mask, torch.tensor([0, 1, 1])), (2 * x, mask, torch.tensor([1, 1, 0]))] * 3
    module, layer = Toy().eval(), nn.Linear(5, 2)
    whole = nn.ModuleList([copy.deepcopy(module).train(), copy.deepcopy(layer)])
    optimiser = torch.optim.Adam(whole.parameters(), lr=0.1)
    for each, words, labels in reviews:
        optimiser.zero_grad()
        nn.CrossEntropyLoss()(whole[1](whole[0](each.clone(), words)[0]), labels).backward()
        optimiser.step()
    start = (layer.weight.detach().clone(), layer.bias.detach().clone())
    weight, bias = LocalSubject(module).learn(reviews, start, lr=0.1)
    assert torch.allclose(weight, whole[1].weight) and torch.allclose(bias, whole[1].bias)
    assert torch.allclose(module.query, whole[0].query) and module.query.abs().max() > 0
    assert torch.equal(module.frozen, torch.full((2,), 7.0)) and module.training
    assert torch.equal(start[0], layer.weight) and not weight.requires_grad and not bias.requires_grad


def test_gradients_are_not_left_on_the_module() -> None:
    module = Toy()
    LocalSubject(module).gradients(*some_reviews(5), torch.ones(3, 5))
    assert module.query.grad is None


class Wide(nn.Module):
    """Parameters of every shape."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(900, 2000)
        self.small = nn.Parameter(torch.zeros(7, 5))
        self.temperature = nn.Parameter(torch.tensor(0.0))
        self.gates = nn.ParameterList(nn.Parameter(torch.zeros(1, 1)) for _ in range(50))
        self.nothing = nn.Parameter(torch.zeros(0, 3))
        self.precise = nn.Parameter(torch.zeros(4).double())
        self.frozen = nn.Parameter(torch.full((2,), 7.0), requires_grad=False)


def test_random_parameters_are_no_larger_than_keeps_sums_of_products_near_1() -> None:
    module = Wide().train()
    found = randomised(module).state()
    assert not module.training
    assert found["layer.weight"].std() == pytest.approx(1.5 / 2000**0.5, rel=0.01)
    assert found["layer.weight"].mean().abs() < 1e-3
    assert found["small"].std() == pytest.approx(0.5, rel=0.3)
    assert found["frozen"].tolist() == [7, 7]
    assert found["precise"].dtype == torch.float64


def test_a_single_number_may_be_a_temperature_or_a_gate_and_is_positive() -> None:
    found = randomised(Wide()).state()
    single = torch.stack([found["temperature"], *(found[f"gates.{each}"][0, 0] for each in range(50))])
    assert 0.5 <= single.min() < 0.6 and 1.4 < single.max() <= 1.5


def test_another_seed_draws_other_parameters_and_the_same_the_same() -> None:
    torch.manual_seed(1)
    first, again, other = (randomised(Toy(), seed).parameters()["query"] for seed in (3, 3, 4))
    assert torch.equal(first, again) and not torch.allclose(first, other)


class Elsewhere:
    """A handle on a module that runs elsewhere."""

    def __init__(self, module: nn.Module) -> None:
        self.kept = LocalSubject(module)
        self.asked: list[str] = []
        self.out_features = 5

    def __call__(self, *inputs: Any) -> Any:
        self.asked.append("forward")
        return self.kept(*inputs)

    def each(self, inputs: Any) -> Any:
        return (self(*each) for each in inputs)

    def left(self, *inputs: Any) -> list[Any]:
        return self.kept.left(*inputs)

    def train(self, dropout: bool = True) -> Elsewhere:
        self.kept.train(dropout)
        return self

    def eval(self) -> Elsewhere:
        self.kept.eval()
        return self

    def materialise(self, *inputs: Any) -> None:
        self.kept.materialise(*inputs)

    def parameters(self) -> dict[str, Tensor]:
        return self.kept.parameters()

    def frozen(self) -> list[str]:
        return self.kept.frozen()

    def state(self) -> dict[str, Tensor]:
        return self.kept.state()

    def load(self, values: Any) -> None:
        self.kept.load(values)

    def randomise(self, seed: int) -> None:
        self.kept.randomise(seed)

    def gradients(self, x: Tensor, mask: Tensor, upstream: Tensor, reply: int = 0) -> Any:
        return self.kept.gradients(x, mask, upstream, reply)

    def learn(self, reviews: Any, layer: tuple[Tensor, Tensor], lr: float) -> tuple[Tensor, Tensor]:
        return self.kept.learn(reviews, layer, lr)


def test_an_expectation_asks_a_handle_as_it_asks_a_module() -> None:
    handle = Elsewhere(Toy())
    assert isinstance(handle, Subject)
    simplex(handle, 5)
    assert handle.asked


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


def halves(x: Tensor, by: Tensor | None = None, *, more: float = 0.0) -> Tensor:
    x /= 2 if by is None else by
    return x + more


def test_a_function_is_asked_with_copies_and_its_names() -> None:
    given = torch.tensor([4.0])
    assert LocalFunction(halves)(given, torch.tensor(4.0), more=1.0).tolist() == [2.0]
    assert given.tolist() == [4.0]


def test_a_function_gives_the_gradient_of_the_sum_of_its_result() -> None:
    given = torch.tensor([4.0, 2.0])
    gradient = LocalFunction(lambda x, by: x * x * by).gradient(given, torch.tensor(3.0))
    assert gradient is not None and gradient.tolist() == [24.0, 12.0]
    assert not given.requires_grad


@pytest.mark.parametrize("cut", [lambda x: x.detach(), lambda x: x.sum().item(), lambda x: None])
def test_a_function_that_is_cut_off_has_no_gradient(cut: Any) -> None:
    assert LocalFunction(cut).gradient(torch.ones(2)) is None


def test_a_function_that_does_not_use_its_input_has_no_gradient() -> None:
    assert LocalFunction(lambda x: torch.zeros(2, requires_grad=True)).gradient(torch.ones(2)) is None


def test_a_handle_on_a_function_is_asked_as_it_is() -> None:
    handle = LocalFunction(halves)
    assert function_subject(handle) is handle and isinstance(handle, FunctionSubject)
    wrapped = function_subject(halves)
    assert isinstance(wrapped, LocalFunction) and wrapped.function is halves
