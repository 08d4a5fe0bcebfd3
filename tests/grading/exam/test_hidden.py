"""Hidden tests are collected once, and held for one student after the other."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from amal_attention.checks.expectation import RaisedElsewhere
from amal_attention.errors import LabError, SandboxError
from amal_attention.grading.exam.hidden import HiddenTests, hidden_tests
from amal_attention.grading.exam.local_sitting import LocalSitting
from amal_attention.grading.verdict.verdict import TestVerdict
from amal_attention.grading.wire.student import LocalStudent
from amal_attention.outcome import Outcome, State

TESTS = """\
import random
import pytest
from amal_attention.checks import equal_to

@pytest.mark.question("q1", points=1.5, hint="add")
def test_the_sum(student, draws):
    a, b = draws.between(1, 10**6), draws.between(1, 10**6)
    equal_to(student.add(a, b), a + b, what="the sum")

@pytest.mark.question("q1", points=0.5)
def test_of_nothing(student):
    assert student.add(0, 0) == 0

@pytest.mark.question("q2", points=1, hint="draw")
def test_a_draw(student, draws, seed):
    equal_to(student.draw(), -1, what="the draw", sent=f"{seed} {draws.between(1, 10**6)}")
"""
RIGHT = LocalSitting({"add": lambda a, b: a + b, "draw": lambda: -1})
WRONG = LocalSitting({"add": lambda a, b: a * b, "draw": lambda: 5})
NOTHING = LocalSitting({})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "lab" / "hidden_tests", test_all=TESTS)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def held(folder: Path, sitting: Any = RIGHT, seed: int = 1, questions: set[str] = frozenset()) -> dict:  # type: ignore[assignment]
    with hidden_tests(folder, seed) as tests:
        return tests.hold(sitting, questions)


def states(found: dict[str, list[TestVerdict]]) -> dict[str, list[str]]:
    return {question: [str(test.outcome.state) for test in tests] for question, tests in found.items()}


def test_a_right_answer_meets_every_test(folder):
    found = held(folder)
    assert states(found) == {"q1": ["met", "met"], "q2": ["met"]}
    assert [(each.name, each.points, each.hint) for each in found["q1"]] == [
        ("test_the_sum", 1.5, "add"),
        ("test_of_nothing", 0.5, ""),
    ]
    assert [test.earned for tests in found.values() for test in tests] == [1.5, 0.5, 1]


def test_a_wrong_answer_is_told_what_it_gave(folder):
    found = held(folder, WRONG)
    assert states(found) == {"q1": ["missed", "met"], "q2": ["missed"]}
    assert (found["q2"][0].outcome.expectation, found["q2"][0].outcome.came) == ("the draw", "5")


def test_an_answer_that_is_not_there_is_to_do(folder):
    assert states(held(folder, NOTHING)) == {"q1": ["to do", "to do"], "q2": ["to do"]}


def test_some_questions_can_be_held_alone(folder):
    assert states(held(folder, WRONG, questions={"q2"})) == {"q2": ["missed"]}
    assert held(folder, WRONG, questions={"q3"}) == {}


GATED = """\
import pytest
from amal_attention.checks import equal_to

@pytest.mark.question("q2", points=1)
def test_other(student):
    equal_to(student.draw(), -1, what="the draw")

@pytest.mark.question("q1", points=1.5, essential=True, requires=("sum", "order"), hint="add")
def test_the_sum(student):
    student.count()
    equal_to(student.add(1, 2), 3, what="the sum")

@pytest.mark.question("q1", points=0, alive=True, hint="it adds something")
def test_alive(student):
    equal_to(student.add(1, 2) != student.add(1, 3), True, what="the sum hangs on its terms")
"""


@pytest.fixture
def gated(tmp_path: Path) -> Path:
    return write(tmp_path / "gated" / "hidden_tests", test_all=GATED)


def counting(add: Any) -> tuple[LocalSitting, list[int]]:
    """A student who adds like this, and a list that is as long as the sum was looked at often."""
    looked: list[int] = []
    return LocalSitting({"add": add, "count": lambda: looked.append(1), "draw": lambda: -1}), looked


def test_the_test_that_sees_whether_an_answer_is_alive_is_held_first(gated):
    sitting, looked = counting(lambda a, b: a + b)
    found = held(gated, sitting)
    assert [test.name for test in found["q1"]] == ["test_alive", "test_the_sum"] and looked == [1]
    assert states(found) == {"q1": ["met", "met"], "q2": ["met"]}
    assert [(test.essential, test.requires, test.because) for test in found["q1"]] == [
        (False, (), ""),
        (True, ("sum", "order"), ""),
    ]


def test_of_an_answer_that_is_not_alive_nothing_else_is_held_and_one_reason_is_told(gated):
    sitting, looked = counting(lambda a, b: 3)
    found = held(gated, sitting)
    assert states(found) == {"q1": ["missed", "missed"], "q2": ["met"]} and looked == []
    first, second = found["q1"]
    assert first.outcome == second.outcome and first.outcome.expectation == "the sum hangs on its terms"
    assert (first.because, second.because, second.earned) == ("", "test_alive", 0)


def test_one_answer_that_is_not_alive_does_not_kill_that_of_the_next_student(gated):
    dead, alive = counting(lambda a, b: 3)[0], counting(lambda a, b: a + b)[0]
    with hidden_tests(gated, 1) as tests:
        first, second, third = [tests.hold(each) for each in (dead, alive, dead)]
    assert first == third and states(second)["q1"] == ["met", "met"]


def test_an_answer_that_is_not_there_is_to_do_where_its_life_is_looked_at_too(gated):
    assert states(held(gated, NOTHING)) == {"q1": ["to do", "to do"], "q2": ["to do"]}


def test_held_again_for_another_student_and_again_for_the_first_gives_the_same(folder):
    with hidden_tests(folder, 3) as tests:
        wrong, right, _, again, right_again = [tests.hold(each) for each in (WRONG, RIGHT, NOTHING, WRONG, RIGHT)]
    assert wrong == again and right == right_again and wrong != right


def test_the_seed_alone_decides_what_is_drawn(folder):
    def sent(seed: int, **options: Any) -> str:
        return held(folder, WRONG, seed, **options)["q2"][0].outcome.sent

    assert sent(3) == sent(3) == sent(3, questions={"q2"}) and sent(3).startswith("3 ")
    assert sent(4).split()[1] != sent(3).split()[1]


def test_what_a_test_draws_does_not_hang_on_the_other_tests(tmp_path):
    alone = write(tmp_path / "alone", test_all=TESTS.split("@")[0] + "@" + TESTS.split("@")[-1])
    both = write(tmp_path / "both", test_all=TESTS)
    assert held(alone, WRONG)["q2"] == held(both, WRONG)["q2"]


def test_each_student_begins_each_test_with_the_same_seed(folder):
    class Sits:
        def __init__(self) -> None:
            self.seeds: list[tuple[str, int]] = []

        def begin(self, question: str, seed: int) -> LocalStudent:
            self.seeds.append((question, seed))
            return RIGHT.begin(question, seed)

    first, second, other = Sits(), Sits(), Sits()
    with hidden_tests(folder, 1) as tests:
        tests.hold(first)
        tests.hold(second)
    held(folder, other, seed=2)
    assert first.seeds == second.seeds and len({seed for _, seed in first.seeds}) == 3
    assert [question for question, _ in first.seeds] == ["q1", "q1", "q2"]
    assert {seed for _, seed in first.seeds}.isdisjoint(seed for _, seed in other.seeds)


def test_all_the_tests_can_be_told_without_a_student(folder):
    with hidden_tests(folder, 1) as tests:
        found = tests.all()
    assert [(question, test.name, test.points) for question, test in found] == [
        ("q1", "test_the_sum", 1.5),
        ("q1", "test_of_nothing", 0.5),
        ("q2", "test_a_draw", 1.0),
    ]


def test_what_was_raised_in_another_process_is_told_in_its_words(folder):
    class Lost:
        def begin(self, question: str, seed: int) -> Any:
            raise RaisedElsewhere(Outcome("the answer replies", State.MISSED, came="no answer within 3 s"))

    found = held(folder, Lost())
    assert {test.outcome.came for tests in found.values() for test in tests} == {"no answer within 3 s"}


@pytest.mark.parametrize("error", [SandboxError("no process"), KeyboardInterrupt(), SystemExit(3)])
def test_what_is_no_fault_of_the_student_is_raised_and_costs_no_mark(folder, error):
    class Failing:
        def begin(self, question: str, seed: int) -> Any:
            raise error

    with pytest.raises(type(error)):
        held(folder, Failing())


def test_what_is_raised_within_is_raised_and_ends_the_session(folder):
    with pytest.raises(ZeroDivisionError, match="mine"), hidden_tests(folder, 1):
        raise ZeroDivisionError("mine")
    assert states(held(folder))["q2"] == ["met"]


def test_two_labs_may_be_open_at_once(tmp_path):
    one = write(tmp_path / "one" / "hidden_tests", test_all=TESTS)
    two = write(tmp_path / "two" / "hidden_tests", test_all=TESTS.replace("a + b,", "a * b,"))
    with hidden_tests(one, 1) as adds, hidden_tests(two, 1) as multiplies:
        assert [states(tests.hold(RIGHT))["q1"][0] for tests in (adds, multiplies, adds)] == ["met", "missed", "met"]


def test_the_lab_is_told_when_its_tests_begin_and_end(folder):
    hooks = "pytest_sessionstart", "pytest_sessionfinish"
    source = "".join(f"def {hook}(session): open(__file__ + '.{hook}', 'w').close()\n" for hook in hooks)
    write(folder, conftest=source)
    begun, ended = (folder / f"conftest.py.{hook}" for hook in hooks)
    with hidden_tests(folder, 1) as tests:
        tests.hold(RIGHT)
        assert begun.exists() and not ended.exists()
    assert ended.exists()


def test_a_test_file_that_cannot_be_read_is_named(tmp_path, refusal):
    folder = write(tmp_path / "hidden_tests", test_all=TESTS, test_broken="def test(:\n", test_other="import nowhere\n")
    told = refusal(LabError, lambda: held(folder))
    assert "test_broken.py" in told and "test_other.py" in told and "SyntaxError" in told and "nowhere" in told


def test_a_module_of_the_same_name_is_not_taken_for_it_and_stays(folder, monkeypatch):
    other = types.ModuleType("test_all")
    monkeypatch.setitem(sys.modules, "test_all", other)
    assert states(held(folder))["q2"] == ["met"]
    assert sys.modules["test_all"] is other


def test_a_test_without_a_question_is_refused(tmp_path, refusal):
    folder = write(tmp_path / "hidden_tests", test_all=TESTS + "\ndef test_stray(): pass\n")
    told = refusal(LabError, lambda: held(folder))
    assert "no marker 'question' on test_stray" in told and "test_the_sum" not in told


@pytest.mark.parametrize("files", [{}, {"helper": "x = 1\n"}, {"test_none": "x = 1\n"}])
def test_a_lab_without_hidden_tests_is_refused(tmp_path, refusal, files):
    folder = write(tmp_path / "hidden_tests", **files)
    told = refusal(LabError, lambda: held(folder))
    assert "hidden tests in" in told and "got none" in told and "--collect-only" in told


def test_a_folder_that_is_not_there_is_refused(tmp_path, refusal):
    assert "hidden tests in" in refusal(LabError, lambda: held(tmp_path / "absent"))


def test_a_test_that_is_skipped_gives_no_points(tmp_path):
    source = 'import pytest\n@pytest.mark.question("q1", points=1)\ndef test_a(student): pytest.skip("later")\n'
    (test,) = held(write(tmp_path / "hidden_tests", test_a=source))["q1"]
    assert (test.earned, test.outcome.state, test.outcome.hint) == (0, State.TO_DO, "the test is skipped")


def test_a_test_that_only_errs_afterwards_is_not_met(tmp_path):
    source = """
import pytest
@pytest.fixture
def bad():
    yield
    raise ValueError("after")
@pytest.mark.question("q1", points=1)
def test_a(student, bad): pass
"""
    (test,) = held(write(tmp_path / "hidden_tests", test_a=source))["q1"]
    assert test.earned == 0


def test_labs_with_test_files_of_the_same_name_are_each_tested_by_their_own(tmp_path):
    first = write(tmp_path / "one" / "hidden_tests", test_all=TESTS)
    second = write(tmp_path / "two" / "hidden_tests", test_all=TESTS.replace("a + b,", "a * b,"))
    assert states(held(first, RIGHT))["q1"] == states(held(second, WRONG))["q1"] == ["met", "met"]


def test_tests_that_were_edited_are_read_again(folder):
    assert states(held(folder, WRONG))["q1"] == ["missed", "met"]
    write(folder, test_all=TESTS.replace("a + b,", "b * a,") + "\n# longer\n")
    assert states(held(folder, WRONG))["q1"] == ["met", "met"]


OTHER = """
import pytest
def pytest_collection_modifyitems(items):
    items.clear()
"""


def test_no_other_plugin_has_a_part_and_no_configuration(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    (folder.parent / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (folder.parent.parent / "conftest.py").write_text(OTHER)

    def loaded(tests: HiddenTests) -> set[str]:
        manager = tests._session.config.pluginmanager
        return {name for _, dist in manager.list_plugin_distinfo() for name in [dist.project_name]}

    with hidden_tests(folder, 1) as tests:
        assert loaded(tests) == set()
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "yes")
    held(folder)
    assert os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] == "yes"


def test_nothing_is_written_anywhere(folder, capfd, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = sorted(folder.parent.rglob("*"))
    held(folder, WRONG)
    assert capfd.readouterr() == ("", "")
    assert sorted(folder.parent.rglob("*")) == before


def test_modules_of_a_lab_are_gone_after_it(folder):
    before = set(sys.modules)
    held(folder)
    assert not {name for name in set(sys.modules) - before if "test_all" in name}


def test_a_single_test_is_held_anew_for_each_student(tmp_path):
    folder = write(tmp_path / "hidden_tests", test_all=TESTS.split("@")[0] + "@" + TESTS.split("@")[-1])

    with hidden_tests(folder, 1) as tests:
        found = [states(tests.hold(each))["q2"][0] for each in (WRONG, RIGHT, NOTHING, RIGHT, WRONG)]
    assert found == ["missed", "met", "to do", "met", "missed"]


def test_questions_in_several_files_are_held_in_any_order(tmp_path):
    start, first, _, last = TESTS.split("@")
    folder = write(tmp_path / "hidden_tests", test_a=f"{start}@{first}", test_b=f"{start}@{last}")

    with hidden_tests(folder, 1) as tests:
        found = [states(tests.hold(RIGHT, {question})) for question in ("q1", "q2", "q1")]
    assert found == [{"q1": ["met"]}, {"q2": ["met"]}, {"q1": ["met"]}]
