from __future__ import annotations

import enum
import json
import keyword
import math
import struct
import subprocess
import sys
import time
import tracemalloc
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from amal_attention.errors import WireError
from amal_attention.grading.wire.frame import Handle, Limits, decode, encode, read_frame
from amal_attention.grading.wire.frame_values import named_tuple

DTYPES = {
    torch.bool: "bool",
    torch.uint8: "uint8",
    torch.int8: "int8",
    torch.int16: "int16",
    torch.int32: "int32",
    torch.int64: "int64",
    torch.float16: "float16",
    torch.bfloat16: "bfloat16",
    torch.float32: "float32",
    torch.float64: "float64",
}
PREFIX = 20


def framed(header: str | bytes, body: bytes = b"") -> bytes:
    raw = header.encode() if isinstance(header, str) else header
    return b"AMAL" + struct.pack("<IIQ", 2, len(raw), len(body)) + raw + body


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def raw(tensor: Tensor) -> bytes:
    return bytes(tensor.contiguous().view(-1).view(torch.uint8).tolist())


def is_same(a: Any, b: Any) -> bool:
    """Whether both are of one type, or tuples with fields of the same names, and equal to the last bit."""
    if getattr(a, "_fields", None) != getattr(b, "_fields", None):
        return False
    if type(a) is not type(b) and not hasattr(a, "_fields"):
        return False
    if isinstance(a, float):
        return bits(a) == bits(b)
    if isinstance(a, Tensor):
        return (a.dtype, a.shape, raw(a)) == (b.dtype, b.shape, raw(b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(is_same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(is_same(*pair) for pair in zip(a, b, strict=True))
    return bool(a == b)


def is_refused_or_exact(frame: bytes, limits: Limits) -> bool:
    """Whether a frame is refused (True), or is what its own value is written as; no other error may come."""
    try:
        value = decode(frame, limits)
    except WireError:
        return True
    assert encode(value, limits) == frame
    return False


# Values, floats and tensors of any bits among them.

WORDS = st.text(max_size=12)
BITS = st.integers(0, 2**64 - 1).map(lambda number: struct.unpack("<d", struct.pack("<Q", number))[0])
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | BITS | WORDS


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    dtype = draw(st.sampled_from(list(DTYPES)))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    size = math.prod(shape) * dtype.itemsize
    content = draw(st.binary(min_size=size, max_size=size))
    if dtype is torch.bool:
        content = bytes(byte & 1 for byte in content)
    flat = torch.tensor(list(content), dtype=torch.uint8)
    return flat.view(dtype).reshape(shape)


HANDLES = st.integers(0, 2**63 - 1).map(Handle)
FIELDS = st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))


@st.composite
def named_tuples(draw: st.DrawFn) -> Any:
    names = draw(st.lists(FIELDS, min_size=1, max_size=8, unique=True))
    return namedtuple("Drawn", names)(*(draw(tensors()) for _ in names))


def around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, max_size=4)
    named = st.dictionaries(WORDS, inner, max_size=3)
    return some | some.map(tuple) | named


VALUES = st.recursive(SCALARS | tensors() | HANDLES | named_tuples(), around, max_leaves=10)


@settings(max_examples=300)
@given(VALUES)
def test_every_value_crosses_as_it_is(value):
    assert is_same(decode(encode(value)), value)


@given(VALUES)
def test_a_value_is_written_in_one_way(value):
    assert encode(decode(encode(value))) == encode(value)


Pair = namedtuple("Pair", "x_1 mask")
Batch = namedtuple("Batch", "tokens mask labels")

# What a frame looks like, written by hand.


@pytest.mark.parametrize(
    ("value", "frame"),
    [
        (None, framed("null")),
        (True, framed("true")),
        (False, framed("false")),
        (-7, framed("-7")),
        (2**63 - 1, framed("9223372036854775807")),
        (-(2**63), framed("-9223372036854775808")),
        ("é\n", framed('"é\\n"')),
        ("", framed('""')),
        (1.0, framed('{"float":"3ff0000000000000"}')),
        (-0.0, framed('{"float":"8000000000000000"}')),
        (math.inf, framed('{"float":"7ff0000000000000"}')),
        ([1, []], framed("[1,[]]")),
        ((1, ()), framed('{"tuple":[1,{"tuple":[]}]}')),
        ({"tensor": 1}, framed('{"dict":{"tensor":1}}')),
        ({}, framed('{"dict":{}}')),
        (Handle(0), framed('{"handle":0}')),
        (torch.tensor([[1, 2]], dtype=torch.int16), framed('{"tensor":["int16",[1,2]]}', b"\1\0\2\0")),
        (torch.tensor(1.0), framed('{"tensor":["float32",[]]}', b"\0\0\x80\x3f")),
        (torch.zeros(2, 0), framed('{"tensor":["float32",[2,0]]}')),
        (torch.tensor([True, False]), framed('{"tensor":["bool",[2]]}', b"\1\0")),
        ([torch.tensor([1], dtype=torch.uint8), torch.tensor([2], dtype=torch.uint8)],
         framed('[{"tensor":["uint8",[1]]},{"tensor":["uint8",[1]]}]', b"\1\2")),
        (Pair(*[torch.tensor([n], dtype=torch.int8) for n in (1, 2)]),
         framed('{"named":{"x_1":{"tensor":["int8",[1]]},"mask":{"tensor":["int8",[1]]}}}', b"\1\2")),
    ],
)  # fmt: skip
def test_a_frame_is_a_prefix_json_and_numbers(value, frame):
    assert encode(value) == frame
    assert is_same(decode(frame), value)


@pytest.mark.parametrize(("dtype", "name"), DTYPES.items())
def test_every_dtype_crosses_by_its_name(dtype, name):
    tensor = torch.tensor([[0, 1, 1]]).to(dtype)
    frame = encode(tensor)
    assert f'["{name}",[1,3]]'.encode() in frame
    assert is_same(decode(frame), tensor)


@pytest.mark.parametrize("payload", ["7ff0000000000001", "7ff8000000000000", "fff8dead0000beef", "7fffffffffffffff"])
def test_not_a_number_keeps_its_payload(payload):
    frame = framed(f'{{"float":"{payload}"}}')
    assert math.isnan(decode(frame))
    assert encode(decode(frame)) == frame


# What encode takes.


class Colour(enum.IntEnum):
    RED = 3


class Word(enum.StrEnum):
    YES = "yes"


Point = namedtuple("Point", "x y")


class Listed(list[Any]):
    pass


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, 3),
        (Word.YES, "yes"),
        ({Word.YES: 1}, {"yes": 1}),
        (Listed([1]), [1]),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (Point(1, 2), (1, 2)),
        (torch.Size([2, 3]), (2, 3)),
        (np.int64(5), 5),
        (np.uint8(200), 200),
        (np.bool_(True), True),
        (np.float64(1.5), 1.5),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.float16(2), 2.0),
        (np.str_("a"), "a"),
        (np.array([1.0, 2.0]), torch.tensor([1.0, 2.0], dtype=torch.float64)),
        (np.array(3), torch.tensor(3)),
        (np.arange(3, dtype=">i4"), torch.arange(3, dtype=torch.int32)),
        (np.arange(6).reshape(2, 3)[::-1, ::2], torch.tensor([[3, 5], [0, 2]])),
        (np.broadcast_to(np.int64(4), (2, 2)), torch.full((2, 2), 4)),
        (np.asfortranarray(np.arange(6).reshape(2, 3)), torch.arange(6).reshape(2, 3)),
        (nn.Parameter(torch.ones(2)), torch.ones(2)),
        (torch.ones(2, requires_grad=True) * 2, torch.tensor([2.0, 2.0])),
        (torch.arange(6).reshape(2, 3).T, torch.tensor([[0, 3], [1, 4], [2, 5]])),
        (torch.arange(6)[::2], torch.tensor([0, 2, 4])),
        (torch.arange(6).reshape(2, 3)[1:, 2], torch.tensor([5])),
        (torch.tensor(7).expand(2, 3), torch.full((2, 3), 7)),
        (torch.tensor([1 + 2j]).conj().imag, torch.tensor([-2.0])),
        (Batch(1, torch.ones(1), torch.ones(1)), (1, torch.ones(1), torch.ones(1))),
        (Batch(None, torch.ones(1), torch.ones(1)), (None, torch.ones(1), torch.ones(1))),
        (namedtuple("Large", [f"x{n}" for n in range(9)])(*[torch.ones(1)] * 9), (torch.ones(1),) * 9),
        (namedtuple("Empty", "")(), ()),
        (namedtuple("Upper", "X")(torch.ones(1)), (torch.ones(1),)),
        (namedtuple("Long", "a" * 33)(torch.ones(1)), (torch.ones(1),)),
        (torch.ones(1, 2).max(dim=1), (torch.ones(1), torch.tensor([0]))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_like_a_value_becomes_one(value, plain):
    assert is_same(decode(encode(value)), plain)


def test_a_tensor_made_for_inference_crosses():
    with torch.inference_mode():
        tensor = torch.ones(2) * 3
    assert decode(encode(tensor)).tolist() == [3, 3]


class Lying:
    """What its class says of a value is none of ours."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __str__(self) -> Any:
        return 1

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        raise RuntimeError

    encode = items = __int__ = __index__ = __float__ = __iter__


class LyingInt(Lying, int):
    pass


class LyingFloat(Lying, float):
    pass


class LyingStr(Lying, str):
    pass


class LyingList(Lying, list[Any]):
    pass


class LyingDict(Lying, dict[str, Any]):
    pass


class LyingTuple(Lying, tuple[Any, ...]):
    _fields = Batch._fields


class OneNameTwice(tuple[Any, ...]):
    _fields = ("x", "x")


class NoNames(tuple[Any, ...]):
    _fields = ("class", "__init__")


class OddNames(tuple[Any, ...]):
    _fields = (LyingStr("x"), ["y"])


class LyingArray(np.ndarray[Any, Any]):
    dtype = property(lambda self: np.dtype("f8"))
    shape = property(lambda self: (1,))

    def __array__(self, *_: object, **__: object) -> Any:
        raise RuntimeError


class LyingTensor(Tensor):
    dtype = property(lambda self: torch.float64)
    shape = property(lambda self: torch.Size([1]))

    @classmethod
    def __torch_function__(cls, *_: object, **__: object) -> Any:
        return torch.zeros(1, dtype=torch.float64)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (LyingInt(5), 5),
        (LyingFloat(5), 5.0),
        (LyingStr("a"), "a"),
        (LyingList([1]), [1]),
        (LyingDict(a=1), {"a": 1}),
        ({LyingStr("a"): 1}, {"a": 1}),
        (LyingTuple((1,)), (1,)),
        (LyingTuple([torch.ones(1)]), (torch.ones(1),)),
        (OneNameTwice([torch.ones(1)] * 2), (torch.ones(1),) * 2),
        (NoNames([torch.ones(1)] * 2), (torch.ones(1),) * 2),
        (OddNames([torch.ones(1)] * 2), (torch.ones(1),) * 2),
        (np.array([1, 2]).view(LyingArray), torch.tensor([1, 2])),
        (torch.tensor([1, 2]).as_subclass(LyingTensor), torch.tensor([1, 2])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_class_that_lies_is_not_asked(value, plain):
    assert is_same(decode(encode(value)), plain)


class SaysItIsANumber:
    __class__ = int


@pytest.mark.parametrize(
    "value",
    [
        object(),
        SaysItIsANumber(),
        b"bytes",
        {1, 2},
        1j,
        2**63,
        -(2**63) - 1,
        Colour,
        {1: 2},
        {None: 2},
        "\ud800",
        {"\udfff": 1},
        Handle(-1),
        Handle(True),
        Handle("1"),
        Handle(2**63),
        [object()],
        np.array([None]),
        np.array(["a"]),
        np.array([1j]),
        np.array([1], dtype=np.uint64),
        np.array([1], dtype=np.longdouble),
        np.array([(1, 2.0)], dtype="i4,f4"),
        np.array(["2020-01-01"], dtype="M8[ns]"),
        np.datetime64("2020-01-01", "ns"),
        np.timedelta64(3, "ns"),
        np.longdouble(1),
        np.complex64(1),
        np.uint64(2**63),
        torch.tensor([1j]),
        torch.eye(2).to_sparse(),
        torch.ones(2, device="meta"),
        nn.UninitializedParameter(),
        torch.tensor([2], dtype=torch.uint8).view(torch.bool),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_does_not_cross_is_refused(value):
    with pytest.raises(WireError, match=r"^expected .*; got .*; .*"):
        encode(value)


@pytest.mark.filterwarnings("ignore:Sparse CSR")
def test_a_tensor_of_rows_without_strides_is_refused():
    with pytest.raises(WireError, match="a tensor that holds its numbers"):
        encode(torch.eye(2).to_sparse_csr())


def test_a_list_inside_itself_is_refused():
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(WireError, match="at most 16 values around another; got 17"):
        encode(endless)


def test_what_is_not_sent_is_told_with_what_to_do():
    with pytest.raises(WireError, match=r"^expected values that can be sent; got a set; use tensors, numbers, text"):
        encode({1})


@pytest.mark.parametrize(
    "value", [torch.ones(1).expand(2**40), np.broadcast_to(np.float32(1), (2**40,))], ids=["torch", "numpy"]
)
def test_what_is_too_large_is_refused_before_it_is_copied(value):
    with pytest.raises(WireError, match="16,777,216 numbers in a tensor; got 1,099,511,627,776"):
        encode(value)


def test_what_is_too_large_for_a_frame_is_refused_before_it_is_copied():
    with pytest.raises(WireError, match="at most 1,048,576 bytes; got 67,108,864;"):
        encode(torch.ones(1).expand(2**24), Limits(frame_bytes=2**20))


# What decode gives.


def test_tensors_have_memory_of_their_own_and_no_gradient():
    frame = bytearray(encode([torch.ones(2), torch.ones(2)]))
    first, second = decode(frame)
    first += 1
    frame[-16:] = bytes(16)
    assert (first.tolist(), second.tolist()) == ([2, 2], [1, 1])
    assert not first.requires_grad


def test_what_torch_was_told_to_do_by_default_changes_nothing():
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    try:
        value = decode(encode(2))
        tensor = decode(framed('{"tensor":["float32",[1]]}', b"\0\0\x80\x3f"))
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
    assert value == 2
    assert is_same(tensor, torch.tensor([1.0]))


def test_a_named_tuple_is_one_on_the_other_side():
    batch = decode(encode(Batch(*[torch.full((1,), n) for n in (1, 2, 3)])))
    assert (batch.tokens.item(), batch.mask.item(), batch[2].item()) == (1, 2, 3)
    assert batch._replace(labels=batch.mask).labels.item() == 2
    assert type(batch) is type(decode(encode(batch))), "the class is made once"


def test_the_other_side_makes_no_more_than_some_classes_of_named_tuples_stay():
    for number in range(500):
        decode(framed(f'{{"named":{{"x{number}":{ONE}}}}}', b"\0"))
    assert named_tuple.cache_info().currsize <= 64


def test_a_frame_may_be_any_buffer():
    frame = encode([1, "a"])
    assert decode(bytearray(frame)) == decode(memoryview(frame)) == [1, "a"]


def test_a_frame_is_read_to_its_end_and_no_further():
    frame = encode([torch.ones(2), "é"])
    stream = memoryview(frame + b"next")

    def fill(buffer: memoryview) -> None:
        nonlocal stream
        buffer[:], stream = stream[: len(buffer)], stream[len(buffer) :]

    assert is_same(read_frame(fill, Limits()), [torch.ones(2), "é"])
    assert bytes(stream) == b"next"


# Hostile frames.

ONE = '{"tensor":["uint8",[1]]}'

REFUSED = {
    "no byte": b"",
    "half a prefix": encode(1)[:19],
    "no magic": b"LAMA" + encode(1)[4:],
    "another version": b"AMAL\3" + encode(1)[5:],
    "the bytes of a version the other way round": b"AMAL\0\0\0\2" + encode(1)[8:],
    "cut header": encode("abc")[:-1],
    "cut body": encode(torch.ones(2))[:-1],
    "bytes after the end": encode(1) + b"\0",
    "header announced too short": b"AMAL" + struct.pack("<IIQ", 2, 1, 1) + b"12",
    "no header": framed(""),
    "body that no tensor takes": framed("1", b"\0"),
    "body too long": framed(ONE, b"\0\0"),
    "body too short": framed(ONE),
    "body of the second missing": framed(f"[{ONE},{ONE}]", b"\0"),
    "no UTF-8": framed(b'"\xff"'),
    "surrogates in UTF-8": framed(b'"\xed\xa0\x80"'),
    "byte order mark": framed(b"\xef\xbb\xbf1"),
    "no JSON": framed("[1"),
    "two values": framed("1 2"),
    "space before": framed(" 1"),
    "space after": framed("1\n"),
    "space inside": framed("[1, 2]"),
    "needless escape": framed('"\\u0041"'),
    "escape in capitals": framed('"\\u001F"'),
    "slash escaped": framed('"\\/"'),
    "half a surrogate pair": framed('"\\ud800"'),
    "surrogate pair, escaped": framed('"\\ud83d\\ude00"'),
    "minus zero": framed("-0"),
    "leading zero": framed("01"),
    "plus": framed("+1"),
    "float": framed("1.0"),
    "exponent": framed("1e3"),
    "nan": framed("NaN"),
    "infinity": framed("[-Infinity]"),
    "one beyond 64 bits": framed("9223372036854775808"),
    "one below 64 bits": framed("-9223372036854775809"),
    "a numeral of 1 MB": framed("9" * 2**20),
    "a key twice": framed('{"dict":{"a":1,"a":1}}'),
    "a tag twice": framed('{"handle":1,"handle":1}'),
    "no tag": framed("{}"),
    "two tags": framed('{"handle":1,"float":"3ff0000000000000"}'),
    "unknown tag": framed('{"pickle":"gASVAAAA"}'),
    "float in capitals": framed('{"float":"3FF0000000000000"}'),
    "float too short": framed('{"float":"3ff"}'),
    "float with a line after": framed('{"float":"3ff0000000000000\\n"}'),
    "float of other digits": framed('{"float":"３ff0000000000000"}'),
    "float as a number": framed('{"float":1}'),
    "tuple of no list": framed('{"tuple":1}'),
    "tuple of a dict": framed('{"tuple":{"a":1}}'),
    "tuple of text": framed('{"tuple":"ab"}'),
    "dict of a list": framed('{"dict":[]}'),
    "dict of a float": framed('{"dict":null}'),
    "tensor of no list": framed('{"tensor":"float32"}'),
    "tensor of one part": framed('{"tensor":["float32"]}'),
    "tensor of three parts": framed('{"tensor":["uint8",[1],1]}', b"\0"),
    "tensor of an unknown dtype": framed('{"tensor":["complex64",[1]]}', bytes(8)),
    "tensor of an attribute of torch": framed('{"tensor":["load",[1]]}', bytes(8)),
    "tensor of a dtype that is a list": framed('{"tensor":[["uint8"],[1]]}', b"\0"),
    "tensor of a shape that is a number": framed('{"tensor":["uint8",1]}', b"\0"),
    "axis below 0": framed('{"tensor":["uint8",[-1]]}'),
    "two axes below 0": framed('{"tensor":["uint8",[-1,-1]]}', b"\0"),
    "axis that is true": framed('{"tensor":["uint8",[true]]}', b"\0"),
    "axis that is text": framed('{"tensor":["uint8",["1"]]}', b"\0"),
    "axis that is a list": framed('{"tensor":["uint8",[[1]]]}', b"\0"),
    "axes whose product passes 64 bits": framed('{"tensor":["uint8",[4294967296,4294967296]]}'),
    "axes as long as may be": framed(f'{{"tensor":["uint8",[{",".join([str(2**63 - 1)] * 8)}]]}}'),
    "half a million axes": framed(f'{{"tensor":["uint8",[{",".join("1" * 500_000)}]]}}', b"\0"),
    "an endless axis beside an empty one": framed('{"tensor":["uint8",[0,9223372036854775807]]}'),
    "truth that is 2": framed('{"tensor":["bool",[2]]}', b"\1\2"),
    "handle below 0": framed('{"handle":-1}'),
    "handle that is true": framed('{"handle":true}'),
    "handle of a float": framed('{"handle":{"float":"3ff0000000000000"}}'),
    "no field": framed('{"named":{}}'),
    "nine fields": framed('{"named":{' + ",".join(f'"x{n}":{ONE}' for n in range(9)) + "}}", bytes(9)),
    "one field twice": framed(f'{{"named":{{"x":{ONE},"x":{ONE}}}}}', b"\0\0"),
    "a field that is a number": framed('{"named":{"x":1}}'),
    "a field that is a list of tensors": framed(f'{{"named":{{"x":[{ONE}]}}}}', b"\0"),
    "a field that is a handle": framed('{"named":{"x":{"handle":1}}}'),
    "a field of a capital": framed(f'{{"named":{{"X":{ONE}}}}}', b"\0"),
    "a field of Python's own words": framed(f'{{"named":{{"class":{ONE}}}}}', b"\0"),
    "a field that begins with _": framed(f'{{"named":{{"_replace":{ONE}}}}}', b"\0"),
    "a field without a name": framed(f'{{"named":{{"":{ONE}}}}}', b"\0"),
    "a field with a line after": framed(f'{{"named":{{"x\\n":{ONE}}}}}', b"\0"),
    "a field of other letters": framed(f'{{"named":{{"é":{ONE}}}}}'.encode(), b"\0"),
    "a field with a long name": framed(f'{{"named":{{"{"a" * 33}":{ONE}}}}}', b"\0"),
    "named tuple of a list": framed(f'{{"named":[{ONE}]}}', b"\0"),
    "named tuple of text": framed('{"named":"abc"}'),
    "the batch of another version": framed(f'{{"batch":[{ONE},{ONE},{ONE}]}}', b"\0\0\0"),
    "brackets without end": framed("[" * 2**20),
    "objects without end": framed('{"tuple":[' * 100_000),
    "nested as deep as may be": framed("[" * 500_000 + "]" * 500_000),
    "half a million numbers": framed("[" + ",".join("1" * 500_000) + "]"),
    "lists by the hundred thousand": framed("[" + ",".join(["[]"] * 340_000) + "]"),
    "objects by the hundred thousand": framed("[" + ",".join(['{"":0}'] * 149_000) + "]"),
    "white space": framed("\t" * 2**20),
}  # fmt: skip


@pytest.mark.parametrize("frame", REFUSED.values(), ids=REFUSED)
def test_a_frame_that_encode_would_not_write_is_refused(frame):
    with pytest.raises(WireError, match=r"^expected .*; got .*; .*") as refusal:
        decode(frame)
    assert len(str(refusal.value)) < 1000
    assert str(refusal.value).isprintable()


def test_what_the_other_side_wrote_is_quoted_without_what_a_terminal_acts_on():
    with pytest.raises(WireError) as refusal:
        decode(framed(json.dumps({"\x1b[2J" + "a" * 500: 1}, separators=(",", ":"))))
    assert "got '\\x1b[2J" + "a" * 36 + "'" in str(refusal.value).replace("\\u001b", "\\x1b")


@pytest.mark.parametrize("name", ["lists by the hundred thousand", "objects by the hundred thousand", "white space"])
def test_a_hostile_header_costs_bounded_memory_and_time(name):
    frame = REFUSED[name]
    begin = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode(frame)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 48 * 2**20
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(("header", "body"), [(2**32 - 1, 0), (2**20 + 1, 0), (1, 2**64 - 1), (1, 2**26)])
def test_a_length_beyond_the_limits_is_refused_before_anything_else_is_read(header, body):
    def fill(buffer: memoryview) -> None:
        assert len(buffer) == PREFIX, "asked for more than the prefix"
        buffer[:] = b"AMAL" + struct.pack("<IIQ", 2, header, body)

    with pytest.raises(WireError, match=r"^expected at most [0-9,]+ bytes"):
        read_frame(fill, Limits())


def test_a_body_is_read_only_into_tensors_that_the_json_names():
    asked: list[int] = []
    header = b'[{"tensor":["uint8",[3]]},1.5]'

    def fill(buffer: memoryview) -> None:
        asked.append(len(buffer))
        whole = b"AMAL" + struct.pack("<IIQ", 2, len(header), 2**25)
        buffer[:] = {PREFIX: whole, len(header): header}[len(buffer)]

    with pytest.raises(WireError):
        read_frame(fill, Limits())
    assert asked == [PREFIX, len(header)]


def test_a_body_that_is_too_short_for_a_tensor_is_not_read():
    header = b'[{"tensor":["uint8",[2]]},{"tensor":["uint8",[3]]}]'
    stream = memoryview(b"AMAL" + struct.pack("<IIQ", 2, len(header), 4) + header + b"\1\2\3\4" + b"next")

    def fill(buffer: memoryview) -> None:
        nonlocal stream
        buffer[:], stream = stream[: len(buffer)], stream[len(buffer) :]

    with pytest.raises(WireError, match="at most 4 bytes of tensors; got 5"):
        read_frame(fill, Limits())
    assert bytes(stream) == b"\3\4next"


@pytest.mark.parametrize(("shape", "body"), [("[-1]", b""), ("[-1,-1]", b"\0"), ("[2,-9]", b"")])
def test_an_axis_below_0_is_refused_before_a_tensor_is_made(shape, body):
    with pytest.raises(WireError, match="axes of length 0 or more"):
        decode(framed('{"tensor":["uint8",' + shape + "]}", body))


def test_a_long_numeral_is_refused_without_being_read_as_a_number():
    with pytest.raises(WireError, match=r"a whole number of 64 bits; got '9{40}'"):
        decode(framed("9" * 2**20))


WITH_LITTLE_MEMORY = """
import resource, struct, torch
from amal_attention.errors import WireError
from amal_attention.grading.wire.frame import Limits, decode, encode

decode(encode([torch.ones(1), 1.5]))  # what is set up once is there
header, body = {content}
frame = b"AMAL" + struct.pack("<IIQ", 2, len(header), body) + header + bytes(body)
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 2**24, size + 2**24))
try:
    decode(frame, Limits(header_bytes=2**28, frame_bytes=2**28, numbers=2**28))
except WireError as refusal:
    print(refusal)
"""


@pytest.mark.parametrize(
    "content",
    ["""b'{"tensor":["uint8",[100000000]]}', 100_000_000""", """b'"' + b"a" * 60_000_000 + b'"', 0"""],
    ids=["tensor", "text"],
)
def test_a_lack_of_memory_is_a_refusal_too(content):
    script = WITH_LITTLE_MEMORY.format(content=content)
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "expected a message for which there is memory; got a larger one" in found.stdout, found.stderr


# The limits, each at its last value and one past it.

AT_LIMIT: dict[str, tuple[int, object, object, str]] = {
    "depth": (2, ({"a": 1},), [{"a": [1]}], "at most 2 values around another; got 3"),
    "depth of a batch": (1, Batch(*[torch.ones(1)] * 3), [Batch(*[torch.ones(1)] * 3)], "2"),
    "items": (4, [1, {"a": None}], [1, {"a": None}, Handle(1)], "at most 4 values; got 5"),
    "items of numpy": (3, [np.int64(1)] * 2, [np.int64(1)] * 3, "at most 3 values; got 4"),
    "tensors": (2, [torch.ones(1)] * 2, [torch.ones(1)] * 3, "at most 2 tensors; got 3"),
    "numbers": (6, torch.ones(2, 3), torch.ones(7), "at most 6 numbers in a tensor; got 7"),
    "numbers beside none": (6, torch.ones(2, 0, 3), torch.ones(0, 7), "at most 6 numbers in a tensor; got 7"),
    "numbers of an array": (6, np.ones((2, 3)), np.ones(7), "at most 6 numbers in a tensor; got 7"),
    "characters": (3, "éàü", "abcd", "at most 3 characters; got 4"),
    "characters of a key": (3, {"éàü": 1}, {"abcd": 1}, "at most 3 characters; got 4"),
    "header_bytes": (5, "abc", "abcd", "at most 5 bytes of JSON; got 6"),
    "header_bytes of more than one": (5, "aé", "éé", "at most 5 bytes of JSON; got 6"),
    "frame_bytes": (PREFIX + 26, torch.ones(2, dtype=torch.uint8), torch.ones(3, dtype=torch.uint8), "46 bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("limit", "at", "past", "told"), AT_LIMIT.values(), ids=AT_LIMIT)
def test_a_limit_is_the_last_that_is_allowed(limit, at, past, told, request):
    name = request.node.callspec.id.split()[0]
    limits = Limits(**{name: limit})
    assert encode(decode(encode(at, limits), limits)) == encode(at)
    with pytest.raises(WireError, match=told):
        encode(past, limits)
    with pytest.raises(WireError, match=told):
        decode(encode(past), limits)


def test_a_tensor_may_have_eight_axes():
    assert decode(encode(torch.ones([1] * 8))).dim() == 8
    with pytest.raises(WireError, match="at most 8 axes; got 9"):
        encode(torch.ones([1] * 9))
    with pytest.raises(WireError, match="at most 8 axes; got 9"):
        decode(framed('{"tensor":["uint8",[1,1,1,1,1,1,1,1,1]]}', b"\0"))


def test_the_limits_by_default_are_those_that_are_written():
    assert Limits() == Limits(2**26, 2**20, 16, 10_000, 512, 2**24, 2**16)
    assert decode(encode(torch.ones(2**24, dtype=torch.uint8))).numel() == 2**24
    with pytest.raises(WireError, match="at most 67,108,864 bytes"):
        encode([torch.ones(2**23)] * 2)
    with pytest.raises(WireError, match="at most 1,048,576 bytes of JSON"):
        encode(["a" * 2**16] * 16)


# Any bytes.


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_exact(content):
    assert is_refused_or_exact(content, Limits())
    is_refused_or_exact(framed(content), Limits())


@settings(max_examples=300)
@given(st.data(), VALUES.map(encode))
def test_a_damaged_frame_is_refused_or_exact(data, frame):
    place = st.integers(0, len(frame))
    begin, end = sorted([data.draw(place), data.draw(place)])
    middle = data.draw(st.binary(max_size=4) | st.just(frame[begin:end] * 2) | st.sampled_from(TOKENS))
    damaged = frame[:begin] + middle + frame[end:]
    is_refused_or_exact(damaged, Limits())
    header = min(int.from_bytes(frame[8:12], "little"), len(damaged) - PREFIX)
    if header >= 0:
        is_refused_or_exact(framed(damaged[PREFIX : PREFIX + header], damaged[PREFIX + header :]), Limits())


TOKENS = [token.encode() for token in ["null", "true", "-0", "[]", "{}", '"a"', " ", "\\u0041", "0.5", "NaN", '"bool"']]
TAGS = st.sampled_from(["float", "tuple", "dict", "tensor", "handle", "named", "other"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([2**63, 2**64, "float32", "bool", "3ff0000000000000", "fff8000000000001"])
    | st.builds(lambda name, shape: {"tensor": [name, shape]}, st.sampled_from(["bool", "int8"]), st.just([2]))
    | st.builds(lambda name: {"named": {name: {"tensor": ["int8", [1]]}}}, st.sampled_from(["x", "X", "if", "x x"]))
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TAGS, inner, min_size=1, max_size=1)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=12,
)


@settings(max_examples=500)
@given(TREES, st.binary(max_size=8))
def test_any_json_is_refused_or_exact(tree, body):
    header = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    small = Limits(depth=3, items=8, tensors=2, numbers=4, characters=8)
    for limits in (Limits(), small):
        is_refused_or_exact(framed(header, body), limits)
