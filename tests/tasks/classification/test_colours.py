"""Functions of a lab colour words by what their parameters ask for, and whatever else they give is told."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from lightning import LightningModule
from torch import nn

from amal_attention.errors import DataError, LabError
from amal_attention.tasks.classification.colours import word_numbers
from amal_attention.tasks.classification.examination import unlabelled

BATCH = unlabelled(torch.tensor([[3, 1, 2]]))


class Classifier(LightningModule):
    """Says class 1; its vectors are the token, twice."""

    class Reader(nn.Module):
        def forward(self, x: Any, mask: Any) -> Any:
            return torch.stack([0 * x.sum(dim=(1, 2)), x.sum(dim=(1, 2))], dim=1)

    def __init__(self) -> None:
        super().__init__()
        self.reader = self.Reader()

    def vectors(self, tokens: Any) -> Any:
        return tokens.float().unsqueeze(2).repeat(1, 1, 2)

    def forward(self, tokens: Any, mask: Any) -> Any:
        return self.reader(self.vectors(tokens), mask)


class Plain(LightningModule):
    def forward(self, tokens: Any, mask: Any) -> Any:
        return torch.tensor([[0.0, 1.0]])


def test_a_function_of_vectors_is_handed_the_reader_and_the_predicted_class() -> None:
    def slopes(model: nn.Module, x: Any, mask: Any, labels: Any) -> Any:
        assert isinstance(model, Classifier.Reader) and labels.tolist() == [1] and mask.all()
        words = x.requires_grad_()
        return torch.autograd.grad((model(words, mask)[:, 1] ** 2).sum(), words)[0].sum(dim=2) * x[:, :, 0].detach()

    assert word_numbers(slopes, Classifier(), BATCH) == pytest.approx([3 / 6, 1 / 6, 2 / 6])


def test_a_function_of_tokens_is_handed_the_classifier() -> None:
    seen: list[Any] = []

    def by_model(model: Any, tokens: Any, epsilon: float = 1.0) -> Any:
        seen.append(model)
        return tokens.float()

    def by_classifier(classifier: Any, tokens: Any) -> Any:
        return by_model(classifier, tokens)

    model = Plain()
    for function in (by_model, by_classifier):
        assert word_numbers(function, model, BATCH) == pytest.approx([3 / 6, 1 / 6, 2 / 6])
    assert seen == [model, model]


def test_a_function_may_ask_for_the_batch() -> None:
    assert word_numbers(lambda batch: 1.0 * batch.mask, Plain(), BATCH) == pytest.approx([1 / 3] * 3)


def test_zeros_stay_zeros() -> None:
    assert word_numbers(lambda tokens: 0.0 * tokens, Plain(), BATCH) == [0, 0, 0]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x, epsilon: x, "asks for epsilon too"),
        (lambda x: x, "got Plain"),
        (lambda tokens: tokens.sum(), "shape ()"),
        (lambda tokens: tokens.unsqueeze(2), "shape (1, 3, 1)"),
        (lambda tokens: 3, "got int"),
        (lambda tokens: -1.0 * tokens, "below 0"),
        (lambda tokens: tokens / 0, "not finite"),
        (lambda tokens: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_what_colours_no_words_is_told(function: Any, told: str, refusal: Any) -> None:
    assert told in refusal(DataError, lambda: word_numbers(function, Plain(), BATCH))


def test_an_error_that_is_told_in_a_line_already_stays_as_it_is() -> None:
    def refuses(tokens: Any) -> Any:
        raise LabError("expected a; got b; do c")

    with pytest.raises(LabError, match="expected a"):
        word_numbers(refuses, Plain(), BATCH)
