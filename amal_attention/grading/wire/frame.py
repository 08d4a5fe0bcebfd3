"""One message between a grader and a submission's process: JSON and raw tensors, never pickle.

A message is one frame::

    magic     4 bytes      b"AMAL"
    version   uint32       2
    header    uint32       how many bytes of JSON follow
    body      uint64       how many bytes of tensors follow the JSON
    JSON in UTF-8, then the numbers of its tensors, one tensor after the other in the order the JSON names them

All is little-endian, and both ends are on one machine. In the JSON ``null``, ``true``, whole numbers of 64 bits, text
and arrays stand for themselves (an array is a list); what else there is, an object of one key tells::

    {"float": "3ff0000000000000"}               the 64 bits, so that nan, inf and -0.0 cross as they are
    {"tuple": [...]}  {"dict": {"key": ...}}
    {"tensor": ["float32", [2, 3]]}             its numbers are the next bytes of the body
    {"handle": 7}                               a module
    {"named": {"tokens": T, "mask": T}}         a named tuple of 1 to 8 tensors

Tensors have no offsets, so none can overlap another, and the body must hold their bytes and no more. What comes in is
hostile: a length is looked at before anything of that length is made, the body is read only where a tensor of the JSON
waits for it, and whatever is not, byte for byte, a frame that :func:`encode` makes within the limits ends in a
:class:`WireError`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from amal_attention.grading.wire.frame_bounds import Limits, at_most, refuse
from amal_attention.grading.wire.frame_json import parsed, written
from amal_attention.grading.wire.frame_reader import Reader
from amal_attention.grading.wire.frame_values import Handle
from amal_attention.grading.wire.frame_writer import Writer

__all__ = ["Handle", "Limits", "decode", "encode", "read_frame"]

_PREFIX = struct.Struct("<4sIIQ")
_MAGIC = b"AMAL"
_VERSION = 2
_DEFAULT = Limits()


def encode(value: object, limits: Limits = _DEFAULT) -> bytes:
    """The frame that carries ``value``.

    What is like a value that crosses becomes one, whatever its class says of it: a subclass its base class, a numpy
    scalar a number, a numpy array or a parameter a tensor, without its gradient.

    Raises:
        WireError: something in ``value`` does not cross, or it is beyond the limits.
    """
    writer = Writer(limits)
    header = written(writer.node(value, 0))
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
            refuse(f"{len(buffer):,} more bytes", f"{len(left):,}")
        buffer[:], left = left[: len(buffer)], left[len(buffer) :]

    value = read_frame(fill, limits)
    if left:
        refuse("the end of the frame", f"{len(left):,} more bytes")
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
        reader = Reader(fill, body, limits)
        value = reader.value(parsed(bytes(_filled(fill, header))), 0)
    except RecursionError:
        refuse(f"at most {limits.depth} values around another", "more")
    except MemoryError:
        refuse("a message for which there is memory", "a larger one")
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
        refuse(f"a frame of version {_VERSION}", "something else")
    _allow(header, body, limits)
    return header, body


def _allow(header: int, body: int, limits: Limits) -> None:
    """Look whether a frame may have a header and a body of so many bytes."""
    at_most(limits.header_bytes, header, "bytes of JSON")
    at_most(limits.frame_bytes, _PREFIX.size + header + body, "bytes")
