"""What is put in the place of answers, and what is kept of a cell where the answers may be read."""

from __future__ import annotations

import re

import nbformat
import pytest

from amal_attention.course.release.release import (
    release,
    solved,
    solved_path,
    stale_releases,
    whole_notebook,
    write_release,
    write_solved,
)
from amal_attention.errors import StorageError

EXERCISE = '''\
# %% tags=["ungraded"]
def longest(items):
    """The place of the longest."""
    if items:
        ### BEGIN SOLUTION
        lengths = [len(each) * base for each in items]
        return lengths.index(max(lengths))
        ### END SOLUTION
    return -1


# %%
import math'''


@pytest.fixture
def warm(toy):
    """The lab with an exercise that is not graded before the first question."""
    toy.change("# %%\nimport math", EXERCISE)
    return toy


def read(raw: bytes) -> nbformat.NotebookNode:
    return nbformat.reads(raw.decode(), as_version=4)


def sources(raw: bytes) -> dict[str, str]:
    return {cell.id: cell.source for cell in read(raw).cells}


def test_an_exercise_that_is_not_graded_is_released_with_a_stub_and_no_metadata_of_nbgrader(warm):
    cell = next(cell for cell in read(release(warm.lab, "fr")).cells if "longest" in cell.source)
    assert cell.source == (
        'def longest(items):\n    """The place of the longest."""\n    if items:\n        # VOTRE CODE ICI\n'
        '        raise NotImplementedError("à faire : écrivez votre code ici")\n    return -1'
    )
    assert cell.metadata == {"tags": ["ungraded"]}


def test_its_answer_is_looked_for_as_any_other(warm, problems):
    warm.change("# *Your answer", "# Try `lengths = [len(each) * base for each in items]`. *Your answer")
    (told,) = [each for each in problems(lambda: release(warm.lab, "en")) if "base" in each]
    assert "a line of a solution" in told


def test_without_a_region_or_with_metadata_of_nbgrader_it_is_refused(warm, problems):
    warm.change("        ### BEGIN SOLUTION\n        lengths", "        lengths")
    warm.change("lengths))\n        ### END SOLUTION", "lengths))")
    assert "nothing to fill in it" in problems(lambda: release(warm.lab, "en"))[0]
    warm.change('# %% tags=["ungraded"]', '# %% tags=["ungraded"] <locked given>')
    told = problems(lambda: release(warm.lab, "en"))
    assert any("a cell tagged 'ungraded' is not graded" in each for each in told)


def test_the_solved_notebook_holds_the_cells_of_the_script_as_they_stand_there(warm):
    """The script itself is what is held against it, without markers and what only graders have."""
    script = re.sub(r"(?s)### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n", "", warm.script.read_text("utf-8"))
    script = re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION\n", "", script)
    for name, source in sources(solved(warm.lab, "en")).items():
        if "Your" not in source and name not in ("q1-observe", "en-0", "en-5"):
            assert source in script
    assert (
        sources(solved(warm.lab, "en"))["en-5"] == 'print(Counter().count([1]))\nif base:\n    print("long training")'
    )


def test_the_solved_notebook_has_answers_and_mark_schemes_and_no_marker_hidden_test_or_cell_for_instructors(warm):
    text = solved(warm.lab, "fr").decode()
    cells = sources(text.encode())
    assert "return total // base" in cells["q1-count"] and "lengths.index(max(lengths))" in text
    assert cells["q1-observe"] == (
        "Que voyez-vous ?\n**Barème**\nUn point pour qui nomme le débordement des petits pas."
    )
    assert cells["test-q1-count"] == "assert Counter().count([4, 5]) == 2"
    for secret in ("BEGIN", "END", "step=7", "reference =", "NotImplementedError"):
        assert secret not in text


def test_a_hidden_test_in_a_solved_notebook_is_told_and_nothing_is_written(warm, problems, tmp_path):
    warm.change("# *Your answer", "# See `Counter(step=5).count(list(range(1000)))`. *Your answer")
    warm.change(
        "assert lab.Counter(step=5).count(list(range(1000))) == 5000",
        "x = 1\n    Counter(step=5).count(list(range(1000)))",
        warm.hidden,
    )
    told = problems(lambda: write_solved([(warm.lab, ["en"])], tmp_path / "answers"))
    assert any("a line of a hidden test" in each for each in told)
    assert not (tmp_path / "answers").exists()


def test_what_instructors_repeat_of_an_answer_is_no_secret_once_answers_are_out(warm, problems):
    warm.change(
        "reference = Counter(step=3)", "total = sum(self.step * base for item in items)\nreference = Counter(step=3)"
    )
    assert solved(warm.lab, "en")
    assert problems(lambda: release(replace_marker(warm), "en"))


def replace_marker(toy):
    """The lab whose answer also stands in a cell that students get."""
    toy.change("# *Your answer", "# `total = sum(self.step * base for item in items)` *Your answer")
    return toy.lab


def test_solved_notebooks_are_written_beside_no_release(warm, tmp_path):
    out = tmp_path / "labs"
    released = write_release(warm.lab, ["en", "fr"], out)
    written = write_solved([(warm.lab, ["fr"])], out)
    assert written == [solved_path(warm.lab, "fr", out)] and not set(written) & set(released)
    assert written[0].read_bytes() == solved(warm.lab, "fr")
    assert write_solved([(warm.lab, ["fr"])], out) == []
    assert stale_releases(warm.lab, ["en", "fr"], out) == written, "answers among releases are told"


def test_a_place_that_cannot_be_written_is_told(warm, refusal, tmp_path):
    (tmp_path / "en").write_text("a file")
    assert "en" in refusal(StorageError, lambda: write_solved([(warm.lab, ["en"])], tmp_path))


def test_the_whole_notebook_holds_all_for_instructors_of_a_course(warm):
    """All but the cells that only the script has."""
    text = "\n".join(cell.source for cell in whole_notebook(warm.lab, "en").cells)
    assert text.count("### BEGIN SOLUTION") == 1 and "step=7" in text and "=== BEGIN MARK SCHEME ===" in text
