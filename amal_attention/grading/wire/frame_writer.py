"""Writing a value: the tree of its JSON, and the bytes of its tensors."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.parameter import is_lazy

from amal_attention.errors import WireError, explain
from amal_attention.grading.wire.frame_bounds import Bounded, Limits, quoted, refuse, unsendable
from amal_attention.grading.wire.frame_json import INT64
from amal_attention.grading.wire.frame_values import (
    DTYPES,
    Handle,
    check_truths,
    field_names,
    module_number,
    of_kind,
)

__all__ = ["Writer"]

_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_NUMBERS_OF_NUMPY = "biuf"  # its kinds of dtype: dates and lengths of time are whole numbers too, but stand for others


class Writer(Bounded):
    """The JSON tree of a value, and ``body``, the bytes of its tensors."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.body: list[bytes] = []

    def node(self, value: object, depth: int) -> Any:
        """What stands for the value in the JSON."""
        self.enter(depth)
        write = self._KINDS.get(type(value)) or self._of_base(value)
        return write(self, value, depth)

    def _of_base(self, value: object) -> Callable[..., Any]:
        kind = next((kind for kind in type(value).__mro__ if kind in self._KINDS), None)
        if kind is None:
            unsendable(value)
        return self._KINDS[kind]

    # The methods of the base classes are named below, so that a subclass has no word in what is sent of it.

    def _itself(self, value: bool | None, depth: int) -> bool | None:
        return value

    def _int(self, value: int, depth: int) -> int:
        number = int.__int__(value)
        if number not in INT64:
            refuse("a whole number of 64 bits", "a larger one")
        return number

    def _float(self, value: float, depth: int) -> dict[str, str]:
        return {"float": struct.pack(">d", value).hex()}

    def _str(self, value: str, depth: int) -> str:
        text = self.text(str.__str__(value))
        try:
            text.encode()
        except UnicodeEncodeError:
            refuse("text of whole characters", quoted(text))
        return text

    def _list(self, value: list[Any], depth: int) -> list[Any]:
        return self._nodes(list.__iter__(value), depth)

    def _nodes(self, values: Iterable[Any], depth: int) -> list[Any]:
        return [self.node(each, depth + 1) for each in values]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> dict[str, Any]:
        nodes, names = self._nodes(tuple.__iter__(value), depth), field_names(value)
        return {"tuple": nodes} if names is None else {"named": dict(zip(names, nodes, strict=True))}

    def _dict(self, value: dict[str, Any], depth: int) -> dict[str, dict[str, Any]]:
        nodes = {}
        for key, each in dict.items(value):
            if str not in type(key).__mro__:
                unsendable(key, "text as the keys of a dict")
            nodes[self._str(key, depth)] = self.node(each, depth + 1)
        return {"dict": nodes}

    def _tensor(self, value: Tensor, depth: int) -> dict[str, list[Any]]:
        plain = _dense(value)
        if plain.dtype not in _NAMES:
            refuse(f"a tensor of {', '.join(DTYPES)}", str(plain.dtype))
        shape = [*plain.shape]
        self.tensor_bytes(plain.dtype, shape)
        numbers = _bytes_of(plain)
        check_truths(plain.dtype, numbers)
        self.body.append(numbers)
        return {"tensor": [_NAMES[plain.dtype], shape]}

    def _array(self, value: np.ndarray[Any, Any], depth: int) -> dict[str, list[Any]]:
        plain = np.asarray(value)
        self.fits(plain.shape)
        try:  # a copy: torch takes no negative strides, no foreign byte order, and warns where it may not write
            tensor = torch.from_numpy(np.array(plain, dtype=plain.dtype.newbyteorder("=")))
        except TypeError:
            unsendable(value, f"an array of {', '.join(DTYPES)}", f"one of {plain.dtype}")
        return self._tensor(tensor, depth)

    def _scalar(self, value: np.generic, depth: int) -> Any:
        plain = value.item()
        if value.dtype.kind not in _NUMBERS_OF_NUMPY or type(plain) not in (bool, int, float):
            unsendable(value)
        return self._KINDS[type(plain)](self, plain, depth)

    def _handle(self, value: Handle, depth: int) -> dict[str, int]:
        return {"handle": module_number(self._int(of_kind(int, value.id), depth))}

    _KINDS: ClassVar[dict[type, Callable[..., Any]]] = {
        type(None): _itself,
        bool: _itself,
        int: _int,
        float: _float,
        str: _str,
        list: _list,
        tuple: _tuple,
        dict: _dict,
        Tensor: _tensor,
        np.ndarray: _array,
        np.generic: _scalar,
        Handle: _handle,
    }


def _dense(tensor: Tensor) -> Tensor:
    """The tensor without its class and its gradient, if it is more than a promise of numbers."""
    try:
        if not is_lazy(tensor):
            return Tensor.as_subclass(tensor, Tensor).detach()
    except RuntimeError as error:  # some sparse ones
        raise _no_numbers() from error
    raise _no_numbers()


def _bytes_of(plain: Tensor) -> bytes:
    known = plain.dtype is not torch.bfloat16  # to numpy
    try:
        return (plain if known else plain.view(torch.int16)).numpy(force=True).tobytes()
    except Exception as error:  # sparse, without memory, traced: what torch then raises has no end
        raise _no_numbers() from error


def _no_numbers() -> WireError:
    what, got, do = "a tensor that holds its numbers", "one that does not", "make it dense, on the CPU"
    return WireError(explain(expected=what, got=got, do=do))
