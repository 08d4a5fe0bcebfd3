"""Diagrams of cells, judged on what a renderer draws."""

from __future__ import annotations

import pytest

from amal_attention.visualise.cells import cell_diagram
from amal_attention.visualise.style import figure_svg
from tests.drawn import is_clear, texts

KINDS = ["rnn", "lstm", "gru"]
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_no_text_lies_on_another_or_leaves_the_sheet(kind: str) -> None:
    is_clear(cell_diagram(kind))


@every_kind
def test_a_diagram_is_the_same_each_time_and_fits_a_notebook(kind: str) -> None:
    assert figure_svg(cell_diagram(kind)) == figure_svg(cell_diagram(kind))
    assert cell_diagram(kind).get_figwidth() * 96 <= 900


@pytest.mark.parametrize(
    ("kind", "symbols", "gates", "products"),
    [
        ("rnn", {"$h_{t-1}$", "$x_t$", "$W_h$", "$W_x$", "$h_t$"}, 0, 0),
        ("lstm", {"$c_{t-1}$", "$f$", "$i$", "$o$", r"$\tilde{c}$", "$c_t$", "$h_t$"}, 3, 3),
        ("gru", {"$r$", "$z$", r"$\tilde{h}$", "$1-$", "$h_t$"}, 2, 3),
    ],
)
def test_each_cell_has_its_gates_and_products(kind: str, symbols: set[str], gates: int, products: int) -> None:
    drawn = texts(cell_diagram(kind))
    assert symbols <= set(drawn)
    assert drawn.count(r"$\sigma$") == gates and drawn.count("×") == products and drawn.count("+") == 1


def test_another_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 'rnn' or 'lstm' or 'gru'; got 'tree'"):
        cell_diagram("tree")
