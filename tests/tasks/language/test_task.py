"""What the task measures of a model, shows of it and reads with it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lightning import Trainer

from amal_attention.errors import DataError, LabError
from amal_attention.tasks.language import Perplexity
from amal_attention.tasks.language.task import TASK
from tests.tasks.language.models import Unigram, loss, write

USES = {"loss": loss, "write": write}
QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}


@pytest.fixture
def model(data):
    return Unigram(torch.full((data.num_tokens,), 1 / data.num_tokens)).eval()


def test_a_model_that_knows_nothing_is_as_unsure_as_there_are_words(data, model):
    tested = TASK.test(model, data, USES)
    assert tested.metrics["perplexity"] == pytest.approx((51.0, 51.0, 51.0), rel=1e-4)
    assert tested.metrics["bigram"][0] < tested.metrics["unigram"][0] < 51
    assert len(tested.right) == 40


def test_a_perplexity_that_is_no_number_is_none():
    nothing = np.array([np.inf, 1.0])
    assert TASK.metrics({"perplexity": (nothing, np.ones(2))}) == {"perplexity": (None, None, None)}


def test_it_is_logged_after_each_epoch_beside_what_the_model_logs(data, model):
    (logged,) = Trainer(callbacks=[Perplexity(loss)], **QUIET).validate(model, data, verbose=False)
    assert logged["val_perplexity"] == pytest.approx(51.0, rel=1e-4) and logged["val_loss"] == 0.25


def test_an_exhibit_is_a_prompt_of_the_test_and_what_follows_by_temperature(data, model):
    (shown,) = TASK.exhibits(model, data, np.array([3]), USES)
    stream = data.stream("test")
    prompt = data.words.decode(stream.tokens(stream.starts[3] + np.arange(8)).tolist())
    assert shown.row == 3 and shown.texts["prompt"] == " ".join(prompt)
    assert list(shown.texts) == ["prompt", "temperature 0", "temperature 0.7", "temperature 1"]
    assert all("<rare>" not in text for name, text in shown.texts.items() if name != "prompt")


def test_a_text_of_ones_own_is_continued_and_the_places_are_the_words_that_were_read(data, model):
    kept = TASK.kept(data)
    shown = TASK.read(model, kept, "The film, the plot", USES, steps=3, temperature=0.5)
    assert shown.texts["prompt"] == "the film , the plot" and list(shown.texts) == ["prompt", "temperature 0.5"]
    written = shown.texts["temperature 0.5"].split()
    assert len(written) == 3
    assert TASK.places(kept, shown) == [["the", "film", ",", "the", "plot", *written[:2]]]


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("  ", {}, "0 words"),
        ("a " * 501, {}, "501 words"),
        ("a", {"steps": 0}, "--steps"),
        ("a", {"temperature": -1.0}, "--temperature"),
        ("a", {"temperature": float("inf")}, "--temperature"),
    ],
)
def test_what_cannot_be_continued_is_told(data, model, refusal, text, options, told):
    assert told in refusal(DataError, lambda: TASK.read(model, TASK.kept(data), text, USES, **options))


def test_a_lab_that_names_no_function_is_told(data, model, refusal):
    assert "uses.write" in refusal(LabError, lambda: TASK.read(model, TASK.kept(data), "a", {"loss": loss}))
    assert "uses.loss" in refusal(LabError, lambda: TASK.callbacks({}))
