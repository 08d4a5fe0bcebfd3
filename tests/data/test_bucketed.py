"""A data module serves each text once, to one process or shared among several."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from amal_attention.data.bucketed import BucketedData
from amal_attention.data.buckets import Windows

LENGTHS = np.array([3, 1, 2, 5, 4, 2, 7, 6])


class Places(Dataset[list[int]]):
    def __getitem__(self, windows: Windows) -> list[int]:
        return windows.texts.tolist()


class Data(BucketedData):
    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.save_hyperparameters()

    def train_dataloader(self) -> DataLoader[list[int]]:
        return self._loader(Places(), LENGTHS, batch_size=self._share(4), shuffle=True)


def served(rank: int, processes: int) -> list[list[int]]:
    data = Data()
    data.trainer = SimpleNamespace(global_rank=rank, world_size=processes)  # type: ignore[assignment]
    return list(data.train_dataloader())


def test_without_a_trainer_one_process_gets_every_text_once() -> None:
    batches = list(Data().train_dataloader())
    assert sorted(place for batch in batches for place in batch) == list(range(len(LENGTHS)))
    assert max(map(len, batches)) == 4


def test_several_processes_share_the_batches_of_a_step() -> None:
    both = [served(rank, 2) for rank in range(2)]
    assert {place for each in both for batch in each for place in batch} == set(range(len(LENGTHS)))
    assert all(len(batch) <= 2 for each in both for batch in each) and len(both[0]) == len(both[1])


@pytest.mark.parametrize(("of_a_step", "share"), [(None, None), (4, 2), (5, 3)])
def test_a_share_of_a_step_is_rounded_up(of_a_step: int | None, share: int | None) -> None:
    data = Data()
    data.trainer = SimpleNamespace(global_rank=0, world_size=2)  # type: ignore[assignment]
    assert data._share(of_a_step) == share
