"""Fuzz the parser of what a submission sends: any bytes end in a WireError, or are what their value is written as.

    python benchmarks/fuzz_wire.py -max_total_time=600
    python benchmarks/fuzz_wire.py --small -max_total_time=120

The options are libFuzzer's; its corpus begins with the frames of a few values. With ``--small`` the limits are so low
that frames up to each of them, and beyond, are found at once. Needs ``pip install atheris``.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import torch

try:
    import atheris
except ImportError:
    sys.exit("expected atheris, the fuzzer; got none; pip install atheris")

with atheris.instrument_imports(include=["amal_attention.grading"]):
    from amal_attention.errors import WireError
    from amal_attention.grading.wire.frame import Handle, Limits, decode, encode

# What chance alone would be long in writing.
WORDS = [f'{{"{tag}":' for tag in "float tuple dict tensor handle named".split()]
WORDS += [
    f'"{name}"'
    for name in "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 3ff0000000000000".split()
]
WORDS += [
    '{"x":',
    '"mask":',
    "null",
    "true",
    "false",
    "[]",
    "[2]",
    "[2,3]",
    "},",
    "],",
    "9223372036854775807",
    "-9223372036854775808",
    "\\u0000",
]
SMALL = Limits(frame_bytes=160, header_bytes=96, depth=3, items=8, tensors=3, numbers=6, characters=5)
PREFIX = struct.Struct("<4sIIQ")
Batch = namedtuple("Batch", "tokens mask labels")
DTYPES = (torch.bool, torch.uint8, torch.int16, torch.int64, torch.bfloat16, torch.float32, torch.float64)


def values() -> list[object]:
    """Some of every kind that crosses."""
    plain = [None, True, -1, 2**63 - 1, -(2**63), "", 'é\n"\\\x00', [], [1, [2]], (1, ()), {}, {"a": {"b": "c"}}]
    floats = [0.0, -0.0, 1.5, float("inf"), float("nan")]
    tensors = [torch.zeros(shape, dtype=dtype) for dtype in DTYPES for shape in ((), (2,), (2, 3), (0, 4))]
    batch = Batch(torch.zeros(1, 2, dtype=torch.int64), torch.ones(1, 2, dtype=torch.bool), torch.tensor([1]))
    pair = namedtuple("Pair", "source source_mask")(torch.ones(1), torch.ones(1))
    return [*plain, *floats, *tensors, batch, pair, Handle(7), [torch.ones(1), 2.5, (Handle(1),)]]


def framed(content: bytes) -> bytes:
    """A frame of the JSON before the first zero, which JSON has none of, and the body after it: a prefix that fits."""
    header, _, body = content.partition(b"\0")
    return PREFIX.pack(b"AMAL", 2, len(header), len(body)) + header + body


def unframed(frame: bytes) -> bytes:
    """What :func:`framed` makes the frame from."""
    _, _, header, _ = PREFIX.unpack(frame[: PREFIX.size])
    content = frame[PREFIX.size :]
    return content[:header] + b"\0" + content[header:]


def check(frame: bytes, limits: Limits) -> bool:
    """Decode; whether these bytes are a frame. Anything but a WireError, or another frame of its value, is a crash."""
    try:
        value = decode(frame, limits)
    except WireError:
        return False
    assert encode(value, limits) == frame
    return True


def write_seeds(folder: Path) -> tuple[Path, Path]:
    """A corpus of the frames of some values, and a dictionary of what stands in them."""
    seeds, words = folder / "seeds", folder / "words"
    seeds.mkdir()
    for number, value in enumerate(values()):
        frame = encode(value)
        (seeds / f"{number}-raw").write_bytes(b"R" + frame)
        (seeds / f"{number}-framed").write_bytes(b"P" + unframed(frame))
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in WORDS)
    words.write_text("".join(f'"{word}"\n' for word in quoted))
    return seeds, words


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer ends."""
    small = "--small" in arguments
    limits = SMALL if small else Limits()
    counts = {True: 0, False: 0}

    def one(data: bytes) -> None:
        """The first byte says whether the rest is a frame, or gets a prefix that fits: chance seldom finds one."""
        frame = framed(data[1:]) if data[:1] == b"P" else data[1:]
        counts[check(frame, limits)] += 1
        if sum(counts.values()) % 100_000 == 0:
            print(f"{counts[True]:,} valid, {counts[False]:,} refused", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        seeds, words = write_seeds(Path(folder))
        child = os.fork()  # libFuzzer leaves without a word, and would leave the folder behind
        if not child:
            own = [each for each in arguments if each != "--small"]
            atheris.Setup([*own, f"-dict={words}", str(seeds)], one)
            atheris.Fuzz()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main(sys.argv)
