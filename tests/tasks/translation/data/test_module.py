"""Batches hold the lines they should, as a plain reading of their texts gives them too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lightning import LightningDataModule
from lightning.pytorch.cli import LightningArgumentParser
from torch.utils.data import default_collate

from amal_attention.errors import DataError
from amal_attention.tasks import translation
from amal_attention.tasks.translation import END, PAD, START, UNKNOWN, CopyData, DateData, PairBatch
from amal_attention.tasks.translation.data.lines import Line
from amal_attention.tasks.translation.data.module import PairData

SPLITS = ("train", "validation", "test")
LOADERS = {"train": "train_dataloader", "validation": "val_dataloader", "test": "test_dataloader"}
MODULES = {
    "dates": DateData(batch_size=50),
    "several dates": DateData(dates=3),
    "copies": CopyData(),
    "short copies": CopyData(shortest=5, longest=6, batch_size=200),
}

Pair = tuple[list[int], list[int]]
each_module = pytest.mark.parametrize("data", MODULES.values(), ids=MODULES.keys())
each_split = pytest.mark.parametrize("split", SPLITS)


def loader(data: Any, split: str) -> Any:
    return getattr(data, LOADERS[split])()


def expected(data: Any, split: str) -> list[Pair]:
    """The lines as numbers, by a plain look-up."""
    numbers = {character: place for place, character in enumerate(data.alphabet.characters, start=4)}
    return [
        ([numbers[character] for character in line.source], [numbers[character] for character in line.target])
        for line in data.lines(split)
    ]


def by_hand(pairs: list[Pair]) -> PairBatch:
    """A batch of pairs, filled row by row."""
    width, length = (max(len(pair[side]) for pair in pairs) for side in (0, 1))
    rows: list[list[list[Any]]] = [[], [], [], [], []]
    for source, target in pairs:
        spare, missing = width - len(source), length - len(target)
        rows[0].append(source + [0] * spare)
        rows[1].append([True] * len(source) + [False] * spare)
        rows[2].append([1, *target] + [0] * missing)
        rows[3].append([*target, 2] + [0] * missing)
        rows[4].append([True] * (len(target) + 1) + [False] * missing)
    return PairBatch(*map(torch.tensor, rows))


def pairs_in(batches: Iterable[PairBatch]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [
        (tuple(source[source_mask].tolist()), tuple(target[target_mask].tolist()))
        for batch in batches
        for source, source_mask, target, target_mask in zip(
            batch.source, batch.source_mask, batch.target, batch.target_mask, strict=True
        )
    ]


@each_module
@each_split
def test_batches_of_a_loader_hold_each_line_once(data: Any, split: str) -> None:
    once = Counter((tuple(source), (*target, END)) for source, target in expected(data, split))
    assert Counter(pairs_in(loader(data, split))) == once


@each_module
@each_split
def test_batches_know_the_places_of_their_lines(data: Any, split: str) -> None:
    lines, seen = expected(data, split), []
    for places, batch in data.batches(split):
        wanted = by_hand([lines[place] for place in places])
        assert all(torch.equal(got, part) for got, part in zip(batch, wanted, strict=True))
        assert [got.dtype for got in batch] == [part.dtype for part in wanted]
        seen += places.tolist()
    assert sorted(seen) == data.rows(split).tolist() == list(range(len(lines)))


@each_module
def test_the_teacher_is_the_target_one_place_late(data: Any) -> None:
    for batch in data.train_dataloader():
        assert (batch.teacher[:, 0] == START).all()
        late, on_time = batch.teacher[:, 1:], batch.target[:, :-1].clone()
        on_time[on_time == END] = PAD
        assert torch.equal(late, on_time)


@each_module
def test_numbers_are_padding_where_and_only_where_the_mask_is_false(data: Any) -> None:
    for batch in data.train_dataloader():
        assert torch.equal(batch.source != PAD, batch.source_mask)
        for side in (batch.teacher, batch.target):
            assert torch.equal(side != PAD, batch.target_mask)


@each_module
def test_a_batch_is_as_wide_as_its_longest_line(data: Any) -> None:
    for batch in data.train_dataloader():
        assert batch.source_mask[:, -1].any() and batch.target_mask[:, -1].any()
        assert batch.source_mask[:, 0].all() and batch.target_mask[:, :2].all()


@each_module
def test_little_of_a_training_batch_is_padding(data: Any) -> None:
    masks = [batch.source_mask for batch in data.train_dataloader()]
    assert sum(int(mask.sum()) for mask in masks) / sum(mask.numel() for mask in masks) > 0.95


@each_module
def test_training_batches_keep_to_their_size(data: Any) -> None:
    assert max(len(batch.source) for batch in data.train_dataloader()) == data.hparams["batch_size"]


@each_module
def test_all_characters_are_learnt_from(data: Any) -> None:
    characters = {
        split: {character for line in data.lines(split) for character in line.source + line.target} for split in SPLITS
    }
    assert set(data.alphabet.characters) == characters["train"] >= characters["validation"] | characters["test"]
    assert data.num_tokens == len(data.alphabet) == 4 + len(characters["train"])


class Words(PairData):
    """Three words, one for each split."""

    title = "words"

    def draw(self) -> dict[str, list[Line]]:
        return {split: [Line(word, word[::-1])] for split, word in zip(SPLITS, ("bac", "cab", "code"), strict=True)}

    def groups(self, split: str) -> dict[str, list[int] | list[str]]:
        return {}


def test_what_training_does_not_hold_is_unknown() -> None:
    data = Words()
    assert data.alphabet.characters == "abc"
    assert data.pairs("test") == [([6, UNKNOWN, UNKNOWN, UNKNOWN], [UNKNOWN, UNKNOWN, UNKNOWN, 6])]


@each_module
@each_split
def test_pairs_are_the_lines_as_numbers(data: Any, split: str) -> None:
    assert data.pairs(split) == expected(data, split)


@pytest.mark.parametrize(("name", "tokens"), [("dates", 68), ("several dates", 69), ("copies", 14)])
def test_there_are_so_many_tokens(name: str, tokens: int) -> None:
    assert MODULES[name].num_tokens == tokens


@pytest.mark.parametrize(
    ("name", "shortest", "longest", "target"),
    [("dates", 6, 30, 10), ("several dates", 6, 83, 32), ("copies", 4, 20, 20)],
)
def test_lines_are_as_long_as_the_statement_says(name: str, shortest: int, longest: int, target: int) -> None:
    lines = [line for split in SPLITS for line in MODULES[name].lines(split)]
    lengths = [len(line.source) for line in lines]
    assert (min(lengths), max(lengths), max(len(line.target) for line in lines)) == (shortest, longest, target)


@pytest.mark.parametrize("make", [DateData, CopyData])
def test_the_lines_are_the_same_whatever_the_seed(make: Any) -> None:
    assert all(make(seed=1).lines(split) == make(seed=2).lines(split) for split in SPLITS)


def order(data: Any, epoch: int = 0, split: str = "train") -> list[list[int]]:
    sampler = loader(data, split).sampler
    sampler.set_epoch(epoch)
    return [windows.texts.tolist() for windows in sampler]


def test_the_seed_and_the_epoch_order_training() -> None:
    assert order(DateData(seed=3), epoch=2) == order(DateData(seed=3), epoch=2)
    assert order(DateData(seed=3)) != order(DateData(seed=4))
    assert order(DateData(seed=3)) != order(DateData(seed=3), epoch=1)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_neither_orders_the_others(split: str) -> None:
    assert order(DateData(seed=3), split=split) == order(DateData(seed=4), epoch=1, split=split)


@each_split
def test_three_processes_share_the_lines_out(split: str) -> None:
    steps = []
    for rank in range(3):
        data = CopyData(batch_size=60)
        data.trainer = SimpleNamespace(global_rank=rank, world_size=3)  # type: ignore[assignment]
        steps.append(order(data, split=split))
    assert len({len(batches) for batches in steps}) == 1
    assert split != "train" or max(len(batch) for batches in steps for batch in batches) <= 21
    seen = [place for batches in steps for batch in batches for place in batch]
    assert sorted(seen) == CopyData().rows(split).tolist()


@each_split
def test_another_function_may_make_the_batches(split: str) -> None:
    taken: list[list[Pair]] = []

    def collate(pairs: list[Pair]) -> PairBatch:
        taken.append(pairs)
        return by_hand(pairs)

    own, usual = DateData(collate=collate), DateData()
    for got, wanted in zip(loader(own, split), loader(usual, split), strict=True):
        assert all(torch.equal(part, other) for part, other in zip(got, wanted, strict=True))
    assert sorted(pair for pairs in taken for pair in pairs) == sorted(usual.pairs(split))


def test_another_function_makes_the_batches_that_are_measured_too() -> None:
    marked = DateData(collate=lambda pairs: len(pairs))  # type: ignore[arg-type,return-value]
    assert all(batch == len(places) for places, batch in marked.batches("test"))


def test_the_function_is_no_hyperparameter() -> None:
    assert dict(DateData(dates=2, seed=7, collate=by_hand).hparams) == {
        "dates": 2,
        "batch_size": 64,
        "seed": 7,
        "writings": 1,
    }


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (DateData(), "one date a line"),
        (DateData(3), "1 to 3 dates a line"),
        (CopyData(), "4 to 20 random digits a line"),
        (CopyData(5, 5), "5 random digits a line"),
    ],
)
def test_the_title_says_what_the_lines_are(data: Any, title: str) -> None:
    assert data.title == title


def test_dates_know_their_kind() -> None:
    data = MODULES["dates"]
    assert data.groups("test") == {"kind of date": [line.kinds[0] for line in data.lines("test")]}
    assert len(set(data.groups("test")["kind of date"])) == 6


def test_lines_of_several_dates_know_how_many() -> None:
    data = MODULES["several dates"]
    assert data.groups("test") == {"number of dates": [line.source.count(";") + 1 for line in data.lines("test")]}


def test_strings_of_digits_know_their_length() -> None:
    data = MODULES["copies"]
    assert data.groups("test") == {"number of digits": [len(line.target) for line in data.lines("test")]}


@pytest.mark.parametrize("split", ["val", "", None, 0])
def test_a_split_that_is_none_is_told(split: Any, refusal: Callable[..., str]) -> None:
    assert f"test, train, validation; got {split!r}" in refusal(DataError, lambda: DateData().rows(split))


@pytest.mark.parametrize("number", [0, 4, -1, 2.0, "3", True, None, [1]])
def test_a_number_of_dates_out_of_1_to_3_is_told(number: Any, refusal: Callable[..., str]) -> None:
    assert f"data.dates, a whole number from 1 to 3; got {number!r}" in refusal(DataError, lambda: DateData(number))


@pytest.mark.parametrize("number", [0, 101, 2.5, True])
def test_a_day_is_written_1_to_100_times(number: Any, refusal: Callable[..., str]) -> None:
    told = refusal(DataError, lambda: DateData(writings=number))
    assert f"data.writings, a whole number from 1 to 100; got {number!r}" in told


def test_more_writings_are_more_to_learn_from_and_nothing_else() -> None:
    once, thrice = DateData(), DateData(writings=3)
    assert len(thrice.rows("train")) == 3 * len(once.rows("train")) and thrice.title == once.title
    assert all(thrice.lines(split) == once.lines(split) for split in ("validation", "test"))


@pytest.mark.parametrize(
    ("option", "least"), [({"batch_size": 0}, 1), ({"batch_size": 2**32}, 1), ({"seed": -1}, 0), ({"seed": 0.5}, 0)]
)
@pytest.mark.parametrize("make", [DateData, CopyData])
def test_a_number_that_does_not_fit_is_told(
    make: Any, option: dict[str, Any], least: int, refusal: Callable[..., str]
) -> None:
    ((name, number),) = option.items()
    told = refusal(DataError, lambda: make(**option))
    assert f"data.{name}, a whole number from {least} to 4294967295; got {number!r}" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shortest": 0}, "data.shortest, a whole number from 1 to 100; got 0"),
        ({"shortest": "4"}, "data.shortest, a whole number from 1 to 100; got '4'"),
        ({"longest": 3}, "data.longest, a whole number from 4 to 100; got 3"),
        ({"shortest": 7, "longest": 6}, "data.longest, a whole number from 7 to 100; got 6"),
        ({"longest": 101}, "data.longest, a whole number from 4 to 100; got 101"),
        ({"shortest": 3}, "1057 different lines of each length; got 1000 of 3 digits"),
    ],
)
def test_lengths_that_cannot_be_are_told(options: dict[str, Any], told: str, refusal: Callable[..., str]) -> None:
    assert told in refusal(DataError, lambda: CopyData(**options))


def test_what_makes_no_batch_is_told(refusal: Callable[..., str]) -> None:
    told = refusal(DataError, lambda: DateData(collate="make_batch"))  # type: ignore[arg-type]
    assert "a function as data.collate; got 'make_batch'" in told


def test_a_recipe_can_set_every_option() -> None:
    parser = LightningArgumentParser(exit_on_error=False)
    parser.add_lightning_class_args(LightningDataModule, "data", subclass_mode=True)
    options = ["--data=amal_attention.tasks.translation.CopyData", "--data.shortest=5", "--data.longest=7"]
    parsed = parser.parse_args([*options, "--data.seed=3", "--data.collate=torch.utils.data.default_collate"])
    assert parsed.data.init_args.as_dict() == {
        "shortest": 5,
        "longest": 7,
        "batch_size": 64,
        "seed": 3,
        "collate": default_collate,
    }


@settings(max_examples=8)
@given(
    shortest=st.integers(1, 12),
    more=st.integers(0, 30),
    batch_size=st.integers(1, 3000),
    seed=st.integers(0, 2**32 - 1),
)
def test_whatever_the_options_each_line_stands_once_in_its_batches_or_one_error_says_why(
    shortest: int, more: int, batch_size: int, seed: int
) -> None:
    try:
        data = CopyData(shortest, shortest + more, batch_size, seed)
    except DataError as error:
        assert 10**shortest < 19_000 / (more + 1) + 3, error
        return
    lines = data.lines("train")
    assert {len(line.source) for line in lines} == set(range(shortest, shortest + more + 1))
    batches = order(data)
    assert sorted(place for batch in batches for place in batch) == list(range(16_000))
    assert max(map(len, batches)) <= batch_size


@settings(max_examples=5)
@given(dates=st.integers(1, 3), batch_size=st.integers(1, 9000), seed=st.integers(0, 2**32 - 1))
def test_whatever_the_options_the_targets_can_be_read_off_the_batches(dates: int, batch_size: int, seed: int) -> None:
    data = DateData(dates, batch_size, seed)
    written = [
        (data.alphabet.decode(source), data.alphabet.decode(target))
        for batch in data.val_dataloader()
        for source, target in zip(batch.source, batch.target, strict=True)
    ]
    assert sorted(written) == sorted((line.source, line.target) for line in data.lines("validation"))
    assert np.all([1 <= target.count(";") + 1 <= dates for _, target in written])


def test_a_name_that_the_room_does_not_have_is_told() -> None:
    with pytest.raises(AttributeError, match="SpeechData"):
        translation.SpeechData  # noqa: B018
    assert all(getattr(translation, name) is not None for name in translation.__all__)
