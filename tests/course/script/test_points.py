"""Points agree between the notebooks, the manifest and the hidden tests, or are told with every value."""

from __future__ import annotations

import sys

import pytest

from amal_attention.course.release.release import release
from amal_attention.course.script.points import points_problems
from amal_attention.course.script.script import read_script

MANY = """\
@pytest.mark.question(
    "q1-count", points=2, essential=True, alive=True, requires=("count",), hint="try a longer list"
)"""


@pytest.fixture
def told(toy):
    """The problems of the lab's points, each as the name of the file, the line and the text."""

    def read():
        found = points_problems(toy.lab, read_script(toy.lab))
        return [(problem.path.name, problem.line, problem.text) for problem in found]

    return read


def test_points_that_agree_are_no_problem(told):
    assert told() == []


def test_points_of_the_manifest_that_differ_are_told_with_every_value(toy, told):
    toy.manifest('"test-q1-count" = 3', '"test-q1-count" = 4')
    text = "test-q1-count: 3 in the notebook in en, 3 in the notebook in fr, 4 in lab.toml, 3 in hidden_tests"
    assert told() == [("toy.py", toy.line('"test-q1-count"'), text)]


def test_a_task_that_differs_has_no_hidden_tests_to_name(toy, told):
    toy.manifest("= 1.5", "= 1.25")
    text = "q1-observe: 1.5 in the notebook in en, 1.5 in the notebook in fr, 1.25 in lab.toml"
    assert [found[2] for found in told()] == [text]


def test_a_language_that_differs_is_told(toy, told):
    toy.change("Que voyez-vous ?", "Que voyez-vous donc ?")
    text = toy.script.read_text("utf-8")
    before, marker, after = text.rpartition('"points": 1.5')
    toy.script.write_text(f'{before}"points": 2{after}', "utf-8")
    assert marker
    assert [found[2] for found in told()] == [
        "q1-observe: 1.5 in the notebook in en, 2 in the notebook in fr, 1.5 in lab.toml"
    ]


def test_a_cell_that_a_language_lacks_is_told(toy, told):
    text = toy.script.read_text("utf-8")
    begin = text.index('# %% [markdown] lang="fr" nbgrader')
    toy.script.write_text(text[:begin] + text[text.index("# %% [markdown]\n# *Your") :], "utf-8")
    assert [found[2] for found in told()] == [
        "q1-observe: 1.5 in the notebook in en, nothing in the notebook in fr, 1.5 in lab.toml"
    ]


def test_a_cell_that_the_manifest_lacks_is_told(toy, told):
    toy.manifest('"q1-observe" = 1.5\n', "")
    assert told()[0][2].endswith("nothing in lab.toml")


def test_a_cell_that_the_notebook_lacks_is_told(toy, told):
    toy.manifest('"q1-observe" = 1.5\n', '"q1-observe" = 1.5\n"q9" = 2\n')
    assert told() == [("toy.py", 1, "q9: nothing in the notebook in en, nothing in the notebook in fr, 2 in lab.toml")]


def test_points_in_another_order_are_told(toy, told):
    toy.manifest('"test-q1-count" = 3\n"q1-observe" = 1.5', '"q1-observe" = 1.5\n"test-q1-count" = 3')
    assert [(name, text.split(":")[0]) for name, _, text in told()] == [
        ("lab.toml", "[points] are not in the order of the notebook in en"),
        ("lab.toml", "[points] are not in the order of the notebook in fr"),
    ]


def test_every_disagreement_is_told_at_once(toy, problems):
    toy.manifest('"test-q1-count" = 3', '"test-q1-count" = 4')
    toy.manifest("= 1.5", "= 1.25")
    assert len(problems(lambda: release(toy.lab, "en"))) == 2


def test_hidden_tests_that_add_up_to_something_else_are_told(toy, told):
    toy.change("points=2", "points=1.5", toy.hidden)
    assert told()[0][2].endswith("3 in lab.toml, 2.5 in hidden_tests")


def test_hidden_tests_of_several_files_are_added(toy, told):
    toy.change("points=2", "points=1", toy.hidden)
    more = '@pytest.mark.question("q1-count", points=1)\nasync def test_more():\n    pass\n'
    (toy.hidden.parent / "test_more.py").write_text(f"import pytest\n\n\n{more}")
    assert told() == []


def test_tenths_add_up(toy, told):
    many = "".join(f'@pytest.mark.question("q1-count", points=0.1)\ndef test_{n}():\n    pass\n\n\n' for n in range(30))
    toy.hidden.write_text(many)
    assert told() == []


def test_tenths_that_add_up_to_a_little_more_are_no_problem(toy, told):
    assert sum([0.1, 0.1, 0.1]) != 0.3
    toy.manifest('"test-q1-count" = 3', '"test-q1-count" = 0.3')
    toy.change('"points": 3', '"points": 0.3')
    toy.hidden.write_text('@pytest.mark.question("q1-count", points=0.1)\ndef test():\n    pass\n\n\n' * 3)
    assert told() == []


def test_a_question_without_hidden_tests_is_told_where_there_is_the_folder(toy, told):
    toy.hidden.unlink()
    assert told()[0][2].endswith("3 in lab.toml, nothing in hidden_tests")
    toy.hidden.parent.rmdir()
    assert told() == []


def test_hidden_tests_of_a_question_without_a_test_cell_are_told(toy, told):
    cell = "# %% <solution q2>\ndef two():\n    ### BEGIN SOLUTION\n    return 2\n    ### END SOLUTION\n\n"
    toy.change('# %% tags=["instructor"]', cell + '# %% tags=["instructor"]')
    toy.change("points=2", 'points=2)\n@pytest.mark.question("q2", points=4', toy.hidden)
    assert told()[0][2].startswith("test-q2: nothing in the notebook in en")
    assert told()[0][2].endswith("4 in hidden_tests")


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        ('@pytest.mark.question("q9", points=2)', "'q9' is no solution cell (q1-count)"),
        ('@pytest.mark.question("test-q1-count", points=2)', "'test-q1-count' is no solution cell"),
        ('@pytest.mark.question("q1-observe", points=2)', "'q1-observe' is no solution cell"),
        ("@pytest.mark.question(NAME, points=2)", "'NAME' is no solution cell"),
        ("@pytest.mark.question(points=2)", "None is no solution cell"),
        ("@pytest.mark.question", "None is no solution cell"),
        ("@mark.question(3, points=2)", "3 is no solution cell"),
        ('@pytest.mark.question("q1-count", points=WORTH)', "'WORTH', not a number written out"),
        ('@pytest.mark.question("q1-count", points=1 + 1)', "'1 + 1', not a number"),
        ('@pytest.mark.question("q1-count", points="2")', "'2', not a number"),
        ('@pytest.mark.question("q1-count", points=True)', "True, not a number"),
        ('@pytest.mark.question("q1-count", points=-2)', "-2, not a number"),
        ('@pytest.mark.question("q1-count", points=1e999)', "inf, not a number"),
        ('@pytest.mark.question("q1-count", 2)', "None, not a number"),
        ('@pytest.mark.question("q1-count", **WORTH)', "None, not a number"),
        ('@pytest.mark.question("q1-count", points=2, essential=1)', "essential of q1-count is 1, not True or False"),
        ('@pytest.mark.question("q1-count", points=2, alive=MAYBE)', "alive of q1-count is 'MAYBE', not True"),
        (
            '@pytest.mark.question("q1-count", points=2, requires="count")',
            "requires of q1-count is 'count', not a tuple",
        ),
        ('@pytest.mark.question("q1-count", points=2, requires=(1,))', "requires of q1-count is (1,), not a tuple"),
        (
            '@pytest.mark.question("q1-count", points=2, require=("count",))',
            "require of q1-count is nothing that a mark",
        ),
    ],
)
def test_a_mark_that_is_not_written_out_is_told_with_its_line(toy, told, mark, why):
    toy.change(MANY, mark, toy.hidden)
    (found, *_) = [found for found in told() if found[0] == "test_q1.py"]
    assert found[1] == 4 and why in found[2]


def test_a_mark_of_a_class_is_told(toy, told):
    toy.hidden.write_text('@pytest.mark.question("q1-count", points=3)\nclass TestAll:\n    pass\n')
    assert told()[0][:2] == ("test_q1.py", 1)


@pytest.mark.parametrize("content", [b"def (", b"\xff", b"x = '\0'"], ids=["broken", "not UTF-8", "a null"])
def test_hidden_tests_that_cannot_be_read_are_told(toy, told, content):
    toy.hidden.write_bytes(b"import pytest\n" + content)
    assert told()[0][0] == "test_q1.py" and "cannot be read" in told()[0][2]


def test_hidden_tests_are_never_run(toy, told):
    toy.change("import pytest", "import sys\nsys.modules['was_run'] = sys", toy.hidden)
    assert told() == []
    assert "was_run" not in sys.modules
