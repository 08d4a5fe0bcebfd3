"""Saved outputs and attached pictures of a submission, made harmless for a notebook that markers open.

nbgrader's pages put HTML and SVG outputs into the page as they are, with no policy that forbids scripts. Here text is
cut and its control signs are spelt, pictures are checked, HTML is cleaned by nh3 against a list of what is allowed, and
an SVG becomes a picture. Of what renders in other ways (LaTeX, markdown, JavaScript, widgets) the plain text is shown.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nh3

from amal_attention.notebook.drawings import safe_svg
from amal_attention.notebook.output_text import cut_text, merged, text_of
from amal_attention.notebook.outputs import Room
from amal_attention.notebook.pictures import LARGEST_PICTURE, safe_picture

__all__ = ["clean_outputs", "clean_pictures"]

_MOST = 30  # outputs of a cell
_MOST_PIECES = 2_000  # of which these are put together
_MOST_PICTURES = 10  # attachments of a cell
_LARGEST_HTML = 600_000
_NAME = re.compile(r"[^()\s\"'<>\\/\x00-\x1f]{1,200}")
_PICTURES = ("image/png", "image/jpeg")

_TAGS = frozenset(
    "b br caption code dd div dl dt em h1 h2 h3 h4 h5 h6 hr i li mark ol p pre s small span strong sub sup "
    "table tbody td tfoot th thead tr u ul".split()
)
_STYLES = frozenset(
    "color background background-color font-size font-style font-weight text-align line-height padding border "
    "border-radius width max-width height display flex-wrap align-items gap overflow-wrap margin margin-top".split()
)
_PLAIN_VALUE = re.compile(r"(?!.*(?:url|image|expression|attr|var|-\d))[#\w\s.,%()-]*", re.IGNORECASE)


def clean_outputs(outputs: Sequence[Any], room: Room) -> list[dict[str, Any]]:
    """Outputs as a notebook of format 4 holds them, with nothing that acts in a page.

    Args:
        outputs: the outputs of a cell, as its file holds them; anything.
        room: how many characters they may still take in the notebook. What does not fit is left out, and a line
            says so.
    """
    pieces = list(merged(outputs[:_MOST_PIECES]))
    made = [each for each in map(_clean, pieces[:_MOST]) if each]
    kept = [each for each in made if room.take(str(each))]
    if len(kept) < len(made) or len(pieces) > _MOST or len(outputs) > _MOST_PIECES:
        kept.append(_stream("stdout", "more outputs are left out"))
    return kept


def clean_pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """The attachments of a markdown cell that are pictures, as a notebook of format 4 holds them.

    Args:
        attachments: the attachments as its file holds them; anything.
    """
    found = list(attachments.items())[:_MOST_PICTURES] if isinstance(attachments, dict) else []
    named = {name: bundle for name, bundle in found if _NAME.fullmatch(name) and isinstance(bundle, dict)}
    pictures = {name: _picture(bundle) for name, bundle in named.items()}
    return {name: picture for name, picture in pictures.items() if picture}


def _clean(output: Mapping[str, Any]) -> dict[str, Any]:
    """One output; nothing where it holds nothing."""
    kind = output.get("output_type")
    if kind == "stream":
        return _stream("stderr" if output.get("name") == "stderr" else "stdout", text_of(output.get("text")))
    if kind == "error":
        told = ": ".join(filter(None, (text_of(output.get(part)) for part in ("ename", "evalue"))))
        return _stream("stderr", text_of(output.get("traceback"), "\n") or told)
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return {}
    bundle = _bundle(data)
    return {"output_type": "display_data", "metadata": {}, "data": bundle} if bundle else {}


def _stream(name: str, text: str) -> dict[str, Any]:
    shown = cut_text(text)
    return {"output_type": "stream", "name": name, "text": f"{shown}\n"} if shown.strip() else {}


def _bundle(data: Mapping[str, Any]) -> dict[str, str]:
    """The best that can be shown of the ways in which a notebook holds one thing."""
    html, plain = _html(text_of(data.get("text/html"))), cut_text(text_of(data.get("text/plain")))
    shown = _picture(data) or _drawing(text_of(data.get("image/svg+xml"))) or ({"text/html": html} if html else {})
    return shown | ({"text/plain": plain} if plain.strip() else {})


def _picture(data: Mapping[str, Any]) -> dict[str, str]:
    for mime in _PICTURES:
        raw = safe_picture(mime, text_of(data.get(mime)))
        if raw:
            return {mime: base64.b64encode(raw).decode()}
    return {}


def _drawing(given: str) -> dict[str, str]:
    drawing = safe_svg(given) if len(given) <= LARGEST_PICTURE else None
    if drawing is None:
        return {}
    return {"text/html": f'<img alt="" src="data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}">'}


def _html(given: str) -> str:
    """Allowed tags with allowed styles: a table, or words on which attention is coloured."""
    if not given.strip() or len(given) > _LARGEST_HTML:
        return ""
    return nh3.clean(
        given,
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title"},
        attributes={"*": {"style"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
        attribute_filter=_attribute,
        link_rel=None,
    ).strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Styles that colour and space, and the spans of a table's cells."""
    if name != "style":
        return value if value.isdigit() and len(value) < 4 else None
    declared = (each.partition(":") for each in value.split(";"))
    kept = [
        f"{key.strip()}:{said.strip()}"
        for key, _, said in declared
        if key.strip() in _STYLES and _PLAIN_VALUE.fullmatch(said)
    ]
    return ";".join(kept) or None
