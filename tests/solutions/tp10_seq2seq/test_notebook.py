"""The notebook from its first cell to its last, as Run All runs it: solved, and as students get it, in each language.

Here the solved notebook trains for one epoch on few lines; benchmarks/notebook.py runs all of them, and tells the time.
"""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from amal_attention.course.release.release import release
from amal_attention.course.taught import taught
from amal_attention.lab import Lab
from tests.solutions.french import english_in
from tests.solutions.run_all import (
    ROOT,
    as_a_student,
    code_of,
    complex_values,
    drawn_texts,
    hurried,
    outputs,
    printed,
    questions_of,
    released,
    reports,
    results,
    run_all,
    solution,
)  # fmt: skip

pytestmark = pytest.mark.long

LAB = Lab.find("tp10_seq2seq", ROOT / "solutions")
FEW_LINES = """\
from amal_attention.tasks.translation.data import dates, digits
dates.COUNTS = digits.COUNTS = {"train": 256, "validation": 100, "test": 60}
"""
PICTURES = {
    "cells of question 1": 3,
    "encoders": 2,
    "encoder-decoders": 3,
    "the pipeline of attention": 1,
    "curves of trainings": 4,
    "three ways to write": 1,
    "lines by their length": 2,
    "matrices": 4,
    "balance": 3,
}


@pytest.fixture(scope="module", autouse=True)
def student(tmp_path_factory: pytest.TempPathFactory, programs: Path):
    with as_a_student(tmp_path_factory.mktemp("student"), programs):
        yield


@pytest.fixture(scope="module", params=LAB.languages)
def answered(request: pytest.FixtureRequest) -> NotebookNode:
    """What `amal release --solved` writes, after Run All on few lines."""
    notebook = hurried(solution(LAB, request.param))
    notebook.cells.insert(0, new_code_cell(FEW_LINES))
    return run_all(notebook)


@pytest.fixture(scope="module")
def given() -> dict[str, NotebookNode]:
    """What students get, by language."""
    return {language: released(LAB, language) for language in LAB.languages}


@pytest.fixture(scope="module", params=LAB.languages)
def skeleton(request: pytest.FixtureRequest, given: dict[str, NotebookNode]) -> NotebookNode:
    """What students get, after Run All."""
    return run_all(deepcopy(given[request.param]))


def only(fixture: str, language: str) -> pytest.MarkDecorator:
    """Take this language of a fixture that has them all."""
    return pytest.mark.parametrize(fixture, [language], indirect=True)


def test_the_solved_notebook_runs_without_an_error(answered):
    assert [f"{out.ename}: {out.evalue}" for out in outputs(answered, "error")] == []


def test_every_check_of_the_solved_notebook_passes(answered):
    assert reports(answered) == {question: {"met"} for question in questions_of(LAB)}


def test_it_draws_all_its_pictures(answered):
    assert sum("image/svg+xml" in data for data in results(answered)) == sum(PICTURES.values())


@only("answered", "fr")
def test_the_french_notebook_draws_and_prints_in_french(answered):
    """Lines of dates may be English; each is printed beside what is written for it."""
    texts = drawn_texts(answered)
    assert len(texts) > 300 and [text for text in texts if english_in(text)] == []
    told = [line for line in printed(answered) if not re.search(r" (→|\||->) ", line)]
    assert any("lignes de validation sont justes" in line for line in told)
    assert [line for line in told if english_in(line)] == []


def test_what_the_skeleton_cannot_train_is_a_line_without_a_traceback(skeleton):
    errors = outputs(skeleton, "error")
    assert {out.ename for out in errors} == {"NotTrained"}
    assert all(out.traceback == [out.evalue] and "\n" not in out.evalue for out in errors)
    assert len({out.evalue.partition(" :")[0].partition(":")[0] for out in errors}) > 10


@only("skeleton", "fr")
def test_the_french_skeleton_says_in_french_what_is_to_do(skeleton):
    told = [out.evalue for out in outputs(skeleton, "error")]
    assert any(text.startswith("Q4 : à faire (dans Encoder.__init__, ") for text in told)
    assert [text for text in told if english_in(text.partition(" (dans ")[0])] == []


def test_every_check_of_the_skeleton_says_to_do(skeleton):
    assert reports(skeleton) == {question: {"to do"} for question in questions_of(LAB)}


def test_skeletons_of_all_languages_hold_the_same_code_but_for_words(given):
    first, *others = map(code_of, given.values())
    assert others and all(other == first for other in others)


def test_every_sentence_with_values_can_be_told_in_another_language(given):
    assert complex_values(given["en"]) == []


def test_a_course_without_the_optional_parts_has_a_statement_without_them():
    text = release(taught(LAB, LAB.optional, 20), "fr").decode()
    assert "BahdanauDecoder" not in text and "LuongDecoder" in text
