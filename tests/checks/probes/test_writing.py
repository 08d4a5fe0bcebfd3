"""Probes of language models, translators, decoder layers and classifiers of images."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from amal_attention.checks import (
    DecoderLayerProbe,
    ImageProbe,
    LanguageProbe,
    TranslatorProbe,
    gradient_reaches,
    ignores_padding,
    reads_each_alone,
    registers_everything,
    shapes,
    simplex,
    writes_logits,
)
from amal_attention.checks.expectation import ExpectationMissed, Missed
from tests.checks.speakers import CLASSES, DIM, HEADS, SIDE, TOKENS, Looker, Memory, Speaker, Translator

KINDS: dict[str, tuple[Any, Any]] = {
    "language": (Speaker, LanguageProbe(TOKENS)),
    "translator": (Translator, TranslatorProbe(TOKENS)),
    "memory": (Memory, DecoderLayerProbe(DIM, HEADS)),
    "images": (Looker, ImageProbe(SIDE, CLASSES)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_right_modules_meet_the_expectations_on_any_module(kind: str) -> None:
    build, probe = KINDS[kind]
    shapes(build(), probe)
    reads_each_alone(build(), probe)
    if kind != "translator":  # the layers of a speaker are of no use to a translator
        gradient_reaches(build(), probe)
    registers_everything(build, probe)
    if kind != "images":
        ignores_padding(build(), probe)
    if kind == "memory":
        simplex(build(), probe)
    else:
        writes_logits(build(), probe)


def test_bounded_logits_are_seen() -> None:
    class Squashed(Speaker):
        def forward(self, *inputs: Any) -> Any:
            return super().forward(*inputs).softmax(dim=2)

    with pytest.raises(ExpectationMissed) as caught:
        writes_logits(Squashed(), LanguageProbe(TOKENS))
    assert "no softmax" in caught.value.outcome.hint


@pytest.mark.parametrize("kind", ["language", "translator"])
def test_another_token_stands_at_one_place_and_a_cut_keeps_the_first(kind: str) -> None:
    probe = KINDS[kind][1]
    inputs = probe.inputs((4, 2, 1), 3)
    number = 0 if kind == "language" else 2
    moved = probe.another(inputs, 2, 5)
    apart = moved[number] != inputs[number]
    assert apart[:, 2].all() and not apart[:, [0, 1, 3]].any()
    assert int(moved[number].min()) >= 0 and int(moved[number].max()) < TOKENS
    assert torch.equal(probe.cut(inputs, 2)[number], inputs[number][:, :2])
    assert probe.steps(inputs) == 4


def test_a_teacher_begins_with_start_and_holds_neither_end_nor_pad() -> None:
    _, _, teacher = TranslatorProbe(TOKENS, steps=6).inputs((3, 2), 1)
    assert teacher.shape == (2, 6) and (teacher[:, 0] == 1).all() and (teacher[:, 1:] > 2).all()


def test_a_memory_is_longer_than_its_text_or_as_long() -> None:
    for longer in (0, 2):
        x, mask, memory, memory_mask = DecoderLayerProbe(DIM, HEADS, longer).inputs((3, 1), 0)
        assert x.shape == (2, 3, DIM) and memory.shape == (2, 3 + longer, DIM)
        assert mask.sum(dim=1).tolist() == [3, 1] and memory_mask.sum(dim=1).tolist() == [3 + longer, 1 + longer]


def test_under_0_nothing_stands_under_the_padding() -> None:
    for kind in ("language", "translator"):
        tokens, mask, *_ = KINDS[kind][1].inputs((3, 1), 4, under=0)
        assert not (tokens * ~mask).any()
    x, mask, memory, memory_mask = DecoderLayerProbe(DIM, HEADS).inputs((3, 1), 4, under=0)
    assert not x[~mask].any() and not memory[~memory_mask].any()


WRONG = {
    "language": (torch.zeros(2, 3), "logits alone"),
    "translator": ((torch.zeros(2, 4, TOKENS), None), "logits alone"),
    "memory": (torch.zeros(2, 3, DIM), "the pair of states and weights"),
    "images": (torch.zeros(2, 3), "a number for each class"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_of_another_form_is_told(kind: str) -> None:
    reply, hint = WRONG[kind]
    with pytest.raises(Missed) as caught:
        KINDS[kind][1].seen(reply, KINDS[kind][1].inputs((3, 2), 0))
    assert hint in caught.value.hint
