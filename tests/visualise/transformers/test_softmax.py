"""Bars and maps of softmaxes, judged on what their artists hold."""

from __future__ import annotations

import numpy as np
import pytest

from amal_attention.language import speak
from amal_attention.visualise.style import figure_svg
from amal_attention.visualise.transformers.softmax import saturation_maps, temperature_bars

PANELS = {"T = 1": [0.25, 0.5, 0.25], "T = 4 $": [0.3, 0.4, 0.3]}


def test_each_temperature_has_its_bars_under_its_title_all_on_one_axis() -> None:
    first, second = temperature_bars(PANELS, ["a", "b", "c"]).axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["T = 1", r"T = 4 \$"]
    assert [bar.get_height() for bar in second.patches] == PANELS["T = 4 $"]
    assert [text.get_text() for text in first.texts] == ["0.25", "0.50", "0.25"]
    assert [label.get_text() for label in second.get_xticklabels()] == ["a", "b", "c"]
    assert first.get_ylim() == second.get_ylim() and first.get_ylim()[1] > 1


def test_bars_of_each_place_are_asked_for() -> None:
    with pytest.raises(ValueError, match=r"expected 2 weights in each panel; got \{'T = 1': 3"):
        temperature_bars(PANELS, ["a", "b"])
    with pytest.raises(ValueError, match="got no panel"):
        temperature_bars({}, ["a", "b"])


def test_maps_have_one_scale_and_the_first_width_on_top() -> None:
    left, right, scale = saturation_maps({"q·k": np.full((2, 20), 0.05), "q·k / √K": np.eye(2, 20)}, [1, 64]).axes
    assert [axes.get_title(loc="left") for axes in (left, right)] == ["q·k", "q·k / √K"]
    assert {axes.collections[0].get_clim() for axes in (left, right)} == {(0, 1)}
    assert [label.get_text() for label in left.get_yticklabels()] == ["K = 1", "K = 64"] and left.yaxis_inverted()
    assert [label.get_text() for label in right.get_xticklabels()] == ["1", "20"]
    assert np.array_equal(right.collections[0].get_array().reshape(2, 20), np.eye(2, 20))
    assert scale.get_ylabel() == "attention weight"


def test_maps_of_each_width_are_asked_for() -> None:
    with pytest.raises(ValueError, match=r"expected maps of 3 rows; got \{'a': \(2, 4\)\}"):
        saturation_maps({"a": np.eye(2, 4)}, [1, 2, 3])
    with pytest.raises(ValueError, match="got no map"):
        saturation_maps({}, [])


def test_they_are_the_same_each_time_and_speak_the_language() -> None:
    speak("fr")
    figures = [saturation_maps({"a": np.eye(2, 4)}, [1, 2]) for _ in range(2)]
    assert figures[0].axes[0].get_xlabel() == "clés, de la plus lourde à la plus légère"
    assert figure_svg(figures[0]) == figure_svg(figures[1])
    assert temperature_bars(PANELS, ["a", "b", "c"]).axes[0].get_ylabel() == "poids d'attention"
