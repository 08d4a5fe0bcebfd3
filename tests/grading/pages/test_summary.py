from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.pages.pages import POLICY
from amal_attention.grading.pages.summary import summary_page
from amal_attention.grading.verdict.status_words import STATUS_WORDS
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.outcome import Outcome, State
from tests.grading.pages.test_feedback import HOSTILE, VISIBLE, Page
from tests.grading.pages.test_similarity import ANOTHER, POOLING

STATES = {"+": State.MET, "-": State.MISSED, ".": State.TO_DO}


def test_verdict(name: str, state: str, hint: str) -> TestVerdict:
    return TestVerdict(f"test_{name}", 1, Outcome("e", STATES[state], hint=hint if state == "-" else ""), f"see {name}")


test_verdict.__test__ = False  # type: ignore[attr-defined]


def verdict(name: str, states: str = "++ ++", status: Status = Status.GRADED, **options: Any) -> Verdict:
    """A verdict on two questions of two tests each; ``+`` is met, ``-`` missed and ``.`` to do."""
    one, two = states.split()
    questions = (
        QuestionVerdict("q1", tuple(map(test_verdict, ("a_sum", "a_mean"), one, ("no sum", "no mean")))),
        QuestionVerdict("q2", tuple(map(test_verdict, ("an_end", "a_start"), two, ("no mean", "no start")))),
    )
    return Verdict(name, "toy", status, questions=questions, **options)


def nothing(name: str) -> Verdict:
    return verdict(name, ".. ..", Status.MISSING)


VERDICTS = [verdict("dan", "+- .."), verdict("ada"), verdict("bob", "-- +-"), verdict("cyd", "+- ++"), nothing("eve")]


def made(verdicts: list[Verdict] = VERDICTS, sources: Any = None, **options: Any) -> Page:
    return Page(summary_page(verdicts, sources or {}, **{"words": LabWords(title="Toy"), **options}))


def section(page: Page, heading: str) -> str:
    """The text between a heading and the next one of a section."""
    headings = [
        "The scores",
        "What became",
        "The questions",
        "What a person marks",
        "The tests",
        "Are the tests",
        "The mistakes",
        "Answers that",
        "All students",
    ]
    text = page.text
    start = text.index(heading)
    return text[start : min([text.find(each) for each in headings if text.find(each) > start], default=None)]


def test_the_head_says_how_many_and_how_good():
    assert "Toy: summary Handed in 4 of 5 Median 2 of 4 Mean 2.25 Lowest 1 Highest 4" in made().text


def test_what_ran_outside_of_the_sandbox_is_told_in_the_head_and_in_its_row():
    text = made([*VERDICTS, verdict("fay", isolation="process"), verdict("gus", isolation="sandbox")]).text
    assert "Highest 4 Isolation 1 graded without a sandbox" in text
    assert "fay graded; graded without a sandbox 2" in text and text.count("graded without a sandbox") == 2


def test_the_scores_are_drawn_and_told():
    (picture,) = [each for each in made().named("div") if each.get("role") == "img"]
    assert (picture["aria-label"] or "").startswith("Histogram of 4 scores, median 2: 2 from 1 to")
    assert len(made().named("rect")) == 16


def test_each_status_is_counted_with_names_where_it_is_not_the_usual_one():
    verdicts = [*VERDICTS, verdict("fay", status=Status.CRASHED), verdict("guy", status=Status.CRASHED)]
    text = section(made(verdicts, missing=["zoe"]), "What became")
    assert "graded 4 crashed 2 fay, guy nothing was handed in 2 eve, zoe" in text


def test_every_status_can_be_told():
    text = made([verdict(status.value, status=status) for status in Status]).text
    assert all(f"{STATUS_WORDS[status]} 1" in text for status in Status)


def test_a_student_who_is_missing_twice_is_counted_once():
    assert "Handed in 4 of 5" in made(missing=["eve"]).text


def test_many_names_are_cut():
    verdicts = [verdict(f"s{n}", status=Status.CRASHED) for n in range(9)]
    assert "crashed 9 s0, s1, s2, s3, s4, s5, s6, s7 and 1 more" in made(verdicts).text


def test_repairs_that_differ_in_numbers_alone_are_one():
    repaired = [
        verdict("ada", repairs=("cells 3, 4 and 5 (q1-sum) were mended", "cell 7 is gone")),
        verdict("bob", repairs=("cells 12 (q1-sum) were mended", "cells 1 (q1-sum) were mended")),
        verdict("cyd", repairs=("cells 12 (q2-end) were mended",)),
    ]
    text = section(made(repaired), "What became")
    assert "cells … (q1-sum) were mended 2 ada, bob cell … is gone 1 ada cells … (q2-end) were mended 1 cyd" in text


def test_each_question_is_told_by_those_who_handed_in():
    text = section(made(), "The questions")
    assert "q1 2 1 50 % 1 0" in text, "of 2 points 1 on average, one had all and all attempted it"
    assert "q2 2 1.25 62 % 2 1" in text


def test_tests_are_ordered_by_how_many_missed_them_of_those_who_tried():
    text = section(made(), "The tests")
    rows = [
        "a mean q1 3 of 4 75 % – see a_mean",
        "a start q2 1 of 3 33 % – see a_start",
        "a sum q1 1 of 4 25 % – see a_sum",
    ]
    assert [text.index(row) for row in rows] == sorted(text.index(row) for row in rows)
    assert "an end" not in text


def test_a_test_that_good_students_miss_is_drawn_told_and_listed():
    good = [verdict(f"good-{n}", "+- ++") for n in range(4)]
    weak = [verdict(f"weak-{n}", "-+ --") for n in range(8)]
    page = made([*good, *weak])
    text = section(page, "Are the tests")
    assert text.endswith("of the best quarter 1 a mean q1 8 of 12 -1 good-0, good-1, good-2 ")
    assert [each["class"] for each in page.named("circle")] == ["dot", "suspect", "dot", "dot"]
    (told,) = [each["aria-label"] or "" for each in page.named("div") if "4 tests" in (each.get("aria-label") or "")]
    assert "to be looked at: q1, a mean: met by 8 of 12, discrimination -1" in told


def test_of_a_small_class_no_test_is_called_good_or_bad():
    assert "Are the tests" not in made().text


def test_mistakes_are_counted_by_student_over_all_questions():
    verdicts = [verdict("ada", "+- -+"), verdict("bob", "-+ -+"), verdict("cyd", "-+ ++"), verdict("dan", "-+ ++")]
    text = section(made(verdicts), "The mistakes")
    assert "no sum 3 q1 bob, cyd, dan no mean 2 q1, q2 ada, bob" in text


def test_a_mistake_that_nobody_knows_the_reason_of_is_none():
    lost = replace(verdict("ada").questions[0].tests[0], outcome=Outcome("e", State.MISSED))
    page = made([replace(verdict("ada"), questions=(QuestionVerdict("q1", (lost,)),))])
    assert "The mistakes" not in page.text and "The tests most failed" in page.text


def test_answers_that_are_alike_are_listed_as_a_place_to_look():
    sources = {"ada": {"q1": POOLING, "q2": ANOTHER}, "bob": {"q1": POOLING}, "cyd": {"q1": ANOTHER}}
    text = section(made(sources=sources), "Answers that")
    assert "A place to look, not a verdict." in text
    assert re.search(r"ada bob q1 100 % \d+–14 \d+–14", text) and "cyd" not in text
    alike = section(made(sources=sources, skeleton={"q1": POOLING}), "Answers that")
    assert "No two submissions have answers that are alike" in alike


def test_three_who_share_an_answer_are_one_cluster_with_its_pairs_folded():
    sources = {name: {"q1": POOLING} for name in ("ada", "bob", "cy")}
    text = section(made(sources=sources), "Answers that")
    assert "ada, bob and cy q1: 100 % alike the 3 pairs, and where" in text and text.count("100 %") == 4


def test_no_more_than_twenty_five_clusters_are_listed():
    def written(n: int) -> str:
        return "\n".join(f"v{k} = x.f{n}_{k}(x.g{n}_{k}(y), z{k})" for k in range(8))

    sources = {f"s{n}-{copy}": {"q1": written(n)} for n in range(30) for copy in range(2)}
    text = section(made(sources=sources), "Answers that")
    assert text.count("100 % alike") == 25 and "5 more groups share less" in text


def test_every_student_has_exactly_one_row():
    text = section(made(missing=["zoe"]), "All students")
    assert text.endswith(
        "student status q1 q2 total ada graded 2 2 4 bob graded 0 1 1 cyd graded 1 2 3 dan graded 1 0 1 "
        "eve nothing was handed in – – 0 zoe nothing was handed in – – 0"
    )


def test_who_is_not_graded_yet_counts_in_the_class():
    page = made(ungraded={"kim": True, "lou": False})
    assert "Handed in 5 of 7 Graded 5 of 7 Median 2 of 4" in page.text
    assert section(page, "What became").endswith("not graded yet 2 kim, lou ")
    assert "kim not graded yet – – –" in section(page, "All students")
    assert "not graded" not in made().text


def test_what_a_person_marks_says_how_much_is_not_marked():
    given = {"q1-observe": (2, [1.5, None, 0.5, None]), "q2-observe": (1, [None])}
    text = section(made(open_questions=given), "What a person")
    assert "q1-observe 2 1 2 2 q2-observe 1 – 0 1" in text
    assert "What a person marks" not in made().text


@pytest.mark.parametrize("verdicts", [[], [nothing("ada")]])
def test_a_lab_that_nobody_handed_in_has_a_page(verdicts: list[Verdict]):
    text = made(verdicts).text
    assert f"Handed in 0 of {len(verdicts)}" in text and "The scores" not in text


def hostile() -> Page:
    tests = (TestVerdict(f"test_{HOSTILE}", 1, Outcome(HOSTILE, State.MISSED, hint=HOSTILE), f"x{HOSTILE}"),)
    questions = (QuestionVerdict(f"q{HOSTILE}", tests),)
    verdicts = [
        Verdict(f"{n}{HOSTILE}", HOSTILE, Status.CRASHED, HOSTILE, questions, (HOSTILE,), (HOSTILE,)) for n in range(3)
    ]
    sources = {each.submission: {f"q{HOSTILE}": POOLING} for each in verdicts}
    return made(verdicts, sources, words=LabWords(title=HOSTILE), missing=[HOSTILE], ungraded={f"x{HOSTILE}": True})


def test_no_text_of_a_submission_becomes_a_tag():
    page = hostile()
    known = "html head meta title style body header main section h1 h2 h3 p strong span div dl dt dd br table thead"
    known += " details summary tbody tr th td figure figcaption svg rect text line"
    assert {tag for tag, _ in page.tags} <= set(known.split())
    assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert page.text.count(VISIBLE) > 20 and "\x1b" not in page.text and "\u202e" not in page.text
    assert page.named("meta")[1] == {"http-equiv": "Content-Security-Policy", "content": POLICY}


def test_tables_have_heads_and_can_be_scrolled_by_keyboard():
    page = made(sources={"ada": {"q1": POOLING}, "bob": {"q1": POOLING}})
    assert all("scope" in head for head in page.named("th"))
    wide = [each for each in page.named("div") if each.get("class") == "wide"]
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert len(wide) == len(page.named("table"))
    assert all(each["tabindex"] == "0" and each["aria-labelledby"] in ids for each in wide)
