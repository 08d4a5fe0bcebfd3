"""How tensors are told to a student: short, rounded, and never more of them than one can read."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

__all__ = ["batch_sent", "kind", "lengths_sent", "lines_sent", "numbers", "shape", "tensors_sent"]

_MOST = 8
"""Of the numbers of a row, so many are told."""
_MOST_IN_ALL = 24
_MOST_NESTED = 3


def shape(tensor: Tensor) -> str:
    """``(3, 4)``, as the statement writes shapes."""
    return str(tuple(tensor.shape))


def kind(value: Any, nested: int = _MOST_NESTED) -> str:
    """What a value is: of a tensor its shape and type, of a tuple the kinds that it holds first, ``nested`` deep."""
    typename = type(value).__name__
    if isinstance(value, Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        return f"a tensor {shape(value)} of {dtype}"
    if isinstance(value, (tuple, list)) and nested:
        held = ", ".join(dict.fromkeys(kind(each, nested - 1) for each in value[:3]))
        return f"a {typename} of {len(value)}: {held}"
    return "None" if value is None else f"a value of type {typename}"


def numbers(tensor: Tensor, beside: Tensor | None = None) -> str:
    """The numbers of a tensor with three significant digits, nested as its axes are; long rows are cut short.

    Of a tensor that holds many, its shape and one of its rows are told, and where it stands: the row that differs most
    from the same one ``beside`` it, or the first that is not finite, or the first. Of a long row it is one number.

    >>> import torch
    >>> numbers(torch.tensor([[0.5, 0.25], [1.0, 0.0]]))
    '[[0.5, 0.25], [1, 0]]'
    >>> came = torch.zeros(3, 5, 4)
    >>> came[1, 2] = torch.tensor([0.0, 0.5, 0.0, 0.0])
    >>> numbers(came, beside=torch.zeros(3, 5, 4))
    '(3, 5, 4)[1, 2] = [0, 0.5, 0, 0]'
    """
    if tensor.ndim == 0:
        return f"{tensor.item():.3g}"
    compared = beside is not None and beside.shape == tensor.shape and tensor.shape[-1] > _MOST
    if tensor.numel() > _MOST_IN_ALL and (tensor.ndim > 1 or compared):
        place = _telling_place(tensor, beside)[: tensor.ndim if compared else -1]
        return f"{shape(tensor)}[{', '.join(map(str, place))}] = {numbers(tensor[place])}"
    shown = [numbers(row) for row in tensor[:_MOST]]
    return f"[{', '.join(shown)}{', …' if len(tensor) > _MOST else ''}]"


def _telling_place(tensor: Tensor, beside: Tensor | None) -> tuple[int, ...]:
    """The place of the number that differs most from the one beside it; else of the first that is not finite."""
    if beside is None or beside.shape != tensor.shape:
        amiss = (~tensor.detach().double().isfinite()).double()
    else:
        amiss = (tensor.detach().double() - beside.detach().double()).abs().nan_to_num(nan=torch.inf)
    return tuple(int(each) for each in torch.unravel_index(amiss.argmax(), tensor.shape))


def lines_sent(mask: Tensor) -> str:
    """The lines of characters that were sent, in words.

    >>> import torch
    >>> lines_sent(torch.tensor([[True, True, True], [True, False, False]]))
    '2 lines of 3 and 1 characters, padded to 3'
    """
    lengths, (counts, longest) = lengths_sent(mask), mask.shape
    if counts > 1:
        lines = f"{counts} lines of {lengths} characters"
    else:
        lines = "1 line of 1 character" if lengths == "1" else f"1 line of {lengths} characters"
    return lines if mask.all() else f"{lines}, padded to {longest}"


def lengths_sent(mask: Tensor) -> str:
    """How many places of each row are True in a mask ``(B, L)``, in words: "4", "4 and 2", "4, 2 and 1"."""
    counts = [str(length) for length in mask.sum(dim=1).tolist()]
    return " and ".join([", ".join(counts[:-1]), counts[-1]]) if len(counts) > 1 else "".join(counts)


def batch_sent(value: Any) -> str:
    """The shapes of a labelled batch, by the names of its fields; empty for any other value.

    >>> import torch
    >>> from amal_attention.tasks.classification import TextBatch
    >>> batch_sent(TextBatch(torch.zeros(2, 3), torch.ones(2, 3), torch.zeros(2)))
    'a batch of tokens (2, 3), mask (2, 3) and labels (2,)'
    """
    fields = getattr(type(value), "_fields", ())  # not of a handle, which would ask far away
    if not (fields and isinstance(value, tuple) and all(isinstance(each, Tensor) for each in value)):
        return ""
    *others, last = (f"{name} {shape(each)}" for name, each in zip(fields, value, strict=True))
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"a batch of {listed}"


def tensors_sent(values: Any) -> str:
    """The shapes of the tensors among the values that an operation is given, those in a tuple of inputs too."""
    inputs = [part for each in values for part in (each if isinstance(each, tuple) else (each,))]
    return ", ".join(kind(each) for each in inputs if isinstance(each, Tensor))
