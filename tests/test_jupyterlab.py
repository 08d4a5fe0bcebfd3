"""A student opens the French skeleton in JupyterLab, in a browser: a wrong answer, a right one, a picture."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import HANGS
from tests.web import chromium, jupyter, new_page

pytestmark = pytest.mark.long

NOTEBOOK = Path(__file__).parents[1] / "labs" / "fr" / "tp9_attention" / "tp9_attention.ipynb"
SCRIPT = Path(__file__).parents[1] / "solutions" / "tp9_attention" / "tp9_attention.py"

WRONG = """\
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        return x.mean(dim=1), mask / mask.sum(dim=1, keepdim=True)
"""
RIGHT = WRONG.replace("x.mean(dim=1)", "(x * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1, keepdim=True)")


@pytest.fixture(scope="module")
def student_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what a student was given, and nothing else."""
    folder = tmp_path_factory.mktemp("student")
    shutil.copy(NOTEBOOK, folder / "lab.ipynb")
    return folder


@pytest.fixture(scope="module")
def server(student_folder: Path, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves the folder, with kernels that have imported what notebooks import."""
    pytest.importorskip("jupyterlab", reason="needs JupyterLab (pip install '.[dev]')")
    home = tmp_path_factory.mktemp("home")
    # Every cell stands in the page, also those out of sight; and nobody asks about news.
    for name, values in {
        "notebook-extension/tracker": {"windowingMode": "none"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = home / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values))
    settings = {
        "JUPYTERLAB_SETTINGS_DIR": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PATH": str(programs.parent / "jupyter"),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AMAL_DATA", "NBGRADER_EXECUTION"):
            patch.delenv(name, raising=False)
        with jupyter("jupyterlab", student_folder, home, settings) as address:
            yield address


class Lab:
    """The open notebook, its cells named by a text that stands in them."""

    def __init__(self, page, cells: list[str]) -> None:
        self.page, self.cells = page, cells

    def cell(self, text: str):
        """The cell whose source held ``text`` when the notebook was opened."""
        (number,) = [number for number, source in enumerate(self.cells) if text in source]
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def type_into(self, text: str, code: str) -> None:
        """Replace the source of a cell as a student does: click, select all, type."""
        editor = self.cell(text).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)

    def answer(self, text: str, code: str) -> None:
        """Replace the source of a cell, and run it."""
        self.type_into(text, code)
        self.run(text)

    def run(self, text: str):
        """Run a cell, wait for its end, and return what it shows.

        A page that is still being drawn may put another cell in the place of the one that was asked, or miss the keys:
        where nothing begins, they are pressed again.
        """
        cell = self.cell(text)
        prompt, end = cell.locator(".jp-InputPrompt"), time.monotonic() + HANGS
        before = prompt.inner_text()
        while prompt.inner_text() == before:
            assert time.monotonic() < end, f"{text!r} was not run"
            cell.scroll_into_view_if_needed()
            cell.locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")
            self._wait(lambda: prompt.inner_text() != before, 10)
        assert self._wait(lambda: "*" not in prompt.inner_text(), HANGS), f"{text!r} did not end"
        return cell.locator(".jp-Cell-outputArea")

    def _wait(self, done: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds; whether it does."""
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        return done()


@pytest.fixture(scope="module")
def lab(server: str, student_folder: Path) -> Iterator[Lab]:
    sources = ["".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]]
    with chromium() as browser:
        page = new_page(browser, viewport={"width": 1280, "height": 1000})
        page.goto(f"{server}/lab/tree/lab.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        lab = Lab(page, sources)
        lab.run("amal_attention.language.speak")
        lab.run("from lightning import LightningModule")
        yield lab
        page.screenshot(path=str(student_folder / "last.png"))


def test_the_statement_and_its_formulas_are_drawn(lab: Lab):
    statement = lab.cell("Un texte $t = (t_1")
    statement.scroll_into_view_if_needed()
    statement.locator("mjx-container").first.wait_for()
    assert "représenté par la moyenne" in statement.inner_text()


def test_a_hint_shows_when_it_is_opened(lab: Lab):
    exercise = lab.cell("Écrivez `MeanPooling`")
    exercise.scroll_into_view_if_needed()
    hint = exercise.locator("details").first
    text = hint.get_by_text("Combien pèse un mot")
    assert not text.is_visible()
    hint.locator("summary").click()
    text.wait_for()


def test_an_unanswered_question_is_to_do(lab: Lab):
    lab.answer("class MeanPooling", next(each for each in lab.cells if "class MeanPooling" in each))
    assert "à faire" in lab.run('check("q1-mean-pooling")').inner_text()


def test_a_wrong_answer_is_told_with_its_likely_mistake(lab: Lab):
    lab.answer("class MeanPooling", WRONG)
    shown = lab.run('check("q1-mean-pooling")').inner_text()
    assert "✗ le remplissage ne change rien" in shown
    assert shown.count("divisez par le nombre de mots") == 1
    assert "Traceback" not in shown


SLIPS = {
    "a colon is missing": (
        WRONG.replace("mask):\n", "mask)\n"),
        "un ancien MeanPooling qui est regardé : SyntaxError: expected ':'",
    ),
    "no constructor": (WRONG.replace("super().__init__()", "self.map = nn.Identity()"), "super().__init__() manque"),
    "a list": (WRONG.replace("x.mean(dim=1), mask", "x.mean(dim=1).tolist(), mask"), "une liste n'est pas un tenseur"),
    "float64": (RIGHT.replace("return (x", "x = x.double()\n        return (x"), "rien ne doit devenir float64"),
    "no keepdim": (RIGHT.replace("sum(dim=1, keepdim=True), mask", "sum(dim=1), mask"), "keepdim=True) le garde"),
    "a name misspelt": (WRONG.replace("mask.sum", "maks.sum"), "maks n'existe pas : est-ce mask qui est voulu ?"),
    "nothing returned": (WRONG.replace("return ", "pooled = "), "forward finit-il par return ?"),
}


@pytest.mark.parametrize(("code", "told"), SLIPS.values(), ids=SLIPS)
def test_each_kind_of_slip_is_told_once_in_french_and_in_few_lines(lab: Lab, code: str, told: str):
    lab.answer("class MeanPooling", code)
    shown = lab.run('check("q1-mean-pooling")').inner_text()
    assert shown.count(told) == 1
    assert shown.count("✗") <= 3 and len(shown.splitlines()) <= 16
    assert not re.search(r"\b(came|sent|expected|likely|met|more depend)\b", shown.replace(told, ""))


def test_a_right_answer_passes(lab: Lab):
    lab.answer("class MeanPooling", RIGHT)
    shown = lab.run('check("q1-mean-pooling")').inner_text()
    assert "8 sur 8 réussis" in shown and "✗" not in shown


def test_the_attention_map_of_the_trained_model_is_drawn(lab: Lab):
    classifier = SCRIPT.read_text("utf-8").split("class TextClassifier")[1].split("\n\n\n")[0].split("\n# %%")[0]
    lab.answer("class MeanPooling", RIGHT)
    lab.answer("class TextClassifier", f"class TextClassifier{classifier}")
    for given in ("available_source()", "def train(", 'train("Q1"'):
        lab.run(given)
    shown = lab.run('attention_map(read_reviews(models["Q1"]')
    shown.scroll_into_view_if_needed()
    marked = shown.locator("span[title]")
    assert marked.count() > 100
    assert "background" in (marked.first.get_attribute("style") or "")
