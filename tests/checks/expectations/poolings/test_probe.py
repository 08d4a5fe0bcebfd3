"""How a pooling is read."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, RaisedElsewhere
from amal_attention.checks.expectations.poolings.diagnosis import NOT_FINITE
from amal_attention.checks.expectations.poolings.probe import looks, read, read_each
from amal_attention.checks.probes.texts import some_texts
from amal_attention.checks.subjects.subject import LocalSubject, subject


class Replies(nn.Module):
    """Gives what it was told to give."""

    def __init__(self, reply: Any) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(5))
        self.reply = reply

    def forward(self, x: Tensor, mask: Tensor) -> Any:
        return self.reply


X, MASK = some_texts(5, (4, 2, 1))
POOLED, WEIGHTS = torch.zeros(3, 6), torch.zeros(3, 4)


def missed(reply: Any, batch: int = 3) -> Missed:
    with pytest.raises(Missed) as caught:
        next(read_each(LocalSubject(Replies(reply)), [(X[:batch], MASK[:batch])], mend=False))
    return caught.value


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_pair_is_read_whatever_holds_it(kind: type) -> None:
    pooled, weights = read(LocalSubject(Replies(kind([POOLED.requires_grad_(), WEIGHTS]))), X, MASK)
    assert pooled.shape == (3, 6) and weights.shape == (3, 4) and not pooled.requires_grad


@pytest.mark.parametrize(
    ("reply", "came"),
    [
        (None, "None"),
        (POOLED, "a tensor (3, 6) of float32"),
        ((POOLED,), "a tuple of 1: a tensor (3, 6) of float32"),
        ((POOLED, WEIGHTS, WEIGHTS), "a tuple of 3: "),
        ((POOLED, None), "a tuple of 2: a tensor (3, 6) of float32, None"),
        ((POOLED, WEIGHTS.tolist()), "a tuple of 2: a tensor (3, 6) of float32, a list of 3"),
        ({"pooled": POOLED, "weights": WEIGHTS}, "a value of type dict"),
        (torch.zeros(2, 3, 4), "a tensor (2, 3, 4) of float32"),
    ],
)
def test_what_is_no_pair_is_told(reply: Any, came: str) -> None:
    caught = missed(reply)
    assert caught.came.startswith(came)
    assert caught.expected == "the pair of tensors (pooled, weights)" and caught.hint in (
        "return both, pooled first: return pooled, weights",
        "does forward end with return?",
        "a list is no tensor: torch.stack(...) makes one of a list of tensors",
    )
    assert ("torch.stack" in caught.hint) == ("a list of 3" in came)
    assert caught.sent == "3 reviews of 4, 2 and 1 words, padded to 4, in dimension 5"


@pytest.mark.parametrize(
    ("sizes", "hint"),
    [
        ((4, 3), "axes are swapped"),
        ((3, 4, 1), "an axis of length 1"),
        ((1, 3, 4), "an axis of length 1"),
        ((12,), "an axis of length 1"),
        ((3, 4, 5), "first reduce each word to one score"),
        ((3,), "one weight a word"),
        ((3, 5), "one weight a word"),
        ((), "one weight a word"),
    ],
)
def test_weights_of_another_shape_are_told(sizes: tuple[int, ...], hint: str) -> None:
    caught = missed((POOLED, torch.zeros(sizes)))
    assert (caught.expected, caught.came) == ("weights of shape (3, 4)", f"shape {sizes}")
    assert hint in caught.hint


@pytest.mark.parametrize(
    ("sizes", "batch", "hint"),
    [
        ((6,), 1, "squeeze() also squeezes a batch of one"),
        ((), 1, "squeeze() also squeezes a batch of one"),
        ((6,), 3, "keep the reviews"),
        ((), 3, "keep the reviews"),
        ((3, 1, 6), 3, "an axis is left over"),
        ((4, 6), 3, "not over the batch, dim=0"),
        ((32, 6), 3, "is a batch size written into the code"),
        ((3, 6), 1, "another number of reviews"),
    ],
)
def test_pooled_vectors_of_another_shape_are_told(sizes: tuple[int, ...], batch: int, hint: str) -> None:
    caught = missed((torch.zeros(sizes), WEIGHTS[:batch]), batch)
    assert (caught.expected, caught.came) == (f"pooled of shape ({batch}, out_features)", f"shape {sizes}")
    assert hint in caught.hint


def test_a_pair_the_other_way_round_is_told() -> None:
    assert "pooled first, then weights" in missed((WEIGHTS, POOLED)).hint


@pytest.mark.parametrize("spoilt", ["pooled", "weights"])
def test_what_is_not_finite_is_told_or_let_through(spoilt: str) -> None:
    pooled, weights = (POOLED.detach().clone(), WEIGHTS.clone())
    (pooled if spoilt == "pooled" else weights)[0, 0] = float("inf")
    caught = missed((pooled, weights))
    assert caught.hint == NOT_FINITE and caught.came.startswith("pooled [[") and "inf" in caught.came
    read(LocalSubject(Replies((pooled, weights))), X, MASK, finite=False)


def test_looks_differ_in_words_and_in_parameters() -> None:
    module = Replies((POOLED, WEIGHTS)).train()
    seen = []
    for looked_at, x, mask in looks(module, 5, (3, 2)):
        seen.append((looked_at.parameters()["query"], x))
        assert mask.sum(1).tolist() == [3, 2] and not module.training
    assert len(seen) == 3
    drawn = [each for query, x in seen for each in (query, x[0, 0])]
    closest = max(
        abs(float(torch.cosine_similarity(one, other, dim=0)))
        for place, one in enumerate(drawn)
        for other in drawn[:place]
    )
    assert closest < 0.999
    assert len(list(looks(module, 5, (3, 2), times=5))) == 5


def test_what_is_raised_is_told_with_what_was_sent() -> None:
    class Raises(nn.Module):
        def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            return x.mean(dim=1), mask / mask.sum(dim=1)

    with pytest.raises(RaisedElsewhere) as caught:
        read(subject(Raises()), torch.zeros(2, 3, 5), torch.ones(2, 3, dtype=torch.bool))
    outcome = caught.value.outcome
    assert outcome.sent == "2 reviews of 3 and 3 words, in dimension 5; at that line x (2, 3, 5), mask (2, 3)"
    assert "in Raises.forward, line" in outcome.came and "keepdim=True" in outcome.hint


@pytest.mark.parametrize("sizes", [(3, 4, 1), (1, 3, 4), (3, 1, 4)])
def test_an_axis_of_length_1_is_put_right_where_shapes_are_not_looked_at(sizes: tuple[int, ...]) -> None:
    pooled, weights = read(LocalSubject(Replies((torch.ones(3, 1, 6), torch.ones(sizes)))), X, MASK)
    assert (pooled.shape, weights.shape) == ((3, 6), (3, 4))


def test_axes_that_are_swapped_are_not_put_right() -> None:
    with pytest.raises(Missed):
        read(LocalSubject(Replies((POOLED, WEIGHTS.T))), X, MASK)
