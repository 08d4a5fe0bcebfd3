"""The style and the plain text, apart from the figures that use them."""

from __future__ import annotations

import pytest

from amal_attention.visualise.style import blank_figure, figure_svg, plain


@pytest.mark.parametrize(("text", "drawn"), [("a film", "a film"), ("$5 and $6", r"\$5 and \$6"), ("a\x1bb", "a�b")])
def test_plain_text_begins_no_formula(text: str, drawn: str) -> None:
    assert plain(text) == drawn


def test_a_blank_figure_is_white_and_has_the_size_asked_for() -> None:
    figure = blank_figure(height=2.5, width=4)
    assert tuple(figure.get_size_inches()) == (4, 2.5)
    assert figure.get_facecolor() == (1, 1, 1, 1)
    assert figure._repr_svg_() == figure_svg(figure)
