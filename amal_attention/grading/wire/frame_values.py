"""What crosses a wire beside plain Python values: tensors of these types, handles, and named tuples of tensors."""

from __future__ import annotations

import re
from collections import namedtuple
from dataclasses import dataclass
from functools import lru_cache
from keyword import iskeyword
from typing import Any

import torch
from torch import Tensor

from amal_attention.grading.wire.frame_bounds import refuse

__all__ = [
    "DTYPES",
    "Handle",
    "check_truths",
    "field_names",
    "may_name_fields",
    "module_number",
    "named_tuple",
    "of_kind",
]

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
    )
}
_TRUTHS = b"\0\1"
_FIELDS = range(1, 9)
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True)
class Handle:
    """A module that lives on the other side.

    Attributes:
        id: its number there, from 0 on.
    """

    id: int


def field_names(value: tuple[Any, ...]) -> tuple[str, ...] | None:
    """The names of the fields of a tuple that crosses with them; None where it crosses as a plain tuple.

    It crosses with them if it holds tensors alone, and :func:`may_name_fields`.
    """
    if type(value) is tuple:
        return None
    names = getattr(type(value), "_fields", None)
    parts = tuple(tuple.__iter__(value))
    if type(names) is not tuple or len(names) != len(parts) or not all(isinstance(each, Tensor) for each in parts):
        return None
    return names if may_name_fields(names) else None


def may_name_fields(names: tuple[Any, ...]) -> bool:
    """Whether these are names for the fields of a tuple: 1 to 8 short words of a-z, 0-9 and _, no two the same."""
    if len(names) not in _FIELDS:
        return False
    words = all(type(each) is str and _FIELD.fullmatch(each) and not iskeyword(each) for each in names)
    return words and len(set(names)) == len(names)


@lru_cache(maxsize=64)
def named_tuple(names: tuple[str, ...]) -> type[Any]:
    """The class of the tuples with fields of these names: it is kept, since Python compiles code to make one."""
    return namedtuple("Named", names)


def check_truths(dtype: torch.dtype, numbers: bytes | memoryview) -> None:
    """Look whether the bytes of truth values are those of True and False.

    Raises:
        WireError: they are not.
    """
    if dtype == torch.bool and bytes(numbers).translate(None, _TRUTHS):
        refuse("truth values of 0 and 1", "others")


def of_kind(kind: type, value: Any) -> Any:
    """The value, if it is of exactly this kind, True being no number.

    Raises:
        WireError: it is of another one.
    """
    if type(value) is not kind:
        refuse(f"a {kind.__name__}", f"a {type(value).__name__}")
    return value


def module_number(number: int) -> int:
    """The number, if it can be that of a module.

    Raises:
        WireError: it cannot.
    """
    if number < 0:
        refuse("the number of a module, 0 or more", "less")
    return number
