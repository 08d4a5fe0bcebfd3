"""A new lab works before anyone has touched it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from amal_attention.course.new_lab import new_lab
from amal_attention.course.release.release import release
from amal_attention.errors import LabError, StorageError
from amal_attention.lab import Lab


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labs")
    new_lab("toy_lab", folder)
    return folder


def test_its_files_are_told_and_there(tmp_path: Path):
    written = new_lab("toy_lab", tmp_path / "not there yet")
    assert sorted(path for path in (tmp_path / "not there yet").rglob("*") if path.is_file()) == sorted(written)
    assert {path.suffix for path in written} == {".toml", ".py"}


def test_it_can_be_released(labs: Path):
    notebook = json.loads(release(Lab.find("toy_lab", labs), "en"))
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    assert [each for each in ids if each] == ["q1-standardised", "test-q1-standardised", "q1-observe"]


@pytest.fixture
def run_hidden_tests(labs: Path, programs: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "toy_lab", *options]
        return subprocess.run(command, cwd=labs, capture_output=True, text=True)

    return run


def test_its_reference_passes_its_hidden_tests(run_hidden_tests: Callable[..., subprocess.CompletedProcess[str]]):
    passed = run_hidden_tests()
    assert passed.returncode == 0 and "4 passed" in passed.stdout


@pytest.mark.parametrize("name", ["", "9lives", "Lab", "a-b", "../up", "a/b", "a b", "é", "a\n"])
def test_a_name_that_no_module_can_have_is_refused(tmp_path: Path, name: str):
    with pytest.raises(LabError, match="expected a name of small letters"):
        new_lab(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_lab_that_is_there_is_never_touched(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(LabError, match="which is there; choose another name"):
        new_lab("mine", tmp_path)
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="give a folder of labs that you may write to"):
        new_lab("mine", tmp_path / "file")


def test_an_interrupted_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(path: Path, text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("amal_attention.course.new_lab.write_atomically", interrupted)
    with pytest.raises(KeyboardInterrupt):
        new_lab("mine", tmp_path)
    assert list(tmp_path.iterdir()) == []
