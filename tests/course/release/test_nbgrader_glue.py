"""What comes of nbgrader's preprocessors here is what its own ``generate_assignment`` makes of the same notebook."""

from __future__ import annotations

import logging
import sys

import nbformat
import pytest

from amal_attention.course.programs import programs_at_hand
from amal_attention.course.release.nbgrader_glue import cleared, stub
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.errors import LabError
from amal_attention.language import LANGUAGES


def generated(notebook, folder, language):
    """What nbgrader's own converter makes of the notebook, in a course of its own, with a gradebook."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    source = folder / "source" / language
    source.mkdir(parents=True)
    nbformat.write(notebook, source / "toy.ipynb")
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.assignment_id = language
    config.CourseDirectory.notebook_id = "toy"
    config.ClearSolutions.code_stub = {"python": stub(language)}
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
    return nbformat.read(folder / "release" / language / "toy.ipynb", as_version=4)


def test_it_is_what_nbgrader_itself_generates(toy, tmp_path):
    for language in ("en", "fr"):
        ours = cleared(notebook_of(read_script(toy.lab), language), language)
        with programs_at_hand():
            theirs = generated(notebook_of(read_script(toy.lab), language), tmp_path / "course", language)
        assert [cell.source for cell in ours.cells] == [cell.source for cell in theirs.cells]
        assert [cell.metadata for cell in ours.cells] == [cell.metadata for cell in theirs.cells]
        assert "every item weighs" not in str(ours)


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_a_stub_raises_what_is_to_do(language):
    with pytest.raises(NotImplementedError):
        exec(stub(language))
    assert stub(language).startswith("# ") and (language == "en" or stub(language) != stub("en"))


def test_outputs_and_counts_are_cleared(toy):
    notebook = notebook_of(read_script(toy.lab), "en")
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="10")]
    notebook.cells[1].execution_count = 3
    cell = cleared(notebook, "en").cells[1]
    assert (cell.outputs, cell.execution_count) == ([], None)


@pytest.mark.parametrize(
    ("index", "source"),
    [
        (0, "### BEGIN SOLUTION\n### END SOLUTION"),
        (2, "### BEGIN SOLUTION\n### BEGIN SOLUTION"),
        (2, "### BEGIN SOLUTION"),
        (0, "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"),
        (3, "### BEGIN HIDDEN TESTS"),
        (5, "=== BEGIN MARK SCHEME ===\n![a](attachment:a.png)\n=== END MARK SCHEME ==="),
    ],
)
def test_what_nbgrader_refuses_is_one_line_and_nothing_is_logged(toy, refusal, capfd, caplog, index, source):
    notebook = notebook_of(read_script(toy.lab), "en")
    notebook.cells[index].source = source
    with caplog.at_level(logging.DEBUG):
        assert "nbgrader clears" in refusal(LabError, lambda: cleared(notebook, "en"))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_metadata_that_nbgrader_refuses_are_told(toy, refusal, capfd):
    notebook = notebook_of(read_script(toy.lab), "en")
    notebook.cells[3].metadata.nbgrader.grade_id = "q1-count"
    assert "nbgrader" in refusal(LabError, lambda: cleared(notebook, "en"))
    notebook.cells[3].metadata.nbgrader = {"schema_version": 3}
    assert "nbgrader" in refusal(LabError, lambda: cleared(notebook, "en"))
    assert capfd.readouterr() == ("", "")


def test_without_nbgrader_the_error_says_how_to_install_it(toy, refusal, monkeypatch):
    notebook = notebook_of(read_script(toy.lab), "en")
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    assert "pip install 'amal-attention[grade]'" in refusal(LabError, lambda: cleared(notebook, "en"))
