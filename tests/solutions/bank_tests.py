"""What the bank of every lab shows: the tests of each lab take these classes over, in files of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from amal_attention.course.mutation.mutants import Mutant
from amal_attention.course.release.nbgrader_glue import cleared
from amal_attention.course.script.script import notebook_of, read_script
from amal_attention.grading.exam.hidden import HiddenTests, hidden_tests
from amal_attention.grading.exam.local_sitting import LocalSitting
from amal_attention.grading.verdict.telling import told
from amal_attention.outcome import State
from tests.solutions.bank import WHOLE, Bank, defined_by, missed
from tests.solutions.french import english_left

__all__ = ["GradesOfTheBank", "ReportsOnTheBank"]

SEED = 1


class OfABank:
    """Hands to each test, by the names of its arguments, the submissions and questions of the lab's bank."""

    bank: Bank

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        mutants = self.bank.mutants.values()
        submissions = {
            "public_mistake": self.bank.one_a_question(),
            "unseen_in_public": [each for each in mutants if not each.public and (WHOLE or each.right)],
            "mistake": self.bank.one_a_requirement(),
            "right": [each for each in mutants if each.right],
        }
        for name in metafunc.fixturenames:
            if name in submissions:
                metafunc.parametrize(name, submissions[name], ids=lambda mutant: mutant.name)
        for name, values in (("question", self.bank.questions), ("language", self.bank.lab.languages)):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values)


class ReportsOnTheBank(OfABank):
    """The checks in the notebook see each mistake and name it, in both languages, and let every right answer pass."""

    def test_the_reference_meets_all(self, question: str) -> None:
        report = self.bank.report(question, self.bank.names)
        assert report.state is State.MET and report.outcomes

    def test_a_mistake_is_missed_and_named_and_told_in_french(self, public_mistake: Mutant) -> None:
        report = self.bank.reported(public_mistake.name)[public_mistake.loses[0]]
        assert report.state is State.MISSED
        words = public_mistake.check or public_mistake.hint
        assert any(words in text for text in missed(report)), missed(report)
        assert [text for each in report.outcomes for text in english_left(each, self.bank.lab)] == []

    def test_a_right_answer_or_one_that_hidden_tests_alone_see_meets_all(self, unseen_in_public: Mutant) -> None:
        found = self.bank.reported(unseen_in_public.name)
        assert {name: missed(report) for name, report in found.items() if report.state is not State.MET} == {}

    def test_the_notebook_that_students_get_says_to_do_everywhere(self, language: str) -> None:
        names = defined_by(cleared(notebook_of(read_script(self.bank.lab), language), language))
        found = {question: self.bank.report(question, names) for question in self.bank.questions}
        assert {name: report.headline for name, report in found.items()} == dict.fromkeys(found, "to do")
        assert State.MISSED not in {outcome.state for report in found.values() for outcome in report.outcomes}


class GradesOfTheBank(OfABank):
    """Hidden tests take marks for each requirement that is broken, say which mistake it is, and punish no right answer.

    ``amal mutants LAB`` looks at every mistake, and at the marks of the other questions.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def tests(cls) -> Iterator[HiddenTests]:
        with torch.random.fork_rng(), hidden_tests(cls.bank.lab.folder / "hidden_tests", SEED) as tests:
            yield tests

    @pytest.fixture(scope="class")
    @classmethod
    def lines(cls) -> set[str]:
        """The lines of the hidden tests that hold code, but for hints."""
        paths = (cls.bank.lab.folder / "hidden_tests").glob("*.py")
        lines = {line.strip() for path in paths for line in path.read_text("utf-8").split("\n")}
        return {
            line for line in lines if len(line) > 20 and any(sign in line for sign in "(=[") and "hint=" not in line
        }

    def test_the_solution_loses_nothing_also_where_no_later_answer_is_known(
        self, tests: HiddenTests, question: str
    ) -> None:
        held = tests.hold(LocalSitting(self.bank.names_at(question)), [question])
        assert [(each.name, each.outcome) for each in held[question] if each.outcome.state is not State.MET] == []

    def test_a_broken_requirement_costs_marks_and_the_mistake_is_named(
        self, tests: HiddenTests, mistake: Mutant, lines: set[str]
    ) -> None:
        graded = self.bank.graded(mistake, tests)
        assert graded.caught and not graded.unseen and graded.named
        for test in (test for question in graded.verdict.questions for test in question.tests):
            text = told(mistake.loses[0], test.outcome)
            assert "hidden_tests" not in text and not [line for line in lines if line in text], text

    def test_a_right_answer_loses_nothing(self, tests: HiddenTests, right: Mutant) -> None:
        assert self.bank.graded(right, tests).lost == set()

    def test_the_notebook_that_students_get_earns_nothing_and_says_not_attempted(
        self, tests: HiddenTests, language: str
    ) -> None:
        unsolved = cleared(notebook_of(read_script(self.bank.lab), language), language)
        held = tests.hold(LocalSitting(defined_by(unsolved)))
        assert {each.outcome.state for outcomes in held.values() for each in outcomes} == {State.TO_DO}
        assert set(held) == set(self.bank.questions)

    def test_the_points_of_a_question_are_those_of_its_cell(self, tests: HiddenTests, question: str) -> None:
        points = sum(test.points for name, test in tests.all() if name == question)
        assert points == pytest.approx(self.bank.lab.points[f"test-{question}"])
