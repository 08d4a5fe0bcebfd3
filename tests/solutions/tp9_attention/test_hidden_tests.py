"""What the hidden tests of TP 9 take for the answers of its bank."""

from __future__ import annotations

import pytest

from amal_attention.grading.exam.hidden import HiddenTests
from tests.solutions.bank import Bank
from tests.solutions.bank_tests import GradesOfTheBank

pytestmark = pytest.mark.long


class TestHiddenTests(GradesOfTheBank):
    bank = Bank.of("tp9_attention")

    def test_no_test_takes_more_than_half_of_its_question(self, tests: HiddenTests, question: str) -> None:
        points = [test.points for name, test in tests.all() if name == question]
        assert len(points) >= 3 and max(points) <= sum(points) / 2
