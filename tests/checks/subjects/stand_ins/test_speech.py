"""Stand-ins for models that write say what they are told, and keep how they were called."""

from __future__ import annotations

import pytest
import torch

from amal_attention.checks import FixedEncoder, FixedSpeech, FixedSpeller, ScriptedDecoder, ScriptedTranslator

TOKENS = torch.tensor([[1, 2, 0], [2, 2, 1]])
EVERYWHERE = torch.ones(2, 3, dtype=torch.bool)
TABLE = torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(0))
ANSWERS = torch.tensor([[4, 5, 2, 9], [3, 2, 9, 9]])
SOURCE = torch.tensor([[7, 8], [8, 7]])


def test_speech_is_told_by_the_last_two_tokens_token_0_before_the_first() -> None:
    speech = FixedSpeech(TABLE).eval()
    said = speech(TOKENS, EVERYWHERE)
    for row, (first, second, third) in enumerate(TOKENS.tolist()):
        assert torch.equal(said[row], torch.stack([TABLE[0, first], TABLE[first, second], TABLE[second, third]]))
    hidden = speech(TOKENS, torch.tensor([[True, False, True]]).expand(2, 3))
    assert torch.equal(hidden[:, 2], TABLE[0, TOKENS[:, 2]])


def test_speech_keeps_what_it_was_handed() -> None:
    speech, tokens = FixedSpeech(TABLE), TOKENS.clone()
    assert set(speech.state_dict()) == {"table", "hidden", "in_training", "with_graph"}
    speech(tokens, EVERYWHERE)
    tokens.zero_()
    assert torch.equal(speech.state_dict()["tokens"], TOKENS) and not speech.hidden
    speech(TOKENS, torch.tensor([[True, False, True]]).expand(2, 3))
    assert speech.hidden


def spoken(model: torch.nn.Module) -> torch.Tensor:
    said: torch.Tensor = (
        model(SOURCE, SOURCE > 0, torch.ones(2, 1, dtype=torch.long))
        if isinstance(model, FixedSpeller)
        else model(TOKENS, EVERYWHERE)
    )
    return said


@pytest.mark.parametrize("build", [lambda: FixedSpeech(TABLE), lambda: FixedSpeller(ANSWERS)])
def test_in_training_they_say_the_reverse_and_each_call_is_remembered(build) -> None:
    model = build().eval()
    with torch.no_grad():
        expected = spoken(model)
    assert not model.in_training and not model.with_graph
    assert torch.equal(spoken(model), expected) and spoken(model).requires_grad
    assert model.with_graph and not model.in_training
    with torch.no_grad():
        assert torch.equal(spoken(model.train()), -expected) and model.in_training
        spoken(model.eval())
    assert model.in_training and model.with_graph


def spelt(teacher: list[list[int]]) -> list[list[int]]:
    rows = torch.tensor(teacher)
    logits = FixedSpeller(ANSWERS).eval()(SOURCE[: len(rows)], SOURCE[: len(rows)] > 0, rows)
    assert logits.shape == (*rows.shape, 10)
    return logits.argmax(dim=2).tolist()


def test_a_speller_spells_its_answers_and_its_last_token_behind_them() -> None:
    assert spelt([[1, 4, 5], [1, 3, 2]]) == [[4, 5, 2], [3, 2, 9]]
    assert spelt([[1, 4, 5, 2, 0, 0], [1, 3, 2, 9, 9, 9]]) == [[4, 5, 2, 9, 9, 9], [3, 2, 9, 9, 9, 9]]
    assert spelt([[1]]) == [[4]]


def test_a_speller_is_lost_without_start_and_behind_a_wrong_token() -> None:
    assert spelt([[4, 5, 2], [0, 3, 2]]) == [[0, 0, 0], [0, 0, 0]]
    assert spelt([[1, 5, 5], [1, 4, 2]]) == [[4, 0, 0], [3, 0, 0]]


def test_a_translator_decodes_the_whole_teacher_from_what_the_encoder_says() -> None:
    encoder = FixedEncoder(torch.tensor([[[2.0], [8.0]], [[3.0], [1.0]]]), torch.tensor([[1.0], [4.0]]))
    decoder = ScriptedDecoder(torch.randn(11, 8, generator=torch.Generator().manual_seed(1)))
    teacher = torch.tensor([[1, 4, 5], [1, 3, 6]])
    translator = ScriptedTranslator(encoder, decoder).eval()
    logits = translator(SOURCE, SOURCE > 0, teacher)
    memory, final = encoder(SOURCE, SOURCE > 0)
    assert torch.equal(logits, decoder(teacher, final, memory, SOURCE > 0)[0])
    assert torch.equal(encoder.state_dict()["tokens"], SOURCE) and translator.with_graph
