"""What writing costs: counted on modules that note nothing themselves, and drawn."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from amal_attention.language import speak
from amal_attention.tasks.translation.costs import Cost, cost_bars, writing_cost

COSTS = {"naive": Cost(165, 66, 0.034), "prefix": Cost(15, 66, 0.01), "step by step": Cost(15, 11, 0.005)}


class Twice(nn.Module):
    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        return 2 * tokens


def write(encoder: nn.Module, decoder: nn.Module, source: Tensor, steps: int) -> Tensor:
    for step in range(steps):
        encoder(source, mask=None)
        decoder(tokens=source[:, : step + 1])
    return source


def test_tokens_are_counted_call_by_call_whatever_the_batch() -> None:
    for lines in (1, 6):
        cost = writing_cost(write, Twice(), Twice(), torch.ones(lines, 5, dtype=torch.long), 3)
        assert (cost.encoder, cost.decoder) == (15, 6)
        assert cost.seconds >= 0


def test_calls_before_and_after_are_not_counted() -> None:
    encoder, decoder, source = Twice(), Twice(), torch.ones(2, 4, dtype=torch.long)
    write(encoder, decoder, source, 2)
    first = writing_cost(write, encoder, decoder, source, 1)
    write(encoder, decoder, source, 2)
    again = writing_cost(write, encoder, decoder, source, 1)
    assert (first.encoder, first.decoder) == (again.encoder, again.decoder) == (4, 1)


def test_modules_are_as_they_were_when_writing_fails() -> None:
    encoder = Twice()

    def fails(encoder: nn.Module, decoder: nn.Module) -> Tensor:
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        writing_cost(fails, encoder, Twice())
    assert not encoder._forward_pre_hooks


def test_the_bars_of_tokens_are_stacked_and_their_sum_is_told() -> None:
    tokens, seconds = cost_bars(COSTS).axes
    assert [bar.get_width() for bar in tokens.patches] == [165, 15, 15, 66, 66, 11]
    assert [bar.get_x() for bar in tokens.patches] == [0, 0, 0, 165, 15, 15]
    assert [text.get_text() for text in tokens.texts] == ["231", "81", "26"]
    assert [bar.get_width() for bar in seconds.patches] == [0.034, 0.01, 0.005]
    assert [label.get_text() for label in tokens.get_yticklabels()] == [*COSTS]


def test_words_are_in_the_language_that_is_spoken() -> None:
    speak("fr")
    tokens, seconds = cost_bars(COSTS).axes
    assert tokens.get_xlabel() == "jetons lus pour une ligne"
    assert seconds.get_xlabel() == "secondes de processeur pour toutes les lignes"
    assert [each.get_text() for each in tokens.get_legend().get_texts()] == ["par l'encodeur", "par le décodeur"]


def test_no_cost_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        cost_bars({})
