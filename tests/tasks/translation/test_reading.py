"""A line as a model writes it: with what probability, and where it looks."""

from __future__ import annotations

import pytest
import torch

from amal_attention.tasks.translation.data.alphabet import Alphabet
from amal_attention.tasks.translation.reading import write_line
from tests.tasks.translation.scripted import Looking, Sure, write_ab

ALPHABET = Alphabet("abcd ")


def test_a_line_is_written_with_the_product_of_the_probabilities_of_its_tokens() -> None:
    shown = write_line(Sure(0.75), write_ab, ALPHABET, "ca", 6, row=7, expected="ba")
    assert (shown.row, shown.name, shown.texts) == (7, "line 7", {"source": "ca", "expected": "ba"})
    assert (shown.prediction, shown.label, shown.right) == ("ab", "ba", False)
    assert shown.probability == pytest.approx(0.75**3), "the end counts"


def test_a_model_without_attention_has_no_matrix() -> None:
    assert write_line(Sure(), write_ab, ALPHABET, "ca", 6).grid is None


def test_each_character_written_and_the_end_have_a_row_and_blanks_are_seen() -> None:
    grid = write_line(Looking(), write_ab, ALPHABET, "a d", 6).grid
    assert (grid.rows, grid.columns) == (["a", "b", "END"], ["a", "␣", "d"])
    assert grid.weights == torch.eye(3).tolist()


def test_a_line_that_does_not_end_is_shown_as_far_as_it_goes() -> None:
    def decode(model, source, source_mask, max_length):
        return torch.tensor([[4, 5, 4, 5]])

    shown = write_line(Looking(), decode, ALPHABET, "ab", 4)
    assert (shown.prediction, shown.grid.rows) == ("abab", ["a", "b", "a", "b"])


@pytest.mark.parametrize(("text", "name"), [("line 3", 3), ("line", -1)])
def test_a_line_is_called_by_its_number(text: str, name: int) -> None:
    assert write_line(Sure(), write_ab, ALPHABET, "a", 6, row=name).name == text
