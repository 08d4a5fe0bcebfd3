from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from amal_attention.course.lab_words import LabWords
from amal_attention.grading.pages.feedback import feedback_page
from amal_attention.grading.pages.pages import POLICY
from amal_attention.grading.verdict.status_words import STATUS_WORDS
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.language import LANGUAGES, Language
from amal_attention.outcome import Outcome, State
from tests.grading.conftest import ANSWERS, HIDDEN, releases, solved
from tests.grading.submissions import shop
from tests.web import chromium, new_page

HOSTILE = "\"'><script>top.hurt=1</script><img src=x onerror='top.hurt=2'>\x1b[2J\u202e"
VISIBLE = "\"'><script>top.hurt=1</script><img src=x onerror='top.hurt=2'>\\x1b[2J\\u202e"

MET = TestVerdict("test_no_price", 0.5, Outcome("what the test looks at", State.MET), "nothing costs nothing")
MISSED = TestVerdict("test_some_prices", 1.5, Outcome("the sum", State.MISSED, "[1, 2]", "2", "3", "a product"), "add")
TO_DO = TestVerdict("test_the_change", 1, Outcome("the answer", State.TO_DO, hint="line 2: raise"), "take away")
GONE = Outcome("", State.MISSED, came="the process ended", hint="it exits")
DEAD = [TestVerdict(f"test_{n}", 0.5, replace(GONE, expectation=f"e{n}"), f"hint {n}") for n in ("one", "two")]
VERDICT = Verdict(
    "ada",
    "till",
    Status.PARTIAL,
    why="q3-tickets: it died",
    questions=(
        QuestionVerdict("q1-total", (MISSED, MET)),
        QuestionVerdict("q2-change", (TO_DO,)),
        QuestionVerdict("q3-tickets", tuple(DEAD)),
    ),
    repairs=("cell 3 was mended",),
    errors=("cell 4: ValueError",),
    output="last words",
    seed=7,
)


TILL = LabWords(title="The till")


class Page(HTMLParser):
    """What a page says: its tags, and the texts that can be seen."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.hidden = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag == "style"
        if tag not in ("span", "strong", "a") or ("class", "row") in attrs:
            self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def made(verdict: Verdict = VERDICT, raw: bytes | None = None, **options: Any) -> Page:
    reference = options.pop("reference", releases())
    return Page(feedback_page(verdict, raw, reference, **{"words": TILL, "name": "Ada Lovelace", **options}))


def test_the_page_says_whose_it_is_and_what_was_earned():
    assert "The till Ada Lovelace: 0.5 of 4 points Status graded in part" in made().text


def test_each_question_is_a_row_of_the_marks():
    text = made().text
    for row in ("q1-total ✗ 1 of 2 met 0.5 of 2", "q2-change … not attempted 0 of 1", "q3-tickets ✗ 0 of 2 met 0 of 1"):
        assert row in text


def test_a_missed_test_says_all_that_is_known():
    assert (
        "✗ missed some prices 0 of 1.5 the sum Sent [1, 2] Came back 2 Expected 3 Likely mistake a product See add"
    ) in made().text


def test_a_test_that_is_met_says_no_more_than_that():
    assert "✓ met no price 0.5 of 0.5 Your answer" in made(raw=solved()).text


def test_a_test_that_was_dropped_does_not_count_and_says_so():
    question = QuestionVerdict("q1-total", (replace(MISSED, points=0), MET))
    text = made(replace(VERDICT, questions=(question,))).text
    assert "missed some prices does not count" in text and "Ada Lovelace: 0.5 of 0.5 points" in text


def test_what_is_to_do_says_where():
    assert "… to do the change 0 of 1 Where line 2: raise" in made().text


def test_tests_that_were_lost_to_one_cause_are_told_once():
    text = made().text
    assert "✗ missed eone 0 of 1 Came back the process ended Likely mistake it exits the 2 tests that it cost" in text
    assert "one 0 of 0.5 two 0 of 0.5" in text
    assert text.count("the process ended") == 1 and "hint one" not in text


def test_what_is_met_is_one_line_and_mistakes_stand_first_the_dearest_before_the_others():
    met = [replace(MET, name=f"test_{n}") for n in range(3)]
    dear = replace(MISSED, points=2.0, outcome=replace(MISSED.outcome, hint="a square"))
    verdict = replace(VERDICT, questions=(QuestionVerdict("q1-total", (*met, MISSED, dear)),))
    text = made(verdict).text
    assert text.index("a square") < text.index("a product") < text.index("3 tests 1.5 of 1.5 which ones 0 0.5 of 0.5")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_cell_raised_is_linked_to_its_code_and_to_what_it_cost(language):
    number = next(n for n, cell in enumerate(json.loads(solved())["cells"], 1) if cell["id"] == "q1-total")
    verdict = replace(
        VERDICT, errors=(f"cell {number}: NameError: no such name", "cell 99: ValueError", "cell 99: KeyError")
    )
    page = made(verdict, solved(), words=LabWords(Language(language)))
    links = [each["href"] for each in page.named("a")]
    assert links[:2] == [f"#cell-{number}", "#question-1"] and links.count("#question-1") == 3  # the row of marks, too
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert {each[1:] for each in links if each} <= ids
    assert page.text.count("NameError: no such name") == 2
    assert Language(language).say("cell {number}", number=99) + ": ValueError; KeyError" in page.text


def test_what_became_of_the_notebook_stands_above_the_marks():
    text = made().text
    for told in ("q3-tickets: it died", "cell 3 was mended", "cell 4: ValueError", "last words"):
        assert told in text[: text.index("Marks")]
    clean = replace(VERDICT, why="", repairs=(), errors=(), output="")
    assert "Your notebook" not in made(clean).text


def test_the_students_own_code_stands_below_the_tests_of_its_question():
    text = made(raw=solved()).text
    for question, answer in ANSWERS.items():
        section = text[text.index(f"{question} ·") :]
        assert " ".join(answer.split()).replace("( ", "(") in section.split("·")[1]


def test_lines_of_code_are_counted_as_messages_count_them():
    assert [re.sub("<[^>]*>", "", row) for row in _rows("\n \n\na = 1\n\n\nb = 2\n")] == ["a = 1", "", "", "b = 2"]


def _rows(source: str) -> list[str]:
    (shown,) = re.findall(r'(?s)<pre class="code"[^>]*>(.*?)</pre>', _code(source))[:1]
    return [row.removesuffix("</span>") for row in shown.split('<span class="row">')[1:]]


def _code(source: str) -> str:
    return feedback_page(VERDICT, solved(q1=source), releases(), name="")


def test_a_text_over_several_lines_keeps_its_colour_on_each():
    rows = _rows('def f():\n    """One\n\n    two"""')
    assert [row.count("<span") - row.count("</span") for row in rows] == [0] * 4
    assert 'class="sd"' in rows[1] and 'class="sd"' in rows[3]


def test_code_without_end_is_cut():
    assert len(_code("x" * 20_000_000)) < 200_000
    assert len(_code("x = 1\n" * 2_000_000)) < 1_000_000


def test_great_outputs_leave_room_for_the_code_of_all_questions_and_the_page_stays_small():
    notebook = json.loads(solved())
    great = {"output_type": "display_data", "data": {"text/html": "<b>" * 190_000}}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["outputs"] = [great] * 20
    shown = feedback_page(VERDICT, json.dumps(notebook).encode(), releases(), name="")
    text = Page(shown).text
    assert len(shown) < 9_000_000 and "left out, the page is too large" in text
    assert all(" ".join(answer.split()) in text for answer in ANSWERS.values())


def test_code_that_would_fill_the_page_is_left_out():
    notebook = json.loads(solved())
    copied = next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))
    notebook["cells"] += [{**copied, "source": "x = 1\n" * 5_000}] * 11
    shown = feedback_page(VERDICT, json.dumps(notebook).encode(), releases(), name="")
    assert len(shown) < 4_000_000 and "left out, the page is too large" in Page(shown).text


def test_a_late_penalty_is_taken_off_and_nobody_falls_below_nothing():
    assert (
        "Ada Lovelace: 0.25 of 4 points Status graded in part Handed in late −0.25 points"
        in made(late_penalty=0.25).text
    )
    assert "Ada Lovelace: 0 of 4 points" in made(late_penalty=3).text
    assert "late" not in made().text


def test_marks_of_a_person_count_with_those_of_the_tests():
    text = made(manual={"q1-observe": (0.75, 1)}, comments={"q1-observe": "nearly"}).text
    assert "Ada Lovelace: 1.25 of 5 points" in text
    assert "q1-observe marked by a person 0.75 of 1" in text
    assert "q1-observe · 0.75 of 1 nearly" in text


def test_the_mark_of_a_person_takes_the_place_of_the_tests():
    text = made(manual={"q1-total": (1.5, 2)}).text
    assert "Ada Lovelace: 1.5 of 4 points" in text
    assert "q1-total · 1.5 of 2 A person gave this mark; the tests gave 0.5." in text


def test_an_open_question_that_nobody_marked_counts_in_the_denominator_and_says_so():
    text = made(manual={"q1-observe": (None, 1), "q2-observe": (0, 1)}).text
    assert "Ada Lovelace: 0.5 of 6 points (1 not marked yet)" in text
    assert "q1-observe marked by a person not marked yet of 1" in text
    assert "q2-observe marked by a person 0 of 1" in text
    assert "not marked yet" not in made(manual={"q2-observe": (0, 1)}).text


def test_marks_that_are_not_final_say_why():
    text = made(not_final=["nobody marked q1-observe", "handed in again"]).text
    assert "These points are not final: nobody marked q1-observe; handed in again." in text
    assert "final" not in made().text


def test_words_that_were_marked_are_shown():
    notebook = shop.solved()
    notebook["cells"].insert(
        notebook["cells"].index(shop.named(notebook, "q1-observe")) + 1, shop.own(HOSTILE, kind="markdown")
    )
    page = made(raw=json.dumps(notebook).encode(), reference=shop.reference(), manual={"q1-observe": (1, 1)})
    assert f"Your answer {VISIBLE}" in page.text


def test_comments_stand_with_their_question_and_others_above_the_marks():
    text = made(comments={"q1-total": "on the total", "": "on the whole", "q2-change": " "}).text
    assert "q1-total · 0.5 of 2 on the total Tests" in text
    assert "Marks on the whole question" in text
    assert text.count("on the total") == 1


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_words(status: Status):
    assert f"Status {STATUS_WORDS[status]}" in made(replace(VERDICT, status=status)).text


@pytest.mark.parametrize(("isolation", "exposed"), [("process", True), ("sandbox", False)])
def test_the_head_says_that_there_was_no_sandbox(isolation: str, exposed: bool):
    head, _, _ = made(replace(VERDICT, isolation=isolation)).text.partition("Marks")
    assert ("graded without a sandbox" in head) is exposed


def test_a_student_who_handed_in_nothing_has_a_page():
    verdict = Verdict("ada", "till", Status.MISSING, questions=(QuestionVerdict("q1-total", (TO_DO,)),))
    assert "0 of 1 point Status nothing was handed in" in made(verdict).text
    assert "0 of 0 points" in made(replace(verdict, questions=(QuestionVerdict("q1-total", ()),))).text


def test_nothing_of_the_hidden_tests_is_shown_but_what_a_verdict_holds():
    text = made(raw=solved()).text
    lines = [line.strip() for line in HIDDEN.splitlines() if len(line.strip()) > 12]
    assert len(lines) > 10 and not any(line in text for line in lines)


def hostile() -> str:
    """A page in which every text tries to be more."""
    tests = (TestVerdict(f"test_{HOSTILE}", 1, Outcome(*[HOSTILE, State.MISSED, *[HOSTILE] * 4]), f"x{HOSTILE}"),)
    texts = dict.fromkeys(("submission", "lab", "why", "output", "isolation", "digest", "lab_digest"), HOSTILE)
    lists = dict.fromkeys(("repairs", "errors", "layers"), (HOSTILE,))
    questions = (QuestionVerdict(HOSTILE, tests), QuestionVerdict("q1-total", (MET,)))
    verdict = replace(VERDICT, **texts, **lists, questions=questions)
    notebook = json.loads(solved(q1=f"x = 1  # {HOSTILE}"))
    outputs: list[Any] = [{"output_type": "stream", "name": HOSTILE, "text": HOSTILE}]
    outputs += [{"output_type": "error", "ename": HOSTILE, "evalue": HOSTILE, "traceback": [HOSTILE]}]
    for mime in ("text/html", "image/svg+xml", "image/png", "text/plain", HOSTILE):
        outputs.append({"output_type": "display_data", "data": {mime: HOSTILE}})
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["outputs"] = outputs
    options: Any = {"manual": {f"m{HOSTILE}": (1, 1)}, "comments": {f"m{HOSTILE}": HOSTILE, "": HOSTILE}}
    words = LabWords(title=HOSTILE)
    return feedback_page(verdict, json.dumps(notebook).encode(), releases(), words=words, name=HOSTILE, **options)


def test_no_text_of_a_submission_becomes_a_tag():
    page = Page(hostile())
    known = "html head meta title style body header main section footer h1 h2 h3 p strong span div dl dt dd ul li a"
    known += " table thead tbody tfoot tr th td pre figure figcaption iframe"
    assert {tag for tag, _ in page.tags} <= set(known.split())
    assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert {attributes["href"] for attributes in page.named("a")} == {"#question-1", "#question-2", "#marked-1"}
    assert all(frame["sandbox"] == "" and "src" not in frame for frame in page.named("iframe"))
    assert page.text.count(VISIBLE) > 20 and "\x1b" not in page.text and "\u202e" not in page.text


def test_the_page_carries_its_policy_before_anything_else_is_read():
    metas = Page(hostile()).named("meta")
    assert metas[0] == {"charset": "utf-8"}
    assert metas[1] == {"http-equiv": "Content-Security-Policy", "content": POLICY}


def test_headings_descend_one_step_at_a_time_and_name_their_sections():
    page = made(raw=solved(), manual={"q1-observe": (1, 1)}, comments={"q1-observe": "x"})
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    sections = [attributes["aria-labelledby"] for attributes in page.named("section")]
    assert len(sections) == 6 and set(sections) < set(ids)
    assert {(attributes["href"] or "")[1:] for attributes in page.named("a")} < set(ids)


def test_what_can_be_scrolled_can_be_reached_by_keyboard_and_has_a_name():
    scrolled = made(raw=solved()).named("pre")
    assert scrolled and all(each["tabindex"] == "0" and each["aria-label"] for each in scrolled)


def test_equal_verdicts_make_equal_pages():
    assert hostile() == hostile()


def test_answers_are_shown_that_lost_their_names():
    notebook = json.loads(solved())
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    assert made(raw=json.dumps(notebook).encode()).text.count("Your answer") == 3


# In a browser


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


REACHES_OUT = """\
<p id="there">there</p><script>fetch("{0}/script"); top.hurt = 1</script><img src="{0}/img" onerror="top.hurt = 2">
<link rel="stylesheet" href="{0}/link"><link rel="preconnect" href="{0}/preconnect">
<meta http-equiv="refresh" content="0;url={0}/refresh"><iframe src="{0}/frame"></iframe></iframe>
<style>@import "{0}/import"; body {{ background: url({0}/background) }}</style>
<object data="{0}/object"></object><video src="{0}/video" autoplay></video>
<form action="{0}/form"><button id="send">send</button></form><a id="go" href="{0}/go">go</a>
"""
DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" width="50" height="20" onload="top.hurt = 3"><script>top.hurt = 4</script>
<image href="{0}/drawing" width="9" height="9"/><style>@import "{0}/style";</style></svg>
"""


@cache
def _page_that_reaches_out(address: str) -> str:
    notebook = json.loads(solved(q1="x = '" + "long" * 200 + "'"))
    data = [{"text/html": REACHES_OUT.format(address)}, {"image/svg+xml": DRAWING.format(address)}]
    outputs = [{"output_type": "display_data", "data": each} for each in data]
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["outputs"] = outputs
    return feedback_page(VERDICT, json.dumps(notebook).encode(), releases(), words=TILL, name=HOSTILE)


@pytest.fixture
def opened(browser: Any, asked: tuple[str, list[str]], tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "page.html"
    path.write_text(_page_that_reaches_out(asked[0]), "utf-8")
    page = new_page(browser, viewport={"width": 360, "height": 800})
    page.goto(path.as_uri())
    yield page
    page.close()


def test_in_a_browser_nothing_of_a_submission_runs_or_reaches_the_network(opened: Any, asked: tuple[str, list[str]]):
    frame = opened.frame_locator("iframe").first
    assert frame.locator("#there").inner_text() == "there"
    assert opened.evaluate("[...document.images].map(each => each.naturalWidth)") == [50, 50, 50]
    frame.locator("#send").click()
    frame.locator("#go").click()
    opened.wait_for_timeout(500)
    assert opened.evaluate("window.hurt") is None
    assert asked[1] == []


def test_the_server_of_these_tests_would_have_been_reached(browser: Any, asked: tuple[str, list[str]]):
    page = new_page(browser)
    page.set_content(f'<img src="{asked[0]}/img"><link rel="stylesheet" href="{asked[0]}/link">')
    page.wait_for_timeout(300)
    page.close()
    assert {"/img", "/link"} <= set(asked[1])
    asked[1].clear()


def test_on_a_phone_nothing_but_code_is_wider_than_the_screen(opened: Any):
    assert opened.evaluate("document.documentElement.scrollWidth") == 360
    assert opened.evaluate("[...document.querySelectorAll('pre')].some(each => each.scrollWidth > each.clientWidth)")
