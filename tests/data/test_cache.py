"""A folder is built once, appears whole, and an interrupted build leaves nothing that is taken for it."""

from __future__ import annotations

import errno
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from amal_attention.data.cache import built_once, cache_root
from amal_attention.errors import DataError, StorageError
from tests.processes import HANGS


def write_both(folder: Path) -> None:
    (folder / "first").write_text("1")
    (folder / "second").write_text("2")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def beside(folder: Path) -> list[str]:
    """What lies beside a folder, but for its lock."""
    return sorted(path.name for path in folder.parent.iterdir() if path.name != f"{folder.name}.lock")


def raising(error: BaseException) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        (folder / "first").write_text("1")
        raise error

    return build


def write_one_and_hang(folder: Path) -> None:
    (folder / "first").write_text("half")
    time.sleep(60)


def kill_in_mid_build(folder: Path) -> None:
    """Build in another process, and kill it (SIGKILL) once it has written half."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["amal_attention.data.cache"])
    builder = processes.Process(target=built_once, args=(folder, write_one_and_hang))
    builder.start()
    give_up = time.monotonic() + HANGS
    while not list(folder.parent.glob("*/*/first")):
        assert builder.is_alive() and time.monotonic() < give_up
        time.sleep(0.01)
    builder.kill()
    builder.join()
    builder.close()


def test_a_folder_is_what_its_builder_wrote(tmp_path: Path) -> None:
    assert contents(built_once(tmp_path / "deep" / "made", write_both)) == {"first": "1", "second": "2"}


def test_a_folder_that_is_there_is_not_built_again(tmp_path: Path) -> None:
    built_once(tmp_path / "made", write_both)
    assert contents(built_once(tmp_path / "made", raising(AssertionError("built twice")))).keys() == {"first", "second"}


def test_a_folder_does_not_appear_before_it_is_complete(tmp_path: Path) -> None:
    seen: list[bool] = []
    built_once(tmp_path / "made", lambda folder: seen.append((tmp_path / "made").exists()))
    assert seen == [False]


def test_a_build_leaves_nothing_beside_its_folder(tmp_path: Path) -> None:
    assert beside(built_once(tmp_path / "made", write_both)) == ["made"]


@pytest.mark.parametrize("error", [DataError("no review"), ZeroDivisionError("0"), KeyboardInterrupt()], ids=repr)
def test_an_error_of_the_builder_comes_through(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        built_once(tmp_path / "made", raising(error))
    assert caught.value is error


@pytest.mark.parametrize(
    "error", [DataError("no review"), KeyboardInterrupt(), OSError(errno.ENOSPC, "full")], ids=repr
)
def test_an_interrupted_build_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises((type(error), StorageError)):
        built_once(tmp_path / "made", raising(error))
    assert beside(tmp_path / "made") == []


def test_a_build_works_after_one_that_was_interrupted(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        built_once(tmp_path / "made", raising(KeyboardInterrupt()))
    assert contents(built_once(tmp_path / "made", write_both)) == {"first": "1", "second": "2"}


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path, refusal: Callable[..., str]) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    message = refusal(StorageError, lambda: built_once(tmp_path / "made", raising(full)))
    assert os.strerror(errno.ENOSPC) in message and "AMAL_CACHE" in message


def test_a_file_in_the_place_of_the_cache_is_told(tmp_path: Path, refusal: Callable[..., str]) -> None:
    (tmp_path / "cache").write_text("no folder")
    assert "cache" in refusal(StorageError, lambda: built_once(tmp_path / "cache" / "made", write_both))


def test_a_killed_build_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    kill_in_mid_build(tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_the_build_after_a_killed_one_is_whole(tmp_path: Path) -> None:
    kill_in_mid_build(tmp_path / "made")
    assert contents(built_once(tmp_path / "made", write_both)) == {"first": "1", "second": "2"}


def test_the_build_after_a_killed_one_clears_its_remains(tmp_path: Path) -> None:
    kill_in_mid_build(tmp_path / "made")
    assert beside(built_once(tmp_path / "made", write_both)) == ["made"]


def test_a_build_leaves_the_work_of_others_alone(tmp_path: Path) -> None:
    (tmp_path / "made2.partial-x").mkdir()
    built_once(tmp_path / "made", write_both)
    assert beside(tmp_path / "made") == ["made", "made2.partial-x"]


def test_threads_that_ask_at_once_build_once(tmp_path: Path) -> None:
    builds: list[str] = []
    ready = threading.Barrier(3)

    def build(folder: Path) -> None:
        builds.append(folder.name)
        time.sleep(0.1)

    def ask() -> None:
        ready.wait()
        built_once(tmp_path / "made", build)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builds) == 1


def test_the_cache_is_where_the_caller_says(tmp_path: Path) -> None:
    assert cache_root(tmp_path / "mine") == tmp_path / "mine"


def test_the_cache_is_where_the_environment_says_if_the_caller_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMAL_CACHE", str(tmp_path / "theirs"))
    assert cache_root() == tmp_path / "theirs"


def test_the_cache_is_the_users_if_nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMAL_CACHE")
    assert cache_root() == user_cache_path("amal-attention")


def test_a_tilde_is_the_home_folder() -> None:
    assert cache_root("~/kept") == Path.home() / "kept"
