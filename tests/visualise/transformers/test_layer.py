"""Diagrams of layers, judged on what a renderer draws."""

from __future__ import annotations

import pytest

from amal_attention.language import speak
from amal_attention.visualise.style import figure_svg
from amal_attention.visualise.transformers.layer import layer_diagram
from tests.drawn import arrows, is_clear, texts

ORDERS = [None, False, True]
every_order = pytest.mark.parametrize("norm_first", ORDERS)


def upward(norm_first: bool) -> list[str]:
    """What stands in the boxes and circles, from below."""
    drawn = [text for text in layer_diagram(norm_first).axes[0].texts if text.get_text() not in ("post-LN", "pre-LN")]
    return [text.get_text() for text in sorted(drawn, key=lambda text: text.get_position()[1])]


@every_order
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_lies_on_another_or_leaves_the_sheet(norm_first: bool | None, language: str) -> None:
    speak(language)
    is_clear(layer_diagram(norm_first))


@every_order
def test_a_diagram_is_the_same_each_time_and_fits_a_notebook(norm_first: bool | None) -> None:
    assert figure_svg(layer_diagram(norm_first)) == figure_svg(layer_diagram(norm_first))
    assert layer_diagram(norm_first).get_figwidth() * 96 <= 900


def test_post_ln_normalises_each_sum_and_pre_ln_what_each_part_reads() -> None:
    assert upward(False) == ["$x$", "attention", "+", "LN", "network", "+", "LN"]
    assert upward(True) == ["$x$", "LN", "attention", "+", "LN", "network", "+"]


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_path_goes_around_each_part_and_ends_at_its_sum(norm_first: bool) -> None:
    around = [(begin, end) for begin, end in arrows(layer_diagram(norm_first)) if begin[0] != end[0]]
    assert len(around) == 2
    assert all(begin[1] < end[1] for begin, end in around)


def test_by_default_both_stand_side_by_side_post_ln_on_the_left() -> None:
    drawn = texts(layer_diagram())
    assert drawn.index("post-LN") < drawn.index("pre-LN")
    assert drawn.count("LN") == 4 and drawn.count("+") == 4
    assert layer_diagram().get_figwidth() == 2 * layer_diagram(True).get_figwidth()
