"""The hidden tests of a lab, collected once by pytest, and run for one submission after the other."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol

from amal_attention.errors import LabError, SandboxError, explain
from amal_attention.grading.exam import plugin
from amal_attention.grading.exam.sitting import Sits
from amal_attention.grading.verdict.verdict import TestVerdict
from amal_attention.language import message
from amal_attention.outcome import Outcome, State
from amal_attention.printable import printable

__all__ = ["HiddenTests", "hidden_tests"]

_WITHOUT = ("cacheprovider", "faulthandler", "logging", "terminal", "unraisableexception")
_OPTIONS = ["-s", "--import-mode=importlib", *(f"-pno:{name}" for name in _WITHOUT)]
_MET = message("what the test looks at")


class HiddenTests:
    """Hidden tests that can be run again and again while :func:`hidden_tests` is open."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def all(self) -> list[tuple[str, TestVerdict]]:
        """Each test with its question, and with the verdict that it would have if it passed."""
        return [_described(item) for item in self._session.items]

    def hold(
        self,
        sitting: Sits,
        questions: Collection[str] = (),
        *,
        until_lost: bool = False,
        seed: int | None = None,
    ) -> dict[str, list[TestVerdict]]:
        """Run the tests of some questions, or all, for one submission; their verdicts, by question.

        Where the answer to a question is not alive, its other tests would fail for the same reason, and are not run.

        Args:
            sitting: gives the answers.
            questions: all if there are none here.
            until_lost: run no test after the first that fails.
            seed: the seed of the tests for this submission; as it was if not given.

        Raises:
            SandboxError: there is no process for the submission to run in.
        """
        if seed is not None:
            self._session.config.stash[plugin.SEED] = seed
        self._session.config.stash[plugin.SITTING] = sitting
        not_alive = self._session.config.stash[plugin.NOT_ALIVE] = {}
        held: dict[str, list[TestVerdict]] = {}
        items = [each for each in self._session.items if not questions or plugin.question_of(each).args[0] in questions]
        for item, following in zip(items, [*items[1:], None], strict=False):  # None: tear down every fixture
            question, test = _described(item)
            tests, outcome = held.setdefault(question, []), _outcome(item, None if until_lost else following)
            cause = next((each for each in tests if each.name == not_alive.get(question)), None)
            lost = cause and replace(test, outcome=cause.outcome, because=cause.name)
            tests.append(lost or replace(test, outcome=outcome))
            if until_lost and tests[-1].outcome.state is not State.MET:
                break
        return held


@contextlib.contextmanager
def hidden_tests(folder: Path, seed: int) -> Iterator[HiddenTests]:
    """Collect the hidden tests in ``folder``; they can be run as long as the context is open.

    Args:
        folder: the folder of the tests.
        seed: the seed of their draws.

    Raises:
        LabError: they cannot be collected, or there are none.
    """
    if not folder.is_dir():
        raise _none(folder, "no such folder")
    options = [*_OPTIONS, "-c", os.devnull, "--rootdir", str(folder), "--confcutdir", str(folder)]
    collected = _Collected()
    with (
        _apart(folder),
        _configured([*options, "--hidden-seed", str(seed), str(folder)], collected) as config,
        _collecting(config) as session,
    ):
        problems = [*collected.problems, *_without_question(session)]
        if problems or not session.items:
            raise _none(folder, "; ".join(problems) or "none")
        yield HiddenTests(session)


def _none(folder: Path, got: str) -> LabError:
    do = f"see what pytest --collect-only {folder} says"
    return LabError(explain(expected=f"hidden tests in {folder}", got=got, do=do))


class _Collected:
    """A plugin that notes what could not be collected."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {str(report.longrepr).strip().splitlines()[-1]}")


def _without_question(session: pytest.Session) -> list[str]:
    without = [item.name for item in session.items if item.get_closest_marker("question") is None]
    return [f"no marker 'question' on {', '.join(without)}"] if without else []


@contextlib.contextmanager
def _configured(arguments: list[str], collected: _Collected) -> Iterator[pytest.Config]:
    """Pytest as ``pytest.main`` sets it up, with two plugins of ours and no other."""
    with _nothing_else_loaded():
        config = _prepareconfig(arguments, [plugin, collected])
    try:
        config._do_configure()
        yield config
    finally:
        config._ensure_unconfigure()


@contextlib.contextmanager
def _collecting(config: pytest.Config) -> Iterator[pytest.Session]:
    """A session whose tests are collected, and whose fixtures end with it."""
    session = pytest.Session.from_config(config)
    config.hook.pytest_sessionstart(session=session)
    try:
        config.hook.pytest_collection(session=session)
        yield session
    finally:
        config.hook.pytest_sessionfinish(session=session, exitstatus=pytest.ExitCode.OK)


def _described(item: pytest.Item) -> tuple[str, TestVerdict]:
    marker = plugin.question_of(item)
    said = marker.kwargs
    return marker.args[0], TestVerdict(
        item.name,
        float(said["points"]),
        Outcome(_MET, State.MET),
        str(said.get("hint", "")),
        essential=bool(said.get("essential")),
        requires=tuple(said.get("requires", ())),
    )


def _outcome(item: pytest.Item, following: pytest.Item | None) -> Outcome:
    """Run one test; what became of it."""
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
    from amal_attention.grading.wire.raised import outcome_of

    return _shown(outcome_of(raised[0])) if raised else Outcome(_MET, State.TO_DO, hint=message("the test is skipped"))


def _shown(outcome: Outcome) -> Outcome:
    """The outcome in text that may be shown anywhere: names of a student's parameters may stand in it."""
    texts = {name: printable(text) for name, text in asdict(outcome).items() if name != "state"}
    return Outcome(state=outcome.state, **texts)


@contextlib.contextmanager
def _nothing_else_loaded() -> Iterator[None]:
    """No plugin and no option of this environment has a part in marks."""
    names = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ[names[0]] = "1"
    try:
        yield
    finally:
        os.environ.pop(names[0])
        os.environ.update(before)


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
