"""Pairs of lines as Lightning wants them: batches for training, validation and test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from torch.utils.data import DataLoader, Dataset

from amal_attention.data.bucketed import BucketedData
from amal_attention.data.buckets import LengthBuckets, Windows
from amal_attention.errors import DataError, explain
from amal_attention.language import message
from amal_attention.tasks.translation.data.alphabet import Alphabet
from amal_attention.tasks.translation.data.batch import END, START, PairBatch
from amal_attention.tasks.translation.data.columns import Column
from amal_attention.tasks.translation.data.dates import draw_dates
from amal_attention.tasks.translation.data.digits import check_lengths, draw_digits
from amal_attention.tasks.translation.data.lines import Line, Splits

__all__ = ["CopyData", "DateData", "Pair", "PairData"]

Pair = tuple[list[int], list[int]]
"""The numbers of the characters of a source and of its target, without START and END."""

Collate = Callable[[list[Pair]], PairBatch]
"""What makes a batch of pairs."""

_MOST = 2**32 - 1


class PairData(BucketedData, ABC):
    """Pairs of lines in three splits, and one alphabet for both sides.

    The lines are the same whatever the seed, so that all models are tested on the same ones. They are drawn when they
    are first asked for; there is nothing to prepare.

    Args:
        batch_size: lines in a step of training. Where several processes train together, each takes its share of every
            step, so that they learn what one would.
        seed: the seed of the order of the training lines, another each epoch.
        collate: makes the batches, of lists of pairs; by default this class does.

    Raises:
        DataError: an option is not what it should be.
    """

    lines_seed: ClassVar[int] = 5

    def __init__(self, batch_size: int = 64, seed: int = 0, collate: Collate | None = None) -> None:
        super().__init__()
        _check_whole(1, _MOST, batch_size=batch_size)
        _check_whole(0, _MOST, seed=seed)
        if collate is not None and not callable(collate):
            raise DataError(explain(expected="a function as data.collate", got=repr(collate), do="give one, or none"))
        self.save_hyperparameters(ignore=["collate"])
        self._collate = collate

    @abstractmethod
    def draw(self) -> Splits:
        """The lines of each split."""

    @abstractmethod
    def groups(self, split: str) -> dict[str, list[int] | list[str]]:
        """By what the lines of a split may be told apart, and of each line, in order, the group it belongs to."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What the lines are, in a few words: those of one title are the same."""

    @cached_property
    def alphabet(self) -> Alphabet:
        """The characters of the training lines."""
        return Alphabet.of(text for line in self.lines("train") for text in (line.source, line.target))

    @property
    def num_tokens(self) -> int:
        """V, how many tokens there are: the characters of the alphabet, and the four that are none."""
        return len(self.alphabet)

    def lines(self, split: str) -> list[Line]:
        """The lines of ``train``, ``validation`` or ``test`` as texts.

        Raises:
            DataError: there is no such split.
        """
        if split not in self._splits:
            expected = f"a split among {', '.join(sorted(self._splits))}"
            raise DataError(explain(expected=expected, got=repr(split), do="choose one"))
        return self._splits[split]

    def pairs(self, split: str) -> list[Pair]:
        """The lines of a split as numbers, in the same order."""
        return [(self.alphabet.encode(line.source), self.alphabet.encode(line.target)) for line in self.lines(split)]

    def rows(self, split: str) -> npt.NDArray[np.int64]:
        """The numbers of the lines of a split, from 0 on: their places in ``lines(split)``."""
        return np.arange(len(self.lines(split)))

    def batches(self, split: str) -> Iterator[tuple[npt.NDArray[np.int64], PairBatch]]:
        """The lines of a split, each once, in batches of similar lengths, with their places in ``rows(split)``."""
        pairs = self._pairs(split)
        for windows in LengthBuckets(pairs.lengths, batch_size=256, shuffle=False):
            yield windows.texts, pairs[windows]

    def train_dataloader(self) -> DataLoader[PairBatch]:
        """Batches of similar lengths, in an order drawn anew each epoch."""
        return self._of("train", self._share(self.hparams["batch_size"]), shuffle=True)

    def val_dataloader(self) -> DataLoader[PairBatch]:
        """The lines of validation."""
        return self._of("validation", 256, shuffle=False)

    def test_dataloader(self) -> DataLoader[PairBatch]:
        """The lines of the test."""
        return self._of("test", 256, shuffle=False)

    def _of(self, split: str, batch_size: int | None, shuffle: bool) -> DataLoader[PairBatch]:
        pairs = self._pairs(split)
        return self._loader(pairs, pairs.lengths, batch_size=batch_size, shuffle=shuffle)

    def _pairs(self, split: str) -> _Pairs:
        return _Pairs(self.pairs(split), self._collate)

    @cached_property
    def _splits(self) -> Splits:
        return self.draw()


class DateData(PairData):
    """Dates as people write them in French and in English, to be written ``1998-03-12``; see :mod:`.dates`.

    8,000 days to learn from, 1,000 to choose the epoch by, 2,000 to test on, none of them in two splits.

    Args:
        dates: the most dates in a line, from 1 to 3; those of a line are joined by " ; ", their targets by ";".
        batch_size: as in :class:`PairData`, and so are the others.
        seed: see there.
        collate: see there.
        writings: the number of lines to learn from that begin with each day; validation and test do not depend on it.
    """

    def __init__(
        self,
        dates: int = 1,
        batch_size: int = 64,
        seed: int = 0,
        collate: Collate | None = None,
        writings: int = 1,
    ) -> None:
        _check_whole(1, 3, dates=dates)
        _check_whole(1, 100, writings=writings)
        super().__init__(batch_size, seed, collate)

    def draw(self) -> Splits:
        """The lines of each split."""
        return draw_dates(self.lines_seed, self.hparams["dates"], self.hparams["writings"])

    @property
    def title(self) -> str:
        """How many dates a line has."""
        most = self.hparams["dates"]
        return "one date a line" if most == 1 else f"1 to {most} dates a line"

    def groups(self, split: str) -> dict[str, list[int] | list[str]]:
        """The kind of each date; of lines with several, how many there are."""
        lines = self.lines(split)
        if self.hparams["dates"] > 1:
            return {message("number of dates"): [len(line.kinds) for line in lines]}
        return {message("kind of date"): [line.kinds[0] for line in lines]}


class CopyData(PairData):
    """Strings of random digits, to be written as they are: nothing can compress them.

    16,000 to learn from, 1,000 to choose the epoch by, 2,000 to test on, all different.

    Args:
        shortest: how many digits there are at least.
        longest: how many there are at most.
        batch_size: as in :class:`PairData`, and so are the others.
        seed: see there.
        collate: see there.
    """

    def __init__(
        self,
        shortest: int = 4,
        longest: int = 20,
        batch_size: int = 64,
        seed: int = 0,
        collate: Collate | None = None,
    ) -> None:
        _check_whole(1, 100, shortest=shortest)
        _check_whole(shortest, 100, longest=longest)
        check_lengths(shortest, longest)
        super().__init__(batch_size, seed, collate)

    def draw(self) -> Splits:
        """The lines of each split."""
        return draw_digits(self.lines_seed, self.hparams["shortest"], self.hparams["longest"])

    @property
    def title(self) -> str:
        """How many digits a line has."""
        shortest, longest = self.hparams["shortest"], self.hparams["longest"]
        return f"{shortest if shortest == longest else f'{shortest} to {longest}'} random digits a line"

    def groups(self, split: str) -> dict[str, list[int] | list[str]]:
        """How many digits each line has."""
        return {message("number of digits"): [len(line.source) for line in self.lines(split)]}


def _check_whole(least: int, most: int, **options: object) -> None:
    """Refuse options that are no whole numbers from ``least`` to ``most``."""
    for name, value in options.items():
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            expected = f"data.{name}, a whole number from {least} to {most}"
            raise DataError(explain(expected=expected, got=repr(value), do=f"set data.{name}"))


class _Pairs(Dataset[PairBatch]):
    """The pairs of a split; an item is a whole batch."""

    def __init__(self, pairs: list[Pair], collate: Collate | None) -> None:
        self._pairs = pairs
        self._collate = collate
        self._source = Column.of(source for source, _ in pairs)
        self._teacher = Column.of([START, *target] for _, target in pairs)
        self._target = Column.of([*target, END] for _, target in pairs)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Of the sources."""
        return self._source.lengths

    def __getitem__(self, windows: Windows) -> PairBatch:
        if self._collate is not None:
            return self._collate([self._pairs[place] for place in windows.texts])
        teacher, _ = self._teacher.padded(windows.texts)
        return PairBatch(*self._source.padded(windows.texts), teacher, *self._target.padded(windows.texts))
