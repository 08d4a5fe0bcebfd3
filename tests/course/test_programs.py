"""What lies in this environment is found by name as long as the context lasts."""

from __future__ import annotations

import os
import shutil

import pytest

from amal_attention.course.programs import programs_at_hand


def test_a_program_of_this_environment_is_found_where_none_is_activated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with programs_at_hand():
        assert shutil.which("pytest") is not None
    assert shutil.which("pytest") is None


@pytest.mark.parametrize("before", [None, "", "/usr/bin"])
def test_the_path_is_as_it_was_also_after_an_error(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    if before is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", before)
    with pytest.raises(KeyError), programs_at_hand():
        raise KeyError
    assert os.environ.get("PATH") == before
