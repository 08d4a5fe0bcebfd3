"""The notebook from its first cell to its last, on the sample, as Run All runs it: solved, and as students get it.

Here the solved notebook trains for one epoch; benchmarks/notebook.py runs all of them, and tells the time.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import nbformat
import pytest

from amal_attention.course.release.leaks import leak_problems, leaks_in, secrets_of
from amal_attention.course.release.release import release, solved
from amal_attention.course.script.script import read_script
from amal_attention.course.taught import taught
from amal_attention.lab import Lab
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
    reports,
    results,
    run_all,
    solution,
)  # fmt: skip

pytestmark = pytest.mark.long

LAB = Lab.find("tp9_attention", ROOT / "solutions")
QUESTIONS = questions_of(LAB)
CHECKED = ["échauffement : masques", *QUESTIONS]
ENGLISH = re.compile(
    r"\b(the|of|is|are|and|with|how|which|epoch|training|accuracy|reviews?|right|wrong|words?)\b", re.I
)


@pytest.fixture(scope="module", autouse=True)
def without_imdb(tmp_path_factory: pytest.TempPathFactory, programs: Path):
    with as_a_student(tmp_path_factory.mktemp("student"), programs):
        yield


@pytest.fixture(scope="module")
def answered() -> nbformat.NotebookNode:
    """What `amal release --solved` writes, after Run All."""
    return run_all(hurried(solution(LAB, "fr")))


def test_the_solved_notebook_runs_without_an_error(answered):
    assert [f"{out.ename}: {out.evalue}" for out in outputs(answered, "error")] == []


def test_every_check_of_the_solved_notebook_passes(answered):
    assert reports(answered) == {question: {"met"} for question in CHECKED}


def test_it_draws_diagrams_curves_histograms_and_reviews(answered):
    shown = results(answered)
    assert sum("image/svg+xml" in data for data in shown) == 4 + 2 * 4 + 1 + 1  # diagrams; trainings; sweep; balance
    assert sum("peu d'attention" in unescape("".join(data.get("text/html", ""))) for data in shown) == 6


def test_the_french_notebook_draws_and_prints_in_french(answered):
    """Reviews are English; so are the names of words in a print of them, a line each."""
    texts = drawn_texts(answered)
    assert len(texts) > 100 and [text for text in texts if ENGLISH.search(text)] == []
    told = [line for line in printed(answered) if not re.match(r"une critique : |\S+ 0\.\d\d", line)]
    assert any("critiques de validation sont bien classées" in line for line in told)
    assert [line for line in told if ENGLISH.search(line)] == []


def given(language: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "labs" / language / LAB.name / f"{LAB.name}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def skeleton() -> nbformat.NotebookNode:
    return run_all(given("fr"))


def test_skeletons_of_all_languages_hold_the_same_code_but_for_words():
    first, *others = (code_of(given(language)) for language in LAB.languages)
    assert others and all(other == first for other in others)


def test_what_the_skeleton_cannot_train_is_a_line_without_a_traceback(skeleton):
    errors = outputs(skeleton, "error")
    assert {out.ename for out in errors} == {"NotTrained"}
    assert all(out.traceback == [out.evalue] and "\n" not in out.evalue for out in errors)
    assert any(out.evalue.startswith("Q1 : à faire (dans ") for out in errors)
    assert [out.evalue for out in errors if ENGLISH.search(out.evalue)] == []


def test_every_check_of_the_skeleton_says_to_do(skeleton):
    assert reports(skeleton) == {question: {"to do"} for question in CHECKED}


@pytest.mark.parametrize("language", LAB.languages)
def test_each_exercise_has_two_hints_on_demand(language):
    exercises = [cell.source for cell in given(language).cells if re.search(r"> \*\*Exerci[cs]e", cell.source)]
    assert len(exercises) == len(QUESTIONS)
    assert {source.count("<details>") for source in exercises} == {source.count("</details>") for source in exercises}
    assert {source.count("<details>") for source in exercises} == {2}


def test_a_line_of_an_answer_in_a_hint_would_not_be_released():
    """Each line of an answer that says enough to be looked for, put into each hint in turn."""
    script, notebook = read_script(LAB), given("en")
    answers = [secret.text for secret in secrets_of(LAB, script) if secret.what == "solution"]
    hint = next(cell for cell in notebook.cells if "<details>" in cell.source)
    before = hint.source
    for line in answers:
        hint.source = before.replace("</details>", f"    {line}\n\n</details>", 1)
        assert leak_problems(LAB, script, "en", notebook), line
    assert len(answers) > 30
    hint.source = before
    assert leak_problems(LAB, script, "en", notebook) == []


@pytest.mark.parametrize("language", LAB.languages)
def test_the_solved_notebook_holds_answers_and_no_hidden_test(language):
    text = solved(LAB, language).decode()
    script = read_script(LAB)
    assert "raise NotImplementedError" not in text and "hidden_points" not in text
    assert len(leaks_in(text, [secret for secret in secrets_of(LAB, script) if secret.what == "solution"])) > 30
    notebook = nbformat.reads(text, as_version=4)
    assert leak_problems(LAB, script, language, notebook, shown=("solution", "mark scheme")) == []
    assert leak_problems(LAB, script, language, notebook, shown=("solution",)), "mark schemes are in it"


def test_every_sentence_with_values_can_be_told_in_another_language():
    assert complex_values(given("en")) == []


@pytest.mark.parametrize("language", LAB.languages)
def test_a_course_without_the_optional_parts_has_a_statement_without_them(language):
    text = release(taught(LAB, LAB.optional, 20), language).decode()
    assert "ContextualPooling" not in text and "EntropyRegularizedClassifier" not in text and "number_of_words" in text
