"""How the inputs of a pooling are told to a student."""

from __future__ import annotations

from torch import Tensor

from amal_attention.checks.wording import lengths_sent

__all__ = ["reviews_sent"]


def reviews_sent(x: Tensor, mask: Tensor) -> str:
    """What was sent to a pooling, in words.

    >>> import torch
    >>> reviews_sent(torch.zeros(2, 3, 5), torch.tensor([[True, True, True], [True, False, False]]))
    '2 reviews of 3 and 1 words, padded to 3, in dimension 5'
    """
    lengths, counts = lengths_sent(mask), len(mask)
    reviews = "1 review" if counts == 1 else f"{counts} reviews"
    words = "1 word" if lengths == "1" else f"{lengths} words"
    longest, dim = x.shape[-2:]
    if mask.all():
        return f"{reviews} of {words}, in dimension {dim}"
    return f"{reviews} of {words}, padded to {longest}, in dimension {dim}"
