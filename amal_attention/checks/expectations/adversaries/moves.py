"""Expectations on moves: by how much an adversary changes the vectors of each text, and where."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.values import same
from amal_attention.checks.wording import kind, numbers

__all__ = ["keeps_padding", "moves_within"]

_PADDING = "multiply by the mask: what is no word is not moved"
_EVERY_NUMBER = "every number of every word moves by ε, one way or the other: the sign of the gradient, times ε"
_A_WORD = "each word moves by ε: the words of a text are one vector, and it has one norm"
_A_BATCH = "the whole batch moves by ε: each text has a norm of its own"
_COUNTS_PADDING = "texts with padding move too little: set padding to 0 first, then take the norm"
_NO_NORM = "divide by the norm: how far a text moves is ε, however large its gradient is"


@expectation("padding is not moved")
def keeps_padding(moves: Tensor, mask: Tensor, *, what: str = "", sent: str = "", hint: str = "") -> None:
    """What a move adds is 0 where no word stands.

    Args:
        moves: what is added, ``(B, L, D)``, or what is told of each word, ``(B, L)``.
        mask: bool ``(B, L)``, True on words.
        what: the title of the expectation.
        sent: what the student's code was given, in words.
        hint: the likely mistake, in place of what is told by itself.
    """
    moves = _as_moves(moves, mask, sent)
    on_padding = moves.abs().reshape(*mask.shape, -1).sum(dim=2).masked_fill(mask, 0)
    if not same(on_padding, torch.zeros_like(on_padding), 1e-7):
        place = on_padding.argmax()
        row, word = divmod(int(place), mask.shape[1])
        came = numbers(moves[row, word])
        raise Missed("zeros on padding", f"{came} at place {word + 1} of text {row + 1}", hint or _PADDING, sent)


@expectation("each text moves as far as it may, and no further")
def moves_within(
    moves: Tensor,
    mask: Tensor,
    epsilon: float,
    norm: float = 2.0,
    *,
    what: str = "",
    sent: str = "",
    hint: str = "",
) -> None:
    """The norm of each text's move, over its words and dimensions together, is ``epsilon``.

    With ``norm=math.inf`` every number of every word moves by ``epsilon``.

    Args:
        moves: what is added, ``(B, L, D)``; padding is not looked at.
        mask: bool ``(B, L)``, True on words; each text has one.
        epsilon: how far.
        norm: 2 or infinity.
        what: the title of the expectation.
        sent: what the student's code was given, in words.
        hint: the likely mistake, for a miss that shows none of its own.
    """
    moves = _as_moves(moves, mask, sent)
    of_words = moves * mask.unsqueeze(2)
    far = torch.full((len(mask),), epsilon, dtype=moves.dtype)
    if norm == math.inf:
        sizes = moves.abs()[mask]
        if not same(sizes, torch.full_like(sizes, epsilon)):
            came = f"{numbers(sizes.min())} to {numbers(sizes.max())}"
            raise Missed(f"every number moved by {epsilon:g}", came, hint or _EVERY_NUMBER, sent)
        return
    norms = of_words.flatten(1).norm(dim=1)
    if not same(norms, far):
        likely = _mistake_of_norm(of_words, mask, norms, epsilon) or hint or _NO_NORM
        raise Missed(f"norms {numbers(far, norms)}", numbers(norms, far), likely, sent)


def _as_moves(moves: Tensor, mask: Tensor, sent: str) -> Tensor:
    """The moves, if they stand where the words do.

    Raises:
        Missed: they do not.
    """
    if not isinstance(moves, Tensor) or moves.shape[:2] != mask.shape:
        count, longest = mask.shape
        raise Missed(f"a tensor ({count}, {longest}, ...)", kind(moves), "one move for each place of each text", sent)
    return moves.detach()


def _mistake_of_norm(moves: Tensor, mask: Tensor, norms: Tensor, epsilon: float) -> str:
    of_words = moves.norm(dim=2)[mask]
    if same(of_words, torch.full_like(of_words, epsilon)):
        return _A_WORD
    if len(mask) > 1 and same(moves.norm(), torch.tensor(epsilon, dtype=moves.dtype)):
        return _A_BATCH
    full = mask.all(dim=1)
    right = torch.isclose(norms, torch.full_like(norms, epsilon), rtol=1e-4)
    if full.any() and right[full].all() and (norms[~full] < 0.999 * epsilon).all():
        return _COUNTS_PADDING
    return ""
