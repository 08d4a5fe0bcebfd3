"""The plugin, by hand: ``pytest <lab> --submission FILE`` on the hidden tests of a lab that only these tests know."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.errors import SandboxError, Unreadable
from amal_attention.grading.sandbox import lab_zygote
from amal_attention.grading.sandbox.sandbox import Isolation, Zygote
from amal_attention.lab import Lab
from tests.grading.conftest import DEADLY_TOTAL, WRONG_TOTAL, skeleton, solved

pytestmark = pytest.mark.long

Run = Callable[..., str]


@pytest.fixture
def run(till: Lab, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest on the lab's folder, and give what it prints."""
    (till.folder / "mutants" / "test_like.py").write_text("def test_never(): assert False\n")
    (till.folder / "test_beside.py").write_text("def test_never(): assert False\n")
    monkeypatch.chdir(till.folder.parent)

    def start(*options: str | Path, folder: Path = till.folder) -> str:
        before = set(sys.modules)
        given = ["-p", "no:cacheprovider", "--import-mode=importlib", "--doctest-modules", str(folder)]
        try:
            pytest.main([*given, *map(str, options)])
        finally:
            for name in {each for each in set(sys.modules) - before if "till" in each}:
                del sys.modules[name]
        return capfd.readouterr().out

    return start


@pytest.fixture
def here(run: Run, tmp_path: Path) -> Run:
    """The same on a submission, in this process."""

    def start(raw: bytes, *options: str) -> str:
        (tmp_path / "ada.ipynb").write_bytes(raw)
        return run("--submission", tmp_path / "ada.ipynb", "--isolation", "none", *options)

    return start


def test_without_a_submission_the_reference_is_tested_and_nothing_else_is_collected(run):
    assert "4 passed" in run()


def test_a_right_submission_passes(here):
    assert "4 passed" in here(solved())


def test_a_wrong_one_fails_and_says_what_it_costs(here):
    shown = here(solved(q1=WRONG_TOTAL))
    assert "2 failed, 1 passed, 1 skipped" in shown
    assert "q1-total: 1.5 points lost; add, do not multiply" in shown
    assert "the sum: missed" in shown and "expected: " in shown


def test_what_is_shown_holds_no_line_of_a_test(here):
    shown = here(solved(q1=WRONG_TOTAL))
    assert "draws.between" not in shown and "close_to(" not in shown


def test_the_skeleton_is_not_attempted(here):
    shown = here(skeleton())
    assert "3 failed, 1 skipped" in shown and "q1-total: not attempted" in shown and "points lost" not in shown


def test_a_seed_that_is_told_gives_the_same_again(here):
    def sent(shown: str) -> str:
        return re.search(r"sent: (\[.*\])", shown)[1]  # type: ignore[index]

    first = here(solved(q1=WRONG_TOTAL))
    seed = re.search(r"--hidden-seed (\d+)", first)[1]  # type: ignore[index]
    assert sent(here(solved(q1=WRONG_TOTAL), "--hidden-seed", seed)) == sent(first)
    assert sent(here(solved(q1=WRONG_TOTAL))) != sent(first)
    assert "--hidden-seed 0\n" in here(solved(), "--hidden-seed", "0")


def test_the_seed_is_told_for_labs_alone(run, tmp_path):
    (tmp_path / "test_other.py").write_text("def test_one(): pass\n")
    shown = run(folder=tmp_path / "test_other.py")
    assert "1 passed" in shown and "hidden-seed" not in shown


def test_by_default_a_submission_runs_in_the_sandbox(run, graded_in, tmp_path, monkeypatch):
    asked: list[Isolation] = []
    closed: list[int] = []

    def zygote_for(lab: Lab, isolation: Isolation, secrets: list[Path]) -> Zygote:
        asked.append(isolation)
        assert secrets == [tmp_path]
        return graded_in  # it is closed in name only

    monkeypatch.setattr(lab_zygote, "zygote_for", zygote_for)
    monkeypatch.setattr(Zygote, "close", lambda zygote: closed.append(1))
    (tmp_path / "ada.ipynb").write_bytes(solved(q1=DEADLY_TOTAL))
    shown = run("--submission", tmp_path / "ada.ipynb")
    assert re.search(r"2 failed, 1 passed, 1 skipped", shown)  # what is lost in a test is lost before the next begins
    assert "its process ended by itself, with status 3" in shown
    assert asked == [Isolation.SANDBOX] and closed == [1]
    (tmp_path / "ada.ipynb").write_bytes(solved())
    assert "4 passed" in run("--submission", tmp_path / "ada.ipynb", "--isolation", "process")
    assert asked == [Isolation.SANDBOX, Isolation.PROCESS]


def test_without_bubblewrap_nothing_is_run(run, tmp_path, no_bubblewrap):
    (tmp_path / "ada.ipynb").write_bytes(solved())
    shown = run("--submission", tmp_path / "ada.ipynb")
    assert "3 error" in shown or "3 failed" in shown
    assert ("apt install bubblewrap" in shown and SandboxError.__name__ in shown) or "expected bubblewrap" in shown


def test_a_file_that_is_no_notebook_is_told(here):
    shown = here(b"{")
    assert "passed" not in shown and (Unreadable.__name__ in shown or "expected" in shown)


def test_another_place_to_run_is_a_usage_error(till, capfd):
    assert pytest.main([str(till.folder), "--isolation", "somewhere"]) == 4
    assert "somewhere" in capfd.readouterr().err


def test_as_a_user_types_it(till, tmp_path):
    (tmp_path / "ada.ipynb").write_bytes(solved(q1=WRONG_TOTAL))
    given = [str(till.folder), "--submission", str(tmp_path / "ada.ipynb"), "--isolation", "none"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *given]
    ran = subprocess.run(command, cwd=till.folder.parent, capture_output=True, text=True)
    assert "2 failed, 1 passed, 1 skipped" in ran.stdout and ran.returncode == 1
