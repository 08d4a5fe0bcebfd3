"""Pictures from a submission, checked and cut down to what draws them."""

from __future__ import annotations

import base64
import binascii
import struct

__all__ = ["LARGEST_PICTURE", "safe_jpeg", "safe_picture", "safe_png"]

LARGEST_PICTURE = 2_000_000
"""Bytes of a picture; a larger one is not shown."""

_MOST_PIXELS = 20_000_000
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_DRAWS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"pHYs"})
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_DRAWS = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD, 0xE0, 0xEE})


def safe_picture(mime: str, given: str) -> bytes | None:
    """The bytes of a PNG or JPEG that a notebook holds in base 64, with the parts that draw it and no other.

    Args:
        mime: ``image/png`` or ``image/jpeg``; of any other kind nothing is taken.
        given: base 64; anything.
    """
    check = {"image/png": safe_png, "image/jpeg": safe_jpeg}.get(mime)
    if check is None or len(given) > 4 * LARGEST_PICTURE // 3:
        return None
    try:
        return check(base64.b64decode(given))
    except (binascii.Error, ValueError):
        return None


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
