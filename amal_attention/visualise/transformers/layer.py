"""Diagrams of a layer of a Transformer's encoder, from what it reads, below, to what it gives, above."""

from __future__ import annotations

from itertools import pairwise

import matplotlib
from matplotlib.figure import Figure

from amal_attention.language import spoken
from amal_attention.visualise.sheet import BOX_HEIGHT, NODE_RADIUS, Sheet
from amal_attention.visualise.style import PALETTE, QUIET, STYLE

__all__ = ["layer_diagram"]

# One colour a role: what looks at other words, what works on each alone, the path around them, a norm.
_ATTENTION, _NETWORK, _PATH, _NORM = PALETTE[2], PALETTE[0], PALETTE[4], PALETTE[3]
_PANEL = "#FCF1DA"

# Inches.
_HALF = BOX_HEIGHT / 2
_WIDE = 1.5
_LANE = 1.12
_COLUMN = 3.2
_ENTRY = 0.32
_STEP = 0.56


@matplotlib.rc_context(STYLE)
def layer_diagram(norm_first: bool | None = None) -> Figure:
    """Attention, then a network on each word; the coloured line goes around each of them and is added.

    Args:
        norm_first: draw the layer that normalises what each part reads (pre-LN), or the one that normalises each sum
            (post-LN); by default both, side by side, post-LN on the left.
    """
    orders = (False, True) if norm_first is None else (norm_first,)
    top = _ENTRY + 6 * _STEP + 1.4
    sheet = Sheet(_COLUMN * len(orders), top)
    for place, order in enumerate(orders):
        left = _COLUMN * place
        middle = left + _COLUMN / 2 - 0.2
        sheet.panel(left + 0.25, left + _COLUMN - 0.25, _ENTRY + 0.24, top - 0.68, _PANEL)
        sheet.write(middle, top - 0.18, "pre-LN" if order else "post-LN", size=13)
        _layer(sheet, middle, order, end=top - 0.42)
    return sheet.figure


def _layer(sheet: Sheet, x: float, norm_first: bool, end: float) -> None:
    """One layer around the vertical line at ``x``."""
    say = spoken().say
    sheet.symbol(x, _ENTRY, "x", size=14)
    level = _ENTRY + 0.17
    for name, colour in ((say("attention"), _ATTENTION), (say("network"), _NETWORK)):
        level = _part(sheet, x, level, name, colour, norm_first)
    sheet.arrow((x, level), (x, end - 0.1), colour=_PATH if norm_first else QUIET)


def _part(sheet: Sheet, x: float, below: float, name: str, colour: str, norm_first: bool) -> float:
    """One part with its norm and the path around it, from the level ``below``; the level that it ends on."""
    leaves = below + 0.22
    first, second, third = (leaves + 0.38 + _STEP * place for place in range(3))
    inside = (first, second) if norm_first else (first,)
    total = third if norm_first else second
    sheet.arrow((x, below), (x, leaves), colour=_PATH if norm_first else QUIET, head=False)
    sheet.arrow((x, leaves), (x, first - _HALF))
    for level, text, edge in zip(inside[::-1], (name, "LN"), (colour, _NORM), strict=False):
        sheet.box(x, level, _WIDE, text, colour=edge)
    for low, high in pairwise(inside):
        sheet.arrow((x, low + _HALF), (x, high - _HALF))
    sheet.arrow((x, inside[-1] + _HALF), (x, total - NODE_RADIUS))
    sheet.dot(x, leaves, _PATH)
    sheet.arrow((x, leaves), (x + _LANE, leaves), (x + _LANE, total), (x + NODE_RADIUS, total), colour=_PATH)
    sheet.node(x, total, "+", _PATH)
    if norm_first:
        return total + NODE_RADIUS
    sheet.arrow((x, total + NODE_RADIUS), (x, third - _HALF))
    sheet.box(x, third, _WIDE, "LN", colour=_NORM)
    return third + _HALF
