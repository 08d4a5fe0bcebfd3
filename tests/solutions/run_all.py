"""What Run All makes of a lab's notebook, and what people see of it: for the tests of each lab's notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from amal_attention.course.release.release import release, solved
from amal_attention.lab import Lab
from amal_attention.outcome import REPORT_TYPE
from tests.processes import HANGS

__all__ = [
    "ROOT", "as_a_student", "code_of", "complex_values", "drawn_texts", "hurried", "outputs", "printed", "questions_of",
    "released", "reports", "results", "run_all", "solution",
]  # fmt: skip

ROOT = Path(__file__).parents[2]


@contextmanager
def as_a_student(folder: Path, programs: Path) -> Iterator[None]:
    """In a folder of one's own, without IMDB, and with kernels that have imported what notebooks import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(programs.parent / "jupyter"))
        patch.delenv("AMAL_DATA", raising=False)
        patch.chdir(folder)
        yield


def released(lab: Lab, language: str) -> NotebookNode:
    """What students get."""
    return nbformat.reads(release(lab, language).decode(), as_version=4)


def solution(lab: Lab, language: str) -> NotebookNode:
    """What `amal release --solved` writes."""
    return nbformat.reads(solved(lab, language).decode(), as_version=4)


def hurried(notebook: NotebookNode) -> NotebookNode:
    """The notebook with one epoch in each training."""
    (cell,) = (each for each in notebook.cells if "max_epochs=epochs" in each.source)
    cell.source = cell.source.replace("max_epochs=epochs", "max_epochs=1")
    return notebook


def run_all(notebook: NotebookNode) -> NotebookNode:
    """Run every cell; one that is tagged raises-exception may raise, as in JupyterLab."""
    NotebookClient(notebook, timeout=HANGS, kernel_name="python3").execute()
    return notebook


def questions_of(lab: Lab) -> list[str]:
    """The questions that have a check."""
    return [name.removeprefix("test-") for name in lab.points if name.startswith("test-")]


def outputs(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    """What cells gave, of a kind of nbformat's."""
    return [out for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == kind]


def results(notebook: NotebookNode) -> list[NotebookNode]:
    """What cells show, by type."""
    return [out.data for kind in ("execute_result", "display_data") for out in outputs(notebook, kind)]


def reports(notebook: NotebookNode) -> dict[str, set[str]]:
    """The states of the outcomes that the checks showed, by question."""
    shown = [out.data[REPORT_TYPE] for out in outputs(notebook, "display_data") if REPORT_TYPE in out.data]
    return {each["question"]: {outcome["state"] for outcome in each["outcomes"]} for each in shown}


def drawn_texts(notebook: NotebookNode) -> list[str]:
    """The texts in the pictures."""
    drawn = "\n".join("".join(data["image/svg+xml"]) for data in results(notebook) if "image/svg+xml" in data)
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def printed(notebook: NotebookNode) -> list[str]:
    """The lines that cells printed."""
    return "".join(out.text for out in outputs(notebook, "stream")).replace("\r", "\n").split("\n")


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


def code_of(notebook: NotebookNode) -> list[str]:
    """The code of a release, less its words and the lines that tell which language they are in."""
    sources = [
        SPEAKS.sub("", re.sub(r"(?m)^( *)%", r"\1pass #", cell.source))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    return [ast.dump(WithoutWords().visit(ast.parse(source))) for source in sources]


def complex_values(notebook: NotebookNode) -> list[str]:
    """Sentences with a value that is more than a name, which could not be put into a translation."""
    found = []
    for cell in notebook.cells:
        code = cell.source if cell.cell_type == "code" and "set-up" not in cell.metadata.get("tags", []) else ""
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.JoinedStr):
                own = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
                values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
                if re.search("[a-z]{2}", own) and not all(isinstance(each, ast.Name) for each in values):
                    found.append(own)
    return found
