"""Diagrams, judged on what a renderer draws: which words, which arrows, and that no text lies on another."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import cache
from itertools import combinations, product
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from amal_attention.language import speak
from amal_attention.tasks.classification.diagrams import attention_diagram, pooling_diagram
from amal_attention.visualise.style import PALETTE, figure_svg

pytestmark = pytest.mark.long

WORDS = ["a", "superb", "film", ",", "truly"]
WEIGHTS = [0.05, 0.62, 0.14, 0.04, 0.15]
LONG = ["this", "film", "is", "incomprehensibly", "WWWWWWWWWW", ",", "it", "<pad>", "<pad>"]
SHARES = [0.05, 0.1, 0.02, 0.3, 0.22, 0.02, 0.29, 0.0, 0.0]
MASK = [True] * 7 + [False] * 2

DIAGRAMS: dict[str, Callable[[], Figure]] = {
    "mean": lambda: pooling_diagram(WORDS),
    "weighted": lambda: pooling_diagram(WORDS, WEIGHTS),
    "padded": lambda: pooling_diagram(LONG, mask=MASK, linear="linéaire", classes=["nég", "pos"]),
    "many classes": lambda: pooling_diagram(WORDS[:2], classes=[f"class {i}" for i in range(6)]),
    "one word": lambda: pooling_diagram(["film"]),
    "attention": lambda: attention_diagram(WORDS, WEIGHTS),
    "shared symbols": lambda: attention_diagram(WORDS, WEIGHTS, keys="x", values="x"),
    "query from text": lambda: attention_diagram(WORDS, WEIGHTS, keys="x", value_map="v_θ", query_from_text=True),
    "recurrent": lambda: attention_diagram(WORDS, WEIGHTS, keys="h", values="h", recurrent=True),
    "everything": lambda: attention_diagram(
        LONG, SHARES, mask=MASK, value_map="v_θ", query_from_text=True, recurrent=True, bidirectional=True
    ),
    "attention on one word": lambda: attention_diagram(["film"], [1.0], query_from_text=True),
    "attention on two words": lambda: attention_diagram(["a", "film"], [0.5, 0.5], recurrent=True),
}
every_diagram = pytest.mark.parametrize("draw", [*map(cache, DIAGRAMS.values())], ids=DIAGRAMS)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def flows(figure: Figure) -> list[PathPatch]:
    """The bands to the sum, from left to right."""
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch)]
    return sorted(found, key=lambda patch: patch.get_path().vertices[0][0])


def arrows(figure: Figure) -> list[tuple[tuple[float, ...], tuple[float, ...], bool]]:
    """Begin, end and headedness of all thin arrows."""
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    paths = [(patch._path_original.vertices, patch.get_arrowstyle().arrow == "-|>") for patch in found]
    return [(tuple(path[0]), tuple(path[-1]), head) for path, head in paths]


def drawn_path(line: FancyArrowPatch | PathPatch) -> Path:
    """Where a line runs, in pixels, without its head."""
    path = line._path_original if isinstance(line, FancyArrowPatch) else line.get_path()
    return line.axes.transData.transform_path(path).cleaned(curves=False)


def horizontal(figure: Figure) -> list[tuple[float, float, float]]:
    """Level, begin and end of the straight horizontal arrows in the colour of states."""
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    states = [p for p in found if matplotlib.colors.to_hex(p.get_edgecolor()).upper() == PALETTE[2]]
    paths = [patch._path_original.vertices for patch in states if len(patch._path_original.vertices) == 2]
    return [(path[0][1], path[0][0], path[1][0]) for path in paths if path[0][1] == path[1][1]]


def shades(figure: Figure) -> dict[float, list[np.ndarray]]:
    """The cells of every vector as rows of RGB, by the x of the vector, in the order of drawing."""
    found: dict[float, list[np.ndarray]] = {}
    for patch in figure.axes[0].patches:
        if isinstance(patch, Rectangle) and patch.get_width() == pytest.approx(0.19) and patch.get_height() < 0.3:
            found.setdefault(round(patch.get_x(), 6), []).append(np.array(patch.get_facecolor()[:3]))
    return found


@every_diagram
def test_no_text_lies_on_another_or_leaves_the_sheet(draw: Callable[[], Figure]) -> None:
    figure = draw()
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    for (one, first), (other, second) in combinations(boxes, 2):
        assert not first.overlaps(second), f"{one} lies on {other}"
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height, text


@every_diagram
def test_no_symbol_lies_on_a_vector_or_a_line(draw: Callable[[], Figure]) -> None:
    figure = draw()
    renderer = FigureCanvasAgg(figure).get_renderer()
    symbols = [text for text in figure.axes[0].texts if text.get_text().startswith("$") and "θ" not in text.get_text()]
    cells = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    lines = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch | PathPatch)]
    for symbol in symbols:
        box = symbol.get_window_extent(renderer)
        assert not any(box.overlaps(cell.get_window_extent(renderer)) for cell in cells), symbol.get_text()
        for line in lines:
            assert not drawn_path(line).intersects_bbox(box, filled=False), symbol.get_text()


@every_diagram
def test_words_stand_in_their_boxes_and_boxes_on_the_sheet(draw: Callable[[], Figure]) -> None:
    figure = draw()
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [patch.get_window_extent(renderer) for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height
    for text in figure.axes[0].texts:
        extent = text.get_window_extent(renderer)
        touched = [box for box in boxes if box.overlaps(extent)]
        assert all(box.x0 < extent.x0 and extent.x1 < box.x1 for box in touched), text.get_text()


@every_diagram
def test_boxes_vectors_and_nodes_keep_clear_of_each_other(draw: Callable[[], Figure]) -> None:
    figure = draw()
    renderer = FigureCanvasAgg(figure).get_renderer()
    extents: dict[type, list[Any]] = {FancyBboxPatch: [], Rectangle: [], Circle: []}
    for patch in figure.axes[0].patches:
        if type(patch) in extents and getattr(patch, "radius", 1) > 0.1 and patch.get_width() != pytest.approx(0.24):
            extents[type(patch)].append(patch.get_window_extent(renderer))
    boxes, cells, nodes = extents.values()
    for one, other in [*combinations(boxes, 2), *product(boxes, cells + nodes), *product(cells, nodes)]:
        assert not one.overlaps(other)


@every_diagram
def test_a_diagram_is_as_wide_as_a_notebook_at_most(draw: Callable[[], Figure]) -> None:
    assert draw().get_figwidth() * 96 <= 900


@every_diagram
def test_equal_diagrams_give_equal_svg_that_shows_by_itself(draw: Callable[[], Figure]) -> None:
    before = dict(matplotlib.rcParams)
    svg = draw()._repr_svg_()
    assert svg == figure_svg(draw.__wrapped__())
    assert dict(matplotlib.rcParams) == before
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert len(svg) < 200_000


@every_diagram
def test_letters_are_large_enough_for_a_class(draw: Callable[[], Figure]) -> None:
    assert min(text.get_fontsize() for text in draw().axes[0].texts) >= 9


def test_the_mean_weighs_every_word_alike_and_says_so() -> None:
    figure = pooling_diagram(WORDS)
    assert texts(figure).count("1/5") == 5
    assert len({band.get_linewidth() for band in flows(figure)}) == 1
    assert len(flows(figure)) == 5


@pytest.mark.parametrize("draw", [pooling_diagram, attention_diagram])
def test_bands_are_as_thick_as_the_weights_and_grow_paler_with_them(draw: Callable[..., Figure]) -> None:
    figure = draw(WORDS, [0.1, 0.4, 0.2, 0.25, 0.05])
    thick = np.array([band.get_linewidth() for band in flows(figure)])
    assert thick / thick[1] == pytest.approx(np.array([0.1, 0.4, 0.2, 0.25, 0.05]) / 0.4, abs=0.05)
    light = [sum(band.get_edgecolor()[:3]) for band in flows(figure)]
    assert np.argsort(light).tolist() == [1, 3, 2, 0, 4]
    assert [text for text in texts(figure) if re.fullmatch(r"0\.\d\d", text)] == [
        "0.10",
        "0.40",
        "0.20",
        "0.25",
        "0.05",
    ]


def test_weights_of_any_sum_are_shown_as_shares() -> None:
    assert {"0.25", "0.75"} <= set(texts(pooling_diagram(["a", "b"], [1, 3])))


def test_a_word_without_weight_still_has_its_hairline() -> None:
    assert all(band.get_linewidth() > 0.5 for band in flows(pooling_diagram(["a", "b"], [0.0, 1.0])))


@pytest.mark.parametrize("draw", [pooling_diagram, attention_diagram])
def test_padding_is_dashed_and_goes_nowhere(draw: Callable[..., Figure]) -> None:
    figure = draw(["a", "film", "<pad>"], [0.25, 0.75, 0.0], mask=[True, True, False])
    assert len(flows(figure)) == 2
    padding = next(text for text in figure.axes[0].texts if text.get_text() == "<pad>").get_position()[0]
    assert not [
        arrow for arrow in arrows(figure) if abs(arrow[0][0] - padding) < 0.3 or abs(arrow[1][0] - padding) < 0.3
    ]
    dashed = [p for p in figure.axes[0].patches if p.get_linestyle() == "--"]
    assert len(dashed) == 2, "the box of the word and its vector"
    assert all(abs(patch.get_window_extent().x0 / figure.dpi - padding) < 0.6 for patch in dashed)
    assert "$x_{3}$" not in texts(figure)


def test_the_mean_does_not_count_padding() -> None:
    assert texts(pooling_diagram(["a", "film", "<pad>"], mask=[True, True, False])).count("1/2") == 2


def test_words_and_labels_are_those_given() -> None:
    drawn = texts(
        pooling_diagram(["le", "film"], inputs="e", pooled="p", linear="linéaire", classes=("nég", "pos", "neutre"))
    )
    assert {"le", "film", "$e_{1}$", "$e_{2}$", "$p$", "linéaire", "nég", "pos", "neutre", "Σ"} <= set(drawn)


def test_every_symbol_of_attention_can_be_chosen() -> None:
    drawn = texts(
        attention_diagram(
            ["le", "film"],
            [0.3, 0.7],
            query="Q",
            keys="K",
            values="V",
            inputs="X",
            states="S",
            weight="A",
            pooled="P",
            softmax="exponentielle normalisée"[:13],
            value_map="F",
            query_from_text=True,
            text_mean="M",
            recurrent=True,
        )
    )
    numbered = {f"${symbol}_{{{i}}}$" for symbol in "KVXSA" for i in (1, 2)}
    assert numbered | {"$Q$", "$P$", "$M$", "$F$", "exponentielle"} <= set(drawn)
    assert drawn.count("$F$") == 2


def test_parts_that_are_not_asked_for_are_absent() -> None:
    drawn = " ".join(texts(attention_diagram(WORDS, WEIGHTS)))
    assert "h_" not in drawn and "θ" not in drawn and r"\hat{t}_m" not in drawn
    assert "k_" in drawn and "v_" in drawn


@pytest.mark.parametrize("options", [{"keys": "x"}, {"keys": "h", "recurrent": True}])
def test_keys_that_are_the_vectors_themselves_are_not_named_again(options: dict[str, Any]) -> None:
    drawn = texts(attention_diagram(WORDS, WEIGHTS, values="u", **options))
    assert len([text for text in drawn if text.startswith(f"${options['keys']}_")]) == 5


def test_the_query_meets_every_word() -> None:
    figure = attention_diagram(WORDS, WEIGHTS)
    centres = [next(t for t in figure.axes[0].texts if t.get_text() == word).get_position()[0] for word in WORDS]
    (level,) = {t.get_position()[1] for t in figure.axes[0].texts if t.get_text() == "$q$"}
    reached = [
        end[0] for begin, end, head in arrows(figure) if head and begin[1] == end[1] and abs(end[1] - level) < 0.1
    ]
    assert [min(abs(x - centre) for x in reached) < 0.2 for centre in centres] == [True] * 5


@pytest.mark.parametrize(("bidirectional", "rightward", "leftward"), [(False, 4, 0), (True, 4, 4)])
def test_states_are_linked_in_the_directions_asked_for(bidirectional: bool, rightward: int, leftward: int) -> None:
    figure = attention_diagram(WORDS, WEIGHTS, recurrent=True, bidirectional=bidirectional)
    base = [link for link in horizontal(figure) if abs(link[2] - link[1]) > 0.5]
    assert sum(begin < end for _, begin, end in base) == rightward
    assert sum(begin > end for _, begin, end in base) == leftward


def test_reading_both_ways_is_reading() -> None:
    assert figure_svg(attention_diagram(WORDS, WEIGHTS, bidirectional=True)) == figure_svg(
        attention_diagram(WORDS, WEIGHTS, recurrent=True, bidirectional=True)
    )


def test_a_weighted_pooling_sums_the_vectors_by_their_weights() -> None:
    columns = {x: np.array(cells) for x, cells in shades(pooling_diagram(["le", "film"], [0.9, 0.1])).items()}
    (_, first), (_, pooled), (_, second) = sorted(columns.items())
    assert pooled == pytest.approx(0.9 * first + 0.1 * second, abs=1e-6)


@pytest.mark.parametrize("options", [{}, {"value_map": "v_θ"}, {"recurrent": True}, {"bidirectional": True}])
def test_the_pooled_vector_is_the_weighted_sum_of_the_values(options: dict[str, Any]) -> None:
    weights = [0.5, 0.2, 0.3]
    columns = [
        np.array(cells) for cells in shades(attention_diagram(["le", "film", "dort"], weights, **options)).values()
    ]
    values, pooled = columns[-4:-1], columns[-1]
    assert [len(column) for column in (*values, pooled)] == [4, 4, 4, 4]
    assert pooled == pytest.approx(sum(w * value for w, value in zip(weights, values, strict=True)), abs=1e-6)


@pytest.mark.parametrize(("value_map", "same"), [(None, True), ("v_θ", False)])
def test_values_are_the_vectors_unless_a_map_makes_them(value_map: str | None, same: bool) -> None:
    figure = attention_diagram(["le", "film", "dort"], [0.5, 0.2, 0.3], value_map=value_map)
    columns = [np.array(cells) for cells in shades(figure).values()]
    ranks = [[sum(cell) for cell in column] for column in (columns[0], columns[-4])]
    assert (np.argsort(ranks[0]).tolist() == np.argsort(ranks[1]).tolist()) == same


def test_values_pass_over_the_lines_they_cross() -> None:
    figure = attention_diagram(WORDS, WEIGHTS)
    found = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    assert sum(matplotlib.colors.to_hex(patch.get_edgecolor()) == "#ffffff" for patch in found) == 5


def test_reading_both_ways_a_text_turned_around_gives_its_states_turned_around() -> None:
    def states(words: list[str]) -> np.ndarray:
        figure = attention_diagram(words, [0.25] * 4, bidirectional=True)
        return np.array([cells[4:] for cells in shades(figure).values() if len(cells) == 8])

    words = ["le", "chat", "noir", "dort"]
    assert np.allclose(states(words), states(words[::-1])[::-1])


def test_the_mean_of_the_text_is_that_of_its_words_without_padding() -> None:
    figure = attention_diagram(["le", "film", "<pad>"], [0.9, 0.1, 0], mask=[1, 1, 0], query_from_text=True)
    at_left = sorted(shades(figure))[0]
    mean = np.array(shades(figure)[at_left][:4])
    first, second = (np.array(cells) for x, cells in list(shades(figure).items())[:2])
    assert mean == pytest.approx((first[:4] + second[:4]) / 2, abs=1e-6)


def test_states_gather_what_was_read_before_and_after() -> None:
    def state(words: list[str], place: int, bidirectional: bool) -> np.ndarray:
        figure = attention_diagram(words, [0.25] * 4, mask=None, recurrent=True, bidirectional=bidirectional)
        columns = [cells for cells in shades(figure).values() if len(cells) == 8]
        return np.array(columns[place][4:])

    one, other = ["le", "chat", "noir", "dort"], ["le", "chat", "noir", "court"]
    assert np.allclose(state(one, 1, False), state(other, 1, False)), "what comes after does not matter"
    assert not np.allclose(state(one, 1, True), state(other, 1, True)), "read from the right, it does"
    late, later = ["un", "chat", "noir", "dort"], ["le", "chat", "noir", "dort"]
    assert not np.allclose(state(late, 2, False), state(later, 2, False)), "what came before matters"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_padding_is_not_read_wherever_it_stands(place: int) -> None:
    def states(padding: str) -> list[list[np.ndarray]]:
        words, weights, mask = ["le", "chat"], [0.5, 0.5], [True, True]
        for values, value in ((words, padding), (weights, 0.0), (mask, False)):
            values.insert(place, value)
        figure = attention_diagram(words, weights, mask=mask, bidirectional=True)
        return [cells for cells in shades(figure).values() if len(cells) == 8]

    assert len(states("<pad>")) == 2
    assert np.allclose(states("<pad>"), states("other"))


def test_a_word_has_the_same_vector_wherever_it_stands() -> None:
    one, two = (list(shades(pooling_diagram(words)).values()) for words in (["le", "film"], ["film", "le"]))
    assert np.allclose(one[0], two[1]) and np.allclose(one[1], two[0]) and not np.allclose(one[0], one[1])


def test_bars_stand_for_the_weights() -> None:
    figure = attention_diagram(WORDS, WEIGHTS)
    bars = [p.get_height() for p in figure.axes[0].patches if isinstance(p, Rectangle) and p.get_width() > 0.2]
    assert np.array(bars) / bars[1] == pytest.approx(np.array(WEIGHTS) / WEIGHTS[1])


def test_hostile_words_are_drawn_letter_by_letter() -> None:
    words = ["$\\frac", "<b>&", "a\x1b[2J", "$x$"]
    svg = figure_svg(pooling_diagram(words, linear="$", classes=["</text>"]))
    drawn = {"".join(text.itertext()) for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert {"$\\frac", "<b>&", "a\ufffd[2J", "$x$", "$", "</text>"} <= drawn


@pytest.mark.parametrize(
    ("words", "weights", "mask", "told"),
    [
        ([], [], None, "1 to 9 words; got 0"),
        (["a"] * 10, [0.1] * 10, None, "1 to 9 words; got 10"),
        (["a", "b"], [1.0], None, "each of the 2 words; got 1 weights"),
        (["a", "b"], [0.5, float("nan")], None, "got [0.5, nan]"),
        (["a", "b"], [0.5, float("inf")], None, "got [0.5, inf]"),
        (["a", "b"], [1.5, -0.5], None, "got [1.5, -0.5]"),
        (["a", "b"], [0.0, 0.0], None, "got [0.0, 0.0]"),
        (["a", "b"], [0.5, 0.5], [True, False], "0 on padding"),
        (["a", "b"], [1.0, 0.0], [True], "a mask of 2 values"),
        (["a", "b"], [0.0, 0.0], [False, False], "one of them True"),
    ],
)
@pytest.mark.parametrize("draw", [pooling_diagram, attention_diagram])
def test_what_does_not_fit_is_refused(
    draw: Callable[..., Figure], words: list[str], weights: list[float], mask: list[bool] | None, told: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        draw(words, weights, mask=mask)


def test_diagrams_are_drawn_without_pyplot() -> None:
    program = (
        "import sys\n"
        "from amal_attention.tasks.classification.diagrams import pooling_diagram\n"
        "print(pooling_diagram(['a'])._repr_svg_()[:4], sorted({'matplotlib.pyplot', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["<svg", "[]"]


def test_the_classifier_is_named_in_the_language_that_is_spoken() -> None:
    speak("fr")
    svg = figure_svg(pooling_diagram(["le", "film"]))
    assert ">linéaire<" in svg and ">linear<" not in svg
