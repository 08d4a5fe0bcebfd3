"""Expectations hold for modules of any kind, right ones and wrong ones, through the probe of the kind."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    Probe,
    agrees_with,
    gradient_reaches,
    ignores_padding,
    reads_each_alone,
    registers_everything,
    shapes,
    simplex,
)
from amal_attention.checks.expectation import ExpectationMissed, Missed, expectation
from amal_attention.checks.subjects.subject import randomised
from amal_attention.checks.values import same
from amal_attention.outcome import Outcome
from tests.checks.kinds import KINDS, Kind

LOOKS: dict[str, Callable[[Kind, Any], None]] = {
    "shapes": lambda kind, build: shapes(build(), kind.probe),
    "simplex": lambda kind, build: simplex(build(), kind.probe),
    "padding": lambda kind, build: ignores_padding(build(), kind.probe, under=10),
    "alone": lambda kind, build: reads_each_alone(build(), kind.probe),
    "gradient": lambda kind, build: gradient_reaches(build(), kind.probe),
    "registers": lambda kind, build: registers_everything(build, kind.probe),
}
OF_KIND = {"(B, D)": set(LOOKS) - {"simplex"}, "(B, L, D)": set(LOOKS) - {"simplex"}}
WRONG = [
    (kind, look, place) for kind in KINDS for look, builds in KINDS[kind].wrong.items() for place in range(len(builds))
]


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


@pytest.mark.parametrize(
    ("kind", "look"), [(kind, look) for kind in KINDS for look in sorted(OF_KIND.get(kind, set(LOOKS)))]
)
def test_a_right_module_meets_every_expectation(kind: str, look: str) -> None:
    torch.manual_seed(1)
    LOOKS[look](KINDS[kind], KINDS[kind].right)


@pytest.mark.parametrize(("kind", "look", "place"), WRONG)
def test_a_wrong_module_misses_what_it_does_wrong(kind: str, look: str, place: int) -> None:
    torch.manual_seed(1)
    found = missed(lambda: LOOKS[look](KINDS[kind], KINDS[kind].wrong[look][place]))
    assert found.expected and found.came and not found.raised


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "alone" in KINDS[kind].wrong])
def test_a_mistake_over_the_batch_is_seen_by_no_other_expectation_on_single_rows(kind: str) -> None:
    torch.manual_seed(1)
    (build,) = KINDS[kind].wrong["alone"]
    for look in ("shapes", "registers"):
        LOOKS[look](KINDS[kind], build)


def test_what_is_told_names_the_part_and_the_row() -> None:
    kind = KINDS["(B, T, S) and a state"]
    found = missed(lambda: reads_each_alone(kind.wrong["alone"][0](), kind.probe))
    assert found.expected.startswith("what it gives alone, c [")
    assert found.came.startswith("c [") and found.came.endswith("for row 1 of the batch")
    assert "a tensor (3, 4) of int64" in found.sent
    padded = missed(lambda: ignores_padding(kind.wrong["padding"][0](), kind.probe, under=10))
    assert padded.expected.startswith("the same logits, [[") and " for row " in padded.came


def test_a_reply_of_other_parts_is_told_by_the_parts_that_are_asked_for() -> None:
    kind = KINDS["(B, T, S) and a state"]
    found = missed(lambda: shapes(kind.wrong["shapes"][0](), kind.probe))
    assert found.expected == "tensors in this order: logits, h, c, weights" and found.came.startswith("a tuple of 3")


def test_a_part_of_another_shape_is_told_by_its_name() -> None:
    kind = KINDS["(B, D)"]
    found = missed(lambda: shapes(kind.wrong["shapes"][0](), kind.probe, lengths=(4, 1), what="features are (B, F)"))
    assert (found.expectation, found.expected, found.came) == (
        "features are (B, F)",
        "features of shape (2, 3)",
        "shape (3, 2)",
    )


def scaled(state: dict[str, Tensor], x: Tensor, by: float) -> Tensor:
    return by * nn.functional.linear(x, state["layer.weight"], state["layer.bias"]).tanh()


@pytest.mark.parametrize("by", [1.0, 0.5, 3.0])
def test_a_module_agrees_with_an_oracle_of_its_own_parameters_and_a_mistake_names_itself(by: float) -> None:
    class Module(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x: Tensor) -> tuple[Tensor, Any]:
            return by * self.layer(x).tanh(), None

    def look() -> None:
        mistakes = {"half of it": lambda state, x: (scaled(state, x, 0.5), None)}
        oracle = lambda state, x: (scaled(state, x, 1.0), None)  # noqa: E731
        agrees_with(Module(), oracle, (torch.randn(4, 3),), mistakes=mistakes, hint="read it again", what="the formula")

    if by == 1:
        look()
    else:
        assert missed(look).hint == ("half of it" if by == 0.5 else "read it again")


def test_a_function_agrees_with_an_oracle_of_its_inputs() -> None:
    x, state = torch.randn(3, 2), (torch.randn(3), torch.randn(3))

    def step(x: Tensor, state: tuple[Tensor, Tensor]) -> Any:
        return x.sum(dim=1) + state[0], (state[1], state[0])

    agrees_with(step, lambda x, state: (x[:, 0] + x[:, 1] + state[0], (state[1], state[0])), (x, state))
    swapped = missed(lambda: agrees_with(step, lambda x, state: (x.sum(dim=1) + state[0], state), (x, state)))
    assert swapped.hint == "compare each step of it with the formula of the statement"
    short = missed(lambda: agrees_with(lambda x, state: x, step, (x, state)))
    assert short.expected.startswith("a tuple of 3") and short.came == "a tensor (3, 2) of float32"
    flat = missed(lambda: agrees_with(lambda x: x.sum(), lambda x: x.sum(dim=1), (x,)))
    assert flat.came == "a tensor () of float32"


def test_one_tensor_of_a_reply_may_be_looked_at_by_itself() -> None:
    x = torch.randn(3, 2)

    def step(x: Tensor) -> tuple[Tensor, Tensor]:
        return x.sum(dim=1), 2 * x

    agrees_with(step, lambda x: (None, x + x), (x,), part=1)
    outcome = missed(
        lambda: agrees_with(step, lambda x: (x, x), (x,), part=1, mistakes={"twice": lambda x: (x, 2 * x)})
    )
    assert outcome.hint == "twice"
    gone = missed(lambda: agrees_with(step, lambda x: (x, x, x), (x,), part=2))
    assert gone.expected.startswith("a tuple of 1")


class Echo(nn.Module):
    def __init__(self, num_tokens: int, hidden_size: int, forgets: bool = False) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, hidden_size)
        self.cell = nn.LSTMCell(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)
        self.forgets = forgets

    def forward(self, tokens: Tensor, state: Any) -> Any:
        h, (c,) = state
        if self.forgets:
            h, c = torch.zeros_like(h), torch.zeros_like(c)
        logits = []
        for x in self.embedding(tokens).unbind(dim=1):
            h, c = self.cell(x, (h, c))
            logits.append(self.output(h))
        return torch.stack(logits, dim=1), (h, [c])


def test_the_probe_and_the_expectation_of_the_guide_do_what_it_says() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "adding-a-lab.md").read_text("utf-8")
    blocks = re.findall(r"(?m)(?:^    .*\n|^\n(?=    ))+", guide)
    code = "".join(textwrap.dedent(block) for block in blocks if re.search("EchoProbe|def goes_on", block))
    names = {each.__name__: each for each in (Probe, Echo, Missed, expectation, randomised, same, reads_each_alone)}
    exec(code, names := {**names, "torch": torch})
    names["goes_on"](Echo(5, 7), names["EchoProbe"]())
    found = missed(lambda: names["goes_on"](Echo(5, 7, forgets=True), names["EchoProbe"]()))
    assert found.expectation == "the state goes on from where it was" and "begin with the state" in found.hint
