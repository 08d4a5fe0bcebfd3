"""The hidden tests of a lab, collected once by pytest, and held for one submission after the other."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Generic, TypeVar

import pytest
from _pytest.runner import runtestprotocol

from amal_attention.checks.outcome import Outcome, State
from amal_attention.errors import LabError, SandboxError, explain
from amal_attention.grading import plugin
from amal_attention.grading.sitting import Sits
from amal_attention.grading.verdict import TestVerdict
from amal_attention.printable import printable

__all__ = ["HiddenTests", "with_hidden_tests"]

T = TypeVar("T")

_WITHOUT = ("cacheprovider", "faulthandler", "logging", "terminal", "unraisableexception")
_OPTIONS = ["-s", "--import-mode=importlib", *(f"-pno:{name}" for name in _WITHOUT)]
_MET = "what the test looks at"


class HiddenTests:
    """Hidden tests that can be held again and again; :func:`with_hidden_tests` collects them."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def all(self) -> list[tuple[str, TestVerdict]]:
        """Each test, as if it was passed, with its question."""
        return [_described(item) for item in self._session.items]

    def hold(self, sitting: Sits, questions: Collection[str] = ()) -> dict[str, list[TestVerdict]]:
        """Hold the tests of some questions, or all, for one submission; what became of each, by question.

        Raises:
            SandboxError: there is no process for the submission to run in.
        """
        self._session.config.stash[plugin.SITTING] = sitting
        held: dict[str, list[TestVerdict]] = {}
        items = [each for each in self._session.items if not questions or plugin.question_of(each).args[0] in questions]
        for item, following in zip(items, [*items[1:], None], strict=False):  # at the end no fixture is kept
            question, test = _described(item)
            held.setdefault(question, []).append(replace(test, outcome=_outcome(item, following)))
        return held


def with_hidden_tests(folder: Path, seed: int, use: Callable[[HiddenTests], T]) -> T:
    """Collect the hidden tests in ``folder``, call ``use`` with them, and return what it returns.

    Args:
        folder: of the tests.
        seed: of what they draw.
        use: what is done with them; what it raises is raised here.

    Raises:
        LabError: they cannot be collected, or there are none.
    """
    loop = _Loop(use)
    with _nothing_else_loaded(), _apart(folder):
        options = [*_OPTIONS, "-c", os.devnull, "--rootdir", str(folder), "--confcutdir", str(folder)]
        status = pytest.main([*options, "--hidden-seed", str(seed), str(folder)], plugins=[plugin, loop])
    if loop.raised is not None:
        raise loop.raised
    if not loop.results:
        got = "; ".join(loop.problems) or f"none, and status {int(status)}"
        raise LabError(
            explain(expected=f"hidden tests in {folder}", got=got, do=f"see what pytest --collect-only {folder} says")
        )
    return loop.results[0]


class _Loop(Generic[T]):
    """A plugin in the place of pytest's own loop over the tests."""

    def __init__(self, use: Callable[[HiddenTests], T]) -> None:
        self.use = use
        self.results: list[T] = []
        self.raised: BaseException | None = None
        self.problems: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {str(report.longrepr).strip().splitlines()[-1]}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        without = [item.name for item in session.items if item.get_closest_marker("question") is None]
        if without:
            self.problems.append(f"no marker 'question' on {', '.join(without)}")
        if session.items and not self.problems:
            try:
                self.results.append(self.use(HiddenTests(session)))
            except BaseException as error:
                self.raised = error
        return True


def _described(item: pytest.Item) -> tuple[str, TestVerdict]:
    marker = plugin.question_of(item)
    points, hint = float(marker.kwargs["points"]), str(marker.kwargs.get("hint", ""))
    return marker.args[0], TestVerdict(item.name, points, Outcome(_MET, State.MET), hint)


def _outcome(item: pytest.Item, following: pytest.Item | None) -> Outcome:
    """Hold one test; what became of it."""
    item.stash[plugin.RAISED] = []
    reports = runtestprotocol(item, log=False, nextitem=following)
    raised = []
    for error in item.stash[plugin.RAISED]:
        if isinstance(error, pytest.fail.Exception):
            error = AssertionError(str(error))
        if not isinstance(error, Exception) or isinstance(error, SandboxError):
            raise error
        raised.append(error)
    if all(report.passed for report in reports):
        return Outcome(_MET, State.MET)
    from amal_attention.grading.telling import outcome_of

    return _shown(outcome_of(raised[0])) if raised else Outcome(_MET, State.TO_DO, hint="the test is skipped")


def _shown(outcome: Outcome) -> Outcome:
    """The outcome in text that may be shown anywhere: names of a student's parameters may stand in it."""
    texts = {name: printable(text) for name, text in asdict(outcome).items() if name != "state"}
    return Outcome(state=outcome.state, **texts)


@contextlib.contextmanager
def _nothing_else_loaded() -> Iterator[None]:
    """No plugin of this environment has a part in marks."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


@contextlib.contextmanager
def _apart(folder: Path) -> Iterator[None]:
    """Keep the modules of a folder apart: pytest would take a test file of another lab for this one, by its name."""
    names = {path.stem for path in folder.rglob("*.py")}
    others = {name: sys.modules.pop(name) for name in names & set(sys.modules)}
    try:
        yield
    finally:
        for name, module in [*sys.modules.items()]:
            if Path(getattr(module, "__file__", None) or "").is_relative_to(folder):
                del sys.modules[name]
        sys.modules.update(others)
