from __future__ import annotations

from dataclasses import replace

import pytest

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.verdict.show_verdict import summary_text, verdict_details, verdict_line
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.language import Language
from amal_attention.outcome import Outcome, State

MET = TestVerdict("test_the_sum", 1, Outcome("it adds", State.MET))
MISSED = TestVerdict("test_of_nothing", 0.5, Outcome("the sum", State.MISSED, "0", "3", "0", "add"), "hint")
TO_DO = TestVerdict("test_a_draw", 2, Outcome("there", State.TO_DO, hint="line 2"))
VERDICT = Verdict(
    "ada",
    "toy",
    Status.GRADED,
    questions=(
        QuestionVerdict("q1", (MET, MISSED)),
        QuestionVerdict("q2", (TO_DO, TO_DO)),
        QuestionVerdict("q3", (MET,)),
    ),
)


def test_a_line_says_what_was_earned_and_where_points_were_lost():
    assert verdict_line(VERDICT) == "ada  graded             2/6.5  q1 -0.5, q2 not attempted"


def test_a_line_says_that_there_was_no_sandbox():
    exposed = replace(VERDICT, isolation="process")
    assert verdict_line(exposed) == "ada  graded             2/6.5  no sandbox; q1 -0.5, q2 not attempted"
    assert verdict_line(replace(exposed, questions=())).endswith("0/0  no sandbox")


def test_lines_of_names_of_other_lengths_stand_below_each_other():
    other = replace(VERDICT, submission="grace", status=Status.OUT_OF_MEMORY, questions=(VERDICT.questions[2],))
    assert verdict_line(other, 5) == "grace  out_of_memory        1/1"
    assert verdict_line(VERDICT, 5).index("2/6.5") + 5 == verdict_line(other, 5).index("1/1") + 3


def test_details_say_what_each_point_was_lost_for():
    assert verdict_details(VERDICT) == (
        "    q1, of nothing: -0.5\n"
        "      the sum: missed\n"
        "        sent: 0\n"
        "        came: 3\n"
        "        expected: 0\n"
        "        likely: add\n"
        "        see: hint\n"
        "    q2: not attempted (line 2)"
    )


def test_details_are_told_in_the_words_of_a_course():
    words = LabWords(Language("fr"), names={"q1": "Exercice 1", "q2": "Exercice 2"})
    verdict = replace(VERDICT, why="nothing was handed in", errors=("cell 3: ValueError: sent",))
    assert verdict_details(verdict, words).split("\n") == [
        "    pourquoi : rien n'a été rendu",
        "    erreur : cellule 3 : ValueError: sent",
        "    Exercice 1, of nothing : -0,5",
        "      the sum : manqué",
        "        envoyé : 0",
        "        reçu : 3",
        "        attendu : 0",
        "        probable : add",
        "        voir : hint",
        "    Exercice 2 : pas abordé (line 2)",
    ]


def test_details_begin_with_what_became_of_the_submission():
    verdict = replace(VERDICT, questions=(), why="late", repairs=("one", "two"), errors=("cell 3: E",))
    expected = ["    why: late", "    repaired: one", "    repaired: two", "    raised: cell 3: E"]
    assert verdict_details(verdict).split("\n") == expected


def test_there_are_no_details_where_all_is_well():
    assert verdict_details(replace(VERDICT, questions=(VERDICT.questions[2],))) == ""


def test_tests_that_were_lost_for_the_same_reason_are_told_together():
    late = [replace(MISSED, name=f"test_{name}", outcome=Outcome(name, State.MISSED, came="late")) for name in "abc"]
    told = verdict_details(replace(VERDICT, questions=(QuestionVerdict("q1", (*late, MISSED)),))).split("\n")
    assert told[:3] == ["    q1, a and 2 more: -1.5", "      a: missed", "        came: late"]
    assert [line for line in told if "q1, " in line] == [told[0], "    q1, of nothing: -0.5"]


def test_a_hint_that_was_told_is_not_told_again():
    assert "see" not in verdict_details(
        replace(VERDICT, questions=(QuestionVerdict("q1", (replace(MISSED, hint="add"),)),))
    )


def test_nothing_attempted_is_said_once():
    verdict = replace(VERDICT, questions=(VERDICT.questions[1], QuestionVerdict("q4", (TO_DO,))))
    assert verdict_line(verdict).endswith("0/6  nothing attempted")


def graded(earned: int, status: Status = Status.GRADED) -> Verdict:
    missed = replace(MET, outcome=Outcome("", State.MISSED))
    return Verdict("a", "toy", status, questions=(QuestionVerdict("q1", (MET,) * earned + (missed,) * (4 - earned)),))


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([], "no submission"),
        ([graded(3)], "1 submission: 1 graded; median 3 of 4 points"),
        ([graded(3), graded(0), graded(1)], "3 submissions: 3 graded; median 1 of 4 points"),
        (
            [graded(3), graded(0, Status.MISSING), graded(1), graded(4)],
            "4 submissions: 3 graded, 1 missing; median 2 of 4 points",
        ),
    ],
)
def test_the_summary_counts_each_status_and_gives_the_median(verdicts, told):
    assert summary_text(verdicts) == told
