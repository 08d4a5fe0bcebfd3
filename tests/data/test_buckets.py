"""Every review stands once in the batches of an epoch, whatever lengths, bounds and processes there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amal_attention.data.buckets import LengthBuckets, Windows, cut_batches, padding_efficiency

LENGTHS = st.lists(st.integers(0, 40), min_size=1, max_size=70).map(np.array)
OPTIONS = st.fixed_dictionaries(
    {
        "batch_size": st.none() | st.integers(1, 9),
        "token_budget": st.none() | st.integers(1, 120),
        "crop": st.none() | st.integers(1, 30),
        "shuffle": st.booleans(),
        "seed": st.integers(0, 5),
    }
)
EPOCHS = st.integers(0, 7)
PROCESSES = st.integers(1, 4)

any_plan = given(lengths=LENGTHS, options=OPTIONS, epoch=EPOCHS, processes=PROCESSES)


def plan(lengths: np.ndarray, epoch: int = 0, processes: int = 1, **options: Any) -> list[list[Windows]]:
    """The batches of each process."""
    ranks = []
    for rank in range(processes):
        buckets = LengthBuckets(lengths, rank=rank, processes=processes, **{"batch_size": None, **options})
        buckets.set_epoch(epoch)
        ranks.append(list(buckets))
    return ranks


def one(lengths: np.ndarray, epoch: int = 0, **options: Any) -> list[Windows]:
    return plan(lengths, epoch, **options)[0]


def orders(batches: list[Windows]) -> list[list[int]]:
    return [batch.texts.tolist() for batch in batches]


def imdb_like(reviews: int) -> np.ndarray:
    """Lengths as IMDB has them: median 200, a long tail, none below 10 or above 2,700."""
    drawn = np.random.default_rng(17).lognormal(mean=np.log(200), sigma=0.65, size=reviews)
    return np.clip(drawn, 10, 2700).astype(np.int64)


@any_plan
def test_every_review_stands_once_over_all_processes(lengths: Any, options: Any, epoch: int, processes: int) -> None:
    ranks = plan(lengths, epoch, processes, **options)
    seen = [review for batches in ranks for batch in batches for review in batch.texts.tolist()]
    assert sorted(seen) == list(range(len(lengths)))


@any_plan
def test_every_process_makes_the_same_number_of_steps(lengths: Any, options: Any, epoch: int, processes: int) -> None:
    assert len({len(batches) for batches in plan(lengths, epoch, processes, **options)}) == 1


@any_plan
def test_the_length_is_the_number_of_batches(lengths: Any, options: Any, epoch: int, processes: int) -> None:
    buckets = LengthBuckets(lengths, processes=processes, **options)
    buckets.set_epoch(epoch)
    assert len(buckets) == len(list(buckets))


@any_plan
def test_no_process_waits_with_an_empty_batch(lengths: Any, options: Any, epoch: int, processes: int) -> None:
    enough = np.concatenate([lengths, lengths[:1], lengths[:1], lengths[:1]])  # a review for each of four processes
    assert all(len(batch.texts) for batches in plan(enough, epoch, processes, **options) for batch in batches)


@any_plan
def test_windows_lie_inside_their_reviews(lengths: Any, options: Any, epoch: int, processes: int) -> None:
    batches = [batch for rank in plan(lengths, epoch, processes, **options) for batch in rank]
    assert all(
        start >= 0 and start + length <= lengths[review]
        for batch in batches
        for review, start, length in zip(batch.texts, batch.starts, batch.lengths, strict=True)
    )


@any_plan
def test_windows_are_as_long_as_they_may_be(lengths: Any, options: Any, epoch: int, processes: int) -> None:
    read = {
        int(review): int(length)
        for batches in plan(lengths, epoch, processes, **options)
        for batch in batches
        for review, length in zip(batch.texts, batch.lengths, strict=True)
    }
    most = options["crop"] or max(lengths)
    assert read == {review: min(int(length), most) for review, length in enumerate(lengths)}


@given(lengths=LENGTHS, options=OPTIONS, epoch=EPOCHS)
def test_a_batch_holds_no_more_reviews_than_its_size(lengths: Any, options: Any, epoch: int) -> None:
    sizes = [len(batch.texts) for batch in one(lengths, epoch, **options)]
    assert options["batch_size"] is None or max(sizes) <= options["batch_size"]


@given(lengths=LENGTHS, options=OPTIONS, epoch=EPOCHS)
def test_a_batch_keeps_to_the_token_budget_unless_it_is_one_long_review(lengths: Any, options: Any, epoch: int) -> None:
    batches = one(lengths, epoch, **options)
    assert options["token_budget"] is None or all(
        len(batch.texts) == 1 or len(batch.texts) * batch.lengths.max() <= options["token_budget"] for batch in batches
    )


def whole_rows(lengths: np.ndarray, processes: int) -> np.ndarray:
    """As many of the lengths as the processes can share evenly: otherwise one takes one more, or waits."""
    return np.concatenate([lengths, lengths[:1].repeat(-len(lengths) % processes)])


@pytest.mark.parametrize("processes", [2, 3, 4])
@given(lengths=LENGTHS, batch_size=st.integers(1, 9), epoch=EPOCHS)
def test_the_batch_of_each_process_keeps_to_the_batch_size(
    lengths: Any, batch_size: int, epoch: int, processes: int
) -> None:
    ranks = plan(whole_rows(lengths, processes), epoch, processes, batch_size=batch_size)
    assert max(len(batch.texts) for batches in ranks for batch in batches) <= batch_size


@pytest.mark.parametrize("processes", [2, 3, 4])
@given(lengths=LENGTHS, token_budget=st.integers(1, 120), epoch=EPOCHS)
def test_the_batch_of_each_process_keeps_to_the_token_budget(
    lengths: Any, token_budget: int, epoch: int, processes: int
) -> None:
    ranks = plan(whole_rows(lengths, processes), epoch, processes, token_budget=token_budget)
    assert all(
        len(batch.texts) == 1 or len(batch.texts) * batch.lengths.max() <= token_budget
        for batches in ranks
        for batch in batches
    )


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_reviews_longer_than_the_budget_are_never_heaped_into_one_batch(processes: int) -> None:
    ranks = plan(np.full(30, 1000), processes=processes, token_budget=600, batch_size=64)
    assert [max(len(batch.texts) for batch in batches) for batches in ranks] == [1] * processes


@pytest.mark.parametrize("options", [{"batch_size": 32}, {"batch_size": 64, "token_budget": 8192}, {"batch_size": 128}])
@pytest.mark.parametrize("processes", [1, 2, 4])
def test_little_of_a_batch_is_padding_on_lengths_like_those_of_imdb(options: dict[str, int], processes: int) -> None:
    lengths = imdb_like(20_011)
    batches = [batch for rank in plan(lengths, processes=processes, **options) for batch in rank]
    places = sum(len(batch.lengths) * max(batch.lengths.tolist()) for batch in batches)
    assert lengths.sum() / places >= 0.85


@given(batches=st.lists(st.lists(st.integers(1, 50), min_size=1), min_size=1))
def test_padding_efficiency_is_the_share_of_places_with_a_token(batches: list[list[int]]) -> None:
    windows = [Windows(np.arange(len(batch)), np.zeros(len(batch), int), np.array(batch)) for batch in batches]
    filled = [place < length for batch in batches for length in batch for place in range(max(batch))]
    assert padding_efficiency(windows) == pytest.approx(sum(filled) / len(filled))


def test_the_same_seed_gives_the_same_batches_and_windows() -> None:
    lengths = imdb_like(307)
    first, second = (one(lengths, epoch=3, batch_size=7, crop=50, seed=5) for _ in range(2))
    assert all(
        np.array_equal(a, b)
        for one_batch, other in zip(first, second, strict=True)
        for a, b in zip(vars(one_batch).values(), vars(other).values(), strict=True)
    )


def test_an_epoch_read_twice_is_the_same() -> None:
    buckets = LengthBuckets(imdb_like(307), batch_size=7)
    assert orders(list(buckets)) == orders(list(buckets))


def test_another_seed_gives_other_batches() -> None:
    assert orders(one(imdb_like(307), batch_size=7, seed=1)) != orders(one(imdb_like(307), batch_size=7, seed=2))


def test_another_epoch_joins_other_reviews() -> None:
    lengths = imdb_like(3001)  # several pools of 50 batches of 7
    first, second = ({frozenset(batch) for batch in orders(one(lengths, e, batch_size=7))} for e in (0, 1))
    assert not first & second


def test_set_epoch_draws_a_new_order() -> None:
    buckets = LengthBuckets(imdb_like(307), batch_size=7)
    first = orders(list(buckets))
    buckets.set_epoch(1)
    assert orders(list(buckets)) != first


def test_set_epoch_back_gives_the_first_order_again() -> None:
    buckets = LengthBuckets(imdb_like(307), batch_size=7)
    first = orders(list(buckets))
    buckets.set_epoch(1)
    list(buckets)
    buckets.set_epoch(0)
    assert orders(list(buckets)) == first


def starts_over_epochs(length: int, crop: int, epochs: int) -> list[int]:
    return [int(one(np.array([length]), epoch, batch_size=1, crop=crop)[0].starts[0]) for epoch in range(epochs)]


def test_windows_are_redrawn_each_epoch() -> None:
    assert len(set(starts_over_epochs(length=1000, crop=10, epochs=5))) > 1


def test_a_window_may_begin_at_any_token_where_it_fits() -> None:
    assert set(starts_over_epochs(length=7, crop=4, epochs=100)) == {0, 1, 2, 3}


def test_windows_are_the_same_whoever_reads_them() -> None:
    """A review's window does not depend on how many processes share the work."""
    lengths, options = imdb_like(97), {"batch_size": 3, "crop": 20}
    by_processes = [
        {
            int(review): int(start)
            for batches in plan(lengths, 2, processes, **options)
            for batch in batches
            for review, start in zip(batch.texts, batch.starts, strict=True)
        }
        for processes in (1, 3)
    ]
    assert by_processes[0] == by_processes[1]


def test_without_shuffling_batches_come_by_length() -> None:
    lengths = imdb_like(101)
    seen = np.concatenate([batch.lengths for batch in one(lengths, batch_size=7, shuffle=False)])
    assert seen.tolist() == sorted(lengths.tolist())


def test_without_shuffling_every_epoch_is_the_same() -> None:
    first, second = (orders(one(imdb_like(101), epoch, batch_size=7, shuffle=False)) for epoch in (0, 1))
    assert first == second


def test_with_shuffling_batches_do_not_come_by_length() -> None:
    longest = [batch.lengths.max() for batch in one(imdb_like(307), batch_size=7)]
    assert longest != sorted(longest)


def test_no_review_makes_no_batch() -> None:
    assert one(np.array([], dtype=np.int64), batch_size=3) == []


def fits(lengths: list[int], size: int | None, budget: int | None) -> bool:
    few = size is None or len(lengths) <= size
    return len(lengths) == 1 or (few and (budget is None or len(lengths) * max(lengths) <= budget))


cuts = given(lengths=LENGTHS.map(np.sort), size=st.none() | st.integers(1, 9), budget=st.none() | st.integers(1, 120))


@cuts
def test_cuts_follow_one_another_without_a_gap(lengths: Any, size: int | None, budget: int | None) -> None:
    places = [place for part in cut_batches(lengths, size, budget) for place in range(part.start, part.stop)]
    assert places == list(range(len(lengths)))


@cuts
def test_cuts_keep_to_both_bounds(lengths: Any, size: int | None, budget: int | None) -> None:
    assert all(fits(lengths[part].tolist(), size, budget) for part in cut_batches(lengths, size, budget))


@cuts
def test_cuts_leave_no_room_for_the_next_review(lengths: Any, size: int | None, budget: int | None) -> None:
    parts = cut_batches(lengths, size, budget)
    assert not any(fits(lengths[part.start : part.stop + 1].tolist(), size, budget) for part in parts[:-1])


@given(LENGTHS, st.integers(1, 2000))
def test_a_batch_keeps_to_the_pair_budget_unless_it_is_one_long_review(lengths: Any, budget: int) -> None:
    for windows in LengthBuckets(lengths, batch_size=8, pair_budget=budget, shuffle=False):
        assert len(windows.texts) == 1 or len(windows.texts) * windows.lengths.max() ** 2 <= budget
