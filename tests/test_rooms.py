"""The rooms that any task uses know none: no word of text classification stands in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "amal_attention"
GENERAL = (
    "data/*",
    "training/*",
    "visualise/*",
    "tasks/*",
    "lab/*",
    "record.py",
    "notebook/*",
    "grading/wire/*",
    "grading/exam/*",
    "checks/*",
    "checks/subjects/**/*",
    "checks/probes/*",
    "checks/expectations/*",
    "checks/expectations/adversaries/*",
    "checks/expectations/layers/*",
)
WORDS = re.compile(r"review|pool(ing|ed)|accuracy|imdb", re.IGNORECASE)


@pytest.mark.parametrize("room", GENERAL)
def test_a_general_room_has_no_word_of_a_task(room: str) -> None:
    files = [path for path in PACKAGE.glob(room) if path.suffix in (".py", ".j2")]
    assert files, "a room that moved must be named anew"
    naming = [
        f"{path.relative_to(PACKAGE)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if WORDS.search(line)
    ]
    assert naming == []
