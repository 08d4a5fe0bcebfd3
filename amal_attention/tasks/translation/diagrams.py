"""Diagrams of a recurrent network that reads a line, and of an encoder and a decoder, drawn for the statement of a lab.

Every character stands in a box, the state after it is a column of cells above. The shades of the cells only illustrate:
a state is half its character, half the state before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.sheet import BOX_HEIGHT, NODE_RADIUS, VECTOR_HEIGHT, VECTOR_WIDTH, Sheet
from amal_attention.visualise.style import INK, PALETTE, QUIET, STYLE

__all__ = ["reading_diagram", "seq2seq_diagram"]

_MOST = 10

# One colour a role: what weighs, the states that read, the states that write.
_WEIGHT, _READS, _WRITES = PALETTE[1:4]
_BACKWARD = PALETTE[4]
_PANEL = "#FCF1DA"

# Inches.
_WIDEST = 9.35
_PITCH = 1.0
_EDGE = 0.25
_GAP = 0.15
_ROOM = 0.55
_CAPTION = 0.14
_BOXES = 0.5
_HALF_BOX = BOX_HEIGHT / 2
_HALF = VECTOR_HEIGHT / 2
_STATES = _BOXES + _HALF_BOX + 0.26 + _HALF
_ROW = VECTOR_HEIGHT + 0.42
_BAR_HEIGHT = 0.5
_PANEL_HEIGHT = 0.92

_POINTS_OF_ALL = 12.0

_Floats = npt.NDArray[np.float64]


@matplotlib.rc_context(STYLE)
def reading_diagram(
    characters: Sequence[str], mask: Sequence[bool], *, bidirectional: bool = False, states: str = "s"
) -> Figure:
    """A recurrent network rolled out along a line; padding is dashed, and no state of a character comes from it.

    On a pale ground stand the states that ``final`` is made of.

    Args:
        characters: 1 to 10 of them, padding included.
        mask: True on characters, False on padding, which stands on the right.
        bidirectional: a second row reads from the last character to the first.
        states: symbol of the states.

    Raises:
        ValueError: there are too many characters, or the mask is none of them.
    """
    real = sum(map(bool, mask))
    if not 1 <= len(characters) <= _MOST or [bool(each) for each in mask] != [i < real for i in range(len(characters))]:
        raise _refusal(f"1 to {_MOST} characters, and a mask that is True, then False", f"{list(mask)}")
    if real == 0:
        raise _refusal("a character", "padding alone")
    pitch = min(_PITCH, (_WIDEST - 2 * _EDGE) / len(characters))
    line = _Line([_EDGE + (place + 0.5) * pitch for place in range(len(characters))], list(characters), real)
    rows = 2 if bidirectional else 1
    top = _STATES + (rows - 1) * _ROW + _HALF
    sheet = Sheet(2 * _EDGE + len(characters) * pitch, top + 0.42)
    shades = np.array([_shades(character) for character in characters])
    for row in range(rows):
        places = range(real)[:: -1 if row else 1]
        level = _STATES + row * _ROW
        _mark_final(sheet, line.centres[places[-1]], level)
        _draw_row(sheet, line, _recurrence(shades[list(places)])[:: -1 if row else 1], level, states, bool(row))
    _draw_characters(sheet, line, pitch, rows)
    return sheet.figure


@matplotlib.rc_context(STYLE)
def seq2seq_diagram(
    source: Sequence[str],
    target: Sequence[str],
    *,
    teacher: bool = True,
    attention: bool = False,
    weights: Sequence[float] | None = None,
) -> Figure:
    """An encoder and a decoder, rolled out: the last state that reads is the first one of the decoder.

    With attention the picture is that of one moment: how the last token of ``target`` is chosen, from the state after
    the tokens before it.

    Args:
        source: the characters that are read.
        target: the tokens that are written, END among them if it is to be drawn; at most 10 with the source.
        teacher: the decoder reads the target, one place late; otherwise what it wrote itself.
        attention: the last step looks at the states of the encoder.
        weights: the weights of that look, one for each character of the source; by default the same for all.

    Raises:
        ValueError: there are too many characters, or the weights do not fit.
    """
    if not source or not target or len(source) + len(target) > _MOST:
        raise _refusal(f"a source and a target, {_MOST} tokens in all", f"{len(source)} and {len(target)}")
    looks = _looks(source, weights) if attention else None
    pitch = min(_PITCH, (_WIDEST - 2 * _EDGE - _ROOM) / (len(source) + len(target)))
    begin = _EDGE + len(source) * pitch + _ROOM
    encoder = _Line([_EDGE + (place + 0.5) * pitch for place in range(len(source))], list(source))
    decoder = _Line([begin + (place + 0.5) * pitch for place in range(len(target))], ["START", *target[:-1]])
    output = _STATES + _HALF + (0.42 if looks is None else 3.75) + _HALF_BOX
    sheet = Sheet(begin + len(target) * pitch + _EDGE, output + _HALF_BOX + (0.34 if looks is None else 0.12))
    read = _recurrence(np.array([_shades(character) for character in source]))
    written = _recurrence(np.array([read[-1], *(_shades(token) for token in decoder.tokens)]))[1:]
    _draw_characters(sheet, encoder, pitch)
    _draw_characters(sheet, decoder, pitch, own=not teacher)
    _draw_row(sheet, encoder, read, _STATES, "s")
    _draw_row(sheet, decoder, written, _STATES, "h", colour=_WRITES)
    _hand_over(sheet, encoder.centres[-1], decoder.centres[0])
    middle = (decoder.centres[0] + decoder.centres[-1]) / 2
    sheet.write((encoder.centres[0] + encoder.centres[-1]) / 2, _CAPTION, "source", size=10, colour=QUIET)
    sheet.write(middle, _CAPTION, "teacher" if teacher else spoken().say("its own tokens"), size=10, colour=QUIET)
    if looks is None:
        _draw_outputs(sheet, decoder, list(target), pitch, output, teacher)
        said = "target" if teacher else spoken().say("written")
        sheet.write(middle, output + _HALF_BOX + 0.16, said, size=10, colour=QUIET)
    else:
        _draw_attention(sheet, encoder, decoder.centres[-1], read, looks, pitch, output)
        sheet.box(decoder.centres[-1], output, pitch - 0.14, _seen(target[-1]), colour=_WRITES)
    return sheet.figure


@dataclass(frozen=True)
class _Line:
    """Where tokens stand, which they are, and how many of them are no padding."""

    centres: list[float]
    tokens: list[str]
    length: int | None = None

    @property
    def real(self) -> int:
        """How many tokens are no padding; all of them where nothing is said."""
        return len(self.tokens) if self.length is None else self.length


def _refusal(expected: str, got: str) -> ValueError:
    return ValueError(explain(expected=expected, got=got, do="draw a short line"))


def _looks(source: Sequence[str], weights: Sequence[float] | None) -> _Floats:
    """The weights as shares."""
    given = np.ones(len(source)) if weights is None else np.array([float(weight) for weight in weights])
    if given.shape != (len(source),) or not np.isfinite(given).all() or (given < 0).any() or given.sum() <= 0:
        raise _refusal(f"a weight of 0 or more for each of the {len(source)} characters", f"{given.tolist()}")
    shares: _Floats = given / given.sum()
    return shares


def _shades(token: str) -> _Floats:
    digest = hashlib.sha256(token.encode()).digest()
    return np.array([byte / 255 for byte in digest[:4]])


def _seen(token: str) -> str:
    """A token as it is drawn: a space is a sign of its own."""
    return "␣" if token.isspace() else token


def _recurrence(shades: _Floats) -> _Floats:
    states = [shades[0]]
    for shade in shades[1:]:
        states.append((states[-1] + shade) / 2)
    return np.array(states)


def _mark_final(sheet: Sheet, x: float, level: float) -> None:
    """A pale ground for a state, and its name above it."""
    sheet.panel(x - 0.46, x + 0.3, level - _HALF - 0.07, level + _HALF + 0.28, _PANEL)
    sheet.write(x - 0.08, level + _HALF + 0.15, "final", size=10)


def _draw_characters(sheet: Sheet, line: _Line, pitch: float, rows: int = 1, *, own: bool = False) -> None:
    """The tokens in boxes, each below the states that read it; of a decoder's own tokens only the first is given."""
    for place, (x, token) in enumerate(zip(line.centres, line.tokens, strict=True)):
        void, wrote = place >= line.real, own and place > 0
        sheet.box(x, _BOXES, pitch - (0.44 if wrote else 0.14), _seen(token), void=void or wrote)
        if not void:
            sheet.arrow((x, _BOXES + _HALF_BOX), (x, _STATES - _HALF))
        if not void and rows == 2:
            low = (_BOXES + _HALF_BOX + _STATES - _HALF) / 2
            lane = x + 0.3
            over = _STATES + _ROW
            sheet.arrow((x, low), (lane, low), (lane, over), (x + VECTOR_WIDTH / 2, over), over=True)


def _draw_row(
    sheet: Sheet,
    line: _Line,
    shades: _Floats,
    level: float,
    symbol: str,
    leftward: bool = False,
    colour: str = _READS,
) -> None:
    """The state above each token, which goes on to the next; a void one above padding."""
    colour = _BACKWARD if leftward else colour
    for place, x in enumerate(line.centres):
        sheet.vector(x, level, shades[place] if place < line.real else None, colour)
        if place < line.real:
            arrowed = rf"\overleftarrow{{{symbol}}}" if leftward else symbol
            sheet.symbol(x - _GAP, level + 0.21, f"{arrowed}_{{{place + 1}}}", align="right")
    edge, low = VECTOR_WIDTH / 2, level - 0.1
    for before, after in pairwise(line.centres[: line.real]):
        ends = ((after - edge, low), (before + edge, low)) if leftward else ((before + edge, low), (after - edge, low))
        sheet.arrow(*ends, colour=colour)


def _hand_over(sheet: Sheet, last: float, first: float) -> None:
    """The final state of the encoder becomes the first one of the decoder."""
    low = _STATES - 0.1
    sheet.arrow((last + VECTOR_WIDTH / 2, low), (first - VECTOR_WIDTH / 2, low), colour=INK)
    sheet.write((last + first) / 2 - 0.02, low - 0.19, "final", size=10)


def _draw_outputs(sheet: Sheet, decoder: _Line, target: list[str], pitch: float, level: float, teacher: bool) -> None:
    """What is written above each state; without a teacher it is what is read next."""
    width = pitch - 0.14
    for x, token in zip(decoder.centres, target, strict=True):
        sheet.arrow((x, _STATES + _HALF), (x, level - _HALF_BOX))
        sheet.box(x, level, width, _seen(token), colour=_WRITES)
    if teacher:
        return
    for before, after in pairwise(decoder.centres):
        lane, turn, reached = (before + after) / 2, level - _HALF_BOX - 0.2, after - (pitch - 0.44) / 2
        sheet.arrow((before, turn), (lane, turn), (lane, _BOXES), (reached, _BOXES), colour=_WRITES, over=True)
        sheet.dot(before, turn, _WRITES)


def _draw_attention(
    sheet: Sheet, encoder: _Line, query: float, read: _Floats, weights: _Floats, pitch: float, output: float
) -> None:
    """Scores of the query and each state that was read, their softmax, the weighted sum, and what is made of it."""
    score = _STATES + _HALF + 0.36
    bottom = score + 0.36
    top = bottom + _PANEL_HEIGHT
    times, total = top + 0.36, top + 1.5
    right = encoder.centres[-1] + pitch / 2
    sheet.panel(0.08, right + 0.75, bottom, top, _PANEL)
    sheet.write(right + 0.33, (bottom + top) / 2, "softmax", size=10)
    start = query
    for x in encoder.centres[::-1]:
        sheet.arrow((start, score), (x + NODE_RADIUS, score), colour=_WRITES, over=True)
        start = x - NODE_RADIUS
    middle = (encoder.centres[0] + encoder.centres[-1]) / 2
    for place, (x, weight) in enumerate(zip(encoder.centres, weights, strict=True)):
        lane, leave = x + 0.36 * pitch, _STATES + _HALF - VECTOR_HEIGHT / 8
        sheet.arrow((x, _STATES + _HALF), (x, score - NODE_RADIUS), colour=_READS)
        sheet.node(x, score, ".", _WRITES)
        sheet.arrow((x, score + NODE_RADIUS), (x, bottom))
        height = _BAR_HEIGHT * weight / weights.max()
        sheet.bar(x, bottom + 0.1, height, _WEIGHT)
        sheet.write(x, bottom + 0.1 + height + 0.11, f"{weight:.2f}", size=9)
        sheet.arrow((x, top), (x, times - NODE_RADIUS), colour=_WEIGHT)
        sheet.symbol(x - 0.07, top + 0.13, rf"\alpha_{{{place + 1}}}", align="right")
        sheet.node(x, times, "×", _WEIGHT)
        corners = ((x + VECTOR_WIDTH / 2, leave), (lane, leave), (lane, times), (x + NODE_RADIUS, times))
        sheet.arrow(*corners, colour=_READS)
        slot = middle + 0.3 * (place - (len(weights) - 1) / 2)
        sheet.flow(
            (x, times + NODE_RADIUS),
            (slot, total - _HALF_BOX),
            width=max(0.8, _POINTS_OF_ALL * float(weight)),
            colour=_WEIGHT,
            strength=0.5 + 0.5 * float(weight / weights.max()),
        )
    width = max(0.6, 0.3 * len(weights) + 0.16)
    sheet.box(middle, total, width, "Σ", colour=_WEIGHT, fill=_PANEL)
    context = middle + width / 2 + 0.5
    sheet.arrow((middle + width / 2, total), (context - VECTOR_WIDTH / 2, total))
    sheet.vector(context, total, weights @ read, _READS)
    sheet.symbol(context + 0.14, total + 0.2, "c_t", align="left")
    sheet.arrow((context + VECTOR_WIDTH / 2, total), (query - 0.4, total), colour=_READS)
    sheet.dot(query, score, _WRITES)
    sheet.arrow((query, _STATES + _HALF), (query, total - _HALF_BOX), colour=_WRITES)
    sheet.box(query, total, 0.8, "tanh")
    sheet.arrow((query, total + _HALF_BOX), (query, output - _HALF_BOX))
