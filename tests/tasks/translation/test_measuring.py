"""Lines and tokens are counted as one counts them by hand, whatever stands on padding."""

from __future__ import annotations

import pytest
import torch

from amal_attention.tasks.translation.data.batch import END, PAD, START, PairBatch
from amal_attention.tasks.translation.measuring import measure_lines, written_lines
from tests.tasks.translation.scripted import Sure, write_ab

TARGETS = [[4, 5, END], [4, 6, END], [6, 7, 5, END]]


def batch_of(targets: list[list[int]], noise: int = PAD) -> PairBatch:
    """These targets, with the same source each; ``noise`` stands on padding."""
    width = max(map(len, targets))
    mask = torch.tensor([[place < len(each) for place in range(width)] for each in targets])
    target = torch.tensor([each + [noise] * (width - len(each)) for each in targets])
    teacher = torch.tensor([[START, *each[:-1]] + [noise] * (width - len(each)) for each in targets])
    source = torch.full((len(targets), 2), 4)
    return PairBatch(source, torch.ones_like(source, dtype=torch.bool), teacher, target, mask)


@pytest.mark.parametrize("noise", [PAD, 5, END])
def test_lines_and_tokens_are_counted_line_by_line(noise: int) -> None:
    """The model writes "ab" for all three: of the second a token is wrong, of the third each one."""
    measured = measure_lines(Sure(), batch_of(TARGETS, noise), write_ab)
    counted = {name: [each.tolist() for each in parts] for name, parts in measured.items()}
    assert counted == {
        "exact_match": [[True, False, False], [1, 1, 1]],
        "token_accuracy": [[3, 1, 3], [3, 3, 4]],
        "wrong_after_right": [[0, 1, 1], [3, 2, 1]],
        "wrong_after_wrong": [[0, 0, 3], [0, 1, 3]],
    }


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ([4, 5, END, PAD], True),
        ([4, 5, END, 7], True),  # what stands after the end is not said
        ([4, 5, PAD, PAD], False),
        ([4, 5, 5, END], False),
        ([4, END, PAD, PAD], False),
        ([4, 5, PAD, END], False),
    ],
)
def test_a_line_is_right_if_it_says_the_same_up_to_its_end(written: list[int], right: bool) -> None:
    def decode(model, source, source_mask, max_length):
        assert max_length == 4, "one more than the longest target: a line that goes on is seen"
        return torch.tensor([written])

    assert written_lines(Sure(), batch_of([[4, 5, END]]), decode)[1].tolist() == [right]
