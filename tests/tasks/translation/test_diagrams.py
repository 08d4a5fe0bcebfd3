"""Diagrams of readers and writers, judged on what a renderer draws."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import matplotlib
import pytest
from matplotlib.figure import Figure

from amal_attention.language import speak
from amal_attention.tasks.translation.diagrams import reading_diagram, seq2seq_diagram
from amal_attention.visualise.style import figure_svg
from tests.drawn import arrows, dashed, flows, is_clear, place_of, texts, vectors

SOURCE, TARGET = list("2/5"), [*"05-02", "END"]
LOOKS = {"attention": True, "weights": [0.1, 0.6, 0.3]}

DIAGRAMS: dict[str, Callable[[], Figure]] = {
    "teacher": lambda: seq2seq_diagram(SOURCE, TARGET),
    "no teacher": lambda: seq2seq_diagram(SOURCE, TARGET, teacher=False),
    "attention": lambda: seq2seq_diagram(SOURCE, ["0", "5"], **LOOKS),
    "attention of a first step": lambda: seq2seq_diagram(list("2 mai"), ["0"], attention=True),
    "attention of ten": lambda: seq2seq_diagram(list("2 mai"), list("05-02"), attention=True),
    "one and one": lambda: seq2seq_diagram(["a"], ["END"]),
    "padded": lambda: reading_diagram([*"mai", "PAD", "PAD"], [True] * 3 + [False] * 2),
    "both ways": lambda: reading_diagram([*"mai", "PAD"], [1, 1, 1, 0], bidirectional=True),
    "one character": lambda: reading_diagram(["a"], [True], bidirectional=True),
    "ten characters": lambda: reading_diagram(list("2 mai 1998"), [True] * 10),
}
every_diagram = pytest.mark.parametrize("draw", DIAGRAMS.values(), ids=DIAGRAMS)


@every_diagram
def test_no_text_lies_on_another_or_leaves_the_sheet(draw: Callable[[], Figure]) -> None:
    is_clear(draw())


@every_diagram
def test_a_diagram_is_the_same_each_time_and_fits_a_notebook(draw: Callable[[], Figure]) -> None:
    before = dict(matplotlib.rcParams)
    assert figure_svg(draw()) == figure_svg(draw())
    assert draw().get_figwidth() * 96 <= 900
    assert dict(matplotlib.rcParams) == before


def test_the_teacher_is_the_target_one_place_late() -> None:
    drawn = texts(seq2seq_diagram(SOURCE, TARGET))
    assert drawn.count("START") == 1 and drawn.count("END") == 1
    assert drawn.count("0") == 4 and drawn.count("-") == 2, "read and written"
    assert {"source", "teacher", "target", "final"} <= set(drawn)


def test_every_token_has_its_state_and_one_state_is_handed_over() -> None:
    figure = seq2seq_diagram(SOURCE, TARGET)
    drawn = vectors(figure)
    assert len(drawn) == len(SOURCE) + len(TARGET)
    assert {f"$s_{{{k}}}$" for k in (1, 2, 3)} | {f"$h_{{{t}}}$" for t in range(1, 7)} <= set(texts(figure))
    level = [begin[0] for begin, end in arrows(figure) if begin[1] == end[1]]
    assert len(level) == len(drawn) - 1, "each state goes on to the next, the last of the encoder too"


@pytest.mark.parametrize(("teacher", "fed_back"), [(True, 0), (False, 5)])
def test_without_a_teacher_what_is_written_is_read_next(teacher: bool, fed_back: int) -> None:
    figure = seq2seq_diagram(SOURCE, TARGET, teacher=teacher)
    assert len([1 for begin, end in arrows(figure) if begin[0] < end[0] and begin[1] > end[1]]) == fed_back
    assert len(dashed(figure)) == fed_back
    assert ("teacher" in texts(figure)) == teacher


def test_attention_shows_one_moment() -> None:
    figure = seq2seq_diagram(SOURCE, ["0", "5"], **LOOKS)
    drawn = texts(figure)
    assert [text for text in drawn if re.fullmatch(r"0\.\d\d", text)] == ["0.10", "0.60", "0.30"]
    assert {"Σ", "softmax", "tanh", "$c_t$", "$\\alpha_{3}$", "5"} <= set(drawn)
    thick = flows(figure)
    assert [band / thick[1] for band in thick] == pytest.approx([1 / 6, 1, 1 / 2], abs=0.01)


def test_weights_of_any_sum_are_shares_and_none_are_even() -> None:
    assert {"0.25", "0.75"} <= set(texts(seq2seq_diagram(["a", "b"], ["c"], attention=True, weights=[1, 3])))
    assert texts(seq2seq_diagram(["a", "b"], ["c"], attention=True)).count("0.50") == 2


def test_padding_is_dashed_and_has_no_state() -> None:
    figure = reading_diagram([*"mai", "PAD", "PAD"], [True] * 3 + [False] * 2)
    assert len(vectors(figure)) == 3 and len(dashed(figure)) == 4
    right = max(x for x, _ in vectors(figure)) + 0.3
    assert not [1 for begin, end in arrows(figure) if max(begin[0], end[0]) > right]
    assert place_of(figure, "final")[0] == pytest.approx(vectors(figure)[-1][0], abs=0.2)


def test_read_both_ways_the_last_state_leftward_is_at_the_first_character() -> None:
    figure = reading_diagram([*"mai", "PAD"], [1, 1, 1, 0], bidirectional=True)
    assert len(vectors(figure)) == 6
    finals = sorted(text.get_position()[0] for text in figure.axes[0].texts if text.get_text() == "final")
    columns = sorted({x for x, _ in vectors(figure)})
    assert finals == pytest.approx([columns[0], columns[-1]], abs=0.2)
    leftward = [1 for begin, end in arrows(figure) if begin[1] == end[1] and begin[0] > end[0] + 0.3]
    assert len(leftward) == 2


def test_a_space_can_be_seen() -> None:
    assert "␣" in texts(seq2seq_diagram([" "], ["END"]))


def test_captions_are_in_the_language_that_is_spoken() -> None:
    speak("fr")
    assert {"ses propres jetons", "écrit"} <= set(texts(seq2seq_diagram(SOURCE, TARGET, teacher=False)))


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda: seq2seq_diagram([], ["a"]), "got 0 and 1"),
        (lambda: seq2seq_diagram(["a"], []), "got 1 and 0"),
        (lambda: seq2seq_diagram(["a"] * 6, ["b"] * 5), "10 tokens in all; got 6 and 5"),
        (lambda: seq2seq_diagram(["a"], ["b"], attention=True, weights=[1, 2]), "each of the 1 characters; got [1.0"),
        (lambda: seq2seq_diagram(["a"], ["b"], attention=True, weights=[-1]), "got [-1.0]"),
        (lambda: seq2seq_diagram(["a"], ["b"], attention=True, weights=[0]), "got [0.0]"),
        (lambda: reading_diagram([], []), "1 to 10 characters"),
        (lambda: reading_diagram(["a"] * 11, [True] * 11), "1 to 10 characters"),
        (lambda: reading_diagram(["a", "b"], [False, True]), "True, then False"),
        (lambda: reading_diagram(["a"], [True, True]), "True, then False"),
        (lambda: reading_diagram(["a"], [False]), "expected a character"),
    ],
)
def test_what_does_not_fit_is_refused(draw: Callable[[], Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        draw()
