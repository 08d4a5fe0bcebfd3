r"""Diagrams of how a text becomes one vector, drawn by code for the statement of a lab.

Vectors stand as columns of cells. The shades of a word's cells depend on the word alone, so that a word has the same
vector in every diagram; they only illustrate, but the shades of a pooled vector are the weighted sum of those it pools.
Symbols are mathtext without dollars (``x``, ``v_θ``, ``\hat{t}``); all other text is drawn letter by letter.
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
from amal_attention.visualise.style import PALETTE, STYLE
from amal_attention.visualise.words import printable

__all__ = ["attention_diagram", "pooling_diagram"]

_MOST_WORDS = 9

# One colour a role: what is given, what weighs, what was made of it, what asks.
_GIVEN, _WEIGHT, _MADE, _QUERY = PALETTE[:4]
_PANEL = "#FCF1DA"

# Inches.
_WIDEST = 9.35
_PITCH = 1.15
_CLASS_PITCH = 1.1
_NARROWEST = 2.9
_EDGE = 0.25
_LANE = 1.4
_QUERY_AT = 0.85
_HALF = VECTOR_HEIGHT / 2
_WORD_FLOOR = 0.36
_INPUT_FLOOR = _WORD_FLOOR + BOX_HEIGHT / 2 + 0.28 + _HALF
_BAR_HEIGHT = 0.55
_PANEL_HEIGHT = 1.0
_SLOT = 0.3
_GAP = 0.15

_POINTS_OF_ALL = 14.0

_Floats = npt.NDArray[np.float64]


@matplotlib.rc_context(STYLE)
def pooling_diagram(
    words: Sequence[str],
    weights: Sequence[float] | None = None,
    *,
    mask: Sequence[bool] | None = None,
    inputs: str = "x",
    pooled: str = r"\hat{t}",
    linear: str | None = None,
    classes: Sequence[str] = ("neg", "pos"),
) -> Figure:
    """Words, their vectors, the weighted sum of these, and a classifier that reads it.

    The greater a weight, the thicker its arrow. A word that is too long for its box is cut.

    Args:
        words: 1 to 9 of them.
        weights: the weights of the words, 0 on padding; by default the same for all, written 1/n.
        mask: True on words, False on padding, which is dashed and goes nowhere; by default there is none.
        inputs: symbol of the vectors of the words.
        pooled: symbol of their weighted sum.
        linear: what stands in the box of the linear classifier; by default its name in the language that is spoken.
        classes: what it chooses from.

    Raises:
        ValueError: words, weights and mask do not fit, or a weight cannot be drawn.
    """
    text = _Text.of(words, weights, mask)
    columns = _Columns.of(text, left=_EDGE, least=max(_NARROWEST, _CLASS_PITCH * len(classes)))
    top = _INPUT_FLOOR + _HALF
    total, vector, decision, choice = top + 1.55, top + 2.3, top + 3.08, top + 3.76
    sheet = Sheet(columns.right + _EDGE, choice + BOX_HEIGHT / 2 + _EDGE)
    given = _Vectors(text.shades, _GIVEN, inputs)
    _draw_words(sheet, text, columns, given)
    for i in columns.words:
        share = f"{text.weights[i]:.2f}" if weights is not None else f"1/{len(columns.words)}"
        sheet.write(columns.centres[i] + _GAP, top + 0.24, share, size=10, align="left")
    _draw_sum(sheet, text, columns, top + 0.03, total)
    sheet.arrow((columns.middle, total + BOX_HEIGHT / 2), (columns.middle, vector - _HALF))
    sheet.vector(columns.middle, vector, text.weights @ text.shades, _GIVEN)
    sheet.symbol(columns.middle - _GAP, vector, pooled, size=14, align="right")
    sheet.arrow((columns.middle, vector + _HALF), (columns.middle, decision - BOX_HEIGHT / 2))
    sheet.box(columns.middle, decision, 1.4, linear or spoken().say("linear"))
    _draw_classes(sheet, classes, columns.middle, decision + BOX_HEIGHT / 2, choice)
    return sheet.figure


@matplotlib.rc_context(STYLE)
def attention_diagram(
    words: Sequence[str],
    weights: Sequence[float],
    *,
    mask: Sequence[bool] | None = None,
    query: str = "q",
    keys: str = "k",
    values: str = "v",
    inputs: str = "x",
    states: str = "h",
    weight: str = "α",
    pooled: str = r"\hat{t}",
    softmax: str = "softmax",
    value_map: str | None = None,
    query_from_text: bool = False,
    text_mean: str = r"\hat{t}_m",
    recurrent: bool = False,
    bidirectional: bool = False,
) -> Figure:
    """Attention: a query meets the key of each word, a softmax makes weights of that, and the values are summed.

    Keys and values come from the vectors of the words, or from the states of a recurrent network that reads them. The
    bars of the weights stand on a scale from 0 to the largest.

    Args:
        words: 1 to 9 of them.
        weights: the weights of the words, 0 on padding.
        mask: True on words, False on padding, which is dashed and goes nowhere; by default there is none.
        query: symbol of the query.
        keys: symbol of the keys; not repeated where it is that of the vectors (or states) themselves.
        values: symbol of the values.
        inputs: symbol of the vectors of the words.
        states: symbol of the states of the recurrent network.
        weight: symbol of the weights.
        pooled: symbol of the weighted sum.
        softmax: name of the panel of the weights.
        value_map: symbol of the map that makes the values, drawn in a box.
        query_from_text: the query is made from the mean of the text.
        text_mean: symbol of that mean.
        recurrent: a recurrent network reads the vectors first.
        bidirectional: it also reads from right to left.

    Raises:
        ValueError: words, weights and mask do not fit, or a weight cannot be drawn.
    """
    text = _Text.of(words, weights, mask)
    columns = _Columns.of(text, left=_LANE)
    given = _Vectors(text.shades, _GIVEN, inputs)
    read = _Vectors(_states(text, bidirectional), _MADE, states) if recurrent or bidirectional else given
    summed = _Vectors(1 - read.shades if value_map else read.shades, _MADE if value_map else read.colour, values)
    base = _INPUT_FLOOR + (0 if read is given else 1.1)
    mean = base + _HALF + 0.4
    product = mean + (1.12 if query_from_text else 0.25)
    panel = product + 0.42
    times = panel + _PANEL_HEIGHT + (1.05 if value_map else 0.62)
    total = times + _HALF + 0.85
    sheet = Sheet(columns.right + _EDGE, total + _HALF + _EDGE)
    _draw_words(sheet, text, columns, given)
    if read is not given:
        _draw_states(sheet, columns, read, base, bidirectional)
    if query_from_text:
        _draw_mean(sheet, text, columns, read, mean, product, text_mean)
    _draw_products(sheet, columns, read, base, product, panel, keys)
    _draw_query(sheet, columns, product, query)
    _draw_weights(sheet, text, columns, panel, times, softmax, weight)
    _draw_values(sheet, columns, read, summed, base, times, value_map)
    _draw_sum(sheet, text, columns, times + NODE_RADIUS, total)
    _draw_pooled(sheet, text, columns, summed, total, pooled)
    return sheet.figure


@dataclass(frozen=True)
class _Text:
    """Words with what is known of each: whether it is one (or padding), its weight, the shades ``(n, 4)`` it has."""

    words: list[str]
    mask: list[bool]
    weights: _Floats
    shades: _Floats

    @classmethod
    def of(cls, words: Sequence[str], weights: Sequence[float] | None, mask: Sequence[bool] | None) -> _Text:
        if not 1 <= len(words) <= _MOST_WORDS:
            raise _refusal(f"1 to {_MOST_WORDS} words", str(len(words)), "draw a short text")
        tokens = [True] * len(words) if mask is None else [bool(token) for token in mask]
        if len(tokens) != len(words) or not any(tokens):
            raise _refusal(
                f"a mask of {len(words)} values, one of them True", str(tokens), "give True for each word that counts"
            )
        even = np.array(tokens) / sum(tokens)
        given = even if weights is None else np.array([float(weight) for weight in weights])
        if len(given) != len(words):
            raise _refusal(f"a weight for each of the {len(words)} words", f"{len(given)} weights", "give one for each")
        if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0 and (given[even == 0] == 0).all()):
            raise _refusal(
                "weights of 0 or more, and 0 on padding", str(given.tolist()), "give those after the softmax"
            )
        return cls(list(words), tokens, given / given.sum(), np.array([_shades(word) for word in words]))


@dataclass(frozen=True)
class _Columns:
    """Where the words stand: the centre of each, the places of those that are no padding, the ground they share."""

    centres: list[float]
    words: list[int]
    pitch: float
    left: float
    right: float

    @classmethod
    def of(cls, text: _Text, left: float, least: float = _NARROWEST) -> _Columns:
        count = len(text.words)
        pitch = min(_PITCH, (_WIDEST - left - _EDGE) / count)
        right = left + max(count * pitch, least)
        centres = [(left + right) / 2 + (place - (count - 1) / 2) * pitch for place in range(count)]
        return cls(centres, [place for place, token in enumerate(text.mask) if token], pitch, left, right)

    @property
    def middle(self) -> float:
        """The middle of all columns."""
        return (self.left + self.right) / 2

    @property
    def aside(self) -> float:
        """How far right of its centre the second lane of a column lies."""
        return 0.37 * self.pitch


@dataclass(frozen=True)
class _Vectors:
    """A row of vectors: ``shades`` ``(n, 4)`` in [0, 1], their colour and their symbol."""

    shades: _Floats
    colour: str
    symbol: str


def _refusal(expected: str, got: str, do: str) -> ValueError:
    return ValueError(explain(expected=expected, got=got, do=do))


def _shades(word: str) -> _Floats:
    digest = hashlib.sha256(printable(word).encode()).digest()
    return np.array([byte / 255 for byte in digest[:4]])


def _states(text: _Text, bidirectional: bool) -> _Floats:
    """Shades of states ``(n, 4)``: each half its word, half the state before (and the one after, if bidirectional)."""
    read = text.shades[text.mask]
    states = _recurrence(read)
    if bidirectional:
        states = (states + _recurrence(read[::-1])[::-1]) / 2
    shades = text.shades.copy()
    shades[text.mask] = states
    return shades


def _recurrence(shades: _Floats) -> _Floats:
    states = [shades[0]]
    for shade in shades[1:]:
        states.append((states[-1] + shade) / 2)
    return np.array(states)


def _draw_words(sheet: Sheet, text: _Text, columns: _Columns, given: _Vectors) -> None:
    """The words in boxes, each below its vector."""
    for x, word, token in zip(columns.centres, text.words, text.mask, strict=True):
        sheet.box(x, _WORD_FLOOR, columns.pitch - 0.12, word, void=not token)
        if token:
            sheet.arrow((x, _WORD_FLOOR + BOX_HEIGHT / 2), (x, _INPUT_FLOOR - _HALF))
    _draw_row(sheet, columns, given, _INPUT_FLOOR)


def _draw_row(sheet: Sheet, columns: _Columns, row: _Vectors, y: float, lift: float = 0.0) -> None:
    """A vector above each word, left of it its symbol and number, lifted by so much; a void one above padding."""
    for place, x in enumerate(columns.centres):
        if place in columns.words:
            sheet.vector(x, y, row.shades[place], row.colour)
            sheet.symbol(x - _GAP, y + lift, f"{row.symbol}_{{{place + 1}}}", align="right")
        else:
            sheet.vector(x, y, None, row.colour)


def _draw_sum(sheet: Sheet, text: _Text, columns: _Columns, begin: float, y: float) -> None:
    """A box with Σ at ``y``, and the arrows that rise to it from each word, as thick as the weights."""
    slots = [columns.middle + _SLOT * (place - (len(columns.words) - 1) / 2) for place in range(len(columns.words))]
    sheet.box(columns.middle, y, max(0.6, _SLOT * len(slots) + 0.16), "Σ", colour=_WEIGHT, fill=_PANEL)
    for place, slot in zip(columns.words, slots, strict=True):
        weight = text.weights[place]
        sheet.flow(
            (columns.centres[place], begin),
            (slot, y - BOX_HEIGHT / 2),
            width=max(0.8, _POINTS_OF_ALL * float(weight)),
            colour=_WEIGHT,
            strength=0.5 + 0.5 * float(weight / text.weights.max()),
        )


def _draw_classes(sheet: Sheet, classes: Sequence[str], middle: float, begin: float, y: float) -> None:
    for place, name in enumerate(classes):
        x = middle + _CLASS_PITCH * (place - (len(classes) - 1) / 2)
        sheet.arrow((middle + (x - middle) / 2, begin), (x, y - BOX_HEIGHT / 2))
        sheet.box(x, y, _CLASS_PITCH - 0.15, name)


def _draw_states(sheet: Sheet, columns: _Columns, read: _Vectors, y: float, bidirectional: bool) -> None:
    """The states above the vectors that they read, each made of its neighbours too."""
    _draw_row(sheet, columns, read, y, lift=0.19)
    for place in columns.words:
        sheet.arrow((columns.centres[place], _INPUT_FLOOR + _HALF), (columns.centres[place], y - _HALF))
    edge = VECTOR_WIDTH / 2
    for before, after in pairwise(columns.centres[place] for place in columns.words):
        sheet.arrow((before + edge, y - 0.08), (after - edge, y - 0.08), colour=_MADE)
        if bidirectional:
            sheet.arrow((after - edge, y - 0.25), (before + edge, y - 0.25), colour=_MADE)


def _draw_mean(
    sheet: Sheet, text: _Text, columns: _Columns, read: _Vectors, y: float, product: float, symbol: str
) -> None:
    """The mean of the text beside its vectors, and the query made from it."""
    last = columns.centres[columns.words[-1]]
    sheet.arrow((last, y), (_QUERY_AT + VECTOR_WIDTH / 2, y), colour=read.colour)
    for place in columns.words:
        sheet.dot(columns.centres[place], y, read.colour)
    sheet.vector(_QUERY_AT, y, read.shades[text.mask].mean(axis=0), read.colour)
    sheet.symbol(_QUERY_AT - _GAP, y, symbol, size=14, align="right")
    sheet.arrow((_QUERY_AT, y + _HALF), (_QUERY_AT, product - _HALF), colour=_QUERY)


def _draw_products(
    sheet: Sheet, columns: _Columns, read: _Vectors, base: float, y: float, panel: float, keys: str
) -> None:
    """A dot product above each word, which its key enters from below and its score leaves above."""
    for place in columns.words:
        x = columns.centres[place]
        sheet.arrow((x, base + _HALF), (x, y - NODE_RADIUS), colour=read.colour)
        sheet.node(x, y, ".", _QUERY)
        sheet.arrow((x, y + NODE_RADIUS), (x, panel))
        if keys != read.symbol:
            sheet.symbol(x - 0.07, y - NODE_RADIUS - 0.2, f"{keys}_{{{place + 1}}}", align="right")


def _draw_query(sheet: Sheet, columns: _Columns, y: float, symbol: str) -> None:
    """The query, which goes to every product."""
    sheet.vector(_QUERY_AT, y, _shades("a query"), _QUERY)
    sheet.symbol(_QUERY_AT - _GAP, y, symbol, size=14, align="right")
    begin = _QUERY_AT + VECTOR_WIDTH / 2
    for place in columns.words:
        sheet.arrow((begin, y), (columns.centres[place] - NODE_RADIUS, y), colour=_QUERY)
        begin = columns.centres[place] + NODE_RADIUS


def _draw_weights(
    sheet: Sheet, text: _Text, columns: _Columns, bottom: float, times: float, softmax: str, symbol: str
) -> None:
    """The softmax as a panel with a bar for each weight, which goes on to the product with its value."""
    top = bottom + _PANEL_HEIGHT
    sheet.panel(_EDGE, columns.right, bottom, top, _PANEL)
    sheet.write(_QUERY_AT, (bottom + top) / 2, softmax)
    for place, (x, weight) in enumerate(zip(columns.centres, text.weights, strict=True)):
        height = _BAR_HEIGHT * weight / text.weights.max()
        sheet.bar(x, bottom + 0.12, height, _WEIGHT)
        sheet.write(x, bottom + 0.12 + height + 0.11, f"{weight:.2f}" if place in columns.words else "0", size=9)
        if place in columns.words:
            sheet.arrow((x, top), (x, times - NODE_RADIUS), colour=_WEIGHT)
            sheet.symbol(x - 0.07, top + 0.22, f"{symbol}_{{{place + 1}}}", align="right")
            sheet.node(x, times, "×", _WEIGHT)


def _draw_values(
    sheet: Sheet, columns: _Columns, read: _Vectors, summed: _Vectors, base: float, times: float, value_map: str | None
) -> None:
    """The values, each brought past the softmax in the second lane of its column."""
    for place in columns.words:
        x = columns.centres[place]
        lane = x + columns.aside
        leave = base + _HALF - VECTOR_HEIGHT / 8
        sheet.arrow((x + VECTOR_WIDTH / 2, leave), (lane, leave), (lane, times - _HALF), colour=read.colour, over=True)
        if value_map:
            sheet.tag(lane, times - _HALF - 0.42, value_map, colour=summed.colour)
        sheet.vector(lane, times, summed.shades[place], summed.colour)
        sheet.arrow((lane - VECTOR_WIDTH / 2, times), (x + NODE_RADIUS, times), colour=summed.colour)
        sheet.symbol(lane + _GAP - 0.02, times, f"{summed.symbol}_{{{place + 1}}}", align="left")


def _draw_pooled(sheet: Sheet, text: _Text, columns: _Columns, summed: _Vectors, y: float, symbol: str) -> None:
    """The sum of the weighted values, right of its sign."""
    begin = columns.middle + max(0.6, _SLOT * len(columns.words) + 0.16) / 2
    sheet.arrow((begin, y), (begin + 0.4, y))
    sheet.vector(begin + 0.4 + VECTOR_WIDTH / 2, y, text.weights @ summed.shades, summed.colour)
    sheet.symbol(begin + 0.4 + VECTOR_WIDTH + 0.06, y, symbol, size=14, align="left")
