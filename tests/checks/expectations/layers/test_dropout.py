"""What is dropped, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    AttentionProbe,
    DecoderLayerProbe,
    LanguageProbe,
    draws_while_training,
    drops_in_training,
    drops_nothing,
    drops_what_it_adds,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.encoding import Layer
from tests.checks.speakers import DIM, HEADS, TOKENS, Memory, Speaker

WIDTH, SHARE = 8, 0.5
ENCODING = AttentionProbe(WIDTH, heads=2)
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
    assert "dropout is for training alone" in missed(lambda: draws_while_training(Always(), SPEECH)).hint


@pytest.mark.parametrize("build", [Memory, DropsX, DropsTwo])
def test_what_else_is_dropped_or_not(build: Callable[..., nn.Module]) -> None:
    share = 0.0 if build is Memory else 1.0
    outcome = missed(lambda: drops_what_it_adds(build(norm_first=True, dropout=share), PROBE))
    assert "dropout falls on what each part adds" in outcome.hint and "dropout = 1" in outcome.sent


def test_a_layer_that_drops_in_evaluation_too() -> None:
    outcome = missed(lambda: drops_what_it_adds(DropsAlways(norm_first=True, dropout=1.0), PROBE))
    assert "dropout is for training alone" in outcome.hint


@pytest.mark.parametrize("norm_first", [False, True])
def test_dropout_drops_what_is_added(norm_first):
    for seed in range(5):
        layer = Layer(WIDTH, norm_first=norm_first, dropout=SHARE)
        drops_in_training(layer, ENCODING, SHARE, norm_first=norm_first, seed=seed)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("drops x", "not x itself"),
        ("keeps all of attention", "what attention adds goes through dropout"),
        ("drops always", "dropout is for training alone"),
    ],
)
def test_other_dropout_is_missed(norm_first, wrong, hint):
    layer = Layer(WIDTH, norm_first=norm_first, dropout=SHARE, wrong=wrong)
    with pytest.raises(ExpectationMissed) as caught:
        drops_in_training(layer, ENCODING, SHARE, norm_first=norm_first)
    assert hint in caught.value.outcome.hint


def test_another_share_is_missed():
    with pytest.raises(ExpectationMissed) as caught:
        drops_in_training(Layer(WIDTH, norm_first=True, dropout=0.1), ENCODING, SHARE, norm_first=True)
    assert caught.value.outcome.expected == "about 50% of what is added to be 0"


def test_dropout_that_is_not_asked_for() -> None:
    drops_nothing(Speaker(), SPEECH)
    assert "no dropout is asked for" in missed(lambda: drops_nothing(Speaker(dropout=0.1), SPEECH)).hint
