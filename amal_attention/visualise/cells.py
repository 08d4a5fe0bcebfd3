"""Diagrams of one step of a recurrent cell: what enters on the left and below, its gates, what leaves on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib
from matplotlib.figure import Figure

from amal_attention.errors import explain
from amal_attention.visualise.sheet import BOX_HEIGHT, NODE_RADIUS, Point, Sheet
from amal_attention.visualise.style import PALETTE, QUIET, STYLE

__all__ = ["cell_diagram"]

# One colour a role: what is read, a gate, what is remembered, what is newly made.
_READ, _GATE, _STATE, _NEW = PALETTE[:4]
_PANEL = "#FCF1DA"

# Inches.
_HALF = BOX_HEIGHT / 2
_WIDE = 0.56
_RADIUS = NODE_RADIUS
_ENTRY, _WALL, _JOINS = 0.42, 0.8, 1.0
_INPUT, _BOTH, _BOXES = 0.17, 0.72, 1.2


@matplotlib.rc_context(STYLE)
def cell_diagram(kind: str) -> Figure:
    """One step of a cell without biases, in the convention of the lectures.

    Boxes are products with a matrix, followed by the function that they name; circles work number by number. The GRU
    resets its state before the product, and its z is what is renewed.

    Args:
        kind: ``"rnn"``, ``"lstm"`` or ``"gru"``.

    Raises:
        ValueError: there is no diagram of such a cell.
    """
    if kind not in _CELLS:
        raise ValueError(explain(expected=" or ".join(map(repr, _CELLS)), got=repr(kind), do="name one of these"))
    return _CELLS[kind]()


def _rnn() -> Figure:
    """The tanh of the sum of two products."""
    product, total, made, right, level = 1.5, 2.5, 3.4, 4.6, 1.3
    sheet = _sheet(right, 1.85)
    _enter(sheet, level, "h_{t-1}", (product - _WIDE / 2, level))
    _box(sheet, product, level, "W_h", _STATE)
    sheet.arrow((product + _WIDE / 2, level), (total - _RADIUS, level), colour=_STATE)
    sheet.symbol(product, _INPUT, "x_t")
    sheet.arrow((product, _INPUT + 0.14), (product, _BOTH - _HALF), colour=_READ)
    _box(sheet, product, _BOTH, "W_x", _READ)
    sheet.arrow((product + _WIDE / 2, _BOTH), (total, _BOTH), (total, level - _RADIUS), colour=_READ)
    sheet.node(total, level, "+", QUIET)
    sheet.arrow((total + _RADIUS, level), (made - _WIDE / 2, level))
    _box(sheet, made, level, r"\tanh", _NEW)
    _leave(sheet, (made + _WIDE / 2, level), right, "h_t")
    return sheet.figure


def _lstm() -> Figure:
    """Three gates and a candidate; a cell that is multiplied and added to, and the part of it that is shown."""
    forget, let_in, new, let_out, shown, right = 1.5, 2.45, 3.25, 4.15, 4.95, 6.0
    out, added, squeezed, cell = 1.75, 1.95, 2.27, 2.75
    sheet = _sheet(right, 3.15)
    _enter(sheet, _BOTH, "h_{t-1}", (let_out, _BOTH), (let_out, _BOXES - _HALF))
    _read(sheet, [forget, let_in, new])
    for x, symbol, gate, side in (
        (forget, r"\sigma", "f", -1),
        (let_in, r"\sigma", "i", -1),
        (new, r"\tanh", r"\tilde{c}", 1),
        (let_out, r"\sigma", "o", -1),
    ):
        _box(sheet, x, _BOXES, symbol, _NEW if gate == r"\tilde{c}" else _GATE, gate, side)
    _enter(sheet, cell, "c_{t-1}", (forget - _RADIUS, cell))
    sheet.arrow((forget, _BOXES + _HALF), (forget, cell - _RADIUS), colour=_GATE)
    sheet.node(forget, cell, "×", _GATE)
    sheet.arrow((forget + _RADIUS, cell), (let_in - _RADIUS, cell), colour=_STATE)
    sheet.arrow((let_in, _BOXES + _HALF), (let_in, added - _RADIUS), colour=_GATE)
    sheet.arrow((new, _BOXES + _HALF), (new, added), (let_in + _RADIUS, added), colour=_NEW)
    sheet.node(let_in, added, "×", _GATE)
    sheet.arrow((let_in, added + _RADIUS), (let_in, cell - _RADIUS), colour=_NEW)
    sheet.node(let_in, cell, "+", _STATE)
    _leave(sheet, (let_in + _RADIUS, cell), right, "c_t")
    sheet.dot(shown, cell, _STATE)
    sheet.arrow((shown, cell), (shown, squeezed + _HALF), colour=_STATE)
    _box(sheet, shown, squeezed, r"\tanh", QUIET)
    sheet.arrow((shown, squeezed - _HALF), (shown, out + _RADIUS), colour=_STATE)
    sheet.arrow((let_out, _BOXES + _HALF), (let_out, out), (shown - _RADIUS, out), colour=_GATE)
    sheet.node(shown, out, "×", _GATE)
    _leave(sheet, (shown + _RADIUS, out), right, "h_t")
    return sheet.figure


def _gru() -> Figure:
    """Two gates and a candidate; the state is a mixture of the old one and the candidate."""
    reset, renew, turn, new, right = 1.65, 2.6, 3.3, 4.05, 5.3
    kept, mixed, less, state = 1.8, 2.12, 2.46, 2.95
    sheet = _sheet(right, 3.3)
    sheet.dot(_JOINS, state, _STATE)
    sheet.arrow((_JOINS, state), (_JOINS, _BOTH), (renew, _BOTH), (renew, _BOXES - _HALF))
    _read(sheet, [reset], at=reset - 0.33)
    _box(sheet, reset, _BOXES, r"\sigma", _GATE, "r", -1)
    _box(sheet, renew, _BOXES, r"\sigma", _GATE, "z", -1)
    sheet.dot(_JOINS, kept, _STATE)
    sheet.arrow((_JOINS, kept), (reset - _RADIUS, kept), colour=_STATE)
    sheet.arrow((reset, _BOXES + _HALF), (reset, kept - _RADIUS), colour=_GATE)
    sheet.node(reset, kept, "×", _GATE)
    sheet.arrow((renew, _BOXES + _HALF), (renew, less - 0.17), colour=_GATE)
    sheet.arrow(
        (reset + _RADIUS, kept), (turn, kept), (turn, _BOXES), (new - _WIDE / 2, _BOXES), colour=_STATE, over=True
    )
    sheet.arrow((reset - 0.33, 0.4), (new, 0.4), (new, _BOXES - _HALF), colour=_READ)
    sheet.dot(reset - 0.33, 0.4, _READ)
    _box(sheet, new, _BOXES, r"\tanh", _NEW, r"\tilde{h}", 1)
    sheet.dot(renew, mixed, _GATE)
    sheet.arrow((renew, mixed), (new - _RADIUS, mixed), colour=_GATE)
    sheet.arrow((new, _BOXES + _HALF), (new, mixed - _RADIUS), colour=_NEW)
    sheet.node(new, mixed, "×", _GATE)
    sheet.tag(renew, less, "1-", colour=_GATE)
    sheet.arrow((renew, less + 0.17), (renew, state - _RADIUS), colour=_GATE)
    _enter(sheet, state, "h_{t-1}", (renew - _RADIUS, state))
    sheet.node(renew, state, "×", _GATE)
    sheet.arrow((renew + _RADIUS, state), (new - _RADIUS, state), colour=_STATE)
    sheet.arrow((new, mixed + _RADIUS), (new, state - _RADIUS), colour=_NEW)
    sheet.node(new, state, "+", _STATE)
    _leave(sheet, (new + _RADIUS, state), right, "h_t")
    return sheet.figure


def _sheet(right: float, top: float) -> Sheet:
    """A sheet with the wall of the cell on it, which ends before what leaves."""
    sheet = Sheet(right + 0.3, top)
    sheet.panel(_WALL, right - 0.45, 0.3, top - 0.08, _PANEL)
    return sheet


def _enter(sheet: Sheet, y: float, symbol: str, *corners: Point) -> None:
    """What comes from the step before."""
    sheet.symbol(_ENTRY, y, symbol)
    sheet.arrow((_ENTRY + 0.27, y), *corners, colour=_STATE)


def _read(sheet: Sheet, boxes: Sequence[float], at: float = _JOINS) -> None:
    """The input, which comes from below and joins the state on its way to the boxes."""
    sheet.symbol(at, _INPUT, "x_t")
    sheet.arrow((at, _INPUT + 0.14), (at, _BOTH), colour=_READ)
    for x in boxes:
        sheet.dot(x, _BOTH, QUIET)
        sheet.arrow((x, _BOTH), (x, _BOXES - _HALF))


def _box(sheet: Sheet, x: float, y: float, symbol: str, colour: str, result: str = "", side: int = 1) -> None:
    """A box around a symbol; what it gives stands above it, left (-1) or right (1) of its middle."""
    sheet.box(x, y, _WIDE, "", colour=colour)
    sheet.symbol(x, y, symbol)
    if result:
        sheet.symbol(x + 0.09 * side, y + _HALF + 0.15, result, align="left" if side > 0 else "right")


def _leave(sheet: Sheet, begin: Point, right: float, symbol: str) -> None:
    """What goes on to the next step."""
    sheet.arrow(begin, (right - 0.17, begin[1]), colour=_STATE)
    sheet.symbol(right, begin[1], symbol)


_CELLS: dict[str, Callable[[], Figure]] = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
