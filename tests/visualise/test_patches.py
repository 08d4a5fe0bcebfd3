"""Images and the weights of their squares, judged on what is drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from amal_attention.visualise.patches import patches_attended
from amal_attention.visualise.style import figure_svg

IMAGES = np.arange(2 * 4 * 6, dtype=float).reshape(2, 4, 6)


def looks(seed: int = 0) -> npt.NDArray[np.float64]:
    weights = np.random.default_rng(seed).random((2, 2, 3))
    return weights / weights.sum(axis=(1, 2), keepdims=True)


def test_each_image_stands_over_the_weights_of_its_squares() -> None:
    weights = looks()
    first, second, below, beside, scale = patches_attended(IMAGES, {"mean": weights}, ["a 4", "5 $"]).axes
    assert [axes.get_title(loc="center") for axes in (first, second)] == ["a 4", r"5 \$"]
    for axes, image, each in zip((first, second), IMAGES, weights, strict=True):
        assert np.array_equal(axes.images[0].get_array(), image)
        below_it = below if axes is first else beside
        assert np.allclose(below_it.collections[0].get_array(), each)
        assert below_it.yaxis_inverted()
    assert below.get_ylabel() == "mean"
    assert scale.get_ylabel() == "attention weight"


def test_an_image_is_cut_between_its_squares() -> None:
    first = patches_attended(IMAGES, {"mean": looks()}, ["a", "b"]).axes[0]
    across = sorted(line.get_ydata()[0] for line in first.lines if line.get_ydata()[0] == line.get_ydata()[1])
    down = sorted(line.get_xdata()[0] for line in first.lines if line.get_xdata()[0] == line.get_xdata()[1])
    assert across == [1.5] and down == [1.5, 3.5]


def test_all_weights_have_one_scale_and_few_are_written_in_percent() -> None:
    figure = patches_attended(IMAGES, {"head 1": looks(1), "head 2": looks(2)}, ["a", "b"])
    maps = [axes for axes in figure.axes if axes.collections and axes.texts]
    assert len(maps) == 4
    highest = max(looks(1).max(), looks(2).max())
    assert {axes.collections[0].get_clim() for axes in maps} == {(0, highest)}
    assert [text.get_text() for text in maps[0].texts] == [f"{100 * each:.0f}" for each in looks(1)[0].flat]
    many = np.full((1, 6, 6), 1 / 36)
    assert not patches_attended(IMAGES[:1, :, :], {"mean": many}, ["a"]).axes[1].texts


def test_no_label_leaves_the_figure_and_it_is_the_same_each_time() -> None:
    figure = patches_attended(IMAGES, {"head 1": looks(1), "head 2": looks(2)}, ["a digit", "another digit"])
    FigureCanvasAgg(figure).draw()
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0
    assert box.x1 <= figure.get_figwidth() and box.y1 <= figure.get_figheight()
    drawn = [figure_svg(patches_attended(IMAGES, {"mean": looks()}, ["a", "b"])) for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="no weights"):
        patches_attended(IMAGES, {}, ["a", "b"])
    with pytest.raises(ValueError, match="1 titles"):
        patches_attended(IMAGES, {"mean": looks()}, ["a"])
    with pytest.raises(ValueError, match=r"weights \(1, 2, 3\)"):
        patches_attended(IMAGES, {"mean": looks()[:1]}, ["a", "b"])
