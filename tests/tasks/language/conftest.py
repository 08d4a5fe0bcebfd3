"""One cache for all tests of the task."""

from __future__ import annotations

import pytest

from amal_attention.tasks.language import ReviewStream


@pytest.fixture(autouse=True)
def shared_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The sample is prepared once for all tests, and for all workers of pytest-xdist."""
    monkeypatch.setenv("AMAL_CACHE", str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


@pytest.fixture
def data() -> ReviewStream:
    """The sample in windows of 12 words, of which 50 have a number."""
    return ReviewStream(length=12, vocabulary_size=50, evaluated=40)
