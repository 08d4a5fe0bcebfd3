"""What the cells of a submission put out, made harmless: it goes into pages that teachers and students open.

Text is escaped and cut. A picture is checked and stands as data in an ``<img>``, where a browser runs nothing of it;
of a PNG or JPEG only what draws it is kept. HTML, such as a map of attention, is shut in a sandboxed ``<iframe>``. The
page around it must allow no script and no network, as those of :mod:`amal_attention.grading.pages` do: their policy
holds in the frame too.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from amal_attention.printable import printable

__all__ = ["Room", "outputs_html", "safe_jpeg", "safe_png"]

_MOST_OUTPUTS = 30  # of a cell
_MOST_PIECES = 2_000  # of which these are put together
_HEAD, _TAIL = 6_000, 2_000  # characters of a text
_LONGEST_NAME = 120
_LARGEST_FRAME = 600_000
_LARGEST_PICTURE = 2_000_000
_MOST_PIXELS = 20_000_000

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\^_])")
_TAG = re.compile(r"<[^<>]*>")
_REACHES_OUT = re.compile(r"<(?=/?(?:link|meta|base)(?![a-z0-9]))", re.IGNORECASE)
_FRAME = (
    "<!DOCTYPE html><style>:root{{color-scheme:light dark}}body{{margin:.25rem;overflow-wrap:anywhere;"
    'font:.95rem/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}}</style>{}'
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_DRAWS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"pHYs"})
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_DRAWS = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD, 0xE0, 0xEE})


@dataclass
class Room:
    """How many characters pictures and frames may still take in a page."""

    left: int = 8_000_000

    def take(self, text: str) -> bool:
        """Whether there is room for this too; then it is taken."""
        if len(text) > self.left:
            return False
        self.left -= len(text)
        return True


def outputs_html(outputs: Sequence[Any], label: str, room: Room) -> Markup:
    """The outputs of a cell as HTML, whatever they are; nothing where nothing can be shown.

    Args:
        outputs: as a notebook of format 4 holds them.
        label: what the cell is called, in the words that stand for its pictures.
        room: that is left in the page.
    """
    merged = list(_merged(outputs[:_MOST_PIECES]))
    shown = []
    for place, each in enumerate(merged[:_MOST_OUTPUTS], 1):
        made = _output(each, f"{label}, output {place}")
        shown.append(made if room.take(made) else _note(f"{label}, output {place}: left out, the page is too large"))
    if len(merged) > _MOST_OUTPUTS or len(outputs) > _MOST_PIECES:
        shown.append(_note("more outputs are left out"))
    return Markup("\n").join(each for each in shown if each)


def safe_png(raw: bytes) -> bytes | None:
    """A PNG with the parts that draw it and no other: no text, no profile, no animation, nothing behind its end.

    None where this is no PNG, or one of more than 20 megapixels.
    """
    if not raw.startswith(_PNG_SIGNATURE) or raw[12:16] != b"IHDR" or not _fits(raw[16:24], ">II"):
        return None
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while at + 12 <= len(raw):
        size, kind = struct.unpack_from(">I4s", raw, at)
        end = at + 12 + size
        if end > len(raw) or (kind == b"IHDR") != (at == len(_PNG_SIGNATURE)):
            return None
        if kind in _PNG_DRAWS:
            kept.append(raw[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    return None


def safe_jpeg(raw: bytes) -> bytes | None:
    """A JPEG with the parts that draw it and no other: no comment, no profile, no place where it was taken.

    None where this is no JPEG, or one of more than 20 megapixels.
    """
    kept, at, framed = [raw[:2]], 2, False
    if kept != [b"\xff\xd8"]:
        return None
    while at + 4 <= len(raw) and raw[at] == 0xFF:
        marker, size = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4])
        end = at + 2 + size
        if marker in _JPEG_FRAMES:
            framed = not framed and _fits(raw[at + 5 : at + 9], ">HH")
        if marker == 0xDA:
            closing = raw.rfind(b"\xff\xd9", end)
            return b"".join([*kept, raw[at : closing + 2]]) if framed and closing > 0 else None
        if size < 2 or end > len(raw):
            return None
        if marker in _JPEG_DRAWS:
            kept.append(raw[at:end])
        at = end
    return None


def _fits(sides: bytes, layout: str) -> bool:
    if len(sides) != struct.calcsize(layout):
        return False
    height, width = struct.unpack(layout, sides)
    return bool(0 < height * width <= _MOST_PIXELS)


def _merged(outputs: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The outputs, with what was printed in one go in one piece."""
    readable = [each for each in outputs if isinstance(each, dict)]
    for stream, group in groupby(readable, _stream):
        if stream:
            yield {"output_type": "stream", "name": stream, "text": [_text(each.get("text")) for each in group]}
        else:
            yield from group


def _stream(output: Mapping[str, Any]) -> str:
    """The stream that it was printed on, or nothing."""
    if output.get("output_type") != "stream":
        return ""
    return "stderr" if output.get("name") == "stderr" else "stdout"


def _output(output: Mapping[str, Any], label: str) -> Markup:
    kind = output.get("output_type")
    if kind == "stream":
        return _pre(_text(output.get("text")), "errors" if output.get("name") == "stderr" else "printed", label)
    if kind == "error":
        told = ": ".join(filter(None, (_text(output.get(part)) for part in ("ename", "evalue"))))
        return _pre(_text(output.get("traceback"), "\n") or told, "raised", label)
    if kind not in ("display_data", "execute_result"):
        return Markup()
    data = output.get("data")
    return _bundle(data, label) if isinstance(data, dict) else Markup()


def _bundle(data: Mapping[str, Any], label: str) -> Markup:
    """The best that can be shown of the ways in which a notebook holds one thing."""
    plain = _text(data.get("text/plain"))
    for mime, show in _RICH.items():
        given = _text(data.get(mime))
        made = show(given, f"{label}: {_name(plain)}" if plain.strip() else label) if given else Markup()
        if made:
            return made
    if plain:
        return _pre(plain, "result", label)
    kinds = ", ".join(printable(str(each), 40) for each in list(data)[:3])
    return _note(f"{label}: cannot be shown ({kinds})") if data else Markup()


def _png(given: str, label: str) -> Markup:
    return _bitmap(given, "png", safe_png, label)


def _jpeg(given: str, label: str) -> Markup:
    return _bitmap(given, "jpeg", safe_jpeg, label)


def _bitmap(given: str, kind: str, checked: Callable[[bytes], bytes | None], label: str) -> Markup:
    if len(given) > 4 * _LARGEST_PICTURE // 3:
        return _note(f"{label}: left out, the picture is too large")
    try:
        raw = checked(base64.b64decode(given))
    except (binascii.Error, ValueError):
        raw = None
    return _image(f"image/{kind}", raw, label) if raw else Markup()


def _svg(given: str, label: str) -> Markup:
    """In an ``<img>`` a drawing runs no script and loads nothing; without a prologue it can define no entities."""
    start = given.find("<svg")
    if start < 0:
        return Markup()
    if len(given) > _LARGEST_PICTURE:
        return _note(f"{label}: left out, the picture is too large")
    return _image("image/svg+xml", given[start:].encode("utf-8", "replace"), label)


def _image(mime: str, raw: bytes, label: str) -> Markup:
    source = f"data:{mime};base64,{base64.b64encode(raw).decode()}"
    return Markup('<div class="output"><img src="{}" alt="{}"></div>').format(source, label)


def _html(given: str, label: str) -> Markup:
    if len(given) > _LARGEST_FRAME:
        return _note(f"{label}: left out, it is too large")
    inside = _FRAME.format(_REACHES_OUT.sub("&lt;", given).encode("utf-8", "replace").decode())
    frame = '<div class="output"><iframe sandbox="" title="{}" style="height:{}rem" srcdoc="{}"></iframe></div>'
    return Markup(frame).format(label, _height(given), inside)


_RICH: dict[str, Callable[[str, str], Markup]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/svg+xml": _svg,
    "text/html": _html,
}


def _height(html: str) -> int:
    """How high its text will stand, in rem: a frame without script cannot say so itself."""
    return min(6 + len(_TAG.sub("", html)) // 45, 44)


def _pre(text: str, kind: str, label: str) -> Markup:
    shown = _cut(text)
    if not shown.strip():
        return Markup()
    frame = '<pre class="output {}" tabindex="0" role="region" aria-label="{}">{}</pre>'
    return Markup(frame).format(kind, f"{label}, {kind}", shown)


def _cut(text: str) -> str:
    """The beginning and the end of a text, as a terminal would show it."""
    left = len(text) - _HEAD - _TAIL
    pieces = [text] if left <= 0 else [text[:_HEAD], text[-_TAIL:]]
    shown = [printable(_settled(piece), 8 * len(piece)).rstrip("\n") for piece in pieces]
    return f"\n… {left:,} characters are left out …\n".join(shown)


def _settled(text: str) -> str:
    """The text without colours, and of a line that was written over, as progress bars do, what was written last."""
    lines = _TERMINAL.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines).expandtabs(8)


def _name(plain: str) -> str:
    return " ".join(printable(plain[: 4 * _LONGEST_NAME].replace("\n", " "), _LONGEST_NAME).split())


def _note(text: str) -> Markup:
    return Markup('<p class="quiet">{}</p>').format(text)


def _text(value: Any, between: str = "") -> str:
    """A text, or a list of its lines."""
    lines = value if isinstance(value, list) else [value]
    return between.join(line for line in lines if isinstance(line, str))
