"""Expectations on one call of a pooling after another: what it keeps, what it changes, and what training changes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.inputs import some_reviews
from amal_attention.checks.reading import KEPT, looks, mistake_of_order, read, read_each, unsteady
from amal_attention.checks.subjects.subject import Subject
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers, reviews_sent

__all__ = ["answers_afresh", "keeps_types", "leaves_inputs_alone", "same_in_training"]

Module = nn.Module | Subject

_LENGTHS = (3, 4, 1)
_FLOAT64 = "let nothing become float64: mask.to(x.dtype), no .double(), and no numbers of numpy"
_OTHER_TYPE = "all is computed in the type of x: mask.to(x.dtype), and x as it is"


@expectation("each call answers for itself: the same reviews in another order give the same answers")
def answers_afresh(
    pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """A second batch of the shape of the first one, with the reviews from last to first, gives what it gave, turned."""
    for looked_at, x, mask in looks(pooling, dim, lengths, 1, seed):
        given = [(x, mask), (x.flip(0), mask.flip(0))]
        (pooled, weights), (turned, turned_weights) = read_each(looked_at, given)
        if not (same(turned.flip(0), pooled) and same(turned_weights.flip(0), weights)):
            again = same(turned, pooled) and same(turned_weights, weights)
            raise Missed(
                f"{numbers(pooled.flip(0))}",
                f"{numbers(turned)}, the answer to the batch before" if again else numbers(turned),
                hint
                or (KEPT if again else "")
                or unsteady(looked_at, (x.flip(0), mask.flip(0)), (turned, turned_weights))
                or mistake_of_order(looked_at, x)
                or KEPT,
                f"{reviews_sent(x, mask)}; then the same from last to first",
            )


@expectation("a call leaves its inputs as they are")
def leaves_inputs_alone(
    pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """The vectors and the mask are the same after a call, for whoever uses them next.

    So they are where a text has no word, if the module answers to that at all.
    """
    for looked_at, x, mask in looks(pooling, dim, lengths, 1, seed):
        _are_left((x, mask), looked_at.inputs_after(x, mask), hint)
        with_an_empty_one = some_reviews(dim, (*lengths, 0), seed)
        try:
            after = looked_at.inputs_after(*with_an_empty_one)
        except Exception:  # what a text without words gives is told elsewhere, where it is stated
            return
        _are_left(with_an_empty_one, after, hint)


def _are_left(inputs: tuple[Tensor, Tensor], after: Sequence[Tensor], hint: str) -> None:
    for name, before, each in zip(("x", "mask"), inputs, after, strict=True):
        if not torch.equal(before, each):
            raise Missed(
                f"{name} as it was",
                f"{name} changed by the call",
                hint or f"what ends in _, and {name}[...] = ..., change {name} in place: make a new one",
                reviews_sent(*inputs),
            )


@expectation("what comes out has the type of what went in")
def keeps_types(pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = "") -> None:
    """Of vectors in float32 come a pooled vector and weights in float32."""
    for looked_at, x, mask in looks(pooling, dim, lengths, 1, seed):
        for name, each in zip(("pooled", "weights"), read(looked_at, x, mask), strict=True):
            if each.dtype != x.dtype:
                raise Missed(
                    f"{name} of float32, as x is",
                    kind(each),
                    hint or (_FLOAT64 if each.dtype == torch.float64 else _OTHER_TYPE),
                    reviews_sent(x, mask),
                )


@expectation("in training mode it computes what it computes in evaluation, dropout apart")
def same_in_training(
    pooling: Module, dim: int, *, lengths: Sequence[int] = _LENGTHS, seed: int = 0, hint: str = ""
) -> None:
    """The same answers in both modes, where nothing is dropped at random."""
    for looked_at, x, mask in looks(pooling, dim, lengths, 1, seed):
        expected, weights = read(looked_at.eval(), x, mask)
        pooled, trained_weights = read(looked_at.train(dropout=False), x, mask)
        if not (same(pooled, expected) and same(trained_weights, weights)):
            raise Missed(
                f"{numbers(expected)}, as in evaluation",
                numbers(pooled),
                hint or "in training a review is read by itself too: no normalisation over the batch, no other branch",
                f"{reviews_sent(x, mask)}, in training mode, without dropout",
            )
