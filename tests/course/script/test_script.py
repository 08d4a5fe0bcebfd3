"""The script's cells know their lines, say what they are, and become a notebook that is the same each time."""

from __future__ import annotations

import re
import sys

import nbformat
import pytest

from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.errors import LabError

VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_a_cell_knows_where_it_stands_in_the_script(toy):
    raw = toy.script.read_text("utf-8").split("\n")
    cells = read_script(toy.lab).cells
    assert [cell.line for cell in cells] == [n for n, line in enumerate(raw, 1) if line.startswith("# %%")]
    for cell in cells:
        assert cell.lines
        for line, text in cell.numbered():
            assert raw[line - 1] in (text, f"# {text}", f"#{text}")


def test_cells_of_another_language_and_those_for_instructors_are_left_out(toy):
    script = read_script(toy.lab)
    english, french = (sources(notebook_of(script, language)) for language in ("en", "fr"))
    assert english[0].startswith("# Counting") and french[0].startswith("# Compter")
    for ours, other in [(english, "Que voyez-vous"), (french, "What do you see"), (french, "long training")]:
        assert not any(other in source for source in ours)
    assert not any("reference" in source for source in english + french)
    assert "import math\n\nbase = 10" in english and "import math\n\nbase = 10" in french


def test_an_instructor_cell_is_left_out_with_its_language_too(toy):
    toy.change('# %% tags=["instructor"]', '# %% lang="fr" tags=["raises-exception", "instructor"]')
    assert not any("reference" in source for source in sources(notebook_of(read_script(toy.lab), "fr")))


def test_a_cell_that_does_not_run_in_the_script_is_live_in_the_notebook(toy):
    notebook = notebook_of(read_script(toy.lab), "en")
    (cell,) = [cell for cell in notebook.cells if "long training" in cell.source]
    assert cell.cell_type == "code"
    assert cell.source == 'print(Counter().count([1]))\nif base:\n    print("long training")'
    assert cell.metadata == {"tags": ["active-ipynb", "raises-exception"]}


def test_nothing_of_jupytext_or_of_the_languages_is_left(toy):
    notebook = notebook_of(read_script(toy.lab), "en")
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert {key for cell in notebook.cells for key in cell.metadata} == {"nbgrader", "tags"}
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    nbformat.validate(notebook)


def test_ids_are_those_of_nbgrader_where_there_are_any_and_valid_everywhere(toy):
    ids = [cell.id for cell in notebook_of(read_script(toy.lab), "en").cells]
    assert ids == ["en-0", "en-1", "q1-count", "test-q1-count", "en-4", "q1-observe", "en-6"]
    assert ids == [cell.id for cell in notebook_of(read_script(toy.lab), "en").cells]


def test_ids_stay_valid_and_different_whatever_the_cells_are_called(blank):
    long = "q" * 70
    names = [f"{long}-a", f"{long}-b", "q" * 65, "q" * 64, "en-1", "en-1-", "en-0"]
    toy = blank("# %%\na = 1\n\n# %%\nb = 2\n\n" + "\n\n".join(f"# %% <locked {name}>\nc = 3" for name in names))
    ids = [cell.id for cell in notebook_of(read_script(toy.lab), "en").cells]
    assert len(set(ids)) == 9
    assert all(VALID_ID.fullmatch(name) for name in ids)
    assert ids[5:] == names[3:]


def test_magics_are_live_in_the_notebook(blank):
    toy = blank("# %%\n# %matplotlib inline\n# !pip list\nx = 1\n")
    assert sources(notebook_of(read_script(toy.lab), "en")) == ["%matplotlib inline\n!pip list\nx = 1"]


@pytest.mark.parametrize(
    ("script", "line", "told"),
    [
        ("", 1, "there is no cell"),
        ("import math\n", 1, "there is no cell"),
        ("import math\n# %%\nx = 1", 1, "text before the first cell"),
        ("# %%\nx = 1\n#%%\ny = 2", 3, "begins no cell"),
        ("# %%\nx = 1\n    # %%\ny = 2", 3, "begins no cell"),
        ("# %%\nx = 1\n# In[3]:\ny = 2", 3, "begins no cell"),
        ("# %%\nx = 1\n# <codecell>\ny = 2", 3, "begins no cell"),
        ("# %%\nx = 1\n# %%% deeper\ny = 2", 3, "begins no cell"),
        ("# %%\nx = 1\n# %%\nx = '''\n# %%\n'''", 5, "a string or a code block in markdown is still open"),
        ("# %% [markdown]\n# a\n\n# %% [markdown]\n# ```\n# %%\n# ```\n# %%\nx = 1", 6, "is still open"),
        ("# %%\nx = 1\nprint('\x0c')", 3, "a character in it that ends a line"),
        ("# %%\nx = 1\nprint('\0')", 3, "a character in it that ends a line"),
        ("# %% [markdown]\n# a\nb", 3, "a line of markdown begins with '# '"),
        ('# %% [markdown]\n"""a\nb"""', 2, "otherwise than it stands"),
        ('# %% [markdown]\n"""\n# a\n"""', 2, "otherwise than it stands"),
        ('# %% tags=["active-ipynb"]\n# x = 1\ny = 2', 3, "or it runs when the script is imported"),
        ("# %%\nx = 1\n# ls is a command", 3, "for a command of the shell"),
        ("# %% [markdwon]\n# a", 1, "'[markdwon]' is neither [markdown] nor metadata"),
        ("# %% instructor\nx = 1", 1, "'instructor' is neither"),
        ("# %% [raw]\n# a", 1, "a raw cell"),
        ('# %% tags=["active-py"]\nx = 1', 1, "a raw cell"),
        ('# %% tags=["instructer"]\nx = 1', 1, "['instructer'], not a list of known ones"),
        ('# %%\ny = 1\n# %% tags="instructor"\nx = 1', 3, "'instructor' is not of type 'array'"),
        ('# %% tags=["instructor", "instructor"]\nx = 1', 1, "non-unique"),
        ("# %% tags=null\nx = 1", 1, "None"),
        ('# %% tag=["instructor"]\nx = 1', 1, "there is no key 'tag'"),
        ('# %% lang="de"\nx = 1', 1, "lang is 'de', not a language of the lab (en, fr)"),
        ('# %% lang=["en"]\nx = 1', 1, "lang is ['en']"),
        ("# %% lang=en\nx = 1", 1, "the metadata cannot be read"),
        ('# %% nbgrader={"grade": false\nx = 1', 1, "the metadata cannot be read"),
        ("# %% nbgrader=3\nx = 1", 1, "nbgrader is 3"),
        ("# %% nbgrader={}\nx = 1", 1, "nbgrader is {}"),
        ("# ---\n# title: a\n# jupyter: {}\n# ---\n# %%\nx = 1", 1, "the header says more"),
        ("# ---\n# jupyter: [\n# ---\n# %%\nx = 1", 1, "the header says more"),
        ("# ---\n# jupyter:\n#   jupytext: 3\n# ---\n# %%\nx = 1", 1, "the header cannot be used"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(blank, problems, script, line, told):
    toy = blank(script)
    first = problems(lambda: read_script(toy.lab))[0]
    assert first.startswith(f"toy.py:{line}: ") and told in first


def test_all_that_is_wrong_is_told_at_once(blank, problems):
    toy = blank('# %% lang="de" tag=3\nx = 1\n\n# %% lang="it"\nx = 1\n')
    assert [line.split(":")[1] for line in problems(lambda: read_script(toy.lab))] == ["1", "1", "4"]


@pytest.mark.parametrize("content", [None, b"# %%\n\xff"], ids=["missing", "not UTF-8"])
def test_a_script_that_cannot_be_opened_is_told(toy, refusal, content):
    toy.script.unlink()
    if content is not None:
        toy.script.write_bytes(content)
    assert str(toy.script) in refusal(LabError, lambda: read_script(toy.lab))


def test_another_format_of_jupytext_is_told(toy, refusal):
    toy.change("format_name: percent", "format_name: light")
    assert "'light'" in refusal(LabError, lambda: read_script(toy.lab))


def test_windows_line_ends_make_no_difference(toy):
    before = read_script(toy.lab)
    toy.script.write_bytes(toy.script.read_bytes().replace(b"\n", b"\r\n"))
    assert read_script(toy.lab) == before


@pytest.mark.parametrize("name", ["jupytext", "nbformat"])
def test_a_missing_tool_says_how_to_install_it(toy, refusal, monkeypatch, name):
    script = read_script(toy.lab)
    monkeypatch.setitem(sys.modules, name, None)
    told = refusal(LabError, lambda: notebook_of(script, "en") if name == "nbformat" else read_script(toy.lab))
    assert "pip install 'amal-attention[grade]'" in told
