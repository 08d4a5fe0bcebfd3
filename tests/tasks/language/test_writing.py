"""What is written after some words: never a rare one, and the same for the same seed."""

from __future__ import annotations

import pytest
import torch

from amal_attention.tasks.language import continuations
from amal_attention.tasks.language.data.words import StreamWords
from tests.tasks.language.models import Unigram, write

WORDS = StreamWords(["a", "b", "c"])


@pytest.fixture
def model():
    return Unigram(torch.tensor([0.9, 0.02, 0.05, 0.03])).eval()


def test_no_rare_word_is_written_however_likely(model):
    written = continuations(model, write, WORDS, "a nowhere", steps=40, temperatures=(0.0, 1.0, 5.0))
    assert written[0.0] == " ".join(["b"] * 40)
    assert set(" ".join(written.values()).split()) == {"a", "b", "c"}


def test_the_same_seed_draws_the_same_and_leaves_the_draws_of_others_alone(model):
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first, again, other = (
        continuations(model, write, WORDS, "a", temperatures=(1.0,), seed=seed) for seed in (0, 0, 1)
    )
    assert first == again != other
    assert torch.equal(torch.rand(3), expected)


def test_a_model_goes_on_learning_where_it_did(model):
    model.train()
    continuations(model, write, WORDS, "a", steps=1)
    assert model.training and model.attend.training
