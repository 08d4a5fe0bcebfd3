"""The notebook from its first cell to its last, on the sample, as Run All runs it: solved, and as students get it.

Here the solved notebook trains for one epoch; benchmarks/notebook.py runs all of them, and tells the time.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from amal_attention.checks.show import REPORT_TYPE
from amal_attention.course.script import notebook_of, read_script
from amal_attention.lab import Lab

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
LAB = Lab.find("tp9_attention", ROOT / "solutions")
QUESTIONS = [name.removeprefix("test-") for name in LAB.points if name.startswith("test-")]


@pytest.fixture(scope="module", autouse=True)
def without_imdb(tmp_path_factory: pytest.TempPathFactory, programs: Path):
    """In a folder of one's own, with kernels that have imported what notebooks import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(programs.parent / "jupyter"))
        patch.delenv("AMAL_DATA", raising=False)
        patch.chdir(tmp_path_factory.mktemp("student"))
        yield


def run_all(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Run every cell; one that is tagged raises-exception may raise, as in JupyterLab."""
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode, kind: str) -> list[nbformat.NotebookNode]:
    return [out for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == kind]


def reports(notebook: nbformat.NotebookNode) -> dict[str, set[str]]:
    """The states of the outcomes that the checks showed, by question."""
    shown = [out.data[REPORT_TYPE] for out in outputs(notebook, "display_data") if REPORT_TYPE in out.data]
    return {each["question"]: {outcome["state"] for outcome in each["outcomes"]} for each in shown}


def hurried(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with one epoch in each training."""
    (cell,) = (each for each in notebook.cells if "max_epochs=epochs" in each.source)
    cell.source = cell.source.replace("max_epochs=epochs", "max_epochs=1")
    return notebook


@pytest.fixture(scope="module")
def solved() -> nbformat.NotebookNode:
    """The solved notebook after Run All."""
    return run_all(hurried(notebook_of(read_script(LAB), "fr")))


def test_the_solved_notebook_runs_without_an_error(solved):
    assert [f"{out.ename}: {out.evalue}" for out in outputs(solved, "error")] == []


def test_every_check_of_the_solved_notebook_passes(solved):
    assert reports(solved) == {question: {"met"} for question in QUESTIONS}


def test_it_draws_diagrams_curves_histograms_and_reviews(solved):
    shown = [out.data for kind in ("execute_result", "display_data") for out in outputs(solved, kind)]
    assert sum("image/svg+xml" in data for data in shown) == 4 + 2 * 4 + 1 + 1  # diagrams; trainings; sweep; balance
    assert sum("little attention" in "".join(data.get("text/html", "")) for data in shown) == 5


def given(language: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "labs" / language / LAB.name / f"{LAB.name}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def skeleton() -> nbformat.NotebookNode:
    return run_all(given("fr"))


class WithoutWords(ast.NodeTransformer):
    """Empties texts, which differ from language to language, and leaves out options that are texts."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [each for each in node.keywords if not isinstance(getattr(each.value, "value", None), str)]
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        return ast.Constant("")


SPEAKS = re.compile(r"(?m)^(import amal_attention\.language|amal_attention\.language\.speak\(.*\))$")


def code_of(language: str) -> list[str]:
    """The code of a release, less its words and the lines that tell which language they are in."""
    sources = [
        SPEAKS.sub("", re.sub(r"(?m)^( *)%", r"\1pass #", cell.source))
        for cell in given(language).cells
        if cell.cell_type == "code"
    ]
    return [ast.dump(WithoutWords().visit(ast.parse(source))) for source in sources]


def test_skeletons_of_all_languages_hold_the_same_code_but_for_words():
    first, *others = map(code_of, LAB.languages)
    assert others and all(other == first for other in others)


def test_what_the_skeleton_cannot_train_is_a_line_without_a_traceback(skeleton):
    errors = outputs(skeleton, "error")
    assert {out.ename for out in errors} == {"NotTrained"}
    assert all(out.traceback == [out.evalue] and "\n" not in out.evalue for out in errors)
    assert any(out.evalue.startswith("Q1: to do (in ") for out in errors)


def test_every_check_of_the_skeleton_says_to_do(skeleton):
    assert reports(skeleton) == {question: {"to do"} for question in QUESTIONS}
