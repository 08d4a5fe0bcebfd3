"""The recipes of TP 11 that read reviews train, those of TP 9 beside them too, and their checkpoints are read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.lab import Lab
from tests.solutions.recipes import trained_and_read_again

LAB = Lab.find("tp11_transformer", Path(__file__).parents[3] / "solutions")


@pytest.mark.parametrize("question", [name for name, task in LAB.tasks.items() if task == "classification"])
def test_what_a_recipe_trains_is_read_again(question: str, tmp_path: Path, cache: Path) -> None:
    record = trained_and_read_again(LAB, question, tmp_path / "run")
    assert 0 <= record.value("accuracy") <= 1
