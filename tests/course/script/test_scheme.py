"""A lab is refused that pays for something else than what its questions are about, or leaves a requirement untested."""

from __future__ import annotations

import pytest

from amal_attention.course.release.release import release
from amal_attention.course.script.scheme import scheme_problems
from amal_attention.course.script.script import read_script


@pytest.fixture
def told(toy):
    """The problems of the lab's scheme, each as the name of the file, the line and the text."""

    def read():
        found = scheme_problems(toy.lab, read_script(toy.lab))
        return [(problem.path.name, problem.line, problem.text) for problem in found]

    return read


def test_a_scheme_that_pays_for_what_questions_are_about_is_no_problem(told):
    assert told() == []


def test_a_question_without_an_essential_test_is_told(toy, told):
    toy.change(" essential=True,", "", toy.hidden)
    assert told() == [("test_q1.py", 4, "no test of q1-count is essential=True: which ones look at what it is about?")]


def test_essential_tests_that_give_less_than_half_are_told(toy, told):
    toy.change("points=2", "points=1", toy.hidden)
    toy.change('"q1-count", points=1, requires', '"q1-count", points=2, requires', toy.hidden)
    assert [text for _, _, text in told()] == ["essential tests of q1-count give 1 of 3 points, not half of it"]


def test_half_is_enough_even_in_tenths(toy, told):
    essential = '@pytest.mark.question("q1-count", points=0.3, essential=True, alive=True, requires=("count",))\n'
    other = '@pytest.mark.question("q1-count", points=0.1, requires=("none",))\n'
    toy.hidden.write_text("".join(f"{mark}def test_it(): ...\n" for mark in [essential, other, other, other]))
    assert told() == []


def test_a_question_without_a_test_that_sees_whether_the_answer_is_alive_is_told(toy, told):
    toy.change(" alive=True,", "", toy.hidden)
    assert told() == [
        ("test_q1.py", 4, "no test of q1-count is alive=True: which one sees that its idea is attempted?")
    ]


def test_a_test_of_something_that_is_not_stated_is_told(toy, told):
    toy.change('requires=("none",)', 'requires=("none", "more")', toy.hidden)
    assert told() == [("test_q1.py", 11, "'more' is no requirement of q1-count in lab.toml (count, none)")]


def test_a_test_that_pays_and_says_no_requirement_is_told(toy, told):
    toy.change('points=1, requires=("none",)', "points=1", toy.hidden)
    assert [found[1:] for found in told() if found[0] == "test_q1.py"] == [
        (11, "a test of q1-count says no requires: which requirement does it test?")
    ]


def test_a_test_that_pays_nothing_needs_no_requirement(toy, told):
    text = toy.hidden.read_text("utf-8")
    toy.hidden.write_text(text + '\n\n@pytest.mark.question("q1-count", points=0)\ndef test_more():\n    pass\n')
    assert told() == []


def test_a_requirement_without_a_hidden_test_is_told(toy, told):
    toy.manifest('none = "no item counts 0"', 'none = "no item counts 0"\nlarge = "a million count too"')
    assert told() == [("lab.toml", 1, "no hidden test of q1-count requires 'large': a million count too")]


def test_without_hidden_tests_there_is_no_scheme(toy, told):
    toy.hidden.unlink()
    toy.hidden.parent.rmdir()
    assert told() == []


def test_such_a_lab_is_not_released(toy, problems):
    toy.change(" alive=True,", "", toy.hidden)
    assert "alive=True" in problems(lambda: release(toy.lab, "en"))[0]
