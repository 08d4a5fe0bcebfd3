"""SVG drawings from a submission, cut down to shapes and text.

A browser runs no script of a drawing in an ``<img>``, but it draws what the drawing asks for: 1.4 kB of ``<use>`` in
``<use>``, or of nested patterns, masks and clips, keep it busy for minutes. Only shapes, text and groups are kept, with
plain attributes. Glyphs that matplotlib draws once and repeats with ``<use>`` are lost with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

__all__ = ["safe_svg"]

_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset("svg g path rect circle ellipse line polyline polygon text tspan title desc".split())
_ATTRIBUTES = frozenset(
    "viewBox width height x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform fill stroke opacity style "
    "fill-opacity fill-rule stroke-opacity stroke-width stroke-linecap stroke-linejoin stroke-miterlimit "
    "font-size font-family font-style font-weight text-anchor".split()
)
_REACHES_OUT = re.compile(r"url|image|attr|var|@|\\", re.IGNORECASE)
_DEEPEST = 100


class _Refused(Exception):
    """The drawing defines entities, or is nested too deep."""


class _Copy:
    """The parts of a drawing that are kept, as a parser meets them."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._depth = self._skipped = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element; ``name`` is its namespace, a blank and its local name."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Refused
        namespace, _, local = name.rpartition(" ")
        if self._skipped or namespace != _SVG or local not in _SHAPES:
            self._skipped += 1
            return
        known = {key: value for key, value in attributes.items() if key in _ATTRIBUTES}
        plain = {key: value for key, value in known.items() if not _REACHES_OUT.search(value)}
        own = {"xmlns": _SVG, **plain} if not self.kept else plain
        self.kept.append(f"<{local}{''.join(f' {key}={quoteattr(value)}' for key, value in own.items())}>")

    def end(self, name: str) -> None:
        """End it."""
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
        else:
            self.kept.append(f"</{name.rpartition(' ')[2]}>")

    def text(self, text: str) -> None:
        """Keep the text inside an element that is kept."""
        if not self._skipped:
            self.kept.append(escape(text))

    def refuse(self, *_: object) -> None:
        """Refuse a document type: it may define entities."""
        raise _Refused


def safe_svg(given: str) -> str | None:
    """A drawing with its shapes and its text, and nothing that repeats, animates, filters or loads.

    Args:
        given: the text of an SVG; what stands before it, such as a document type, is not read.

    Returns:
        The text of a drawing; None where this is no SVG.
    """
    start = given.find("<svg")
    if start < 0:
        return None
    copy, parser = _Copy(), expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = copy.start, copy.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = copy.text, copy.refuse
    try:
        parser.Parse(given[start:].strip().encode("utf-8", "replace"), True)
    except (expat.ExpatError, _Refused):
        return None
    return "".join(copy.kept) or None
