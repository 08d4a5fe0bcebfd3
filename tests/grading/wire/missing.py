"""What an expectation says of an answer, wherever that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amal_attention.checks.expectation import ExpectationMissed


def missed(look: Callable[..., None], *asked: Any) -> tuple[str, str] | None:
    """What is expected, and the likely mistake; None if the expectation is met."""
    try:
        look(*asked)
    except ExpectationMissed as error:
        return str(error.outcome.expected), error.outcome.hint
    return None
