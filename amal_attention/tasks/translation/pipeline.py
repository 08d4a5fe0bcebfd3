r"""Diagram of what attention computes for one query, in numbers: scores, a softmax, a weighted sum.

Every place of the source has a column. Nothing is computed here: the numbers are those that are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from amal_attention.errors import explain
from amal_attention.language import spoken
from amal_attention.visualise.sheet import BOX_HEIGHT, VECTOR_HEIGHT, VECTOR_WIDTH, Sheet
from amal_attention.visualise.style import PALETTE, QUIET, STYLE

__all__ = ["attention_pipeline"]

_LEAST, _MOST = 3, 7

# One colour a role: what weighs, the states of the encoder, the state of the decoder that asks.
_WEIGHT, _MEMORY, _QUERY = PALETTE[1:4]
_PANEL = "#FCF1DA"

# Inches.
_EDGE = 0.2
_LANE = 2.55
_PITCH = 1.3
_QUERY_AT = 2.25
_HALF_BOX = BOX_HEIGHT / 2
_HALF = VECTOR_HEIGHT / 2
_TEXTS = 0.36
_STATES = _TEXTS + _HALF_BOX + 0.28 + _HALF
_SCORES = _STATES + _HALF + 0.75
_WEIGHTS = _SCORES + _HALF_BOX + 0.3
_PANEL_HEIGHT = 1.0
_BAR_HEIGHT = 0.55
_SUM = _WEIGHTS + _PANEL_HEIGHT + 1.15
_POINTS_OF_ALL = 14.0
_SLOT = 0.3

_Floats = npt.NDArray[np.float64]


@matplotlib.rc_context(STYLE)
def attention_pipeline(
    source: Sequence[str],
    scores: Sequence[float],
    weights: Sequence[float],
    context: Sequence[float],
    *,
    states: Sequence[Sequence[float]],
    mask: Sequence[bool] | None = None,
) -> Figure:
    """The three steps of attention, from the bottom up, with their numbers.

    Args:
        source: 1 to 7 texts, one a place.
        scores: the scores of each place; that of padding is crossed out by a dash, whatever it is.
        weights: the weights of each place, between 0 and 1; the thicker an arrow, the greater the weight.
        context: the weighted sum, written beside its sign.
        states: the state of the encoder at each place, written below its column.
        mask: True where the source is, False on padding, which is dashed; by default there is none.

    Raises:
        ValueError: source, scores, weights, states and mask do not fit.
    """
    places = _Places.of(source, scores, weights, states, mask)
    sheet = Sheet(_LANE + _PITCH * max(_LEAST, len(places.texts)) + _EDGE, _SUM + _HALF_BOX + _EDGE)
    _draw_source(sheet, places)
    _draw_scores(sheet, places)
    _draw_weights(sheet, places)
    _draw_sum(sheet, places, context)
    say = spoken().say
    for y, words in (
        (_SCORES, say("1. scores")),
        (_WEIGHTS + _PANEL_HEIGHT / 2, say("2. softmax")),
        (_SUM, say("3. weighted sum")),
    ):
        sheet.write(_EDGE, y, words, align="left")
    return sheet.figure


@dataclass(frozen=True)
class _Places:
    """The places of the source: what stands there, its numbers, and whether it is a place at all."""

    texts: Sequence[str]
    scores: Sequence[float]
    weights: _Floats
    states: Sequence[Sequence[float]]
    real: Sequence[bool]

    @classmethod
    def of(
        cls,
        source: Sequence[str],
        scores: Sequence[float],
        weights: Sequence[float],
        states: Sequence[Sequence[float]],
        mask: Sequence[bool] | None,
    ) -> _Places:
        real = [True] * len(source) if mask is None else [bool(each) for each in mask]
        lengths = {"scores": len(scores), "weights": len(weights), "states": len(states), "mask": len(real)}
        if not 1 <= len(source) <= _MOST or set(lengths.values()) != {len(source)}:
            got = f"{len(source)} places, " + ", ".join(f"{number} {name}" for name, number in lengths.items())
            raise ValueError(
                explain(expected=f"1 to {_MOST} places, with numbers for each", got=got, do="give one of each a place")
            )
        shares = np.array(weights, dtype=float)
        if not ((shares >= 0).all() and (shares <= 1).all() and shares.max() > 0):
            raise ValueError(
                explain(expected="weights from 0 to 1", got=str(shares.tolist()), do="give those after the softmax")
            )
        return cls(source, scores, shares, states, real)

    def centre(self, place: int) -> float:
        """Where the column of a place stands."""
        return _LANE + (place + 0.5) * _PITCH

    @property
    def middle(self) -> float:
        """The middle of all columns."""
        return _LANE + _PITCH * len(self.texts) / 2


def _draw_source(sheet: Sheet, places: _Places) -> None:
    """The texts of the source, and the state of the encoder above each."""
    for place, (text, state, real) in enumerate(zip(places.texts, places.states, places.real, strict=True)):
        x = places.centre(place)
        sheet.box(x, _TEXTS, _PITCH - 0.25, text, void=not real)
        sheet.arrow((x, _TEXTS + _HALF_BOX), (x, _STATES - _HALF), colour=QUIET)
        sheet.vector(x, _STATES, _shades(state) if real else None, _MEMORY)
        sheet.symbol(x - 0.17, _STATES + 0.14, f"s_{{{place + 1}}}", align="right")
        sheet.write(x + 0.16, _STATES - 0.14, _written(state), size=9, align="left")


def _draw_scores(sheet: Sheet, places: _Places) -> None:
    """A score above each state, which the query meets there; none on padding."""
    sheet.vector(_QUERY_AT, _SCORES, np.array([0.75, 0.2, 0.5, 0.9]), _QUERY)
    sheet.symbol(_QUERY_AT - 0.17, _SCORES + 0.17, "h_t", size=14, align="right")
    begin = _QUERY_AT + VECTOR_WIDTH / 2
    wide = 0.78
    for place, (score, real) in enumerate(zip(places.scores, places.real, strict=True)):
        x = places.centre(place)
        if real:
            sheet.arrow((begin, _SCORES), (x - wide / 2, _SCORES), colour=_QUERY)
            sheet.arrow((x, _STATES + _HALF), (x, _SCORES - _HALF_BOX), colour=_MEMORY)
            begin = x + wide / 2
        sheet.box(x, _SCORES, wide, f"{score:.2f}" if real else "−∞", colour=_QUERY, void=not real)
        sheet.arrow((x, _SCORES + _HALF_BOX), (x, _WEIGHTS), colour=QUIET)


def _draw_weights(sheet: Sheet, places: _Places) -> None:
    """The softmax as a panel, with a bar for each weight."""
    right = _LANE + _PITCH * len(places.texts)
    sheet.panel(_LANE - 0.05, right, _WEIGHTS, _WEIGHTS + _PANEL_HEIGHT, _PANEL)
    for place, weight in enumerate(places.weights):
        x, height = places.centre(place), _BAR_HEIGHT * weight / places.weights.max()
        sheet.bar(x, _WEIGHTS + 0.12, height, _WEIGHT)
        sheet.write(x, _WEIGHTS + 0.12 + height + 0.12, f"{weight:.2f}" if weight else "0", size=10)


def _draw_sum(sheet: Sheet, places: _Places, context: Sequence[float]) -> None:
    """The sum of the states, from which an arrow as thick as its weight comes, and the context beside it."""
    weighing = [place for place, weight in enumerate(places.weights) if weight > 0]
    wide = max(0.6, _SLOT * len(weighing) + 0.16)
    sheet.box(places.middle, _SUM, wide, "Σ", colour=_WEIGHT, fill=_PANEL)
    for slot, place in enumerate(weighing):
        weight, x = float(places.weights[place]), places.centre(place)
        weighed = rf"\alpha_{{t{place + 1}}}\,s_{{{place + 1}}}"
        sheet.symbol(x - 0.12, _WEIGHTS + _PANEL_HEIGHT + 0.18, weighed, align="right")
        sheet.flow(
            (x, _WEIGHTS + _PANEL_HEIGHT),
            (places.middle + _SLOT * (slot - (len(weighing) - 1) / 2), _SUM - _HALF_BOX),
            width=max(0.8, _POINTS_OF_ALL * weight),
            colour=_WEIGHT,
            strength=0.5 + 0.5 * weight / float(places.weights.max()),
        )
    end = places.middle + wide / 2 + 0.4
    sheet.arrow((places.middle + wide / 2, _SUM), (end, _SUM))
    sheet.symbol(end + 0.08, _SUM, "c_t", size=14, align="left", colour=_MEMORY)
    sheet.write(end + 0.42, _SUM, _written(context), size=10, align="left")


def _shades(state: Sequence[float]) -> _Floats:
    """Shades between 0 and 1, the greater the number, the darker the cell."""
    shades: _Floats = np.tanh(np.abs(np.array(state, dtype=float)))
    return shades


def _written(vector: Sequence[float]) -> str:
    """A vector as it is written on paper: ``(0.35, 2)``."""
    return "(" + ", ".join(f"{round(number, 2):g}" for number in vector) + ")"
