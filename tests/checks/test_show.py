"""How reports are shown."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from markupsafe import Markup

from amal_attention.checks.show import (
    Printed,
    report_html,
    report_text,
    show_printed,
    show_report,
    show_summary,
    summary_html,
    summary_text,
)
from amal_attention.language import Language
from amal_attention.outcome import REPORT_TYPE, Outcome, Report, State

EVIL = "<img src=x onerror=alert(1)>&\"'</div>"

MET = Outcome("sums to 1", State.MET, sent="hidden")
MISSED = Outcome("ignores padding", State.MISSED, sent="3 reviews", came="0.5", expected="1", hint="mask first")
TO_DO = Outcome("is written", State.TO_DO, hint="in forward, line 3")


def test_a_report_in_a_terminal_reads_from_top_to_bottom() -> None:
    assert report_text(Report("q2", [MET, MISSED])) == (
        "✗ q2: 1 of 2 met\n"
        "  ✗ ignores padding\n"
        "      sent      3 reviews\n"
        "      came      0.5\n"
        "      expected  1\n"
        "      likely    mask first"
    )


def test_of_an_answer_that_is_not_written_only_the_first_line_is_told() -> None:
    assert report_text(Report("q2", [TO_DO] * 5)) == ("… q2: to do\n  … is written\n      at        in forward, line 3")
    assert report_html(Report("q2", [TO_DO] * 5)).count("is written") == 1


def test_of_an_answer_that_is_written_in_part_what_is_to_do_is_told_once() -> None:
    other = Outcome("is written too", State.TO_DO, hint="in forward, line 9")
    assert report_text(Report("q2", [TO_DO, MET, TO_DO, other])).count("is written") == 2


def test_one_mistake_is_said_once_with_how_many_depend_on_it() -> None:
    again = Outcome("sums by weights", State.MISSED, sent="2 reviews", came="0.7", expected="2", hint="mask first")
    assert report_text(Report("q2", [MISSED, MET, again])) == (
        "✗ q2: 1 of 3 met\n"
        "  ✗ ignores padding\n"
        "      sent      3 reviews\n"
        "      came      0.5\n"
        "      expected  1\n"
        "      likely    mask first\n"
        "      1 more depends on this"
    )
    page = report_html(Report("q2", [MISSED, MET, again, again]))
    assert "2 more depend on this" in page and page.count("mask first") == 1 and page.count("sums by weights") == 2


def test_one_mistake_is_said_once_though_the_notebook_tells_it_in_french_and_we_in_english() -> None:
    english = "padding is counted in the mean: divide by the number of words"
    ours, theirs = replace(MISSED, hint=english), replace(MISSED, hint=Language("fr").retold(english))
    assert ours.hint != theirs.hint
    assert report_text(Report("q1", [ours, theirs]), Language("fr")).count("divisez par le nombre de mots") == 1


def test_what_is_printed_is_shown_as_it_is_if_it_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    printed = Printed()
    print("a", "b", file=printed)
    print("c", end="", file=printed)
    show_printed(printed)
    assert capsys.readouterr().out == "a b\nc" and printed.lines == 2


def test_much_that_is_printed_is_folded(capsys: pytest.CaptureFixture[str]) -> None:
    printed = Printed()
    for number in range(300):
        print("line", number, file=printed)
    show_printed(printed)
    said = capsys.readouterr().out
    assert said.startswith("your code printed 300 lines:\nline 0\n") and "line 3\n…" in said and "line 4" not in said


def test_of_endless_printing_only_the_beginning_is_kept() -> None:
    printed = Printed()
    for _ in range(100):
        assert printed.write("x" * 1000 + "\n") == 1001
    assert len(printed.getvalue()) == 20_000 and printed.lines == 100


def test_a_report_of_nothing_is_to_do() -> None:
    assert report_text(Report("q2")) == "… q2: to do"


class Balance(HTMLParser):
    """The tags that are open, and all texts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parsed(html: str) -> Balance:
    page = Balance()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def test_a_report_in_a_notebook_says_what_it_says_in_a_terminal() -> None:
    for report in (Report("q2", [MISSED]), Report("q2", [MET, MET]), Report("q2", [TO_DO])):
        said = " ".join(" ".join(parsed(report_html(report)).texts).split())
        assert said == re.sub(r"\s+", " ", report_text(report).replace("q2:", "q2"))


def test_what_is_met_is_folded_where_something_is_missed() -> None:
    report = Report("q2", [MET, MISSED, MET])
    assert "sums to 1" not in report_text(report) and report_text(report).startswith("✗ q2: 2 of 3 met\n")
    folded = re.search("<details[^>]*><summary>(.*?)</summary>(.*?)</details>", report_html(report))
    assert folded is not None and "2 met" in folded[1] and folded[2].count("sums to 1") == 2


NONE_CAME = Outcome("is a pair", State.MISSED, sent="3 reviews", came="None", expected="a pair", hint="return")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_came_in_another_form_is_told_alone_and_all_other_misses_are_folded(place: int) -> None:
    others = [MISSED, replace(MISSED, hint="another")]
    report = Report("q2", [*others[:place], NONE_CAME, MET, *others[place:]])
    assert report_text(report) == (
        "✗ q2: 1 of 4 met\n"
        "  ✗ is a pair\n"
        "      sent      3 reviews\n"
        "      came      None\n"
        "      expected  a pair\n"
        "      likely    return\n"
        "      2 more depend on this"
    )
    assert report_html(report).count("ignores padding") == 2


def test_of_two_mistakes_all_is_told_and_of_further_ones_the_expectation_alone() -> None:
    misses = [replace(MISSED, expectation=f"holds {hint}", hint=hint) for hint in "abcd"]
    said = report_text(Report("q2", misses))
    assert [f"holds {hint}" in said for hint in "abcd"] == [True] * 4
    assert [f"likely    {hint}" in said for hint in "abcd"] == [True, True, False, False]


def test_colours_tell_the_states() -> None:
    html = report_html(Report("q", [MET, MISSED]))
    assert html.count("#c93c0a") == 3 and html.count("#1a7f37") == 1
    assert html.count("font-weight:600") == 1
    assert report_html(Report("q", [TO_DO])).count("#8a6d00") == 3


def test_everything_in_a_report_is_escaped() -> None:
    everywhere = Outcome(EVIL, State.MISSED, sent=EVIL, came=EVIL, expected=EVIL, hint=EVIL)
    page = parsed(report_html(Report(EVIL, [everywhere])))
    assert page.tags == {"div", "span", "b"}
    assert "".join(page.texts).count(EVIL) == 6


def test_a_text_that_says_it_is_safe_is_escaped_too() -> None:
    """A student's ``__repr__`` may give one."""
    text = Markup(EVIL)
    page = parsed(report_html(Report("q", [Outcome("is two", State.MISSED, text, text, text, text)])))
    assert page.tags == {"div", "span", "b"}
    assert "".join(page.texts).count(EVIL) == 4


def test_everything_in_a_summary_is_escaped() -> None:
    page = parsed(summary_html([Report(EVIL, [MET])]))
    assert page.tags == {"table", "tr", "td", "b"}
    assert "".join(page.texts).count(EVIL) == 1


def test_a_summary_has_a_line_a_question() -> None:
    reports = [Report("q1-mean", [MET]), Report("q2", [MET, MISSED]), Report("q3")]
    assert summary_text(reports) == "✓ q1-mean  1 of 1 met\n✗ q2       1 of 2 met\n… q3       to do"
    assert " ".join(parsed(summary_html(reports)).texts) == "✓ q1-mean 1 of 1 met ✗ q2 1 of 2 met … q3 to do"


def test_a_summary_of_nothing_says_so() -> None:
    assert summary_text([]) == "no check was run yet"
    assert summary_html([]) == "no check was run yet"


def test_outside_a_notebook_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("q2", [MET])
    show_report(report)
    show_summary([report])
    assert capsys.readouterr().out == f"{report_text(report)}\n{summary_text([report])}\n"


def ipython(shell: object) -> SimpleNamespace:
    return SimpleNamespace(get_ipython=lambda: shell)


@pytest.mark.parametrize("shell", [None, SimpleNamespace(), SimpleNamespace(kernel=None)])
def test_in_a_terminals_ipython_text_is_printed(
    shell: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "IPython", ipython(shell))  # type: ignore[arg-type]
    show_report(Report("q2", [MET]))
    assert capsys.readouterr().out.startswith("✓ q2")


def test_where_a_kernel_shows_outputs_a_report_is_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    monkeypatch.setitem(sys.modules, "IPython", ipython(SimpleNamespace(kernel=1)))  # type: ignore[arg-type]
    display = SimpleNamespace(display=lambda data, raw: shown.append((data, raw)))
    monkeypatch.setitem(sys.modules, "IPython.display", display)  # type: ignore[arg-type]
    report = Report("q2", [MISSED])
    show_report(report)
    show_summary([report])
    assert capsys.readouterr().out == ""
    assert shown == [
        (
            {
                REPORT_TYPE: report.to_dict(),
                "text/html": report_html(report),
                "text/plain": report_text(report),
            },
            True,
        ),
        ({"text/html": summary_html([report]), "text/plain": summary_text([report])}, True),
    ]
