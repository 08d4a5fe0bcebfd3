"""What a mask hides is hidden from the softmax, whatever the scores are."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from amal_attention.checks import hides_from_softmax
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.attending import Looks

SCORES = torch.tensor([[[0.5, -1.0, 2.0, 0.1], [1.0, 0.3, -0.5, 0.0]]])
MASK = torch.tensor([[[True, True, False, False], [False, True, True, True]]])


def right(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return scores, weights


def without(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores, scores.softmax(dim=-1)


def after(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores, scores.softmax(dim=-1) * mask


def inverted(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores, scores.masked_fill(mask, -1e9).softmax(dim=-1)


def minus_twenty(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores, scores.masked_fill(~mask, -20).softmax(dim=-1)


def times(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores, (scores * mask).softmax(dim=-1)


def unscaled_but_masked(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return right(7 * scores, mask)


def narrower(scores: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    return scores, right(scores, mask)[1][..., : int(mask.all()) + 2]


def missed(answer: Any, **options: Any) -> Any:
    with pytest.raises(ExpectationMissed) as caught:
        hides_from_softmax(answer, (SCORES,), MASK, **options)
    return caught.value.outcome


@pytest.mark.parametrize("answer", [right, unscaled_but_masked])
def test_what_hides_before_the_softmax_is_right_whatever_the_scores_are(answer):
    hides_from_softmax(answer, (SCORES,), MASK)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (without, "the mask changes nothing"),
        (after, "the mask comes before the softmax"),
        (inverted, "the mask is inverted"),
        (minus_twenty, "hidden places still weigh something"),
        (times, "hidden places still weigh something"),
    ],
)
def test_a_mask_that_does_something_else_is_named(answer, hint):
    outcome = missed(answer)
    assert hint in outcome.hint and outcome.sent.startswith("a tensor (1, 2, 4)")


def test_a_mistake_that_the_caller_knows_comes_first():
    known = {"a score of 0 weighs 1": lambda scores, mask: times(scores, mask)[1]}
    assert missed(times, mistakes=known).hint == "a score of 0 weighs 1"


def test_another_shape_under_a_mask_is_told():
    outcome = missed(narrower, hint="mine")
    assert outcome.expected == "weights as without a mask, (1, 2, 3)" and outcome.came == "(1, 2, 2)"


def test_a_reply_without_weights_is_told():
    assert missed(lambda scores, mask: scores).expected == "a pair, the weights last"


def test_modules_are_looked_at_with_random_parameters_and_masks_lie_over_heads():
    generator = torch.Generator().manual_seed(1)
    x, memory = torch.randn(2, 3, 6, generator=generator), torch.randn(2, 4, 6, generator=generator)
    mask = MASK[:, :1].expand(2, 1, -1)
    hides_from_softmax(Looks(6, 3), (x, memory), mask, places=mask.unsqueeze(1))
    with pytest.raises(ExpectationMissed) as caught:
        hides_from_softmax(Looks(6, 3, wrong="no mask"), (x, memory), mask, places=mask.unsqueeze(1))
    assert "the mask changes nothing" in caught.value.outcome.hint
