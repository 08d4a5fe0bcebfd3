"""What a lab's own hidden tests and checks say stands in the catalogues beside the lab, in each of its languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from amal_attention.course.release.cell_words import said_in
from amal_attention.course.release.release import skeleton
from amal_attention.course.script.script import read_script
from amal_attention.lab import Lab
from amal_attention.language import Language
from tests.language.spoken_in_code import messages_of_checks, messages_of_lab

LABS = Path(__file__).parents[2] / "solutions"
PLACES = [
    (lab, code)
    for lab in (Lab.find(path.parent.name, LABS) for path in sorted(LABS.glob("*/lab.toml")))
    for code in lab.languages
    if code != "en"
]


def said_by(lab: Lab) -> set[str]:
    """Names of a lab's hidden tests and all that they say, and what the checks in its script say."""
    found: set[str] = set()
    for path in lab.folder.glob("hidden_tests/*.py"):
        source = path.read_text("utf-8")
        found |= messages_of_lab(source) | messages_of_checks(source)
        functions = (node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
        found |= {name.removeprefix("test_").replace("_", " ") for name in functions if name.startswith("test_")}
    for cell in read_script(lab).cells:
        if cell.nbgrader.get("grade") and cell.kind == "code":
            found |= messages_of_lab(cell.source)
    return found | said_to_students(lab)


def said_to_students(lab: Lab) -> set[str]:
    """What the code of the students' notebook says, docstrings and comments too, that no catalogue of ours has."""
    ours = Language(next(code for code in lab.languages if code != "en"))
    cells = [cell for cell in skeleton(lab, "en").cells if cell.cell_type == "code" and "set-up" not in tags(cell)]
    said = set().union(*(said_in(cell.source) for cell in cells))
    words = {text for text in said if re.search("[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text))}
    return {text for text in words if ours.translated(text) == text}


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


@pytest.mark.parametrize("lab", [lab for lab, _ in PLACES], ids=lambda lab: lab.name)
def test_every_f_string_of_the_notebook_that_holds_words_can_be_translated(lab):
    """Its values are plain names: any other f-string would stay English in every notebook."""
    cells = [cell.source for cell in skeleton(lab, "en").cells if cell.cell_type == "code"]
    for node in (node for source in cells for node in ast.walk(parsed(source)) if isinstance(node, ast.JoinedStr)):
        text = " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        if re.search("[A-Za-z]{3}", text):
            assert [ast.unparse(value) for value in values if not isinstance(value, ast.Name)] == [], ast.unparse(node)


def parsed(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:  # a line for the shell
        return ast.Module([], [])


@pytest.mark.parametrize(("lab", "code"), PLACES)
def test_the_catalogue_of_a_lab_holds_what_it_says_and_nothing_else(lab, code):
    babel = pytest.importorskip("babel.messages.pofile")
    with (lab.language_folder / f"{code}.po").open("rb") as file:
        written = {each.id: each.string for each in babel.read_po(file, locale=code, abort_invalid=True) if each.id}
    assert set(written) == said_by(lab)
    assert all(written.values())
