"""What became of an expectation, and of all those of one question: plain data, to show, to count and to send."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

__all__ = ["REPORT_TYPE", "Outcome", "Report", "State", "together"]

REPORT_TYPE = "application/vnd.amal.check+json"
"""The type under which a notebook's output also holds a report as data."""

T = TypeVar("T")

_OTHER_FORM = re.compile(r"None\b|an? [a-z]|(\w+ of )?shape \(|out_features = |no call$")
"""How it begins to be told what came in another form than was asked for; :mod:`wording` names kinds of values so."""


class State(StrEnum):
    """Whether something holds, does not hold, or is not written yet."""

    MET = "met"
    MISSED = "missed"
    TO_DO = "to do"


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation.

    Attributes:
        expectation: what must hold, as a sentence.
        state: whether it does.
        sent: what the student's code was given.
        came: what it gave back.
        expected: what a right answer gives back.
        hint: if missed, the likely mistake; if to do, where ``NotImplementedError`` was raised.
    """

    expectation: str
    state: State
    sent: str = ""
    came: str = ""
    expected: str = ""
    hint: str = ""

    @property
    def raised(self) -> bool:
        """Whether the student's code raised something, and so gave nothing that could be compared."""
        return self.state is State.MISSED and bool(self.came) and not self.expected

    @property
    def structural(self) -> bool:
        """Whether there is nothing yet to compare: it raised, or what came has another form."""
        return self.raised or (self.state is State.MISSED and bool(_OTHER_FORM.match(self.came)))

    @property
    def cause(self) -> tuple[str, ...]:
        """What is the same in two misses of one mistake: the student's line that raised, or the hint.

        What nothing is known of is told by all that came of it.
        """
        if self.raised:
            kind, _, rest = self.came.partition(": ")
            return kind, rest.rpartition(" (in ")[2], self.hint  # sizes in a message differ, the line does not
        return (self.hint,) if self.hint else (self.sent, self.came, self.expected)

    def details(self) -> list[tuple[str, str]]:
        """What is known of a miss, as pairs of a name and a text, in the order in which one reads them."""
        hint = "at" if self.state is State.TO_DO else "likely"
        known = {"sent": self.sent, "came": self.came, "expected": self.expected, hint: self.hint}
        return [(name, text) for name, text in known.items() if text and self.state is not State.MET]


@dataclass
class Report:
    """The outcomes of one question, in the order in which they came."""

    question: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def state(self) -> State:
        """Missed if anything is; else to do if anything is, or if nothing was looked at; else met."""
        states = {outcome.state for outcome in self.outcomes} or {State.TO_DO}
        return next(state for state in (State.MISSED, State.TO_DO, State.MET) if state in states)

    @property
    def headline(self) -> str:
        """The state in a few words, such as ``3 of 5 met``."""
        if self.state is State.TO_DO:
            return "to do"
        return f"{Counter(outcome.state for outcome in self.outcomes)[State.MET]} of {len(self.outcomes)} met"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready built-in types."""
        return {"question": self.question, "outcomes": [asdict(outcome) for outcome in self.outcomes]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Report:
        """Read back what :meth:`to_dict` wrote.

        Raises:
            ValueError: it did not write this.
        """
        try:
            outcomes = [Outcome(**{**_texts(each), "state": State(each["state"])}) for each in values["outcomes"]]
            return cls(str(values["question"]), outcomes)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a report: {type(error).__name__}: {error}") from error


def _texts(values: Any) -> dict[str, Any]:
    if not (isinstance(values, dict) and all(isinstance(each, str) for each in values.values())):
        raise TypeError("an outcome is a dictionary of texts")
    return values


def together(items: Iterable[T], outcome_of: Callable[[T], Outcome]) -> list[list[T]]:
    """Items in their order, each miss beside the first of the same cause: one mistake is said once.

    Args:
        items: whatever has an outcome.
        outcome_of: gives the outcome of one.
    """
    groups: list[list[T]] = []
    known: dict[tuple[str, ...], list[T]] = {}
    for item in items:
        outcome = outcome_of(item)
        group = known.get(outcome.cause) if outcome.state is not State.MET and any(outcome.cause) else None
        if group is not None:
            group.append(item)
            continue
        groups.append([item])
        if outcome.state is not State.MET:
            known[outcome.cause] = groups[-1]
    return groups
