"""Processes that train together take every step that one alone would take, each with its share of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from amal_attention.data.buckets import Windows
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.sample import SampleReviews

Step = dict[int, tuple[int, int]]  # of each review, where its window begins and how long it is


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture(autouse=True)
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """150 reviews to train on, of which ``validation`` takes some, and 47 for the test."""
    monkeypatch.setitem(SOURCES, "sample", lambda data_dir: SampleReviews(seed=3, train=150, test=47))


def steps(cache: Path, processes: int, split: str = "train", epoch: int = 0, **options: Any) -> list[list[Windows]]:
    """What each process reads at each step."""
    shares = []
    for rank in range(processes):
        data = ReviewData("sample", cache_dir=str(cache), **options)
        data.trainer = SimpleNamespace(global_rank=rank, world_size=processes)  # type: ignore[assignment]
        sampler: Any = getattr(data, f"{split}_dataloader")().sampler
        sampler.set_epoch(epoch)
        shares.append(list(sampler))
    return [list(step) for step in zip(*shares, strict=True)]


def together(step: list[Windows]) -> Step:
    read = [window for part in step for window in zip(part.texts, part.starts, part.lengths, strict=True)]
    assert len({review for review, _, _ in read}) == len(read), "a review stands twice in a step"
    return {int(review): (int(start), int(length)) for review, start, length in read}


@pytest.mark.parametrize("processes", [2, 3, 4])
@pytest.mark.parametrize("options", [{"batch_size": 12}, {"batch_size": 12, "crop": 20}])
@pytest.mark.parametrize("epoch", [0, 3])
def test_the_steps_are_those_of_one_process(prepared, processes, options, epoch):
    options |= {"validation": 0.04}  # 144 reviews are left, which each of these numbers divides
    alone = [together(step) for step in steps(prepared, 1, epoch=epoch, **options)]
    assert [together(step) for step in steps(prepared, processes, epoch=epoch, **options)] == alone


@pytest.mark.parametrize("processes", [2, 3, 4])
def test_shares_of_a_step_differ_by_one_review_at_most(prepared, processes):
    sizes = np.array([[len(part.texts) for part in step] for step in steps(prepared, processes, batch_size=12)])
    assert (sizes.max(axis=1) - sizes.min(axis=1)).max() <= 1


@pytest.mark.parametrize("batch_size, processes", [(12, 2), (7, 3), (2, 4)])
def test_a_share_that_does_not_divide_is_rounded_up(prepared, batch_size, processes):
    options = {"batch_size": batch_size, "validation": 0.04}
    largest = max(len(part.texts) for step in steps(prepared, processes, **options) for part in step)
    assert largest == -(-batch_size // processes)


def test_a_step_of_two_processes_keeps_to_the_token_budget(prepared):
    places = [
        sum(len(part.texts) for part in step) * max(part.lengths.max() for part in step)
        for step in steps(prepared, 2, batch_size=64, token_budget=600, validation=0.04)
    ]
    assert max(places) <= 600


@pytest.mark.parametrize("split, reviews", [("train", 135), ("val", 15), ("test", 47)])
@pytest.mark.parametrize("processes", [2, 4])
def test_of_a_number_that_does_not_divide_each_review_is_read_once(prepared, split, reviews, processes):
    read = [int(review) for step in steps(prepared, processes, split) for part in step for review in part.texts]
    assert reviews % processes and sorted(read) == list(range(reviews))
