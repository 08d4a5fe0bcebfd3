"""What the checks in the notebook of TP 12 say of its bank of answers."""

from __future__ import annotations

import pytest

from tests.solutions.bank import Bank
from tests.solutions.bank_tests import ReportsOnTheBank

pytestmark = pytest.mark.long


class TestPublicChecks(ReportsOnTheBank):
    bank = Bank.of("tp12_adversarial")
