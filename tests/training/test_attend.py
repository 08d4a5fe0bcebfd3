from __future__ import annotations

import pytest
import torch
from lightning import LightningModule
from torch import nn

from amal_attention.errors import DataError
from amal_attention.record import Grid
from amal_attention.tasks.classification.task import TASK
from amal_attention.training.attend import (
    attend_against,
    attend_text,
    attend_with_heads,
    attended_page,
    names_against,
)
from amal_attention.training.checkpoint import Label, TrainedModel


class Model(LightningModule):
    """Attends to word number 3 (``dull``) three times as much as to others, and says neg if it is there.

    Its two heads look at every word alike.
    """

    class Heads(nn.Module):
        def forward(self, tokens, mask):
            return tokens, torch.full((len(tokens), 2, *tokens.shape[1:], tokens.shape[1]), 1 / tokens.shape[1])

    class Pooling(nn.Module):
        def forward(self, tokens, mask):
            scores = torch.where(tokens == 3, 3.0, 1.0) * mask
            return None, scores / scores.sum(dim=1, keepdim=True)

    def __init__(self) -> None:
        super().__init__()
        self.pooling = self.Pooling()
        self.heads = self.Heads()

    def forward(self, tokens, mask):
        self.pooling(tokens, mask)
        if tokens.shape[1] < 10:
            self.heads(tokens, mask)
        found = (tokens == 3).any(dim=1).float()
        return torch.stack([2 * found, torch.ones_like(found)], dim=1)


@pytest.fixture
def trained() -> TrainedModel:
    kept = {"words": ["film", "dull", "a"], "tokenizer": "glove", "label_names": ["neg", "pos"]}
    functions = {"longest": lambda tokens: 1.0 * tokens, "_helper": len}
    return TrainedModel(Model().eval(), TASK, Label("toy", "q", {}, {}, kept, "run"), functions=functions)


def test_a_text_is_split_as_the_reviews_were(trained):
    assert attend_text(trained, "A dull film!<br />Dull.").tokens == ["a", "dull", "film", "!", "dull", "."]


def test_each_word_has_its_attention(trained):
    assert attend_text(trained, "film: dull").weights == pytest.approx([0.2, 0.2, 0.6])


def test_the_prediction_is_named_with_its_probability(trained):
    reading = attend_text(trained, "a dull film")
    assert reading.prediction == "neg"
    assert reading.probability == pytest.approx(1 / (1 + 2.718281828**-1), rel=1e-6)


def test_words_the_model_never_saw_are_told(trained):
    assert attend_text(trained, "a dull opus").unknown == ["opus"]


@pytest.mark.parametrize("text", ["", "  \n\t ", "<br /><br />"])
def test_a_text_without_a_word_is_told(trained, text):
    with pytest.raises(DataError, match="no word in it"):
        attend_text(trained, text)


def test_a_text_of_a_hundred_thousand_words_is_read(trained):
    assert len(attend_text(trained, "a dull film " * 33_334).tokens) == 100_002


def test_a_page_shows_hostile_text_as_text(trained):
    page = attended_page(trained, attend_text(trained, "a <script>alert(1)</script> film"))
    assert "<script>" not in page
    assert "script" in page


def test_heads_have_a_matrix_each_that_names_the_words(trained):
    exhibit, matrices = attend_with_heads(trained, "a dull film")
    assert exhibit.tokens == ["a", "dull", "film"]
    assert [matrix.name for matrix in matrices] == ["heads, head 1", "heads, head 2"]
    assert matrices[0].rows == matrices[0].columns == exhibit.tokens
    page = attended_page(trained, exhibit, matrices)
    assert page.count("<svg") == 2 and "<h2>heads, head 2</h2>" in page


def test_an_option_that_the_task_does_not_ask_for_is_told(trained, refusal):
    told = refusal(DataError, lambda: attend_text(trained, "a dull film", steps=3))
    assert "classification" in told and "leave out --steps" in told


def test_words_are_coloured_by_attention_and_by_a_function_of_the_lab(trained):
    text = "film: dull"
    exhibit = attend_text(trained, text)
    names = names_against(trained, "longest, attention,longest")
    assert names == ["longest", "attention"]
    found = attend_against(trained, text, exhibit, names)
    assert list(found) == names and found["attention"].weights == exhibit.weights
    assert found["longest"].weights == pytest.approx([2 / 6, 1 / 6, 3 / 6])
    page = attended_page(trained, exhibit, against=found)
    assert "<h2>longest</h2>" in page and page.count('class="words"') == 2


@pytest.mark.parametrize("given", ["shortest", "attention,shortest", "", ","])
def test_a_name_of_no_function_is_answered_with_those_there_are(trained, refusal, given):
    told = refusal(DataError, lambda: names_against(trained, given))
    assert "toy (attention, longest)" in told


def test_a_task_that_colours_no_words_is_told(trained, refusal):
    grid = Grid(-1, "text", ["a"], ["b"], [[1.0]])
    assert "leave out --against" in refusal(DataError, lambda: attend_against(trained, "a", grid, ["attention"]))
