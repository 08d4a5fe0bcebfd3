"""A notebook takes IMDB where it lies, and the sample elsewhere, without a look at the network or into the files."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import NoReturn

import pytest

from amal_attention.tasks.classification import available_source
from amal_attention.tasks.classification.data.module import SOURCES

FORMS = {
    "parquet": ["train-00000-of-00001.parquet", "test-00000-of-00001.parquet"],
    "csv": ["train.csv", "test.csv"],
    "aclImdb": ["train/neg/0_1.txt", "train/pos/0_9.txt", "test/neg/0_2.txt", "test/pos/0_8.txt"],
}


def lay(folder: Path, names: list[str]) -> None:
    """Files that nobody could read as reviews: those who open them fail."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\xff\x00 no reviews")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("datasets.load_dataset", refuse)


@pytest.mark.parametrize("names", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("place", ["", "imdb", "aclImdb", "plain_text"])
def test_a_copy_is_taken_where_it_lies_and_is_not_read(tmp_path: Path, names: list[str], place: str) -> None:
    lay(tmp_path / place, names)
    assert available_source(tmp_path) == available_source(str(tmp_path)) == "imdb"


@pytest.mark.parametrize("names", FORMS.values(), ids=FORMS)
def test_the_folder_of_the_environment_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    monkeypatch.setenv("AMAL_DATA", str(tmp_path))
    assert available_source() == "sample"
    lay(tmp_path, names)
    assert available_source() == "imdb"


def test_the_folder_given_goes_before_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path / "environment", FORMS["csv"])
    (tmp_path / "given").mkdir()
    monkeypatch.setenv("AMAL_DATA", str(tmp_path / "environment"))
    assert available_source(tmp_path / "given") == "sample"


def test_without_a_folder_it_is_the_sample_and_not_the_hub() -> None:
    assert available_source() == "sample"


@pytest.mark.parametrize("names", [["train.csv"], ["test.csv"], ["reviews.csv"]])
def test_half_a_copy_is_none(tmp_path: Path, names: list[str]) -> None:
    lay(tmp_path, names)
    assert available_source(tmp_path) == "sample"


def test_a_missing_folder_holds_no_copy(tmp_path: Path) -> None:
    assert available_source(tmp_path / "nowhere") == "sample"


def test_every_answer_names_a_source(tmp_path: Path) -> None:
    lay(tmp_path, FORMS["csv"])
    assert {available_source(), available_source(tmp_path)} == set(SOURCES)
