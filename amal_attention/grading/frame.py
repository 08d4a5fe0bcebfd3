"""One message between a grader and a submission's process: JSON and raw tensors, never pickle.

A message is one frame::

    magic     4 bytes      b"AMAL"
    version   uint32       1
    header    uint32       how many bytes of JSON follow
    body      uint64       how many bytes of tensors follow the JSON
    JSON in UTF-8, then the numbers of its tensors, one tensor after the other in the order the JSON names them

All is little-endian, and both ends are on one machine. In the JSON ``null``, ``true``, whole numbers of 64 bits, text
and arrays stand for themselves (an array is a list); what else there is, an object of one key tells::

    {"float": "3ff0000000000000"}               the 64 bits, so that nan, inf and -0.0 cross as they are
    {"tuple": [...]}  {"dict": {"key": ...}}
    {"tensor": ["float32", [2, 3]]}             its numbers are the next bytes of the body
    {"handle": 7}  {"batch": [T, T, T]}

Tensors have no offsets, so none can overlap another, and the body must hold their bytes and no more. What comes in is
hostile: a length is looked at before anything of that length is made, the body is read only where a tensor of the JSON
waits for it, and whatever is not, byte for byte, a frame that :func:`encode` makes within the limits ends in a
:class:`WireError`.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, NoReturn

import numpy as np
import torch
from torch import Tensor
from torch.nn.parameter import is_lazy

from amal_attention.errors import WireError, explain

__all__ = ["Batch", "Handle", "Limits", "decode", "encode", "read_frame"]

_PREFIX = struct.Struct("<4sIIQ")
_MAGIC = b"AMAL"
_VERSION = 1

_DTYPES = {
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
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_AXES = 8
_INT64 = range(-(2**63), 2**63)
_LONGEST_NUMERAL = len(str(-(2**63)))
_BITS = re.compile(r"[0-9a-f]{16}")
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_NUMBERS_OF_NUMPY = "biuf"  # its kinds of dtype: dates and lengths of time are whole numbers too, but stand for others


@dataclass(frozen=True)
class Handle:
    """A module that lives on the other side.

    Attributes:
        id: its number there, from 0 on.
    """

    id: int


class Batch(NamedTuple):
    """``tokens`` int64 ``(B, L)``, padded by 0; ``mask`` bool ``(B, L)``, True on tokens; ``labels`` int64 ``(B,)``.

    Any named tuple with these fields, three tensors, crosses as a batch.
    """

    tokens: Tensor
    mask: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Limits:
    """How much one message may hold; the last value that a limit allows is the limit.

    Attributes:
        frame_bytes: the whole frame.
        header_bytes: its JSON.
        depth: how many values stand around another.
        items: values of all kinds, those inside others too.
        tensors: tensors among them.
        numbers: numbers of one tensor; an axis of length 0 counts as 1, so that no other axis is beyond measure.
        characters: one text, or one key.
    """

    frame_bytes: int = 64 * 2**20
    header_bytes: int = 2**20
    depth: int = 16
    items: int = 10_000
    tensors: int = 512
    numbers: int = 2**24
    characters: int = 2**16


_DEFAULT = Limits()


def encode(value: object, limits: Limits = _DEFAULT) -> bytes:
    """The frame that carries ``value``.

    What is like a value that crosses becomes one, whatever its class says of it: a subclass its base class, a numpy
    scalar a number, a numpy array or a parameter a tensor, without its gradient.

    Raises:
        WireError: something in ``value`` does not cross, or it is beyond the limits.
    """
    writer = _Writer(limits)
    header = _json(writer.node(value, 0))
    _allow(len(header), writer.body_bytes, limits)
    return b"".join([_PREFIX.pack(_MAGIC, _VERSION, len(header), writer.body_bytes), header, *writer.body])


def decode(frame: bytes | bytearray | memoryview, limits: Limits = _DEFAULT) -> Any:
    """The value that a frame carries. Its tensors have memory of their own and no gradient.

    Args:
        frame: a whole frame and no more.
        limits: what it may hold.

    Raises:
        WireError: this is no such frame, or it is beyond the limits.
    """
    left = memoryview(frame).cast("B")

    def fill(buffer: memoryview) -> None:
        nonlocal left
        if len(left) < len(buffer):
            _refuse(f"{len(buffer):,} more bytes", f"{len(left):,}")
        buffer[:], left = left[: len(buffer)], left[len(buffer) :]

    value = read_frame(fill, limits)
    if left:
        _refuse("the end of the frame", f"{len(left):,} more bytes")
    return value


def read_frame(fill: Callable[[memoryview], None], limits: Limits) -> Any:
    """The value of a frame that comes in pieces.

    Args:
        fill: puts the next bytes into a buffer, all of it; it is asked for no byte after the frame.
        limits: what the frame may hold.

    Raises:
        WireError: this is no such frame, or it is beyond the limits.
    """
    header, body = _lengths(_filled(fill, _PREFIX.size), limits)
    try:
        reader = _Reader(fill, body, limits)
        value = reader.value(_parsed(bytes(_filled(fill, header))), 0)
    except RecursionError:
        _refuse(f"at most {limits.depth} values around another", "more")
    except MemoryError:
        _refuse("a message for which there is memory", "a larger one")
    reader.end()
    return value


def _filled(fill: Callable[[memoryview], None], count: int) -> bytearray:
    """The next so many bytes."""
    buffer = bytearray(count)
    fill(memoryview(buffer))
    return buffer


def _lengths(prefix: bytearray, limits: Limits) -> tuple[int, int]:
    """How many bytes of header and of body a frame announces, both allowed."""
    magic, version, header, body = _PREFIX.unpack(prefix)
    if (magic, version) != (_MAGIC, _VERSION):
        _refuse(f"a frame of version {_VERSION}", "something else")
    _allow(header, body, limits)
    return header, body


def _allow(header: int, body: int, limits: Limits) -> None:
    """Look whether a frame may have a header and a body of so many bytes."""
    _at_most(limits.header_bytes, header, "bytes of JSON")
    _at_most(limits.frame_bytes, _PREFIX.size + header + body, "bytes")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json(tree: Any) -> bytes:
    """The one way in which we write a tree."""
    return _ENCODER.encode(tree).encode()


def _int64(numeral: str) -> int:
    if len(numeral) > _LONGEST_NUMERAL or int(numeral) not in _INT64:
        _refuse("a whole number of 64 bits", _quoted(numeral))
    return int(numeral)


def _no_such_number(numeral: str) -> NoReturn:
    _refuse("whole numbers, and floats by their bits", _quoted(numeral))


_DECODER = json.JSONDecoder(parse_int=_int64, parse_float=_no_such_number)  # NaN the encoder does not write


def _parsed(header: bytes) -> Any:
    """The tree, if the JSON is as we write it: no key twice, no spaces, no escapes where none is needed, no ``-0``."""
    try:
        tree = _DECODER.decode(header.decode())
        is_ours = _json(tree) == header
    except ValueError:  # no UTF-8, no JSON, or half a surrogate pair
        is_ours = False
    if not is_ours:
        _refuse("JSON as we write it", "something else")
    return tree


class _Bounded:
    """What both ways have in common: counts that may not pass the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.body_bytes = 0
        self._items = 0
        self._tensors = 0

    def _enter(self, depth: int) -> None:
        """Count one more value, inside ``depth`` others."""
        self._items += 1
        _at_most(self.limits.items, self._items, "values")
        _at_most(self.limits.depth, depth, "values around another")

    def _text(self, text: str) -> str:
        """The text, if it is short."""
        _at_most(self.limits.characters, len(text), "characters")
        return text

    def _fits(self, shape: Sequence[int]) -> None:
        """Look whether a tensor of this shape may cross."""
        _at_most(_AXES, len(shape), "axes")
        _at_most(self.limits.numbers, math.prod(max(length, 1) for length in shape), "numbers in a tensor")

    def _tensor_bytes(self, dtype: torch.dtype, shape: Sequence[int]) -> int:
        """Count one more tensor; how many bytes it has."""
        self._tensors += 1
        _at_most(self.limits.tensors, self._tensors, "tensors")
        self._fits(shape)
        count = math.prod(shape) * dtype.itemsize
        self.body_bytes += count
        _at_most(self.limits.frame_bytes, self.body_bytes, "bytes")
        return count


class _Writer(_Bounded):
    """The JSON tree of a value, and ``body``, the bytes of its tensors."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.body: list[memoryview] = []

    def node(self, value: object, depth: int) -> Any:
        """What stands for the value in the JSON."""
        self._enter(depth)
        kind = next((kind for kind in type(value).__mro__ if kind in self._KINDS), None)
        if kind is None:
            _unsendable(value)
        return self._KINDS[kind](self, value, depth)

    # The methods of the base classes are named below, so that a subclass has no word in what is sent of it.

    def _itself(self, value: bool | None, depth: int) -> bool | None:
        return value

    def _int(self, value: int, depth: int) -> int:
        number = int.__int__(value)
        if number not in _INT64:
            _refuse("a whole number of 64 bits", "a larger one")
        return number

    def _float(self, value: float, depth: int) -> dict[str, str]:
        return {"float": struct.pack(">d", value).hex()}

    def _str(self, value: str, depth: int) -> str:
        text = self._text(str.__str__(value))
        try:
            text.encode()
        except UnicodeEncodeError:
            _refuse("text of whole characters", _quoted(text))
        return text

    def _list(self, value: list[Any], depth: int) -> list[Any]:
        return self._nodes(list.__iter__(value), depth)

    def _nodes(self, values: Iterable[Any], depth: int) -> list[Any]:
        return [self.node(each, depth + 1) for each in values]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> dict[str, list[Any]]:
        parts = tuple(tuple.__iter__(value))
        named_so = getattr(type(value), "_fields", None) == Batch._fields and len(parts) == len(Batch._fields)
        is_batch = named_so and all(isinstance(each, Tensor) for each in parts)
        return {"batch" if is_batch else "tuple": self._nodes(parts, depth)}

    def _dict(self, value: dict[str, Any], depth: int) -> dict[str, dict[str, Any]]:
        nodes = {}
        for key, each in dict.items(value):
            if str not in type(key).__mro__:
                _unsendable(key, "text as the keys of a dict")
            nodes[self._str(key, depth)] = self.node(each, depth + 1)
        return {"dict": nodes}

    def _tensor(self, value: Tensor, depth: int) -> dict[str, list[Any]]:
        plain = _dense(value)
        if plain.dtype not in _NAMES:
            _refuse(f"a tensor of {', '.join(_DTYPES)}", str(plain.dtype))
        self._tensor_bytes(plain.dtype, plain.shape)
        numbers = _bytes_of(plain)
        _check_truths(plain.dtype, numbers)
        self.body.append(numbers.data)
        return {"tensor": [_NAMES[plain.dtype], list(plain.shape)]}

    def _array(self, value: np.ndarray[Any, Any], depth: int) -> dict[str, list[Any]]:
        plain = np.asarray(value)
        self._fits(plain.shape)
        try:  # a copy: torch takes no negative strides, no foreign byte order, and warns where it may not write
            tensor = torch.from_numpy(np.array(plain, dtype=plain.dtype.newbyteorder("=")))
        except TypeError:
            _unsendable(value, f"an array of {', '.join(_DTYPES)}", f"one of {plain.dtype}")
        return self._tensor(tensor, depth)

    def _scalar(self, value: np.generic, depth: int) -> Any:
        plain = value.item()
        if value.dtype.kind not in _NUMBERS_OF_NUMPY or type(plain) not in (bool, int, float):
            _unsendable(value)
        return self._KINDS[type(plain)](self, plain, depth)

    def _handle(self, value: Handle, depth: int) -> dict[str, int]:
        return {"handle": _module_number(self._int(_of(int, value.id), depth))}

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


def _bytes_of(plain: Tensor) -> _Bytes:
    try:
        whole = plain.cpu().resolve_neg().contiguous()
        flat = whole.as_strided((whole.numel(),), (1,))  # one number alone may have any stride, contiguous or not
        numbers: _Bytes = flat.view(torch.uint8).numpy()
    except Exception as error:  # sparse, without memory, traced: what torch then raises has no end
        raise _no_numbers() from error
    return numbers


def _no_numbers() -> WireError:
    return WireError(_told("a tensor that holds its numbers", "one that does not", "make it dense, on the CPU"))


class _Reader(_Bounded):
    """The value of a JSON tree and of a body of so many bytes, which ``fill`` gives."""

    def __init__(self, fill: Callable[[memoryview], None], body: int, limits: Limits) -> None:
        super().__init__(limits)
        self._fill = fill
        self._body = body

    def value(self, node: Any, depth: int) -> Any:
        """What a node of the JSON stands for."""
        self._enter(depth)
        if isinstance(node, str):
            return self._text(node)
        if isinstance(node, list):
            return self._values(node, depth)
        if not isinstance(node, dict):
            return node
        if len(node) != 1:
            _refuse("an object of one key", f"{len(node)}")
        ((tag, content),) = node.items()
        if tag not in self._TAGS:
            _refuse(f"one of {', '.join(self._TAGS)}", _quoted(tag))
        return self._TAGS[tag](self, content, depth)

    def end(self) -> None:
        """Look whether the tensors took the whole body."""
        if self.body_bytes != self._body:
            _refuse(f"{self.body_bytes:,} bytes of tensors", f"{self._body:,}")

    def _values(self, nodes: Any, depth: int) -> list[Any]:
        return [self.value(each, depth + 1) for each in _of(list, nodes)]

    def _dict(self, nodes: Any, depth: int) -> dict[str, Any]:
        return {self._text(key): self.value(each, depth + 1) for key, each in _of(dict, nodes).items()}

    def _float(self, content: Any, depth: int) -> float:
        if not _BITS.fullmatch(_of(str, content)):
            _refuse("the 64 bits of a float", _quoted(content))
        (value,) = struct.unpack(">d", bytes.fromhex(content))
        return float(value)

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._values(content, depth))

    def _tensor(self, content: Any, depth: int) -> Tensor:
        name, shape = _parts(content, 2)
        if _of(str, name) not in _DTYPES:
            _refuse(f"a tensor of {', '.join(_DTYPES)}", _quoted(name))
        if any(_of(int, length) < 0 for length in _of(list, shape)):
            _refuse("axes of length 0 or more", "less")
        dtype = _DTYPES[name]
        self._tensor_bytes(dtype, shape)
        _at_most(self._body, self.body_bytes, "bytes of tensors")
        try:
            tensor = torch.empty(shape, dtype=dtype, device="cpu", requires_grad=False)
        except RuntimeError as error:  # so torch says it
            raise MemoryError from error
        numbers: _Bytes = tensor.view(-1).view(torch.uint8).numpy()
        self._fill(numbers.data)
        _check_truths(dtype, numbers)
        return tensor

    def _handle(self, content: Any, depth: int) -> Handle:
        return Handle(_module_number(_of(int, content)))

    def _batch(self, content: Any, depth: int) -> Batch:
        tensors = self._values(_parts(content, 3), depth)
        return Batch(*(_of(Tensor, each) for each in tensors))

    _TAGS: ClassVar[dict[str, Callable[..., Any]]] = {
        "float": _float,
        "tuple": _tuple,
        "dict": _dict,
        "tensor": _tensor,
        "handle": _handle,
        "batch": _batch,
    }


def _of(kind: type, value: Any) -> Any:
    """The value, if it is of exactly this kind, True being no number."""
    if type(value) is not kind:
        _refuse(f"a {kind.__name__}", f"a {type(value).__name__}")
    return value


def _parts(value: Any, count: int) -> list[Any]:
    """The value, if it is a list of so many."""
    parts: list[Any] = _of(list, value)
    if len(parts) != count:
        _refuse(f"{count} parts", f"{len(parts)}")
    return parts


def _module_number(number: int) -> int:
    if number < 0:
        _refuse("the number of a module, 0 or more", "less")
    return number


def _check_truths(dtype: torch.dtype, numbers: _Bytes) -> None:
    """Look whether the bytes of truth values are those of True and False."""
    if dtype == torch.bool and (numbers > 1).any():
        _refuse("truth values of 0 and 1", "others")


def _at_most(limit: int, count: int, what: str) -> None:
    if count > limit:
        raise WireError(_told(f"at most {limit:,} {what}", f"{count:,}", "send less at once"))


def _refuse(expected: str, got: str) -> NoReturn:
    raise WireError(_told(expected, got, "the message is refused"))


def _unsendable(value: object, expected: str = "values that can be sent", got: str | None = None) -> NoReturn:
    got = got or f"a {type(value).__name__}"
    raise WireError(_told(expected, got, "use tensors, numbers, text, and lists, tuples and dicts of them"))


def _told(expected: str, got: str, do: str) -> str:
    return explain(expected=expected, got=got, do=do)


def _quoted(text: str) -> str:
    """The beginning of what the other side wrote, without anything a terminal acts on."""
    return ascii(text[:40])
