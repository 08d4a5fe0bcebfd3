"""How tensors are told to a student: short, rounded, and never more of them than one can read."""

from __future__ import annotations

from typing import Any

from torch import Tensor

__all__ = ["kind", "numbers", "reviews_sent", "shape"]

_MOST = 8
_MOST_AXES = 3
_MOST_NESTED = 3


def shape(tensor: Tensor) -> str:
    """``(3, 4)``, as the statement writes shapes."""
    return str(tuple(tensor.shape))


def kind(value: Any, nested: int = _MOST_NESTED) -> str:
    """What a value is: for a tensor its shape and type, for a tuple what it holds, ``nested`` deep, else its type."""
    if isinstance(value, Tensor):
        return f"a tensor {shape(value)} of {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, (tuple, list)) and nested:
        return f"a {type(value).__name__} of {len(value)}: " + ", ".join(kind(each, nested - 1) for each in value[:3])
    return "None" if value is None else f"a {type(value).__name__}"


def numbers(tensor: Tensor) -> str:
    """The numbers of a tensor with three significant digits, nested as its axes are; long rows are cut short.

    Of many axes only the shape is told: nobody could read the numbers.

    >>> import torch
    >>> numbers(torch.tensor([[0.5, 0.25], [1.0, 0.0]]))
    '[[0.5, 0.25], [1, 0]]'
    """
    if tensor.ndim == 0:
        return f"{tensor.item():.3g}"
    if tensor.ndim > _MOST_AXES:
        return kind(tensor)
    shown = [numbers(row) for row in tensor[:_MOST]]
    return f"[{', '.join(shown)}{', …' if len(tensor) > _MOST else ''}]"


def reviews_sent(x: Tensor, mask: Tensor) -> str:
    """What was sent to a pooling, in words.

    >>> import torch
    >>> reviews_sent(torch.zeros(2, 3, 5), torch.tensor([[True, True, True], [True, False, False]]))
    '2 reviews of 3 and 1 words, padded to 3, in dimension 5'
    """
    lengths = [str(length) for length in mask.sum(dim=1).tolist()]
    listed = " and ".join([", ".join(lengths[:-1]), lengths[-1]]) if len(lengths) > 1 else "".join(lengths)
    reviews = "1 review" if len(lengths) == 1 else f"{len(lengths)} reviews"
    padding = "" if mask.all() else f", padded to {mask.shape[1]}"
    return f"{reviews} of {listed} {'word' if lengths == ['1'] else 'words'}{padding}, in dimension {x.shape[-1]}"
