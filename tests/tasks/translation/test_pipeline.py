"""The diagram of what attention computes, judged on what a renderer draws."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.patches import Rectangle

from amal_attention.language import speak
from amal_attention.tasks.translation.pipeline import attention_pipeline
from amal_attention.visualise.style import figure_svg
from tests.drawn import dashed, flows, is_clear, texts

SOURCE = ["12", "mars", "1998", "…"]
NUMBERS: dict[str, Any] = {
    "scores": [0, 0.6931, -1.5, 9],
    "weights": [0.25, 0.5, 0.25, 0],
    "context": [0.3466, 2],
    "states": [(0, 4), (0.6931, 2), (0, 0), (9, 9)],
}
MASK = [True, True, True, False]


def drawn(**others: Any):
    return attention_pipeline(SOURCE, **NUMBERS | {"mask": MASK} | others)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_text_lies_on_another_or_leaves_the_sheet(language: str) -> None:
    speak(language)
    is_clear(drawn())
    is_clear(attention_pipeline(["a"], [1.0], [1.0], [1.0], states=[(1.0,)]))
    is_clear(attention_pipeline(list("abcdefg"), [0.0] * 7, [1 / 7] * 7, [0.5, 1], states=[(0.25, 1.5)] * 7))


def test_the_numbers_are_those_that_are_given() -> None:
    told = texts(drawn())
    assert [text for text in told if text in ("0.00", "0.69", "-1.50", "9.00")] == ["0.00", "0.69", "-1.50"]
    assert [text for text in told if text in ("0.25", "0.50", "0")] == ["0.25", "0.50", "0.25", "0"]
    assert "(0.35, 2)" in told and "(0.69, 2)" in told and "(9, 9)" in told


def test_padding_is_dashed_has_no_score_and_no_arrow_to_the_sum() -> None:
    figure = drawn()
    assert len(dashed(figure)) == 3, "its text, its state and its score"
    assert texts(figure).count("−∞") == 1
    thick = flows(figure)
    assert len(thick) == 3 and max(thick) == thick[1] == pytest.approx(2 * thick[0])


def test_the_steps_are_named_in_the_language_that_is_spoken() -> None:
    assert {"1. scores", "2. softmax", "3. weighted sum"} <= set(texts(drawn()))
    speak("fr")
    assert {"1. scores", "2. softmax", "3. somme pondérée"} <= set(texts(drawn()))


def test_a_bar_is_as_high_as_its_weight() -> None:
    bars = [
        patch.get_height()
        for patch in drawn().axes[0].patches
        if isinstance(patch, Rectangle) and patch.get_width() == pytest.approx(0.24)
    ]
    assert bars == [pytest.approx(each / 0.5 * max(bars)) for each in NUMBERS["weights"]]


def test_it_is_the_same_each_time_and_fits_a_notebook() -> None:
    assert figure_svg(drawn()) == figure_svg(drawn())
    assert drawn().get_figwidth() * 96 <= 900


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"scores": [1.0]}, "4 places, 1 scores"),
        ({"mask": [True]}, "1 mask"),
        ({"weights": [0.0, 0.0, 0.0, 0.0]}, "weights from 0 to 1"),
        ({"weights": [0.25, 2.0, 0.0, 0.0]}, "weights from 0 to 1"),
        ({"weights": [0.25, -0.5, 1.0, 0.25]}, "weights from 0 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(others: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        drawn(**others)


def test_no_place_and_eight_places_are_refused() -> None:
    for count in (0, 8):
        with pytest.raises(ValueError, match="1 to 7 places"):
            attention_pipeline(["a"] * count, [0.0] * count, [0.5] * count, [1.0], states=[(1.0,)] * count)
