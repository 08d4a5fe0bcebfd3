"""What the hidden tests of TP 12 take for the answers of its bank."""

from __future__ import annotations

import pytest

from tests.solutions.bank import Bank
from tests.solutions.bank_tests import GradesOfTheBank

pytestmark = pytest.mark.long


class TestHiddenTests(GradesOfTheBank):
    bank = Bank.of("tp12_adversarial")
