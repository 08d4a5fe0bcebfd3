from __future__ import annotations

import pytest
from lightning.pytorch.utilities import rank_zero_only

from amal_attention.training.comparison.compare import compare
from amal_attention.training.processes import is_first


def test_a_process_alone_is_the_first():
    assert is_first()


def test_a_process_that_others_precede_is_not(monkeypatch):
    monkeypatch.setattr(rank_zero_only, "rank", 2)
    assert not is_first()


@pytest.mark.parametrize("first", [True, False])
def test_models_read_reviews_in_the_first_process_alone(toy_recipe, tmp_path, monkeypatch, first):
    monkeypatch.setattr("amal_attention.training.comparison.compare.is_first", lambda: first)
    (record,) = compare(toy_recipe, ["even"], tmp_path, shown=3, progress=False).records
    assert len(record.exhibits) == (3 if first else 0)
