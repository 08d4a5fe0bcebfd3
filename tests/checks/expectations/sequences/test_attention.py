"""Expectations on decoders that attend: before their state, after it, and with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks import (
    DecoderProbe,
    DistanceScore,
    FixedScore,
    asks_with,
    combines_by_tanh,
    differentiates,
    follows_memory,
    levels_off,
    reads_by_weights,
    sees_attention_vector_alone,
    state_sees_memory,
    weighs_by_score,
)
from amal_attention.checks.expectation import ExpectationMissed

V, D, H, SEEDS = 9, 4, 5, range(3)
PROBE = DecoderProbe(V, H, attends=True, steps=3)


def soft(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask.unsqueeze(1), -torch.inf).softmax(dim=2)


class After(nn.Module):
    """Attends after its state; its methods are what may be wrong."""

    def __init__(self, score: nn.Module) -> None:
        super().__init__()
        self.score = score
        self.embedding, self.gru = nn.Embedding(V, D), nn.GRU(D, H, batch_first=True)
        self.combine, self.output = nn.Linear(2 * H, H), nn.Linear(H, V)

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        states, last = self.gru(self.embedding(tokens), state[None].contiguous())
        weights = soft(self.score(self.query(states, state), self.keys(memory)), self.seen(mask))
        context = self.read(weights, memory)
        return self.output(self.both(context, states)), last[0], weights

    def query(self, states: Tensor, first: Tensor) -> Tensor:
        return states

    def keys(self, memory: Tensor) -> Tensor:
        return memory

    def seen(self, mask: Tensor) -> Tensor:
        return mask

    def read(self, weights: Tensor, memory: Tensor) -> Tensor:
        return weights @ memory

    def both(self, context: Tensor, states: Tensor) -> Tensor:
        return torch.tanh(self.combine(torch.cat([context, states], dim=2)))


class Before(After):
    """Attends before its state, and reads the context there."""

    def __init__(self, score: nn.Module) -> None:
        super().__init__(score)
        self.cell = nn.GRUCell(D + H, H)

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, looks = [], []
        for x in self.embedding(tokens).unbind(dim=1):
            weights = soft(self.score(state.unsqueeze(1), memory), mask)
            state = self.cell(torch.cat([x, (weights @ memory)[:, 0]], dim=1), state)
            logits.append(self.output(state))
            looks.append(weights)
        return torch.stack(logits, dim=1), state, torch.cat(looks, dim=1)


class AsksWithOld(After):
    def query(self, states: Tensor, first: Tensor) -> Tensor:
        return torch.cat([first.unsqueeze(1), states[:, :-1]], dim=1)


class AsksWithFirst(After):
    def query(self, states: Tensor, first: Tensor) -> Tensor:
        return first.unsqueeze(1).expand_as(states)


class OtherKeys(After):
    def keys(self, memory: Tensor) -> Tensor:
        return 2 * memory


class WithoutMask(After):
    def seen(self, mask: Tensor) -> Tensor:
        return torch.ones_like(mask)


class ReadsTheMean(After):
    def read(self, weights: Tensor, memory: Tensor) -> Tensor:
        return memory.mean(dim=1, keepdim=True).expand(-1, weights.shape[1], -1)


class WithoutTanh(After):
    def both(self, context: Tensor, states: Tensor) -> Tensor:
        return self.combine(torch.cat([context, states], dim=2))


class ContextAlone(After):
    def both(self, context: Tensor, states: Tensor) -> Tensor:
        return torch.tanh(self.combine(torch.cat([context, context], dim=2)))


class StateAlone(After):
    def both(self, context: Tensor, states: Tensor) -> Tensor:
        return torch.tanh(self.combine(torch.cat([states, states], dim=2)))


def around(build: Callable[[nn.Module], nn.Module]) -> tuple[Any, FixedScore]:
    score = FixedScore(torch.tensor([0.5, -1.0, 2.0, 0.3]))
    return build(score), score


def test_right_decoders_meet_what_is_theirs() -> None:
    for seed in SEEDS:
        for build, which in ((After, "after"), (Before, "before")):
            decoder, score = around(build)
            asks_with(decoder, score, PROBE, which=which, seed=seed)
            weighs_by_score(decoder, score, PROBE, soft, seed=seed)
            reads_by_weights(decoder, PROBE, seed=seed)
            state_sees_memory(decoder, PROBE, which == "before", seed=seed)
            follows_memory(build(DistanceScore()), PROBE, seed=seed)
            differentiates(build(DistanceScore()), PROBE.inputs((3, 2), seed), parts=(0, 1, 2), seed=seed)
        decoder, score = around(After)
        combines_by_tanh(decoder, score, PROBE, seed=seed)
        levels_off(decoder, PROBE, reads=(2,), seed=seed)
        sees_attention_vector_alone(decoder, PROBE, seed=seed)


@pytest.mark.parametrize(
    ("build", "which", "words"),
    [
        (AsksWithOld, "after", "before the token is read"),
        (AsksWithFirst, "after", "the query"),
        (After, "before", "after the token is read"),
        (OtherKeys, "after", "the memory as it is"),
    ],
)
def test_another_query_is_missed(build: Any, which: Any, words: str) -> None:
    for seed in SEEDS:
        decoder, score = around(build)
        with pytest.raises(ExpectationMissed, match=words):
            asks_with(decoder, score, PROBE, which=which, seed=seed)


def test_a_score_that_is_not_asked_is_missed() -> None:
    score = FixedScore(torch.ones(4))
    with pytest.raises(ExpectationMissed, match=r"self\.score"):
        asks_with(After(DistanceScore()), score, PROBE, which="after")


def test_what_the_state_sees_is_missed_either_way() -> None:
    with pytest.raises(ExpectationMissed, match="does not enter"):
        state_sees_memory(around(After)[0], PROBE, True)
    with pytest.raises(ExpectationMissed, match="the state knows nothing of it"):
        state_sees_memory(around(Before)[0], PROBE, False)


def test_other_weights_and_another_context_are_missed() -> None:
    for seed in SEEDS:
        decoder, score = around(WithoutMask)
        with pytest.raises(ExpectationMissed, match="hint of the test"):
            weighs_by_score(decoder, score, PROBE, soft, seed=seed, hint="hint of the test")
        with pytest.raises(ExpectationMissed, match="the sum of the memory"):
            reads_by_weights(around(ReadsTheMean)[0], PROBE, seed=seed)
        with pytest.raises(ExpectationMissed, match="no part in the answer"):
            reads_by_weights(around(StateAlone)[0], PROBE, seed=seed)


@pytest.mark.parametrize(
    ("build", "words"),
    [(WithoutTanh, "no tanh"), (ContextAlone, "the state has no part"), (StateAlone, "the context has no part")],
)
def test_another_attention_vector_is_missed(build: Any, words: str) -> None:
    for seed in SEEDS:
        decoder, score = around(build)
        with pytest.raises(ExpectationMissed, match=words):
            combines_by_tanh(decoder, score, PROBE, seed=seed)
    with pytest.raises(ExpectationMissed, match="it grows"):
        levels_off(around(WithoutTanh)[0], PROBE, reads=(2,))


class Beside(After):
    """Adds the token beside the vector of the attention."""

    def forward(self, tokens: Tensor, state: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        logits, *others = super().forward(tokens, state, memory, mask)
        return logits + self.embedding(tokens).mean(dim=2, keepdim=True), *others


def test_what_stands_beside_the_attention_vector_is_missed() -> None:
    for seed in SEEDS:
        with pytest.raises(ExpectationMissed, match="neither the token nor the state"):
            sees_attention_vector_alone(around(Beside)[0], PROBE, seed=seed)


def test_what_looks_at_no_memory_and_what_is_cut_off_are_missed() -> None:
    with pytest.raises(ExpectationMissed, match="with another memory"):
        follows_memory(around(StateAlone)[0], PROBE)

    class Detached(After):
        def read(self, weights: Tensor, memory: Tensor) -> Tensor:
            return weights @ memory.detach()

    with pytest.raises(ExpectationMissed, match="no detach"):
        differentiates(Detached(FixedScore(torch.ones(4))), PROBE.inputs((3, 2), 0))
