"""Each recipe of TP 12 trains, and its checkpoint is read again: adversaries and readers are built anew from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amal_attention.lab import Lab
from tests.solutions.recipes import trained_and_read_again

LAB = Lab.find("tp12_adversarial", Path(__file__).parents[3] / "solutions")


@pytest.mark.parametrize("question", LAB.tasks)
def test_what_a_recipe_trains_is_read_again(question: str, tmp_path: Path, cache: Path) -> None:
    record = trained_and_read_again(LAB, question, tmp_path / "run")
    assert 0 <= record.value("accuracy") <= 1
    shown = {name: [x for x, _ in zip(each.x, each.y, strict=True)] for name, each in record.series.items()}
    assert ("accuracy under FGSM" in shown) == ("series" in LAB.uses.get(question, {}))
