"""What the hidden tests of a lab cost: CPU time by test and by operation, so that one that costs too much is seen."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from amal_attention.checks.subjects.subject import OPERATIONS
from amal_attention.grading.exam.hidden import HiddenTests, hidden_tests
from amal_attention.grading.exam.local_sitting import LocalSitting
from amal_attention.grading.wire.student import LocalStudent
from amal_attention.lab import Lab

__all__ = ["Costs", "costs_of", "costs_text"]

_DEAREST = 12
_TURNS = 3


@dataclass
class Costs:
    """What it costs to hold all hidden tests of a lab once.

    Attributes:
        tests: seconds of CPU time, by test and in their order.
        operations: the same by operation; what a test does besides is in none.
        asked: how often, by operation.
    """

    tests: dict[str, float] = field(default_factory=dict)
    operations: dict[str, float] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Of all tests."""
        return sum(self.tests.values())


def costs_of(lab: Lab, seed: int) -> Costs:
    """What the tests cost on the lab's own answers, in this process: the least of some turns, which others disturb.

    A submission costs the messages besides, which are about as many as its operations.

    Args:
        lab: the lab.
        seed: the seed of what the tests draw.

    Raises:
        LabError: the lab has no hidden tests, or cannot be imported.
    """
    names = vars(lab.module())
    with hidden_tests(lab.folder / "hidden_tests", seed) as tests:
        turns = [_held(tests, names) for _ in range(1 + _TURNS)][1:]  # the first imports, and fills caches
    least = turns[0]
    for turn in turns[1:]:
        least.tests = _least(least.tests, turn.tests)
        least.operations = _least(least.operations, turn.operations)
    return least


def costs_text(costs: Costs) -> str:
    """Two tables: the dearest tests, and the operations."""
    dearest = _by_cost(costs.tests)
    rest = dearest[_DEAREST:]
    width = max(len(name) for name, _ in dearest)
    lines = [f"{1000 * costs.seconds:.0f} ms of CPU time for {len(dearest)} hidden tests"]
    lines += [f"{name:{width}} {_share(seconds, costs)}" for name, seconds in dearest[:_DEAREST]]
    if rest:
        lines.append(f"{f'{len(rest)} others':{width}} {_share(sum(seconds for _, seconds in rest), costs)}")
    for name, seconds in _by_cost(costs.operations):
        lines.append(f"{f'{costs.asked[name]} x {name}':{width}} {_share(seconds, costs)}")
    return "\n".join(lines)


def _held(tests: HiddenTests, names: dict[str, object]) -> Costs:
    """What one turn costs."""
    clock, costs = _Clock(names), Costs()
    with _counted(costs):
        tests.hold(clock)
    ends = [*clock.begins[1:], time.process_time()]
    spent = (end - begin for begin, end in zip(clock.begins, ends, strict=True))
    costs.tests = {f"{question}: {test.name}": next(spent) for question, test in tests.all()}
    return costs


class _Clock(LocalSitting):
    """Answers of this process; it notes the CPU time at which each test begins."""

    def __init__(self, names: dict[str, object]) -> None:
        super().__init__(names)
        self.begins: list[float] = []

    def begin(self, question: str, seed: int) -> LocalStudent:
        """The student, before a test."""
        self.begins.append(time.process_time())
        return super().begin(question, seed)


@contextmanager
def _counted(costs: Costs) -> Iterator[None]:
    """Count what operations take in this process."""
    own = {name: each.do for name, each in OPERATIONS.items()}
    for name, each in OPERATIONS.items():
        each.do = _timed(name, each.do, costs)
    try:
        yield
    finally:
        for name, each in OPERATIONS.items():
            each.do = own[name]


def _timed(name: str, do: Callable[..., object], costs: Costs) -> Callable[..., object]:
    @functools.wraps(do)
    def timed(*inputs: object, **named: object) -> object:
        began = time.process_time()
        try:
            return do(*inputs, **named)
        finally:
            costs.asked[name] = costs.asked.get(name, 0) + 1
            costs.operations[name] = costs.operations.get(name, 0.0) + time.process_time() - began

    return timed


def _least(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {name: min(seconds, second[name]) for name, seconds in first.items()}


def _by_cost(costs: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(costs.items(), key=lambda each: -each[1])


def _share(seconds: float, costs: Costs) -> str:
    return f"{1000 * seconds:7.1f} ms {seconds / costs.seconds:4.0%}"
