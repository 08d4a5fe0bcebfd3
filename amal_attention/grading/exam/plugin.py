"""The pytest plugin of hidden tests: ``pytest solutions/<lab> --submission FILE.ipynb`` tests one notebook by hand.

It gives the fixtures ``student``, ``draws`` and ``seed``, and the marker ``question``. Without ``--submission`` the
reference is tested. The notebook's code runs in the sandbox, or in this process with ``--isolation none``, which is for
notebooks that one trusts. What the tests draw is different at each run; ``--hidden-seed``, which the header tells,
gives the same again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from amal_attention.grading.exam.draws import Draws
    from amal_attention.grading.exam.sitting import Sits

__all__ = [
    "NOT_ALIVE",
    "RAISED",
    "SEED",
    "SITTING",
    "draws",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_ignore_collect",
    "pytest_report_header",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_unconfigure",
    "question_of",
    "seed",
    "student",
]

SITTING: pytest.StashKey[Sits] = pytest.StashKey()
"""What gives the answers under test, in the stash of the configuration."""

RAISED: pytest.StashKey[list[BaseException]] = pytest.StashKey()
"""What ended a test, in the stash of the test."""

NOT_ALIVE: pytest.StashKey[dict[str, str]] = pytest.StashKey()
"""The questions whose answer is not alive, each with the test that saw it, in the stash of the configuration."""

SEED: pytest.StashKey[int] = pytest.StashKey()
"""Of what the tests draw, in the stash of the configuration."""
_CLOSING: pytest.StashKey[list[Any]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--submission``, ``--isolation`` and ``--hidden-seed``."""
    group = parser.getgroup("amal")
    group.addoption(
        "--hidden-seed", type=int, metavar="N", help="the seed of what hidden tests draw; drawn itself by default"
    )
    group.addoption(
        "--submission", type=Path, metavar="NOTEBOOK", help="the notebook that hidden tests look at, not the reference"
    )
    group.addoption(
        "--isolation",
        choices=("sandbox", "process", "none"),
        default="sandbox",
        help="where the code of --submission runs: none is this very process",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and settle the seed."""
    given = config.getoption("--hidden-seed")
    config.stash[SEED] = random.SystemRandom().randrange(10**9) if given is None else given
    config.stash[_CLOSING] = []
    config.stash[NOT_ALIVE] = {}
    config.addinivalue_line(
        "markers",
        "question(grade_id, points, hint, essential=False, alive=False, requires=()): the question a hidden test "
        "belongs to, its points and its hint; whether it looks at what the question is about; whether it sees that the "
        "answer is alive, without which no test of the question pays; the requirements of the manifest that it tests",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the processes of the submission."""
    closing: list[Any] = config.stash.get(_CLOSING, [])
    for each in reversed(closing):
        each.close()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Tell the seed, where there is a lab to test."""
    labs = [each for each in map(Path, config.args) if any((up / "lab.toml").is_file() for up in (each, *each.parents))]
    return f"hidden tests: --hidden-seed {config.stash[SEED]}" if labs else None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what a lab's folder holds beside its hidden tests: its script, and its mutants."""
    inside_lab = any((parent / "lab.toml").is_file() for parent in collection_path.parents)
    tests = "hidden_tests" in (collection_path.name, *collection_path.parent.parts)
    return True if inside_lab and not tests else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first of each question's tests those that see whether its answer is alive."""
    hidden = [item for item in items if item.get_closest_marker("question") is not None]
    places: dict[object, int] = {}
    for item in hidden:
        places.setdefault(question_of(item).args[:1], len(places))
    hidden.sort(key=lambda item: (places[question_of(item).args[:1]], not question_of(item).kwargs.get("alive")))
    ordered = iter(hidden)
    items[:] = [next(ordered) if item.get_closest_marker("question") is not None else item for item in items]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the tests of an answer that is not alive: one of them has said why."""
    marker = item.get_closest_marker("question")
    seen_by = item.config.stash[NOT_ALIVE].get(marker.args[0]) if marker is not None else None
    if marker is not None and seen_by is not None:
        pytest.skip(f"{marker.args[0]} earns nothing: see {seen_by}")


@pytest.fixture
def student(request: pytest.FixtureRequest, seed: int) -> Any:
    """The answers under test: those of ``--submission``, else the lab's own."""
    from amal_attention.grading.exam.draws import Draws

    stash = request.config.stash
    if SITTING not in stash:
        stash[SITTING] = _sitting(request)
    marker = request.node.get_closest_marker("question")
    question = marker.args[0] if marker is not None else ""
    return stash[SITTING].begin(question, Draws(seed, f"{request.node.name} answers").seed())


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of what is drawn for this submission."""
    return request.config.stash[SEED]


@pytest.fixture
def draws(request: pytest.FixtureRequest, seed: int) -> Iterator[Draws]:
    """What this test draws: the same in every run of the same seed, whatever other tests there are.

    What the answers draw for themselves, such as their first parameters, hangs on it too.
    """
    import torch

    from amal_attention.grading.exam.draws import Draws

    drawn = Draws(seed, request.node.name)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(drawn.seed())
        yield drawn


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Tell of a hidden test that failed what a student may read: what became of it, its points and its hint."""
    report = yield
    marker = item.get_closest_marker("question")
    error = call.excinfo.value if call.excinfo else None
    if error is not None and report.failed:
        item.stash.setdefault(RAISED, []).append(error)
    if marker is not None and report.failed and marker.kwargs.get("alive"):
        item.config.stash[NOT_ALIVE].setdefault(marker.args[0], item.name)
    if marker is not None and report.failed and isinstance(error, Exception):
        from amal_attention.grading.verdict.telling import told
        from amal_attention.grading.wire.raised import outcome_of
        from amal_attention.outcome import State

        outcome = outcome_of(error)
        report.longrepr = told(marker.args[0], outcome)
        if outcome.state is State.TO_DO:
            return report
        points, hint = marker.kwargs.get("points", 0), marker.kwargs.get("hint", "")
        report.sections.append(("question", f"{marker.args[0]}: {points:g} points lost; {hint}"))
    return report


def question_of(item: pytest.Item) -> pytest.Mark:
    """The marker of a hidden test."""
    marker = item.get_closest_marker("question")
    assert marker is not None
    return marker


def _sitting(request: pytest.FixtureRequest) -> Sits:
    """The answers of the notebook that is given; of the lab's own module, if none is.

    Raises:
        AmalError: the notebook cannot be read, or there is no sandbox.
    """
    from amal_attention.grading.exam.local_sitting import LocalSitting, names_defined_by
    from amal_attention.lab import Lab

    hidden_tests = Path(request.session.items[0].path).parent
    lab = Lab.find(hidden_tests.parent.name, hidden_tests.parents[1])
    path, isolation = (request.config.getoption(each) for each in ("--submission", "--isolation"))
    if path is None:
        return LocalSitting(vars(lab.module()))
    from amal_attention.grading.submission.reference import Reference
    from amal_attention.grading.submission.repair import read_answers

    reference = Reference.of(lab)
    answers = read_answers(path.read_bytes(), reference)
    if isolation == "none":
        return LocalSitting(names_defined_by(answers.cells))
    from amal_attention.grading.exam.sitting import Sitting
    from amal_attention.grading.sandbox.lab_zygote import zygote_for
    from amal_attention.grading.sandbox.sandbox import Isolation

    zygote = zygote_for(lab, Isolation(isolation), [path.absolute().parent])
    sitting = Sitting(zygote, answers)
    request.config.stash[_CLOSING] += [zygote, sitting]
    return sitting
