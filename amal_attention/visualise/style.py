"""One style for everything that is drawn: colour-blind-safe, readable in a notebook, a report or a slide.

A figure is made without pyplot, so nothing is kept between two drawings, and it shows in a notebook by itself.
"""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from amal_attention.visualise.words import printable

__all__ = ["INK", "PALETTE", "QUIET", "STYLE", "blank_figure", "figure_svg", "plain"]

# Okabe & Ito (2008), in an order whose neighbours differ in lightness too, without the yellow that fades on white.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#4D4D4D")
INK = "#222222"
QUIET = "#6B6B6B"

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Helvetica", "Arial"],
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 11,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 5,
}


class _InlineFigure(Figure):
    """A figure that a notebook shows by itself, whether or not pyplot was imported there."""

    def _repr_svg_(self) -> str:
        return figure_svg(self)


def blank_figure(*, height: float, width: float = 6.4) -> Figure:
    """An empty figure on white, sizes in inches, that a notebook shows by itself."""
    return _InlineFigure(figsize=(width, height), layout="constrained", facecolor="white")


def figure_svg(figure: Figure) -> str:
    """The figure as an ``<svg>`` element to put into a page: equal figures give equal text.

    It holds no date, no XML prologue and no link; its words stay text; its ids begin with a digest of the picture, so
    that several figures can share a page.
    """
    page = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "amal", "svg.fonttype": "none"}):
        figure.savefig(page, format="svg", metadata=nothing)
    drawing = page.getvalue()
    drawing = drawing[drawing.index("<svg") :].strip()
    prefix = f"f{hashlib.sha256(drawing.encode()).hexdigest()[:8]}-"
    return re.sub(r'((?:\bid="|xlink:href="#|url\(#))', rf"\g<1>{prefix}", drawing)


def plain(text: str) -> str:
    r"""The text as matplotlib must be given it to draw it letter by letter (``$`` begins no formula).

    >>> print(plain("5 $"))
    5 \$
    """
    return printable(text).replace("$", r"\$")
