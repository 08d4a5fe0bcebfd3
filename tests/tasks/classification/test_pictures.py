"""Figures, judged on the numbers their artists hold and on the SVG they become."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from amal_attention.language import speak
from amal_attention.record import EpochPoint, Histogram
from amal_attention.tasks.classification.pictures import (
    accuracy_bars,
    entropy_histograms,
    strength_curve,
    training_curves,
)
from amal_attention.visualise.figures import attention_matrix, run_colour
from amal_attention.visualise.style import figure_svg


def points(*, accuracy: float = 0.8, epochs: int = 3) -> list[EpochPoint]:
    """Curves that differ in every epoch."""
    return [
        EpochPoint(e, {"train_loss": 0.7 - 0.1 * e, "val_loss": 0.71 - 0.05 * e, "val_accuracy": accuracy - 0.1 / e})
        for e in range(1, epochs + 1)
    ]


def histograms(epochs: int = 3) -> dict[str, list[Histogram]]:
    """Histograms that differ in every epoch."""
    numbers = range(1, epochs + 1)
    return {
        "entropy": [Histogram(e, [0.0, 2.0, 4.0, 6.0], [e, 2 * e + 1, 3]) for e in numbers],
        "normalised_entropy": [Histogram(e, [0.0, 0.25, 0.5, 0.75, 1.0], [0, e, 4, 2]) for e in numbers],
    }


def accuracies(*titles: str) -> dict[str, tuple[float, tuple[float, float]]]:
    """An accuracy and its interval for each title, all different."""
    return {title: (0.6 + 0.05 * i, (0.57 + 0.05 * i, 0.62 + 0.05 * i)) for i, title in enumerate(titles)}


def every_figure() -> list[Figure]:
    """One figure of each kind."""
    return [
        training_curves({"One": points(), "Two": points(accuracy=0.9)}),
        accuracy_bars(accuracies("One", "Two")),
        entropy_histograms(histograms()),
        strength_curve([0, 0.1, 1], [0.9, 0.8, 0.7], [0.8, 0.4, 0.1]),
        attention_matrix([[0.2, 0.8]], ["query"], ["left", "right"]),
    ]


@pytest.fixture(scope="module")
def drawings() -> list[str]:
    """The SVG of one figure of each kind."""
    return list(map(figure_svg, every_figure()))


def words_of(svg: str) -> list[str]:
    """The texts of a drawing."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_titles_and_axes_are_in_the_language_that_is_spoken(drawings: list[str]) -> None:
    """What no language changes: numbers, what the caller named, and a word that both have."""
    speak("fr")
    for english, french in zip(drawings, map(figure_svg, every_figure()), strict=True):
        same = {word for word in words_of(english) if word in words_of(french) and re.search("[a-z]{2}", word)}
        assert same <= {"One", "Two", "query", "left", "right", "validation"}
        assert any(re.search("[a-z]{2}", word) for word in words_of(french))


def test_training_curves_draw_the_numbers_of_every_model() -> None:
    curves = {"One": points(), "Two": points(accuracy=0.9, epochs=5)}
    accuracy, loss = training_curves(curves).axes
    for drawn, line in zip(curves.values(), accuracy.lines, strict=True):
        assert list(line.get_xdata()) == [point.epoch for point in drawn]
        assert list(line.get_ydata()) == pytest.approx([100 * point.measured["val_accuracy"] for point in drawn])
    assert [list(line.get_ydata()) for line in loss.lines] == [
        [point.measured[name] for point in drawn] for drawn in curves.values() for name in ("val_loss", "train_loss")
    ]


def test_a_value_that_was_not_measured_leaves_a_gap() -> None:
    first, _, last = points()
    accuracy, loss = training_curves({"One": [first, EpochPoint(2, {}), last]}).axes
    for line in (*accuracy.lines, *loss.lines):
        assert [math.isnan(value) for value in line.get_ydata()] == [False, True, False]


def test_where_no_model_has_the_monitor_the_losses_are_drawn_alone() -> None:
    losses = [EpochPoint(1, {"val_loss": 0.7}), EpochPoint(2, {"val_loss": 0.5})]
    (loss,) = training_curves({"One": losses}).axes
    assert list(loss.lines[0].get_ydata()) == [0.7, 0.5]
    assert len(training_curves({"One": losses, "Two": points()}).axes) == 2
    assert len(training_curves({"One": []}).axes) == 2


def test_a_single_epoch_shows_as_a_point_at_a_whole_epoch() -> None:
    figure = training_curves({"One": points(epochs=1)})
    assert all(line.get_marker() not in ("None", "") for axes in figure.axes for line in axes.lines)
    figure.draw_without_rendering()
    labels = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert "1" in labels and all(label.isdigit() for label in labels)


def test_a_model_keeps_its_colour_in_every_figure() -> None:
    lines = training_curves({"One": points(), "Two": [], "Three": points()}).axes[0].lines
    bars = accuracy_bars(accuracies("One", "Two", "Three")).axes[0].patches
    for position in range(3):
        assert lines[position].get_color() == run_colour(position)
        assert matplotlib.colors.to_hex(bars[position].get_facecolor()).upper() == run_colour(position).upper()


def test_every_model_is_named_in_the_figures_that_compare() -> None:
    assert {"One", "Two"} <= set(words_of(figure_svg(training_curves({"One": points(), "Two": []}))))
    assert {"One", "Two"} <= set(words_of(figure_svg(accuracy_bars(accuracies("One", "Two")))))


@pytest.mark.parametrize("epochs", [1, 6, 20])
def test_there_is_one_hill_an_epoch_in_the_shape_of_its_counts(epochs: int) -> None:
    drawn = histograms(epochs)
    (axes,) = entropy_histograms(drawn).axes
    hills = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    assert len(hills) == epochs
    for hill, histogram in zip(hills, drawn["normalised_entropy"], strict=True):
        values, edges, baseline = hill.get_data()
        assert list(edges) == histogram.edges
        assert (values - baseline) / (values - baseline).max() == pytest.approx(
            np.array(histogram.counts) / max(histogram.counts)
        )
    tops = [hill.get_data().baseline for hill in hills]
    assert tops == sorted(tops, reverse=True), "the first epoch is on top"


def test_hills_are_named_by_their_epochs() -> None:
    later = {name: each[1:] for name, each in histograms(epochs=4).items()}
    (axes,) = entropy_histograms(later).axes
    named = {label.get_text(): place for label, place in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)}
    assert named == {"2": 2, "3": 1, "4": 0}


def test_hills_do_not_hide_each_other() -> None:
    hills = [patch.get_data() for patch in entropy_histograms(histograms(epochs=8)).axes[0].patches]
    for above, below in pairwise(hills):
        assert below.values.max() < above.baseline


def test_the_dot_of_a_hill_is_the_mean_read_off_its_bins() -> None:
    drawn = histograms(epochs=1)
    (histogram,) = drawn["normalised_entropy"]
    (axes,) = entropy_histograms(drawn).axes
    total = weighted = 0.0
    for i, count in enumerate(histogram.counts):
        total += count
        weighted += count * (histogram.edges[i] + histogram.edges[i + 1]) / 2
    (dot,) = (line for line in axes.lines if line.get_marker() == "o")
    assert dot.get_xdata()[0] == pytest.approx(weighted / total)


def test_entropies_in_nats_use_the_other_bins() -> None:
    drawn = histograms(epochs=2)
    (axes,) = entropy_histograms(drawn, normalised=False).axes
    assert [list(patch.get_data().edges) for patch in axes.patches] == [h.edges for h in drawn["entropy"]]
    assert "nats" in axes.get_xlabel()
    assert "log n" in entropy_histograms(drawn).axes[0].get_xlabel()


def test_an_epoch_without_reviews_draws_an_empty_row() -> None:
    (axes,) = entropy_histograms({"normalised_entropy": [Histogram(1, [0, 1], [0])]}).axes
    assert [line.get_marker() for line in axes.lines] == ["None"]


def test_no_histogram_is_refused_with_the_title() -> None:
    with pytest.raises(ValueError, match=r"histogram for each epoch of 'Bare'; got none"):
        entropy_histograms({}, "Bare")


def test_strength_zero_has_its_place_left_of_the_smallest_strength() -> None:
    figure = strength_curve([1.0, 0.0, 0.01, 0.1], [0.6, 0.9, 0.85, 0.8], [0.1, 0.8, 0.7, 0.4])
    above, below = figure.axes
    (accuracy,), (entropy,) = above.lines, below.lines
    assert list(accuracy.get_xdata()) == [0.0, 0.01, 0.1, 1.0]
    assert list(accuracy.get_ydata()) == pytest.approx([90, 85, 80, 60])
    assert list(entropy.get_ydata()) == [0.8, 0.7, 0.4, 0.1]
    figure.draw_without_rendering()
    places = below.transAxes.inverted().transform(below.transData.transform([(s, 0) for s in (0, 0.01, 0.1, 1)]))[:, 0]
    gaps = np.diff(places)
    assert 0 <= places[0] < 0.2, "the left of the axis is not wasted"
    assert gaps.min() > 0.1, "no two strengths are crowded"
    assert [label.get_text() for label in below.get_xticklabels()] == ["0", "0.01", "0.1", "1"]


@pytest.mark.parametrize("strengths", [[0.0], [0.0, 0.5]])
def test_a_short_sweep_can_be_drawn(strengths: list[float]) -> None:
    svg = figure_svg(strength_curve(strengths, [0.5] * len(strengths), [0.5] * len(strengths)))
    assert {f"{strength:g}" for strength in strengths} <= set(words_of(svg))


def test_an_attention_matrix_shows_its_weights_and_names() -> None:
    weights = np.array([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]])
    figure = attention_matrix(weights, ["first", "second"], ["le", "chat", "dort"])
    axes = figure.axes[0]
    assert np.array_equal(axes.collections[0].get_array(), weights)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first", "second"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["le", "chat", "dort"]
    assert [text.get_text() for text in axes.texts] == ["0.10", "0.70", "0.20", "0.50", "0.25", "0.25"]
    top, bottom = axes.transData.transform([(0, 0.5), (0, 1.5)])[:, 1]
    assert top > bottom, "the first query is on top"


def test_a_large_attention_matrix_has_no_numbers_in_its_cells() -> None:
    figure = attention_matrix(np.full((20, 30), 1 / 30), ["q"] * 20, ["k"] * 30)
    assert len(figure.axes[0].texts) == 0


@pytest.mark.parametrize("weights", [np.ones((3, 2)), np.ones(6), np.ones((2, 3, 1))])
def test_an_attention_matrix_must_fit_its_names(weights: np.ndarray) -> None:
    with pytest.raises(ValueError, match=re.escape(str(weights.shape))):
        attention_matrix(weights, ["a", "b"], ["x", "y", "z"])


def test_bars_and_whiskers_are_the_accuracies_and_their_intervals() -> None:
    (axes,) = accuracy_bars({"One": (0.6, (0.57, 0.62)), "Two": (0.85, (0.82, 0.87))}).axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([60, 85])
    assert [bar.get_x() for bar in axes.patches] == [0, 0]
    assert [list(line.get_xdata()) for line in axes.lines] == [pytest.approx([57, 62]), pytest.approx([82, 87])]
    assert [text.get_text() for text in axes.texts] == ["60.0", "85.0"]


def test_titles_are_drawn_letter_by_letter() -> None:
    titles = ["$\\frac{1", "<script>alert(1)</script>", "a & b", "$x$ costs 5", "café ∑"]
    assert set(titles) <= set(words_of(figure_svg(training_curves(dict.fromkeys(titles, points())))))
    assert set(titles) <= set(words_of(figure_svg(accuracy_bars(accuracies(*titles)))))
    assert set(titles) <= set(words_of(figure_svg(attention_matrix(np.ones((5, 1)), titles, ["key"]))))
    assert titles[0] in words_of(figure_svg(entropy_histograms(histograms(), titles[0])))


def test_equal_figures_give_equal_svg_and_leave_the_settings_of_matplotlib_alone(drawings: list[str]) -> None:
    before = dict(matplotlib.rcParams)
    assert list(map(figure_svg, every_figure())) == drawings
    assert dict(matplotlib.rcParams) == before


def test_an_svg_is_one_element_without_date_or_link(drawings: list[str]) -> None:
    for svg in drawings:
        root = ElementTree.fromstring(svg)
        assert svg.startswith("<svg") and svg.endswith("</svg>")
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "viewBox" in root.attrib
        assert set(re.findall(r'https?://[^"]*', svg)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert all(
            target[0] == "#" or target.startswith("data:image/png") for target in re.findall(r'href="([^"]*)', svg)
        )
        assert not re.search(r"<metadata|\b20\d\d-\d\d", svg)
        assert len(svg) < 100_000


def test_ids_are_not_shared_by_figures_and_every_reference_is_met(drawings: list[str]) -> None:
    ids = [re.findall(r'\bid="([^"]+)"', svg) for svg in drawings]
    for svg, mine in zip(drawings, ids, strict=True):
        assert len(set(mine)) == len(mine) > 0
        assert set(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', svg)) <= set(mine)
    assert all(set(one).isdisjoint(other) for one, other in combinations(ids, 2))


def test_text_is_large_enough_for_a_class(drawings: list[str]) -> None:
    for svg in drawings:
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: [^;]*?([\d.]+)px", svg)]
        assert min(sizes) >= 9 and max(sizes) >= 11


def test_figures_show_in_a_notebook_without_pyplot() -> None:
    program = (
        "import sys\n"
        "from amal_attention.visualise.figures import attention_matrix\n"
        "print(attention_matrix([[1.0]], ['q'], ['k'])._repr_svg_()[:4], 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["<svg", "False"]


# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
DEUTERANOPIA = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
PROTANOPIA = np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]])
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


@pytest.mark.parametrize("eye", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["usual", "deuteranopia", "protanopia"])
def test_the_colours_of_five_runs_differ_for_every_eye(eye: np.ndarray) -> None:
    lab = []
    for position in range(5):
        rgb = np.array(matplotlib.colors.to_rgb(run_colour(position)))
        linear = np.clip(eye @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
        x, y, z = np.cbrt(XYZ @ linear / XYZ.sum(axis=1))
        lab.append(np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)]))
    assert min(np.linalg.norm(one - other) for one, other in combinations(lab, 2)) > 10
