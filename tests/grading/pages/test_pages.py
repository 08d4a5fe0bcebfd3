from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import DictLoader
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

from amal_attention.grading.pages import pages
from amal_attention.grading.pages.pages import POLICY, page

HOSTILE = "\"'><script>alert(1)</script>\x1b[2J\u202e"


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A template of one line, rendered as the others are."""

    def rendered(line: str, **values: Any) -> str:
        environment = pages._ENVIRONMENT.overlay(loader=DictLoader({"toy.html.j2": line}))
        monkeypatch.setattr(pages, "_ENVIRONMENT", environment)
        return page("toy", **values)

    return rendered


def test_every_text_is_escaped_and_made_printable(toy: Any):
    shown = "&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J\\u202e"
    assert toy("{{ text }}|{{ numbers[0] }}", text=HOSTILE, numbers=[HOSTILE]) == f"{shown}|{shown}"


def test_what_is_ready_for_a_page_stays_as_it_is(toy: Any):
    assert toy("{{ ready }}", ready=Markup("<b>\t</b>")) == "<b>\t</b>"


def test_a_text_without_end_is_cut(toy: Any):
    assert len(toy("{{ text }}", text="a" * 10_000_000)) < 50_000


@pytest.mark.parametrize(
    "points, shown", [(2.0, "2"), (0.25, "0.25"), (1.5, "1.5"), (0, "0"), (1 / 3, "0.33"), (10, "10")]
)
def test_points_are_shown_without_needless_digits(toy: Any, points: float, shown: str):
    assert toy("{{ number(points) }}", points=points) == shown


def test_a_template_that_asks_for_what_is_not_there_fails(toy: Any):
    with pytest.raises(UndefinedError):
        toy("{{ absent }}")


def test_the_policy_allows_no_script_and_no_network():
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules.pop("default-src") == "'none'"
    assert rules == {"style-src": "'unsafe-inline'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_a_text_can_be_read_on_every_ground_in_the_light_and_in_the_dark():
    loader: Any = pages._ENVIRONMENT.loader
    style = loader.get_source(pages._ENVIRONMENT, "page.html.j2")[0]
    schemes = re.findall(r":root \{([^}]*--page[^}]*)\}", style)
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w+);", scheme))
        grounds = [colours.pop("page"), colours.pop("ground")]
        del colours["line"], colours["bar"], colours["shade"]
        assert len(colours) == 11
        for name, colour in colours.items():
            for ground in grounds:
                assert contrast(colour, ground) >= 4.5, f"--{name} on {ground}"
