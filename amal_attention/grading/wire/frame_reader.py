"""Reading a value that may be hostile: the tree of its JSON, and tensors filled from what follows it."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from amal_attention.grading.wire.frame_bounds import Bounded, Limits, at_most, quoted, refuse
from amal_attention.grading.wire.frame_values import (
    DTYPES,
    Handle,
    check_truths,
    may_name_fields,
    module_number,
    named_tuple,
    of_kind,
)

__all__ = ["Reader"]

_BITS = re.compile(r"[0-9a-f]{16}")


class Reader(Bounded):
    """The value of a JSON tree and of a body of so many bytes, which ``fill`` gives."""

    def __init__(self, fill: Callable[[memoryview], None], body: int, limits: Limits) -> None:
        super().__init__(limits)
        self._fill = fill
        self._body = body

    def value(self, node: Any, depth: int) -> Any:
        """What a node of the JSON stands for."""
        self.enter(depth)
        if isinstance(node, str):
            return self.text(node)
        if isinstance(node, list):
            return self._values(node, depth)
        if not isinstance(node, dict):
            return node
        if len(node) != 1:
            refuse("an object of one key", f"{len(node)}")
        ((tag, content),) = node.items()
        if tag not in self._TAGS:
            refuse(f"one of {', '.join(self._TAGS)}", quoted(tag))
        return self._TAGS[tag](self, content, depth)

    def end(self) -> None:
        """Look whether the tensors took the whole body."""
        if self.body_bytes != self._body:
            refuse(f"{self.body_bytes:,} bytes of tensors", f"{self._body:,}")

    def _values(self, nodes: Any, depth: int) -> list[Any]:
        return [self.value(each, depth + 1) for each in of_kind(list, nodes)]

    def _dict(self, nodes: Any, depth: int) -> dict[str, Any]:
        return {self.text(key): self.value(each, depth + 1) for key, each in of_kind(dict, nodes).items()}

    def _float(self, content: Any, depth: int) -> float:
        if not _BITS.fullmatch(of_kind(str, content)):
            refuse("the 64 bits of a float", quoted(content))
        (value,) = struct.unpack(">d", bytes.fromhex(content))
        return float(value)

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._values(content, depth))

    def _tensor(self, content: Any, depth: int) -> Tensor:
        name, shape = _parts(content, 2)
        if of_kind(str, name) not in DTYPES:
            refuse(f"a tensor of {', '.join(DTYPES)}", quoted(name))
        if any(of_kind(int, length) < 0 for length in of_kind(list, shape)):
            refuse("axes of length 0 or more", "less")
        dtype = DTYPES[name]
        count = self.tensor_bytes(dtype, shape)
        at_most(self._body, self.body_bytes, "bytes of tensors")
        if not count:
            return torch.empty(shape, dtype=dtype, device="cpu", requires_grad=False)
        numbers = np.empty(count, np.uint8)
        self._fill(numbers.data)
        check_truths(dtype, numbers.data)
        return torch.frombuffer(numbers, dtype=dtype).view(shape)

    def _handle(self, content: Any, depth: int) -> Handle:
        return Handle(module_number(of_kind(int, content)))

    def _named(self, content: Any, depth: int) -> Any:
        names = tuple(of_kind(dict, content))
        if not may_name_fields(names):
            refuse("1 to 8 fields, named by short words", f"{len(names)} that are not")
        tensors = self._values([*content.values()], depth)
        return named_tuple(names)(*(of_kind(Tensor, each) for each in tensors))

    _TAGS: ClassVar[dict[str, Callable[..., Any]]] = {
        "float": _float,
        "tuple": _tuple,
        "dict": _dict,
        "tensor": _tensor,
        "handle": _handle,
        "named": _named,
    }


def _parts(value: Any, count: int) -> list[Any]:
    """The value, if it is a list of so many."""
    parts: list[Any] = of_kind(list, value)
    if len(parts) != count:
        refuse(f"{count} parts", f"{len(parts)}")
    return parts
