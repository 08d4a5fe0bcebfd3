"""Decoders that run elsewhere look to an expectation like decoders of this process, right and wrong ones alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amal_attention.checks import (
    DecoderProbe,
    costs_tokens,
    decodes_alike,
    keeps_state_small,
    looks_at_no_memory,
    sees_its_past,
    sees_no_future,
    starts_from_state,
    trains_as,
    validates_over_tokens,
    writes_by_what_it_reads,
    writes_logits,
)
from amal_attention.checks.expectation import ExpectationMissed
from amal_attention.outcome import Outcome
from tests.checks.decoders import HIDDEN, TOKENS
from tests.checks.writers import BATCHES, cost, mean_cost

CELLS = (
    """
import torch
from tests.checks.decoders import Recurrent

class Right(Recurrent):
    pass

class Wrong(Recurrent):
    def forward(self, tokens, state, memory, mask):
        states = self.rnn(self.embedding(tokens).mean(dim=1, keepdim=True).expand(-1, tokens.shape[1], -1))[0]
        return (states.sum(dim=2, keepdim=True) + memory.mean()).tanh().expand(-1, -1, 7), state * 2, None

class Broken(Recurrent):
    def forward(self, tokens, state, memory, mask):
        return self.absent(tokens)

from tests.checks.writers import Writer

class WrongWriter(Writer):
    def training_step(self, batch, batch_idx):
        return super().training_step(batch, batch_idx) / 2
    def weight(self, batch):
        return len(batch.target)

class BrokenWriter(Writer):
    def forward(self, source, source_mask, teacher):
        return self.absent(source)

def build_writer(kind):
    return {"Right": Writer, "Wrong": WrongWriter, "Broken": BrokenWriter}[kind]()

def build(kind):
    torch.manual_seed(0)
    return {"Right": Right, "Wrong": Wrong, "Broken": Broken}[kind]()
""",
)
PROBE = DecoderProbe(TOKENS, HIDDEN)
LOOKS: tuple[Callable[..., None], ...] = (
    decodes_alike,
    keeps_state_small,
    looks_at_no_memory,
    sees_its_past,
    sees_no_future,
    starts_from_state,
    writes_by_what_it_reads,
    writes_logits,
)


def outcome(look: Callable[..., None], decoder: Any) -> Outcome | None:
    try:
        look(decoder, PROBE)
    except ExpectationMissed as missed:
        return missed.outcome
    return None


@pytest.mark.parametrize("kind", ["Right", "Wrong", "Broken"])
def test_every_expectation_on_a_decoder_says_the_same_of_it_there_as_here(remote, local, kind):
    there, here = ([outcome(look, student.build(kind)) for look in LOOKS] for student in (remote, local))
    assert [each and each.expected for each in there] == [each and each.expected for each in here]
    assert sum(each is not None for each in there) == {"Right": 0, "Wrong": 7, "Broken": 8}[kind]


@pytest.mark.parametrize("kind", ["Right", "Wrong", "Broken"])
def test_every_expectation_on_what_is_trained_to_write_says_the_same_of_it_there_as_here(remote, local, kind):
    def said(student: Any) -> list[str | None]:
        looks: tuple[Callable[[Any], None], ...] = (
            lambda model: costs_tokens(model, BATCHES[0], mean_cost),
            lambda model: trains_as(model, BATCHES[0], [cost(BATCHES[0])]),
            lambda model: validates_over_tokens(model, BATCHES, [mean_cost]),
        )
        found: list[str | None] = []
        for look in looks:
            try:
                look(student.build_writer(kind).randomise(1))
            except ExpectationMissed as missed:
                found.append(f"{missed.outcome.expectation}: {missed.outcome.hint}")
            else:
                found.append(None)
        return found

    there = said(remote)
    assert there == said(local)
    assert sum(each is not None for each in there) == {"Right": 0, "Wrong": 3, "Broken": 3}[kind]
