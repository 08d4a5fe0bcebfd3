"""Submissions of known worth are read from files that say what they are, and put in the place of solution cells."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amal_attention.course.mutation.mutants import Mutant, MutantCell, mutated, read_mutants
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.errors import LabError

WRONG = """\
# %% tags=["mutant"]
# mistake = "one item too many"
# loses = ["q1-count", "q2-sum"]
# breaks = ["each", "none"]
# hint = "off by one"
# public = false

# %% grade_id="q1-count"
class Counter:
    def count(self, items):
        # each item
        return len(items) + 1


# %% grade_id="q2-sum"
total = sum
"""
RIGHT = '# %% tags=["mutant"]\n# variant = "by len"\n# loses = []\n\n# %% grade_id="q1-count"\nCounter = len\n'


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def to_folder(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(text, "utf-8")
        return tmp_path

    return to_folder


def test_a_mistake_says_what_it_loses_and_what_hint_it_gets(write):
    folder = write(off_by_one=WRONG)
    (mutant,) = read_mutants(folder)
    assert (mutant.name, mutant.path, mutant.right) == ("off_by_one", folder / "off_by_one.py", False)
    assert (mutant.about, mutant.hint, mutant.public) == ("one item too many", "off by one", False)
    assert (mutant.loses, mutant.breaks) == (("q1-count", "q2-sum"), ("each", "none"))
    first = "class Counter:\n    def count(self, items):\n        # each item\n        return len(items) + 1"
    assert mutant.cells == {"q1-count": MutantCell(8, first), "q2-sum": MutantCell(15, "total = sum")}


def test_a_mistake_may_say_what_the_public_check_says_of_it(write):
    (plain,) = read_mutants(write(one=WRONG))
    (other,) = read_mutants(write(one=WRONG.replace("# public", '# check = "count them"\n# public')))
    assert (plain.check, other.check) == ("", "count them")


def test_a_right_answer_loses_nothing(write):
    (mutant,) = read_mutants(write(by_len=RIGHT))
    assert (mutant.about, mutant.loses, mutant.hint, mutant.right) == ("by len", (), "", True)


def test_an_answer_without_understanding_loses_nothing_by_itself(tmp_path, write):
    (tmp_path / "trivial").mkdir()
    (tmp_path / "trivial" / "a.py").write_text(RIGHT.replace("variant", "trivial").replace("# loses = []\n", ""))
    (mutant,) = read_mutants(tmp_path / "trivial")
    assert (mutant.about, mutant.loses, list(mutant.cells)) == ("by len", (), ["q1-count"])


def test_they_come_by_name_and_other_files_are_left_alone(write):
    folder = write(b=RIGHT, a=WRONG)
    (folder / "README.md").write_text("# read me")
    assert [mutant.name for mutant in read_mutants(folder)] == ["a", "b"]


def test_an_empty_folder_is_refused(tmp_path, refusal):
    assert str(tmp_path) in refusal(LabError, lambda: read_mutants(tmp_path))


HEADER = WRONG.split("\n\n")[0]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "it is not cells"),
        ("x = 1\n" + WRONG, 1, "nothing before the first"),
        (WRONG.replace('tags=["mutant"]', 'tags=["mutants"]'), 1, "the first cell is not tagged"),
        (WRONG.removeprefix(HEADER + "\n\n"), 1, "the first cell is not tagged"),
        (WRONG.replace("# hint", "hint"), 5, "the first cell holds comments only"),
        (WRONG.replace('"off by one"', "off by one"), 1, "is no TOML"),
        (WRONG.replace("# mistake", "# error"), 1, "says neither a mistake nor a variant"),
        (WRONG.replace("# hint", '# variant = "x"\n# hint'), 1, "says both a mistake and a variant"),
        (WRONG.replace("# public", "# points = 2\n# public"), 1, "a mistake has no key 'points'"),
        (RIGHT.replace("variant", "trivial").replace("# loses = []\n", ""), 1, "lies in the folder trivial"),
        (RIGHT.replace("# loses", '# hint = "x"\n# loses'), 1, "a variant has no key 'hint'"),
        (WRONG.replace('# hint = "off by one"\n', ""), 1, "hint is None, not text"),
        (WRONG.replace('"off by one"', '""'), 1, "hint is '', not text"),
        (WRONG.replace("# public", "# check = 1\n# public"), 1, "check is 1, not text"),
        (WRONG.replace("public = false", 'public = "no"'), 1, "public is 'no', not true or false"),
        (WRONG.replace('["q1-count", "q2-sum"]', '"q1-count"'), 1, "loses is 'q1-count', not a list"),
        (WRONG.replace('["q1-count", "q2-sum"]', "[1]"), 1, "loses is [1], not names that differ"),
        (WRONG.replace('["q1-count", "q2-sum"]', '["q1-count", "q1-count"]'), 1, "not names that differ"),
        (WRONG.replace('["q1-count", "q2-sum"]', "[]"), 1, "a mistake loses something"),
        (WRONG.replace('# breaks = ["each", "none"]\n', ""), 1, "breaks is None, not a list"),
        (WRONG.replace('["each", "none"]', "[]"), 1, "a mistake breaks something"),
        (WRONG.replace('["each", "none"]', '["each", "each"]'), 1, "breaks is ['each', 'each'], not names that differ"),
        (RIGHT.replace("# loses", '# breaks = ["each"]\n# loses'), 1, "a variant has no key 'breaks'"),
        (RIGHT.replace("[]", '["q1-count"]'), 1, "a variant nothing"),
        (HEADER + "\n", 1, "it replaces no cell"),
        (WRONG.replace('# %% grade_id="q2-sum"', "# %%"), 15, "is not code that says which one it replaces"),
        (WRONG.replace('grade_id="q2-sum"', 'grade_id="q2-sum" lang="en"'), 15, "and no more"),
        (WRONG.replace('# %% grade_id="q2-sum"', '# %% [markdown] grade_id="q2-sum"'), 15, "is not code"),
        (WRONG.replace('# %% grade_id="q2-sum"', '# %% grade_id="q1-count"'), 15, "'q1-count' is replaced twice"),
        (WRONG + '\n\n"""\n# %%\n"""\n', 1, "it is not cells"),
    ],
)
def test_what_is_not_written_as_it_must_be_is_told_at_its_line(write, problems, text, line, words):
    assert text not in (WRONG, RIGHT)
    told = problems(lambda: read_mutants(write(a=text)))
    assert any(each.startswith(f"a.py:{line}: ") and words in each for each in told), told


def test_all_that_is_wrong_is_told_at_once(write, problems):
    folder = write(a=WRONG.replace("# mistake", "# error"), b=RIGHT, c=HEADER + "\n")
    (folder / "d.py").write_bytes(b"\xff")
    assert [told.split(":")[0] for told in problems(lambda: read_mutants(folder))] == ["a.py", "c.py", "d.py"]


@pytest.fixture
def notebook(toy) -> Any:
    return notebook_of(read_script(toy.lab), "en")


def replacing(name: str, *loses: str) -> Mutant:
    return Mutant(Path("a.py"), "by len", loses, "", True, {name: MutantCell(5, "Counter = len")})


def test_the_solution_cell_of_the_same_name_is_replaced_and_nothing_else(notebook):
    before = copy.deepcopy(notebook)
    changed = mutated(notebook, replacing("q1-count"))
    assert notebook == before
    for cell, other in zip(before.cells, changed.cells, strict=True):
        if cell.id == "q1-count":
            assert other.source == "Counter = len"
            cell.source = other.source
        assert cell == other
    assert changed.metadata == before.metadata


@pytest.mark.parametrize("name", ["q1-counts", "test-q1-count", "q1-observe"])
def test_a_cell_that_is_no_solution_is_not_replaced(notebook, problems, name):
    (told,) = problems(lambda: mutated(notebook, replacing(name)))
    assert told == f"a.py:5: '{name}' is no solution cell of the notebook (q1-count)"


def test_nothing_is_lost_where_there_is_no_question(notebook, problems):
    (told,) = problems(lambda: mutated(notebook, replacing("q1-count", "q7")))
    assert told == "a.py:1: 'q7' is no solution cell of the notebook (q1-count)"
