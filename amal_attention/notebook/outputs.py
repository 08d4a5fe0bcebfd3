"""What the cells of a submission put out, made harmless: it goes into pages that teachers and students open.

Text is escaped and cut. A picture is checked and stands as data in an ``<img>``, where a browser runs nothing of it;
of a PNG or JPEG only what draws it is kept. HTML, such as a map of attention, is shut in a sandboxed ``<iframe>``. The
page around it must allow no script and no network, as those of :mod:`amal_attention.grading.pages.pages` do: their
policy holds in the frame too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from amal_attention.language import Language, message
from amal_attention.notebook.drawings import safe_svg
from amal_attention.notebook.output_text import cut_text, merged, text_of
from amal_attention.notebook.pictures import LARGEST_PICTURE, safe_picture
from amal_attention.printable import printable

__all__ = ["Room", "outputs_html"]

_MOST_OUTPUTS = 30  # of a cell
_MOST_PIECES = 2_000  # of which these are put together
_LONGEST_NAME = 120
_LARGEST_FRAME = 600_000

_TAG = re.compile(r"<[^<>]*>")
_REACHES_OUT = re.compile(r"<(?=/?(?:link|meta|base)(?![a-z0-9]))", re.IGNORECASE)
_FRAME = (
    "<!DOCTYPE html><style>:root{{color-scheme:light dark}}body{{margin:.25rem;overflow-wrap:anywhere;"
    'font:.95rem/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}}</style>{}'
)


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


def outputs_html(outputs: Sequence[Any], label: str, room: Room, language: Language | None = None) -> Markup:
    """The outputs of a cell as HTML, whatever they are; nothing where nothing can be shown.

    Args:
        outputs: the outputs as a notebook of format 4 holds them.
        label: what the cell is called, in the words that stand for its pictures.
        room: the room that is left in the page.
        language: the language of what is said of them; English if it is not given.
    """
    said = language or Language()
    pieces = list(merged(outputs[:_MOST_PIECES]))
    shown = []
    for place, each in enumerate(pieces[:_MOST_OUTPUTS], 1):
        named = _Label(said.say("{cell}, output {place}", cell=label, place=place), said)
        made = _output(each, named)
        shown.append(made if room.take(made) else named.note(said.say("left out, the page is too large")))
    if len(pieces) > _MOST_OUTPUTS or len(outputs) > _MOST_PIECES:
        shown.append(_note(said.say("more outputs are left out")))
    return Markup("\n").join(each for each in shown if each)


@dataclass(frozen=True)
class _Label:
    """What an output is called, and the language in which something is said of it."""

    text: str
    language: Language

    def note(self, told: str) -> Markup:
        """That it is not shown, and why."""
        return _note(f"{self.text}: {told}")


def _output(output: Mapping[str, Any], label: _Label) -> Markup:
    kind = output.get("output_type")
    if kind == "stream":
        return _pre(text_of(output.get("text")), "errors" if output.get("name") == "stderr" else "printed", label)
    if kind == "error":
        told = ": ".join(filter(None, (text_of(output.get(part)) for part in ("ename", "evalue"))))
        return _pre(text_of(output.get("traceback"), "\n") or told, "raised", label)
    if kind not in ("display_data", "execute_result"):
        return Markup()
    data = output.get("data")
    return _bundle(data, label) if isinstance(data, dict) else Markup()


def _bundle(data: Mapping[str, Any], label: _Label) -> Markup:
    """The best that can be shown of the ways in which a notebook holds one thing."""
    plain = text_of(data.get("text/plain"))
    for mime, show in _RICH.items():
        given = text_of(data.get(mime))
        named = replace(label, text=f"{label.text}: {_name(plain)}") if plain.strip() else label
        made = show(given, named) if given else Markup()
        if made:
            return made
    if plain:
        return _pre(plain, "result", label)
    kinds = ", ".join(printable(str(each), 40) for each in list(data)[:3])
    return label.note(label.language.say("cannot be shown ({kinds})", kinds=kinds)) if data else Markup()


def _bitmap(mime: str) -> Callable[[str, _Label], Markup]:
    """What shows a PNG or a JPEG."""

    def show(given: str, label: _Label) -> Markup:
        if len(given) > 4 * LARGEST_PICTURE // 3:
            return label.note(label.language.say("left out, the picture is too large"))
        raw = safe_picture(mime, given)
        return _image(mime, raw, label) if raw else Markup()

    return show


def _svg(given: str, label: _Label) -> Markup:
    """In an ``<img>`` a drawing runs no script and loads nothing."""
    if len(given) > LARGEST_PICTURE:
        return label.note(label.language.say("left out, the picture is too large"))
    drawing = safe_svg(given)
    return _image("image/svg+xml", drawing.encode(), label) if drawing else Markup()


def _image(mime: str, raw: bytes, label: _Label) -> Markup:
    source = f"data:{mime};base64,{base64.b64encode(raw).decode()}"
    return Markup('<div class="output"><img src="{}" alt="{}"></div>').format(source, label.text)


def _html(given: str, label: _Label) -> Markup:
    if len(given) > _LARGEST_FRAME:
        return label.note(label.language.say("left out, it is too large"))
    inside = _FRAME.format(_REACHES_OUT.sub("&lt;", given).encode("utf-8", "replace").decode())
    frame = '<div class="output"><iframe sandbox="" title="{}" style="height:{}rem" srcdoc="{}"></iframe></div>'
    return Markup(frame).format(label.text, _height(given), inside)


_RICH: dict[str, Callable[[str, _Label], Markup]] = {
    "image/png": _bitmap("image/png"),
    "image/jpeg": _bitmap("image/jpeg"),
    "image/svg+xml": _svg,
    "text/html": _html,
}


def _height(html: str) -> int:
    """How high its text will stand, in rem: a frame without script cannot say so itself."""
    return min(6 + len(_TAG.sub("", html)) // 45, 44)


_KINDS = {
    "printed": message("printed"),
    "errors": message("errors"),
    "raised": message("raised"),
    "result": message("result"),
}


def _pre(text: str, kind: str, label: _Label) -> Markup:
    shown = cut_text(text)
    if not shown.strip():
        return Markup()
    frame = '<pre class="output {}" tabindex="0" role="region" aria-label="{}">{}</pre>'
    return Markup(frame).format(kind, f"{label.text}, {label.language.say(_KINDS[kind])}", shown)


def _name(plain: str) -> str:
    return " ".join(printable(plain[: 4 * _LONGEST_NAME].replace("\n", " "), _LONGEST_NAME).split())


def _note(text: str) -> Markup:
    return Markup('<p class="quiet">{}</p>').format(text)
