"""Between the first import and the last no garbage is collected; afterwards it is, but not among what was imported."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from amal_attention.lasting import lasting_imports


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_nothing_is_collected_meanwhile() -> None:
    with lasting_imports():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_made_is_not_looked_at_again() -> None:
    with lasting_imports():
        made = [object(), {}]
    assert not any(each is made for each in gc.get_objects())
    later: list[object] = [made]
    assert any(each is later for each in gc.get_objects())


def test_a_failed_import_leaves_collections_on() -> None:
    with pytest.raises(ImportError), lasting_imports():
        raise ImportError
    assert gc.isenabled()
