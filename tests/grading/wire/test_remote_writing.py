"""What writes, and what looks at a memory, looks to an expectation elsewhere as in this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from amal_attention.checks import (
    DecoderLayerProbe,
    LanguageProbe,
    asks_in_evaluation,
    asks_memory,
    begins_alike,
    bends_between_units,
    continues,
    draws_by_temperature,
    draws_while_training,
    drops_each_part,
    drops_what_it_adds,
    extends_its_prompt,
    hands_on,
    hangs_on_memory,
    hears_other_places,
    looks_past_gaps,
    minds_every_place,
    minds_the_order,
    reaches_far_back,
    takes_its_parts_in_turn,
    with_one_model,
)
from amal_attention.checks.expectations.sequences.greedy import decodes_as_scripted
from amal_attention.grading.wire.raised import outcome_of
from amal_attention.outcome import Outcome
from tests.checks.speakers import DIM, HEADS, TOKENS, WAYS_TO_GO_ON

ROOT = Path(__file__).parents[3]
CELLS = (
    f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import torch
from tests.checks import speakers

generate_right = speakers.going_on()
ways = [way for way, _, _ in speakers.WAYS_TO_GO_ON.values()]
globals().update({{f"generate_{{number}}": way for number, way in enumerate(ways)}})

class BrokenSpeaker(speakers.Speaker):
    def forward(self, *inputs):
        return self.absent(*inputs)

class WrongSpeaker(speakers.Speaker):
    def placed(self, words):
        return words * 0 + words.mean(dim=1, keepdim=True) / words.shape[1]
    def past(self, words, mask):
        return words.mean(dim=1, keepdim=True).expand_as(words)

class BrokenMemory(speakers.Memory):
    def forward(self, *inputs):
        return self.absent(*inputs)

class WrongMemory(speakers.Memory):
    def bend(self):
        return torch.nn.Identity()
    def read(self, x, memory, memory_mask):
        return self.cross(x, x, x, average_attn_weights=False)
    def add(self, x, place, part):
        added, weights = part(self.norms[place](x))
        return self.dropout(x) + added, weights

def speak(kind, **options):
    torch.manual_seed(0)
    return {{"Right": speakers.Speaker, "Wrong": WrongSpeaker, "Broken": BrokenSpeaker}}[kind](**options)

def remember(kind, units=9, **options):
    torch.manual_seed(0)
    return {{"Right": speakers.Memory, "Wrong": WrongMemory, "Broken": BrokenMemory}}[kind](units, **options)

def translate(model, source, mask, most, first=1):
    line = torch.full((len(source), 1), first)
    with torch.no_grad():
        for _ in range(most):
            line = torch.cat([line, model(source, mask, line)[:, -1:].argmax(dim=2)], dim=1)
    written = line[:, 1:]
    ended = (written == 2).cumsum(dim=1) - (written == 2).long() > 0
    return written.masked_fill(ended, 0)

def translate_from_pad(model, source, mask, most):
    return translate(model, source, mask, most, first=0)
""",
)
SPEECH, MEMORY = LanguageProbe(TOKENS), DecoderLayerProbe(DIM, HEADS, longer=0)
PROMPT = torch.tensor([[1, 2], [3, 0]])


def said_of(looks: list[Callable[[], None]]) -> list[Outcome | None]:
    """What each look says."""
    said: list[Outcome | None] = []
    for look in looks:
        try:
            look()
            said.append(None)
        except AssertionError as error:
            said.append(outcome_of(error))
    return said


def turned(tokens: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return tokens[:, [1, 0, 2, 3]], mask


def exchanged(inputs: tuple[torch.Tensor, torch.Tensor], first: int, second: int) -> tuple[torch.Tensor, torch.Tensor]:
    order = list(range(inputs[0].shape[1]))
    order[first], order[second] = second, first
    return inputs[0][:, order], inputs[1]


def looks_at_models(student: Any, kind: str) -> list[Callable[[], None]]:
    speaker, layer = student.speak(kind), student.remember(kind)
    return [
        lambda: begins_alike(speaker, SPEECH),
        lambda: hears_other_places(speaker, SPEECH),
        lambda: looks_past_gaps(speaker, SPEECH),
        lambda: minds_the_order(speaker, SPEECH, turned),
        lambda: minds_every_place(speaker, SPEECH, exchanged, 3, lengths=(4, 4), last=True),
        lambda: reaches_far_back(speaker, SPEECH, length=9),
        lambda: takes_its_parts_in_turn(layer, MEMORY, norm_first=False),
        lambda: drops_each_part(student.remember(kind, dropout=0.3), MEMORY),
        lambda: hands_on(layer, {"heads": 2}),
        lambda: asks_memory(layer, MEMORY),
        lambda: hangs_on_memory(layer, MEMORY),
        lambda: bends_between_units(lambda units: student.remember(kind, units, norm_first=True), MEMORY),
        lambda: drops_what_it_adds(student.remember(kind, norm_first=True, dropout=1.0), MEMORY),
        lambda: draws_while_training(student.speak(kind, dropout=0.5 if kind == "Right" else 0.0), SPEECH),
    ]


@pytest.mark.parametrize("kind", ["Right", "Wrong", "Broken"])
def test_every_expectation_on_what_writes_says_the_same_of_it_there_as_here(remote, local, kind):
    there, here = (said_of(looks_at_models(student, kind)) for student in (remote, local))
    assert [each and (each.expected, each.hint) for each in there] == [
        each and (each.expected, each.hint) for each in here
    ]
    assert sum(each is not None for each in there) == {"Right": 0, "Wrong": 11, "Broken": 13}[kind]


WAYS = ["right", *(str(number) for number, name in enumerate(WAYS_TO_GO_ON) if name != "a list")]
"""A list of 2,000 rows is more than may come from there."""


def looks_at_a_way(student: Any, generate: Any) -> list[Callable[[], None]]:
    table = torch.randn(5, 5, 5, generator=torch.Generator().manual_seed(0))
    return [
        lambda: continues(generate, made_by=student),
        lambda: draws_by_temperature(generate, made_by=student),
        lambda: extends_its_prompt(generate, made_by=student),
        lambda: asks_in_evaluation(lambda model: generate(model, PROMPT, 2, 1.0), student.FixedSpeech(table)),
    ]


@pytest.mark.parametrize("way", WAYS)
def test_every_expectation_on_what_goes_on_says_the_same_of_it_there_as_here(remote, local, way):
    said = [said_of(looks_at_a_way(student, getattr(student, f"generate_{way}"))) for student in (remote, local)]
    there, here = ([each and (each.expected, each.hint) for each in one] for one in said)
    assert there == here and any(there) != (way == "right")


def test_a_function_of_one_model_is_a_way_to_decode_there_as_here(remote, local):
    for student in (remote, local):
        for name, wrong in (("translate", False), ("translate_from_pad", True)):
            decode = with_one_model(getattr(student, name), made_by=student)
            (said,) = said_of([partial(decodes_as_scripted, decode, "any", made_by=student)])
            assert (said is not None and "START is read first" in said.hint) == wrong
