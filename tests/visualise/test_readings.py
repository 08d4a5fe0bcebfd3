"""Readings, judged on what a browser would parse and on what a terminal would show."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from amal_attention.language import speak
from amal_attention.record import Reading
from amal_attention.visualise.readings import AttentionMap, attention_map, compare_readings
from amal_attention.visualise.words import ATTENTION_RGB, attended_html, attended_text

TOKENS = ["a", "superb", "film", "indeed", "."]
SHARP = [0.02, 0.70, 0.20, 0.05, 0.03]
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</p></div>", "&amp;", "' onclick='x"]


def reading(
    review: int = 17, *, label: str = "pos", prediction: str = "pos", tokens: list[str] = TOKENS, share: float = 0.912
) -> Reading:
    return Reading(
        review, f"review {review}", list(tokens), (SHARP * len(tokens))[: len(tokens)], label, prediction, share
    )


class Page(HTMLParser):
    """What a browser makes of it: tags with attributes, and for each card (``role="group"``) its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.cards: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], "an element was never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)
        if dict(attrs).get("role") == "group":
            self.cards.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cards:
            self.cards[-1] += data


def cards(drawn: AttentionMap) -> list[str]:
    return [" ".join(card.split()) for card in Page(drawn._repr_html_()).cards]


def told(drawn: AttentionMap, colours: bool = False) -> str:
    page = StringIO()
    Console(file=page, width=200, force_terminal=colours, color_system="truecolor" if colours else None).print(drawn)
    return page.getvalue()


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, of ``#rrggbb``."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_there_is_a_card_for_each_reading_in_their_order() -> None:
    drawn = attention_map([reading(17), reading(4, tokens=["so", "dull"], prediction="neg", share=0.587), reading(17)])
    assert cards(drawn) == [
        "review 17 · label pos · 5 tokens ✓ right pos, probability 91.2 % a superb film indeed.",
        "review 4 · label pos · 2 tokens ✗ wrong neg, probability 58.7 % so dull",
        "review 17 · label pos · 5 tokens ✓ right pos, probability 91.2 % a superb film indeed.",
    ]


def test_a_terminal_tells_the_same() -> None:
    text = told(attention_map([reading(17), reading(4, tokens=["so", "dull"], prediction="neg", share=0.587)]))
    assert text.splitlines() == [
        "review 17 · label pos · 5 tokens",
        "✓ right pos, probability 91.2 %",
        "a superb film indeed.",
        "",
        "review 4 · label pos · 2 tokens",
        "✗ wrong neg, probability 58.7 %",
        "so dull",
    ]


def test_words_have_the_colours_of_the_common_scale() -> None:
    drawn = attention_map([reading()])
    assert attended_html(TOKENS, SHARP) in drawn._repr_html_()
    assert (
        told(drawn, colours=True).splitlines()[2]
        == (told(AttentionMap("", attended_text(TOKENS, SHARP)), colours=True).splitlines()[0])
    )


def test_str_is_what_the_terminal_tells_without_colours() -> None:
    drawn = attention_map([reading()])
    assert str(drawn) == repr(drawn) == told(drawn).rstrip("\n")


def test_the_same_review_by_several_models_stands_on_one_card() -> None:
    drawn = compare_readings({"Mean": [reading(4), reading(17)], "Query": [reading(17, prediction="neg"), reading(9)]})
    assert [card[:9].strip() for card in cards(drawn)] == ["review 4", "review 17", "review 9"]
    assert cards(drawn)[1] == (
        "review 17 · label pos · 5 tokens "
        "Mean ✓ right pos, probability 91.2 % a superb film indeed. "
        "Query ✗ wrong neg, probability 91.2 % a superb film indeed."
    )
    assert "Mean: ✓ right pos" in told(drawn) and "Query: ✗ wrong neg" in told(drawn)


@pytest.mark.parametrize(("longest", "shown", "left"), [(3, 3, "2 more, with 8.0 %"), (5, 5, ""), (1, 1, "4 more")])
def test_a_long_review_is_cut_and_the_rest_is_told(longest: int, shown: int, left: str) -> None:
    drawn = attention_map([reading()], longest=longest)
    words = [attributes for tag, attributes in Page(drawn.html).elements if tag == "span" and "title" in attributes]
    assert len(words) == shown
    assert attended_html(TOKENS[:longest], SHARP[:longest]) in drawn.html, "colours follow what is shown"
    for text in (cards(drawn)[0], told(drawn)):
        assert "5 tokens" in text and left in text
        assert (" more" in text) == bool(left)


def test_a_review_is_cut_at_250_tokens_unless_told_otherwise() -> None:
    assert "… 1 more, with" in attention_map([reading(tokens=["film"] * 251)]).html
    assert " more" not in attention_map([reading(tokens=["film"] * 250)]).html
    assert "… 1 more, with" in compare_readings({"A": [reading(tokens=["film"] * 251)]}).html


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_text_stays_text(attack: str) -> None:
    hostile = reading(tokens=[attack, "film"], label=attack, prediction=attack)
    for drawn in (attention_map([hostile]), compare_readings({attack: [hostile]})):
        page = Page(drawn.html)
        assert {tag for tag, _ in page.elements} <= {"div", "span", "p", "strong"}
        names = {name for _, attributes in page.elements for name in attributes}
        assert names <= {"style", "title", "role", "aria-label", "aria-hidden"}
        assert page.text.count(attack) >= 3
        assert attack in str(drawn)


def test_escape_sequences_never_reach_the_terminal() -> None:
    attack = "\x1b[2J\u202e"
    drawn = compare_readings({attack: [reading(tokens=[attack], label=attack, prediction=attack)]})
    assert str(drawn).replace("\n", "").isprintable()
    assert "\x1b" not in drawn.html


def test_markup_of_the_terminal_is_not_obeyed() -> None:
    assert "[bold red]film[/]" in told(attention_map([reading(tokens=["[bold red]film[/]"])]))


def test_the_html_needs_nothing_beside_itself_and_changes_nothing_else() -> None:
    html = compare_readings({"Mean": [reading()], "Query": [reading(prediction="neg")]}).html
    assert not re.search(r"<(script|style|link|img|iframe)|https?:|url\(|@import|\bclass=|\bid=", html)
    assert f"rgba({','.join(map(str, ATTENTION_RGB))},.85)" in html, "the legend has the colour of the words"
    assert "little attention" in html and "much attention" in html
    assert html == compare_readings({"Mean": [reading()], "Query": [reading(prediction="neg")]}).html


def test_verdicts_are_readable_whatever_the_page_and_the_rest_takes_its_colours() -> None:
    html = compare_readings({"Mean": [reading()], "Query": [reading(prediction="neg")]}).html
    styles = [attributes.get("style") or "" for _, attributes in Page(html).elements]
    inked = [style for style in styles if re.search(r"(?:^|;)color:#(?!000)", style.replace("\n", ""))]
    grounds = [re.search(r"background:(#\w{6})", style).group(1) for style in inked]
    assert len(set(grounds)) == 2 and all("color:#fff" in style for style in inked)
    assert all(1.05 / (luminance(ground) + 0.05) > 4.5 for ground in grounds)
    assert "print-color-adjust:exact" in html and "flex-wrap:wrap" in html and "break-inside:avoid" in html


def test_what_stands_around_the_words_is_in_the_language_that_is_spoken() -> None:
    speak("fr")
    drawn = attention_map([reading(), reading(prediction="neg")], longest=4)
    assert [" ".join(card.split()) for card in Page(drawn.html).cards] == [
        f"critique 17 · étiquette pos · 5 mots {sign}, probabilité 91.2 % a superb film indeed "
        "… et 1 de plus, avec 3.0 % de l'attention"
        for sign in ("✓ juste pos", "✗ faux neg")
    ]
    assert Page(drawn.html).text.split()[:4] == ["peu", "d'attention", "beaucoup", "d'attention"]
    assert str(compare_readings({"": [reading()]})).startswith("critique 17")


def test_a_review_without_a_token_can_be_shown() -> None:
    assert cards(attention_map([reading(tokens=[])])) == [
        "review 17 · label pos · 0 tokens ✓ right pos, probability 91.2 %"
    ]


def test_a_text_without_a_label_is_neither_right_nor_wrong() -> None:
    mine = reading(-1, label="", tokens=["so", "dull"])
    drawn = compare_readings({"Mean": [mine], "Query": [mine]})
    assert cards(drawn) == ["2 tokens Mean pos, probability 91.2 % so dull Query pos, probability 91.2 % so dull"]
    assert told(drawn).splitlines() == [
        "2 tokens",
        "Mean: pos, probability 91.2 %",
        "so dull",
        "Query: pos, probability 91.2 %",
        "so dull",
    ]


def test_weights_that_are_no_numbers_are_shown_and_do_not_fail() -> None:
    odd = Reading(1, "review 1", ["a", "b"], [float("nan"), float("nan")], "pos", "pos", float("nan"))
    assert "nan %" in attention_map([odd], longest=1).html


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.2] * 6])
@pytest.mark.parametrize("longest", [1, 250])
def test_weights_must_be_as_many_as_tokens(weights: list[float], longest: int) -> None:
    odd = Reading(17, "review 17", TOKENS, weights, "pos", "pos", 0.9)
    with pytest.raises(ValueError, match=rf"each of the 5 tokens of review 17; got {len(weights)} weights"):
        attention_map([odd], longest=longest)


@pytest.mark.parametrize("longest", [0, -1])
def test_something_must_be_shown(longest: int) -> None:
    for draw in (lambda: attention_map([]), lambda: compare_readings({}), lambda: compare_readings({"Mean": []})):
        with pytest.raises(ValueError, match="got 0 texts"):
            draw()
    with pytest.raises(ValueError, match=f"longest={longest}"):
        attention_map([reading()], longest=longest)
