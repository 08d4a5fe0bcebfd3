"""The text in a notebook's outputs: pieces of a stream joined, control signs spelt, the middle of a long text cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from amal_attention.printable import printable

__all__ = ["cut_text", "merged", "text_of"]

_HEAD, _TAIL = 6_000, 2_000  # characters of a text
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\^_])")


def merged(outputs: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The outputs, with what was printed in one go in one piece."""
    readable = [each for each in outputs if isinstance(each, dict)]
    for stream, group in groupby(readable, _stream):
        if stream:
            yield {"output_type": "stream", "name": stream, "text": [text_of(each.get("text")) for each in group]}
        else:
            yield from group


def _stream(output: Mapping[str, Any]) -> str:
    """The stream that it was printed on, or nothing."""
    if output.get("output_type") != "stream":
        return ""
    return "stderr" if output.get("name") == "stderr" else "stdout"


def cut_text(text: str) -> str:
    """The beginning and the end of a text, as a terminal would show it."""
    left = len(text) - _HEAD - _TAIL
    pieces = [text] if left <= 0 else [text[:_HEAD], text[-_TAIL:]]
    ends = [printable(_settled(piece), 8 * len(piece)).rstrip("\n") for piece in pieces]
    return f"\n… {left:,} characters are left out …\n".join(ends)


def _settled(text: str) -> str:
    """The text without colours, and of a line that was written over, as progress bars do, what was written last."""
    lines = _TERMINAL.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines).expandtabs(8)


def text_of(value: Any, between: str = "") -> str:
    """A text, or a list of its lines."""
    lines = value if isinstance(value, list) else [value]
    return between.join(line for line in lines if isinstance(line, str))
