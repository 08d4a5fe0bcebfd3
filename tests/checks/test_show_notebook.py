"""What a student reads in the terminal."""

from __future__ import annotations

import re

import pytest

from amal_attention.checks.show import report_text
from amal_attention.checks.show_notebook import notebook_text, print_notebook_check
from amal_attention.notebook.check import CellError, Manual, NotebookCheck, QuestionCheck
from amal_attention.outcome import Outcome, Report, State

MET = Report("q1", [Outcome("is there", State.MET)])
TO_DO = Report("q2-long-name", [Outcome("is there", State.TO_DO, hint="in f, line 3")])
MISSED = Report("q3", [Outcome("sums to 1", State.MISSED, came="2", expected="1", hint="divide")])

RESULT = NotebookCheck(
    "lab.ipynb",
    (
        QuestionCheck("q1", "test-q1", 2, 2, MET),
        QuestionCheck("q2-long-name", "test-q2-long-name", 4, 1, TO_DO),
        QuestionCheck("q3", "test-q3", 6, None, MISSED),
        QuestionCheck("q1", "test-q1", 8, 0.5, MET, counts=False),
    ),
    (Manual("q4", 9, 3),),
    (CellError(5, "ValueError", "no", 4, 2, "f()"), CellError(6, "NameError", "x", 6, 1, "x", "q3")),
    ("the file is odd",),
)


def test_every_report_is_told_as_in_the_notebook():
    for report in (MET, TO_DO, MISSED):
        assert f"{report_text(report)}\n\n" in notebook_text(RESULT)


def test_the_summary_has_a_line_a_question():
    assert notebook_text(RESULT).split("\n\n")[-1].splitlines() == [
        "✓ q1            done    2 points",
        "… q2-long-name  to do   1 point",
        "✗ q3            missed              sums to 1: divide",
        "✓ q1            done    0.5 points  a later cell takes its place",
        "  q4                    3 points    answered in words, marked by a person",
        "1 of 3 checks met",
    ]


def test_errors_and_remarks_stand_before_the_summary():
    assert notebook_text(RESULT).split("\n\n")[-3:-1] == [
        "✗ cell 5: ValueError: no (cell 4, line 2: f())\n✗ cell 6 (q3): NameError: x (line 1: x)",
        "note: the file is odd",
    ]


def test_a_notebook_cannot_drive_the_terminal():
    evil = Report("q\x1b[2J", [Outcome("a\x07b\udc80\x9b", State.MISSED, came="c\rd\te")])
    shown = notebook_text(NotebookCheck("n", (QuestionCheck(evil.question, "g", 1, None, evil),), (), (), ()))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", shown)
    assert "a�b��" in shown and "d\te" in shown


def test_a_long_reason_is_cut_in_the_summary_alone():
    report = Report("q", [Outcome("e", State.MISSED, came="x" * 500)])
    shown = notebook_text(NotebookCheck("n", (QuestionCheck("q", "g", 1, None, report),), (), (), ()))
    assert max(map(len, shown.split("\n\n")[-1].splitlines())) < 200
    assert "x" * 500 in shown


def test_standard_output_that_is_no_terminal_gets_plain_unbroken_lines(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    print_notebook_check(RESULT)
    assert capsys.readouterr().out == notebook_text(RESULT) + "\n"


def test_a_terminal_gets_the_same_in_colours(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_notebook_check(RESULT)
    lines = capsys.readouterr().out.splitlines()
    for sign, colour in {"✓": 32, "✗": 31, "…": 33}.items():
        assert all(f"\x1b[{colour}m" in line for line in lines if line.lstrip("\x1b[0123456789m ").startswith(sign))
    assert re.sub(r"\x1b\[\d*m", "", "\n".join(lines)) == notebook_text(RESULT)


@pytest.mark.parametrize("text", ["[red]no markup[/red]", ":smile:", "[/]"])
def test_text_is_never_markup(capsys, text):
    report = Report("q", [Outcome(text, State.MET)])
    print_notebook_check(NotebookCheck("n", (QuestionCheck("q", "g", 1, None, report),), (), (), ()))
    assert f"✓ {text}\n" in capsys.readouterr().out
