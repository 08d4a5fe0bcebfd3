"""What a submission earned, and why: plain data, to print, to keep and to read again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from amal_attention.cell_names import TEST_PREFIX
from amal_attention.outcome import Outcome, State

__all__ = ["QuestionVerdict", "Status", "TestVerdict", "Verdict"]


class Status(StrEnum):
    """What became of a submission; each has exactly one."""

    GRADED = "graded"
    PARTIAL = "partial"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    WRONG_LAB = "wrong_lab"
    MISSING = "missing"


@dataclass(frozen=True)
class TestVerdict:
    """What became of one hidden test.

    Attributes:
        name: the name of the test.
        points: the points that it is worth.
        outcome: what it saw; of a test that passed, that it is met.
        hint: what the test hints at where it is missed.
        essential: whether it looks at what the question is about.
        requires: the requirements of the statement that it tests, by their ids in the manifest.
        because: name of the test whose miss is the reason why this one is lost; it was not held then.
    """

    __test__ = False  # pytest takes it for a class of tests

    name: str
    points: float
    outcome: Outcome
    hint: str = ""
    essential: bool = False
    requires: tuple[str, ...] = ()
    because: str = ""

    @property
    def earned(self) -> float:
        """The points that it gives: all or none."""
        return self.points if self.outcome.state is State.MET else 0.0


@dataclass(frozen=True)
class QuestionVerdict:
    """What a question earned.

    Attributes:
        question: ``grade_id`` of its solution cell.
        tests: what became of its hidden tests.
        lab_digest: the digest of the lab, where the question was graded again after the others; else empty.
    """

    question: str
    tests: tuple[TestVerdict, ...]
    lab_digest: str = ""

    @property
    def points(self) -> float:
        """The most that it can earn."""
        return sum(test.points for test in self.tests)

    @property
    def earned(self) -> float:
        """What it earned."""
        return sum(test.earned for test in self.tests)

    @property
    def state(self) -> State:
        """Met if all is; to do if nothing is there to look at; else missed."""
        states = {test.outcome.state for test in self.tests}
        return states.pop() if len(states) == 1 else State.MISSED


@dataclass(frozen=True)
class Verdict:
    """What a submission earned.

    Attributes:
        submission: its name.
        lab: the lab's.
        status: what became of it.
        why: the reason of a status that is not "graded".
        questions: the questions in the order of the lab.
        repairs: what was wrong with the file, and what was made of it.
        errors: what cells raised, a line each.
        output: the beginning of what was printed by a process that died.
        seed: the seed of the hidden tests.
        isolation: where the submission ran.
        layers: what closed the world around it there.
        limits: the limits that it had.
        digest: the digest of the submission's bytes.
        lab_digest: the digest of the lab that graded it.
        graded_by: digest of the code that graded it, and of what that was run by.
        seconds: how long the grading took.
        cpu_seconds: the CPU time of the submission's processes.
        peak_mb: the most memory that one of them held, torch and all.
    """

    submission: str
    lab: str
    status: Status
    why: str = ""
    questions: tuple[QuestionVerdict, ...] = ()
    repairs: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    output: str = ""
    seed: int = 0
    isolation: str = ""
    layers: tuple[str, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    digest: str = ""
    lab_digest: str = ""
    graded_by: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def exposed(self) -> bool:
        """Whether its code ran outside of the sandbox, where it could do more than answer."""
        return self.status is not Status.MISSING and self.isolation not in ("", "sandbox")

    @property
    def earned(self) -> float:
        """The points of all questions."""
        return sum(question.earned for question in self.questions)

    @property
    def points(self) -> float:
        """The most that they can earn."""
        return sum(question.points for question in self.questions)

    @property
    def by_cell(self) -> dict[str, float]:
        """The points of each question, by the ``grade_id`` of its test cell."""
        return {f"{TEST_PREFIX}{question.question}": question.earned for question in self.questions}

    @property
    def lost(self) -> set[str]:
        """The questions that lost points."""
        return {each.question for each in self.questions if each.earned < each.points}

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON-ready built-in types, the points of each part beside it."""
        values = asdict(self) | {"earned": self.earned, "points": self.points}
        values["questions"] = [
            {"question": each.question, "earned": each.earned, "points": each.points, "state": str(each.state)}
            | {"lab_digest": each.lab_digest}
            | {"tests": [asdict(test) | {"earned": test.earned} for test in each.tests]}
            for each in self.questions
        ]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Verdict:
        """Read back what :meth:`to_dict` wrote.

        Raises:
            ValueError: it did not write this.
        """
        try:
            given = {key: value for key, value in values.items() if key not in ("earned", "points")}
            given["status"] = Status(given["status"])
            given["questions"] = tuple(map(_question, given["questions"]))
            given |= {key: tuple(given[key]) for key in ("repairs", "errors", "layers")}
            return cls(**given)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not a verdict: {type(error).__name__}: {error}") from error


def _question(values: dict[str, Any]) -> QuestionVerdict:
    tests = tuple(map(_test, values["tests"]))
    return QuestionVerdict(values["question"], tests, values.get("lab_digest", ""))


def _test(values: dict[str, Any]) -> TestVerdict:
    outcome = values["outcome"] | {"state": State(values["outcome"]["state"])}
    given = {key: value for key, value in values.items() if key not in ("earned", "outcome", "requires")}
    return TestVerdict(**given, outcome=Outcome(**outcome), requires=tuple(values.get("requires", ())))
