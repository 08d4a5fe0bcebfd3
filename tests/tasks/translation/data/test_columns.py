"""Lines that are gathered are the lines that were put in, padded on the right to the longest of them."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.tasks.translation.data.columns import Column

LINES = st.lists(st.lists(st.integers(1, 99), max_size=7), min_size=1, max_size=9)


@given(lines=LINES, data=st.data())
def test_lines_come_back_padded_to_the_longest(lines: list[list[int]], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(lines) - 1), min_size=1, max_size=6))
    tokens, mask = Column.of(lines).padded(np.array(chosen))
    width = max(len(lines[number]) for number in chosen)
    assert tokens.tolist() == [lines[number] + [0] * (width - len(lines[number])) for number in chosen]
    assert mask.tolist() == [[place < len(lines[number]) for place in range(width)] for number in chosen]


@given(lines=LINES)
def test_lengths_are_those_of_the_lines(lines: list[list[int]]) -> None:
    assert Column.of(lines).lengths.tolist() == [len(line) for line in lines]


def test_tokens_are_whole_numbers_and_masks_are_not() -> None:
    tokens, mask = Column.of([[5], [6, 7]]).padded(np.array([1, 0]))
    assert (tokens.dtype, mask.dtype) == (torch.int64, torch.bool)
