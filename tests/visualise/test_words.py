"""Words coloured by attention, judged on what a browser would parse and what a terminal would show."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from rich.text import Text

from amal_attention.visualise.words import ATTENTION_RGB, attended_html, attended_text, printable

SHARP = [0.02, 0.70, 0.20, 0.05, 0.03]
TOKENS = ["a", "superb", "film", "indeed", "."]


class Page(HTMLParser):
    """What a browser makes of the HTML: its text, and the tag, attributes and text of each element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.elements and data.strip():
            tag, attributes, text = self.elements[-1]
            self.elements[-1] = (tag, attributes, text + data)


def opacities(html: str) -> list[float]:
    """The opacity of each word's background, after checking that its colour is the documented one."""
    found = []
    for _, attributes, _ in Page(html).elements:
        *rgb, opacity = re.search(r"background:rgba\((\d+),(\d+),(\d+),([\d.]+)\)", attributes["style"]).groups()
        assert tuple(map(int, rgb)) == ATTENTION_RGB
        found.append(float(opacity))
    return found


def backgrounds(text: Text) -> list[tuple[str, tuple[int, int, int]]]:
    """The words of a terminal text that have a background, with it."""
    return [
        (text.plain[span.start : span.end], tuple(span.style.bgcolor.triplet))
        for span in text.spans
        if span.style.bgcolor
    ]


def luminance(rgb: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_background_grows_with_the_weight() -> None:
    shown = opacities(attended_html(TOKENS, SHARP))
    by_weight = [opacity for _, opacity in sorted(zip(SHARP, shown, strict=True))]
    assert by_weight == sorted(by_weight) and len(set(by_weight)) == len(by_weight)


def test_opacities_follow_the_documented_scale() -> None:
    largest, mean = max(SHARP), sum(SHARP) / len(SHARP)
    expected = [0.85 * w / largest * (0.15 + 0.85 * (1 - mean / largest)) for w in SHARP]
    assert opacities(attended_html(TOKENS, SHARP)) == pytest.approx(expected, abs=0.006)


def test_a_word_that_stands_out_of_a_long_review_is_not_pale() -> None:
    weights = [0.9 / 399] * 399 + [0.1]
    shown = opacities(attended_html(["word"] * 400, weights))
    assert shown[-1] > 0.8
    assert max(shown[:-1]) < 0.03


@pytest.mark.parametrize("length", [1, 7, 300])
def test_uniform_attention_looks_uniform_and_pale(length: int) -> None:
    shown = opacities(attended_html(["word"] * length, [1 / length] * length))
    assert len(shown) == length and len(set(shown)) == 1
    assert 0.05 < shown[0] < 0.2
    assert backgrounds(attended_text(["word"] * length, [1 / length] * length)) == []


def test_hostile_tokens_stay_text() -> None:
    tokens = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&amp;", "</span>"]
    page = Page(attended_html(tokens, [0.25] * 4))
    assert [tag for tag, _, _ in page.elements] == ["span"] * 4
    assert all(set(attributes) == {"title", "style"} for _, attributes, _ in page.elements)
    assert [text for _, _, text in page.elements] == tokens


def test_escape_sequences_never_reach_the_terminal() -> None:
    text = attended_text(["\x1b[2J", "a\nb", "\u202eevil", "\ud800"], [0.25] * 4)
    assert text.plain.isprintable()
    assert text.plain == "\ufffd[2J a\ufffdb \ufffdevil \ufffd"


@pytest.mark.parametrize("text", ["plain", "œuvre", "日本", "c'est ça", ""])
def test_printable_text_is_left_alone(text: str) -> None:
    assert printable(text) == text


def test_the_title_of_a_word_is_its_weight() -> None:
    page = Page(attended_html(TOKENS, SHARP))
    assert [float(attributes["title"]) for _, attributes, _ in page.elements] == pytest.approx(SHARP, abs=5e-5)


@pytest.mark.parametrize(
    ("tokens", "read"),
    [
        (["a", "film", "."], "a film."),
        (["it", "'s", "not", "(", "that", ")", "bad", "!"], "it's not (that) bad!"),
        (["do", "n't", ",", "``", "go", "''", "..."], "don't, ``go''..."),
        (["three", "-", "part"], "three - part"),
        ([], ""),
    ],
)
def test_punctuation_reads_as_in_print_on_a_page_and_in_a_terminal(tokens: list[str], read: str) -> None:
    weights = [1 / max(len(tokens), 1)] * len(tokens)
    assert Page(attended_html(tokens, weights)).text == read
    assert attended_text(tokens, weights).plain == read


def test_the_terminal_marks_the_words_that_stand_out_by_more_than_colour() -> None:
    text = attended_text(TOKENS, SHARP)
    assert [word for word, _ in backgrounds(text)] == ["superb", "film"]
    assert [text.plain[span.start : span.end] for span in text.spans if span.style.bold] == ["superb"]


def test_terminal_words_are_readable_on_their_background_and_show_on_dark_and_light() -> None:
    steps = 50
    text = attended_text([f"w{i}" for i in range(steps)], [1e-6 * 1.3**i for i in range(steps)])
    shown = [background for _, background in backgrounds(text)]
    assert len(set(shown)) > 4
    assert all(span.style.color.triplet == (0, 0, 0) for span in text.spans if span.style.bgcolor)
    for background in shown:
        assert contrast(background, (0, 0, 0)) > 7
        assert contrast(background, (255, 255, 255)) > 1.8


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -0.5])
def test_a_weight_that_cannot_be_drawn_is_uncoloured_and_told_in_the_title(odd: float) -> None:
    html = attended_html(["odd", "good", "weak"], [odd, 0.9, 0.1])
    assert opacities(html) == [0.0, *opacities(attended_html(["odd", "good", "weak"], [0.0, 0.9, 0.1]))[1:]]
    assert Page(html).elements[0][1]["title"] == f"{odd:.4f}"


def test_all_zero_weights_are_uncoloured() -> None:
    assert opacities(attended_html(["a", "b"], [0.0, 0.0])) == [0.0, 0.0]


@pytest.mark.parametrize("draw", [attended_html, attended_text])
def test_weights_must_be_as_many_as_tokens(draw: object) -> None:
    with pytest.raises(ValueError, match=r"each of the 2 tokens; got 3 weights"):
        draw(["a", "b"], [0.2, 0.3, 0.5])


def test_importing_the_words_loads_nothing_heavy() -> None:
    program = (
        "import sys, amal_attention.visualise.words\n"
        "print(sorted({'torch', 'numpy', 'matplotlib', 'lightning', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
