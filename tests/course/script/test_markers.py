"""A marker that is not right is told with its line, and nothing is released; prose about solutions is left alone."""

from __future__ import annotations

import pytest

from amal_attention.course.release.release import release
from amal_attention.course.script.markers import marker_problems, regions
from amal_attention.course.script.script import read_script

SOLUTION = """\
# %% <solution q1>
def answer():
    ### BEGIN SOLUTION
    return 42
    ### END SOLUTION
"""
TEST = """\
# %% <test test-q1 1>
assert answer()
### BEGIN HIDDEN TESTS
assert answer() == 42
### END HIDDEN TESTS
"""
TASK = """\
# %% [markdown] <task q2 1>
# What do you see?
# === BEGIN MARK SCHEME ===
# One point for the number.
# === END MARK SCHEME ===
"""
WHOLE = f"{SOLUTION}\n{TEST}\n{TASK}\n# %%\nx = 1\n"

# In the script WHOLE: a line as it stands, what comes in its place, and the lines that are told with a part of why.
WRONG = {
    "a letter too few": ("    ### BEGIN SOLUTION", "    ### BEGIN SOLUTON", {3: "write '### BEGIN SOLUTION'"}),
    "two signs": ("    ### BEGIN SOLUTION", "    ## BEGIN SOLUTION", {3: "looks like a marker"}),
    "four signs": ("    ### BEGIN SOLUTION", "    #### BEGIN SOLUTION", {3: "looks like a marker"}),
    "one sign": ("    ### BEGIN SOLUTION", "    # BEGIN SOLUTION", {3: "looks like a marker"}),
    "no space": ("    ### BEGIN SOLUTION", "    ###BEGIN SOLUTION", {3: "looks like a marker"}),
    "two spaces": ("    ### BEGIN SOLUTION", "    ### BEGIN  SOLUTION", {3: "looks like a marker"}),
    "a space that does not break": ("    ### BEGIN SOLUTION", "    ### BEGIN\u00a0SOLUTION", {3: "looks like"}),
    "a space after it": ("    ### BEGIN SOLUTION", "    ### BEGIN SOLUTION ", {3: "looks like a marker"}),
    "glued": ("    ### BEGIN SOLUTION", "    ### BEGINSOLUTION", {3: "looks like a marker"}),
    "lower case": ("    ### BEGIN SOLUTION", "    ### begin solution", {3: "looks like a marker"}),
    "a word too few": ("    ### BEGIN SOLUTION", "    ### SOLUTION", {3: "looks like a marker"}),
    "a word after it": ("    ### BEGIN SOLUTION", "    ### BEGIN SOLUTION of q1", {3: "looks like a marker"}),
    "code before it": ("    ### BEGIN SOLUTION", "    x = 1  ### BEGIN SOLUTION", {3: "looks like a marker"}),
    "in a string": ("    ### BEGIN SOLUTION", '    "### BEGIN SOLUTION"', {3: "looks like a marker"}),
    "the end in a string": ("    return 42", '    return """\n    ### END SOLUTION"""', {5: "looks like a marker"}),
    "a plural": ("    ### END SOLUTION", "    ### END SOLUTIONS", {5: "write '### END SOLUTION'"}),
    "no end": ("    ### END SOLUTION", "    pass", {3: "does not end in its cell"}),
    "no begin": ("    ### BEGIN SOLUTION", "    pass", {5: "ends that began nowhere"}),
    "over the end of a cell": (
        "    return 42",
        "    return 42\n\n# %%\nx = 1",
        {3: "does not end", 8: "began nowhere"},
    ),
    "nested": (
        "    return 42",
        "    ### BEGIN SOLUTION\n    return 42",
        {4: "begins inside that of SOLUTION from line 3"},
    ),
    "twice ended": ("    return 42", "    return 42\n    ### END SOLUTION", {6: "began nowhere"}),
    "crossed": ("    return 42", "    ### END HIDDEN TESTS\n    return 42", {4: "HIDDEN TESTS ends inside"}),
    "begun in another kind": ("    return 42", "    ### BEGIN HIDDEN TESTS\n    return 42", {4: "begins inside"}),
    "of the wrong kind": (
        "    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION",
        "    ### BEGIN HIDDEN TESTS\n    return 42\n    ### END HIDDEN TESTS",
        {3: "in a test cell only"},
    ),
    "empty": ("    return 42\n", "", {3: "is empty"}),
    "without a statement": (
        "    return 42\n    ### END SOLUTION",
        "    # think\n    ### END SOLUTION\n    return 42",
        {3: "no statement"},
    ),
    "no region at all": (
        "    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION",
        "    return 42",
        {1: "without"},
    ),
    "outside a function": ("def answer():\n", "if True:\n", {3: "not in the body of a function"}),
    "before the signature ends": ("    return 42", "    return (42", {4: "cannot be read"}),
    "not a solution cell": ("# %% <solution q1>", "# %%", {3: "stands in a solution cell only"}),
    "a locked cell": ("# %% <solution q1>", "# %% <locked q1>", {3: "stands in a solution cell only"}),
    "beside the cell's start": (
        "# %% <solution q1>",
        "# %% BEGIN SOLUTION <solution q1>",
        {1: "neither [markdown] nor"},
    ),
    "one hidden test": ("### BEGIN HIDDEN TESTS", "### BEGIN HIDDEN TEST", {9: "write '### BEGIN HIDDEN TESTS'"}),
    "tests not said to be hidden": ("### BEGIN HIDDEN TESTS", "### BEGIN TESTS", {9: "looks like a marker"}),
    "hidden tests without an end": ("### END HIDDEN TESTS", "", {9: "does not end in its cell"}),
    "hidden tests outside a test": ("# %% <test test-q1 1>", "# %%", {9: "in a test cell only"}),
    "hidden tests that leave half": (
        "assert answer()\n### BEGIN HIDDEN TESTS\nassert",
        "if answer():\n    ### BEGIN HIDDEN TESTS\n    assert",
        {9: "without this region the code of the cell is broken"},
    ),
    "hidden tests in a string": (
        "### BEGIN HIDDEN TESTS\nassert answer() == 42\n",
        "'''\n### BEGIN HIDDEN TESTS\nassert answer() == 42\n'''\n",
        {10: "stands in a string"},
    ),
    "a mark scheme in lower case": ("# === BEGIN MARK SCHEME ===", "# === Begin mark scheme ===", {15: "looks like"}),
    "a mark scheme with two signs": ("# === BEGIN MARK SCHEME ===", "# == BEGIN MARK SCHEME ==", {15: "looks like"}),
    "a mark scheme with other signs": ("# === BEGIN MARK SCHEME ===", "# ### BEGIN MARK SCHEME", {15: "looks like"}),
    "a mark scheme not commented": ("# === BEGIN MARK SCHEME ===", "#=== BEGIN MARK SCHEME ===", {15: "looks like"}),
    "a mark scheme indented": ("# === BEGIN MARK SCHEME ===", "#   === BEGIN MARK SCHEME ===", {15: "looks like"}),
    "a mark scheme outside a task": ("# %% [markdown] <task q2 1>", "# %% [markdown]", {15: "in a task cell only"}),
    "an image in a mark scheme": ("# One point", "# ![](attachment:a.png) One point", {16: "a file attached"}),
    "a solution in markdown": (
        "# What do you see?",
        "# ### BEGIN SOLUTION\n# 42\n# ### END SOLUTION",
        {14: "in a sol"},
    ),
    "a mark scheme in code": ("x = 1", "# === BEGIN MARK SCHEME ===\n# 42\n# === END MARK SCHEME ===", {20: "looks"}),
    "in a plain cell": ("x = 1", "x = 1\n### END SOLUTION", {21: "began nowhere"}),
    "in the docstring": ("def answer():\n", 'def answer():\n    """BEGIN SOLUTION"""\n', {3: "looks like a marker"}),
}

INNOCENT = [
    "# %% [markdown]\n# The solution begins at the end.",
    "# %% [markdown]\n# ## The solution",
    "# %% [markdown]\n# ## Hidden tests\n#\n# Hidden tests run on what you hand in.",
    "# %% [markdown]\n# Begin with the solution of the first exercise, then end with your own.",
    "# %% [markdown]\n# In the end, solutions differ;\n# and solutions\n# begin alike.",
    "# %% [markdown]\n# Vous trouverez la solution à la fin ; la fin de la solution est donnée.",
    '# %% [markdown] lang="fr"\n# en solution\n#\n# ## La solution',
    "# %% [markdown]\n# Your mark depends on the scheme of your answer.",
    "# %%\nsolution = 3\nsolution",
    "# %%\nbegin, end = 0, 1\nend_solution = begin",
    "# %%\n# the solution of the test begins here, and ends below\nx = 1",
    "# %%\n## a heading of a sort: no solution\nx = 1",
    "# %%\nEND = 'end'\nBEGIN = 'begin'\nSOLUTION = 'solution'",
    "# %%\ndef begin_solution():\n    return 'a test that is hidden'",
    "# %%\nx = {'solution': 1, 'mark': 2, 'scheme': 3}",
    "# %%\n# one solution\n# no solution\n# send solutions\nx = 1",
    "# %%\n# ---------\n# === 1 ===\n### 2\nx = 1",
    '# %% tags=["instructor"]\n# The solution ends here.\nx = 1',
]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_marker_is_told_with_its_line(blank, problems, name):
    old, new, told = WRONG[name]
    assert WHOLE.count(old) >= 1
    toy = blank(WHOLE.replace(old, new, 1))
    lines = problems(lambda: release(toy.lab, "en"))
    for line, reason in told.items():
        assert any(found.startswith(f"toy.py:{line}: ") and reason in found for found in lines), lines


def test_right_markers_are_no_problem(blank):
    script = read_script(blank(WHOLE).lab)
    assert marker_problems(script) == []
    assert [(region.kind, region.begin, region.end) for cell in script.cells for region in regions(cell)] == [
        ("SOLUTION", 3, 5),
        ("HIDDEN TESTS", 9, 11),
        ("MARK SCHEME", 15, 17),
    ]


def test_markers_of_a_cell_that_does_not_run_in_the_script_are_commented_too(blank):
    toy = blank(
        f"{SOLUTION}\n"
        '# %% tags=["active-ipynb"] <test test-q1 1>\n# assert answer()\n'
        "# ### BEGIN HIDDEN TESTS\n# assert answer() == 42\n# ### END HIDDEN TESTS\n"
    )
    script = read_script(toy.lab)
    assert marker_problems(script) == []
    assert [(region.kind, region.begin, region.end) for region in regions(script.cells[1])] == [("HIDDEN TESTS", 9, 11)]


def test_a_marker_that_is_not_commented_in_such_a_cell_is_told(blank, problems):
    toy = blank(
        f"{SOLUTION}\n"
        '# %% tags=["active-ipynb"] <test test-q1 1>\n# assert answer()\n'
        "### BEGIN HIDDEN TESTS\n# assert answer() == 42\n# ### END HIDDEN TESTS\n"
    )
    assert [line.split(": ")[0] for line in problems(lambda: release(toy.lab, "en"))] == ["toy.py:9", "toy.py:11"]


def test_two_regions_of_a_cell_are_both_kept_apart(blank):
    second = "def other():\n    ### BEGIN SOLUTION\n    return 43\n    ### END SOLUTION\n"
    script = read_script(blank(f"{SOLUTION}{second}").lab)
    assert marker_problems(script) == []
    assert [(region.begin, region.end) for region in regions(script.cells[0])] == [(3, 5), (7, 9)]


def test_every_mistake_is_told_at_once_in_the_order_of_the_script(blank, problems):
    toy = blank(WHOLE.replace("SOLUTION\n    return", "SOLUTON\n    return").replace("MARK SCHEME", "MARK SCHEMA"))
    lines = [int(line.split(":")[1]) for line in problems(lambda: release(toy.lab, "en"))]
    assert lines == [3, 5, 15, 17]


def test_mistakes_of_markers_and_of_metadata_are_told_in_the_order_of_the_script(blank, problems):
    toy = blank(WHOLE.replace("<solution q1>", "<solution q1 2>").replace("END SOLUTION", "END SOLUTIONS"))
    assert [line.split(": ")[0] for line in problems(lambda: release(toy.lab, "en"))] == [
        "toy.py:1",
        "toy.py:3",
        "toy.py:5",
    ]


def test_an_image_of_the_task_itself_is_not_told_as_one_of_its_mark_scheme(blank, problems):
    toy = blank(TASK.replace("# What", "# ![](attachment:a.png) What"))
    (toy.folder / "lab.toml").open("a").write("[points]\nq2 = 1\n")
    assert problems(lambda: release(toy.lab, "en")) == ["toy.py:1: in cell 1 (q2) of 'en': an attached file"]


def test_a_mistake_in_a_cell_of_another_language_is_told_too(blank, problems):
    toy = blank('# %% lang="fr"\n### END SOLUTIONS\nx = 1\n')
    assert problems(lambda: release(toy.lab, "en"))[0].startswith("toy.py:2: ")


@pytest.mark.parametrize("script", INNOCENT)
def test_prose_and_code_that_speak_of_solutions_are_released(blank, script):
    assert release(blank(f"{script}\n").lab, "en")
