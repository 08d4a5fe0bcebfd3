"""What several test files share: a cache of their own, the real data where there is any, and how we refuse things."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from amal_attention.errors import AmalError

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


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that ``AMAL_CACHE`` names; ``AMAL_DATA`` names none."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("AMAL_CACHE", str(folder))
    monkeypatch.delenv("AMAL_DATA", raising=False)
    return folder


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
