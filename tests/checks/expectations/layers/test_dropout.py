"""What is dropped, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import DecoderLayerProbe, LanguageProbe, draws_while_training, drops_what_it_adds
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.speakers import DIM, HEADS, TOKENS, Memory, Speaker

SPEECH, PROBE = LanguageProbe(TOKENS), DecoderLayerProbe(DIM, HEADS)


class Always(Speaker):
    def placed(self, words: Tensor) -> Tensor:
        return nn.functional.dropout(super().placed(words), 0.5)


class DropsX(Memory):
    def add(self, x: Tensor, place: int, part: Callable[[Tensor], Any]) -> Any:
        added, weights = part(self.norms[place](x))
        return self.dropout(x + added), weights


class DropsTwo(Memory):
    def add(self, x: Tensor, place: int, part: Callable[[Tensor], Any]) -> Any:
        if place < 2:
            return super().add(x, place, part)
        return x + part(self.norms[place](x))[0], None


class DropsAlways(Memory):
    def add(self, x: Tensor, place: int, part: Callable[[Tensor], Any]) -> Any:
        added, weights = part(self.norms[place](x))
        return x + torch.dropout(added, self.dropout.p, train=True), weights


def missed(look: Callable[[], None]) -> Outcome:
    with pytest.raises(ExpectationMissed) as caught:
        look()
    return caught.value.outcome


@pytest.mark.parametrize("seed", range(3))
def test_dropout_of_a_right_module_is_seen_in_training_alone(seed: int) -> None:
    draws_while_training(Speaker(dropout=0.5), SPEECH, seed=seed)
    drops_what_it_adds(Memory(norm_first=True, dropout=1.0), PROBE, seed=seed)


def test_a_model_that_drops_nothing_or_always() -> None:
    assert "handed on to each layer" in missed(lambda: draws_while_training(Speaker(), SPEECH)).hint
    assert "in evaluation nothing is dropped" in missed(lambda: draws_while_training(Always(), SPEECH)).hint


@pytest.mark.parametrize("build", [Memory, DropsX, DropsTwo])
def test_what_else_is_dropped_or_not(build: Callable[..., nn.Module]) -> None:
    share = 0.0 if build is Memory else 1.0
    outcome = missed(lambda: drops_what_it_adds(build(norm_first=True, dropout=share), PROBE))
    assert "dropout falls on what each part adds" in outcome.hint and "dropout = 1" in outcome.sent


def test_a_layer_that_drops_in_evaluation_too() -> None:
    outcome = missed(lambda: drops_what_it_adds(DropsAlways(norm_first=True, dropout=1.0), PROBE))
    assert "in evaluation nothing is dropped" in outcome.hint
