"""What a grader sees of a submission: their text in the release's cells, and the marks as nbgrader reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from amal_attention.course.release.release import release
from amal_attention.grading.gradebook.graded_notebook import GradedNotebooks
from amal_attention.grading.verdict.verdict import QuestionVerdict, Status, TestVerdict, Verdict
from amal_attention.lab import Lab
from amal_attention.outcome import Outcome, State
from tests.course.conftest import expanded
from tests.grading.conftest import PIXEL, WRONG_TOTAL, skeleton, solved, write_till

nbutils = pytest.importorskip("nbgrader.utils", reason="needs nbgrader (pip install '.[grade]')")

MET = Outcome("all", State.MET)
MISSED = Outcome("the sum", State.MISSED, came="6", expected="5", hint="add")
VERDICT = Verdict(
    "ada",
    "till",
    Status.GRADED,
    questions=(
        QuestionVerdict("q1-total", (TestVerdict("test_a", 1.5, MISSED), TestVerdict("test_b", 0.5, MET))),
        QuestionVerdict("q2-change", (TestVerdict("test_c", 1, Outcome("it is there", State.TO_DO)),)),
        QuestionVerdict("q3-tickets", (TestVerdict("test_d", 1, MET),)),
    ),
)


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> GradedNotebooks:
    return GradedNotebooks(write_till(tmp_path_factory.mktemp("labs")), "en")


@pytest.fixture
def seen(notebooks: GradedNotebooks):
    return lambda raw, verdict=VERDICT: notebooks.of(raw, verdict)


def cell(notebook: Any, name: str) -> Any:
    return next(each for each in notebook.cells if each.metadata.get("nbgrader", {}).get("grade_id") == name)


def changed(raw: bytes, change: Any) -> bytes:
    notebook = json.loads(raw)
    change(notebook)
    return json.dumps(notebook).encode()


def test_nbgrader_reads_the_points_that_were_earned(seen):
    notebook = seen(solved())
    nbformat.validate(notebook)
    marks = {name: nbutils.determine_grade(cell(notebook, f"test-{name}")) for name in ("q1-total", "q2-change")}
    assert marks == {"q1-total": (0.5, 2.0), "q2-change": (0.0, 1.0)}
    assert nbutils.determine_grade(cell(notebook, "test-q3-tickets")) == (1.0, 1.0)


def test_a_test_cell_says_what_was_lost_and_why(seen):
    told = cell(seen(solved()), "test-q1-total").outputs[0].text
    assert "0.5 of 2 points" in told and "came: 6" in told and "-1.5" in told
    assert "not attempted" in cell(seen(solved()), "test-q2-change").outputs[0].text


@pytest.mark.parametrize(("isolation", "exposed"), [("process", True), ("sandbox", False)])
def test_a_test_cell_says_that_there_was_no_sandbox(seen, isolation, exposed):
    notebook = seen(solved(), replace(VERDICT, isolation=isolation))
    for each in VERDICT.questions:
        told = cell(notebook, f"test-{each.question}").outputs[0].text
        assert ("graded without a sandbox" in told) is exposed


def test_answers_are_in_the_students_words_and_tests_in_ours(seen):
    def tamper(notebook: Any) -> None:
        for each in notebook["cells"]:
            if each["metadata"].get("nbgrader", {}).get("grade_id") == "test-q1-total":
                each["source"] = "pass"

    notebook = seen(changed(solved(q1=WRONG_TOTAL), tamper))
    assert cell(notebook, "q1-total").source == WRONG_TOTAL
    assert "assert total([1, 2]) == 3" in cell(notebook, "test-q1-total").source


def test_what_a_student_added_stands_where_it_stood_and_none_of_its_outputs(seen):
    def add(notebook: Any) -> None:
        place = next(
            i
            for i, each in enumerate(notebook["cells"])
            if each["metadata"].get("nbgrader", {}).get("grade_id") == "q2-change"
        )
        hostile = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(1)</script>"}}
        mine = {
            "cell_type": "code",
            "metadata": {"x": 1},
            "source": "mine = 1",
            "outputs": [hostile],
            "execution_count": 1,
        }
        words = {"cell_type": "markdown", "metadata": {}, "source": "À moi : « oui »\x07"}
        notebook["cells"][place + 1 : place + 1] = [mine, words]

    notebook = seen(changed(solved(), add))
    sources = [each.source for each in notebook.cells]
    place = sources.index(cell(notebook, "q2-change").source)
    assert sources[place + 1 : place + 3] == ["mine = 1", "À moi : « oui »"]
    assert "alert" not in nbformat.writes(notebook)
    nbformat.validate(notebook)


@pytest.mark.parametrize("raw", [None, b"", b"no notebook", b'{"cells": []}'])
def test_where_nothing_can_be_read_it_is_the_release_with_the_marks(seen, raw):
    notebook = seen(raw)
    assert "to do: write your code here" in cell(notebook, "q1-total").source
    assert nbutils.determine_grade(cell(notebook, "test-q1-total"))[0] == 0.5


def test_a_release_in_another_language_is_seen_in_it(seen):
    assert seen(skeleton("fr")).cells[0].source == "# La caisse"


def test_the_releases_stay_as_they_are(seen):
    first = seen(solved())
    assert seen(None) != first and seen(solved()) == first


def test_a_file_that_cannot_be_read_is_seen_in_the_language_of_the_course(tmp_path):
    notebook = GradedNotebooks(write_till(tmp_path), "fr").of(b"no notebook", VERDICT)
    assert notebook.cells[0].source == "# La caisse"


TASK = """
# %% [markdown] lang="{language}" <task q4-why 2>
# {question}
#
# === BEGIN MARK SCHEME ===
#
# {scheme}
#
# === END MARK SCHEME ===
"""


def with_open_question(folder: Path) -> Lab:
    """The till with a question that a person marks, and a cell below it for the answer."""
    lab = write_till(folder)
    manifest = lab.folder / "lab.toml"
    before = "\n\n[requirements.q1-total]"
    manifest.write_text(manifest.read_text("utf-8").replace(before, f'\n"q4-why" = 2{before}'), "utf-8")
    with (lab.folder / "till.py").open("a", encoding="utf-8") as script:
        for language, question, scheme in (("en", "Why?", "1: because"), ("fr", "Pourquoi ?", "1 : parce que")):
            script.write(expanded(TASK.format(language=language, question=question, scheme=scheme)))
            script.write(f'\n# %% [markdown] lang="{language}"\n# *Your answer.*\n')
    return Lab.find("till", folder)


def test_the_mark_scheme_is_there_for_who_marks_and_not_in_the_release(tmp_path):
    lab = with_open_question(tmp_path)
    seen = [cell(GradedNotebooks(lab, language).of(None, VERDICT), "q4-why").source for language in ("en", "fr")]
    assert [text.partition("\n")[0] for text in seen] == ["Why?", "Pourquoi ?"]
    assert "1: because" in seen[0] and "1 : parce que" in seen[1]
    assert b"because" not in release(lab, "en")


HOSTILE = "<img src=x onerror=alert(1)> ![c](attachment:c.png) ![](http://example.org/seen.png)"


def find(notebook: Any, name: str) -> int:
    """The place of a cell, from 0."""
    cells = notebook["cells"]
    return next(i for i, each in enumerate(cells) if each["metadata"].get("nbgrader", {}).get("grade_id") == name)


@pytest.fixture
def asked(tmp_path: Path) -> tuple[GradedNotebooks, bytes]:
    """The notebooks of a lab with an open question, and its release."""
    lab = with_open_question(tmp_path)
    return GradedNotebooks(lab, "en"), release(lab, "en")


def typed(change: Any, asked: tuple[GradedNotebooks, bytes]) -> list[Any]:
    """The cells that a marker sees behind the open question, of a release that was changed."""
    notebooks, raw = asked
    notebook = notebooks.of(changed(raw, change), VERDICT)
    nbformat.validate(notebook)
    return notebook.cells[find(notebook, "q4-why") + 1 :]


def test_an_answer_in_the_cell_below_the_question_is_cleaned_and_keeps_its_picture(asked):
    def answer(notebook: Any) -> None:
        below = notebook["cells"][find(notebook, "q4-why") + 1]
        below["source"], below["attachments"] = HOSTILE, {"c.png": {"image/png": PIXEL, "text/html": "<script>"}}

    (below,) = typed(answer, asked)
    assert below.source == ("‹img src=x onerror=alert(1)> ![c](attachment:c.png) ! [](http://example.org/seen.png)")
    assert below.attachments == {"c.png": {"image/png": PIXEL}}


@pytest.mark.parametrize("source", ["Why?\n\nBecause of <b>this</b>.", "Because of <b>this</b>."])
def test_an_answer_typed_into_the_question_stands_behind_it(asked, source):
    def answer(notebook: Any) -> None:
        notebook["cells"][find(notebook, "q4-why")]["source"] = source

    (mine, below) = typed(answer, asked)
    assert mine.source == "Because of <b>this</b>." and below.source == "*Your answer.*"


def test_a_question_that_is_as_it_was_given_is_not_told_again(asked):
    assert [each.source for each in typed(lambda notebook: None, asked)] == ["*Your answer.*"]


def test_saved_curves_are_there_for_who_marks_and_outputs_of_test_cells_are_ours(seen):
    curve = {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL}}
    forged = {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": {"text/plain": "99"}}

    def save(notebook: Any) -> None:
        notebook["cells"][find(notebook, "q1-total")]["outputs"] = [curve]
        notebook["cells"][find(notebook, "test-q1-total")]["outputs"] = [forged]

    notebook = seen(changed(solved(), save))
    assert [each.data for each in cell(notebook, "q1-total").outputs] == [{"image/png": PIXEL}]
    assert nbutils.determine_grade(cell(notebook, "test-q1-total")) == (0.5, 2.0)
