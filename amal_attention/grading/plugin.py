"""The pytest plugin of hidden tests: ``pytest solutions/<lab> --submission FILE.ipynb`` tests one notebook by hand.

It gives the fixture ``student``, and the marker ``question``. Without ``--submission`` the reference is tested. The
notebook's code runs in this process: test a notebook that you trust.
"""

from __future__ import annotations

from pathlib import Path

import pytest

__all__ = ["pytest_addoption", "pytest_configure", "pytest_ignore_collect", "pytest_runtest_makereport", "student"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--submission``."""
    parser.getgroup("amal").addoption(
        "--submission", type=Path, metavar="NOTEBOOK", help="the notebook that hidden tests look at, not the reference"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "question(grade_id, points, hint): the question a hidden test belongs to, its points, its hint"
    )


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what a lab's folder holds beside its hidden tests: its script, and its mutants."""
    inside_lab = any((parent / "lab.toml").is_file() for parent in collection_path.parents)
    tests = "hidden_tests" in (collection_path.name, *collection_path.parent.parts)
    return True if inside_lab and not tests else None


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> object:
    """The answers under test: those of ``--submission``, else the lab's own."""
    from amal_attention.grading.student import LocalStudent

    submission = request.config.getoption("--submission")
    if submission is not None:
        from amal_attention.grading.submission import names_defined_by

        return LocalStudent(names_defined_by(submission))
    from amal_attention.lab import Lab

    hidden_tests = Path(request.session.items[0].path).parent
    return LocalStudent(vars(Lab.find(hidden_tests.parent.name, hidden_tests.parents[1]).module()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Put the question, its points and its hint beside a hidden test that failed."""
    report = yield
    marker = item.get_closest_marker("question")
    if marker is not None and report.failed:
        points, hint = marker.kwargs.get("points", 0), marker.kwargs.get("hint", "")
        report.sections.append(("question", f"{marker.args[0]}: {points:g} points lost; {hint}"))
    return report
