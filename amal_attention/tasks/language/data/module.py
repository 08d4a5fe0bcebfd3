"""Reviews as a stream of words, as Lightning wants it: windows for training, validation and test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt
from torch.utils.data import DataLoader

from amal_attention.data.bucketed import BucketedData
from amal_attention.data.buckets import LengthBuckets
from amal_attention.data.cache import cache_root
from amal_attention.data.tokenizer import Tokenizer
from amal_attention.errors import DataError, explain
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.store import ReviewStore, prepare_reviews
from amal_attention.tasks.language.data.batch import StreamBatch
from amal_attention.tasks.language.data.stream import Stream
from amal_attention.tasks.language.data.words import StreamWords

__all__ = ["ReviewStream"]

_SPLITS = ("train", "validation", "test")
_MOST = 2**31 - 1


class ReviewStream(BucketedData):
    """Reviews one after the other, cut in windows of the same length; nobody asks for their labels.

    Some reviews of the training split, drawn with ``seed``, are held out for validation.

    Args:
        source: ``sample`` or ``imdb``.
        data_dir: folder with a local copy of IMDB; ``AMAL_DATA`` if not given, else the hub.
        length: tokens of a window, 2 or more.
        vocabulary_size: how many words have a number of their own, the most frequent ones of the training split; all
            others are one, ``<rare>``.
        validation: share of the training reviews that are held out.
        batch_size: windows in a step of training. Where several processes train together, each takes its share of
            every step, so that they learn what one would.
        evaluated: windows of validation and of the test at most, evenly spread.
        seed: the seed of the validation set and of the order of the windows, another each epoch.
        cache_dir: where prepared data is kept; ``AMAL_CACHE`` if not given, else the user's cache folder.

    Raises:
        DataError: an option is not what it should be.
    """

    def __init__(
        self,
        source: str = "sample",
        data_dir: str | None = None,
        length: int = 48,
        vocabulary_size: int = 2000,
        validation: float = 0.1,
        batch_size: int = 32,
        evaluated: int = 4000,
        seed: int = 0,
        cache_dir: str | None = None,
    ) -> None:
        super().__init__()
        if source not in SOURCES:
            raise DataError(explain(expected=f"a source among {', '.join(SOURCES)}", got=repr(source), do="choose one"))
        if not 0 < validation < 1:
            raise DataError(explain(expected="a share between 0 and 1", got=str(validation), do="set data.validation"))
        _check_counts(2, length=length)
        _check_counts(1, vocabulary_size=vocabulary_size, batch_size=batch_size, evaluated=evaluated)
        _check_counts(0, seed=seed)
        self.save_hyperparameters(ignore=["data_dir", "cache_dir"])
        self.tokenizer = Tokenizer("glove")
        self._data_dir = data_dir
        self._cache = cache_root(cache_dir)
        self._streams: dict[str, Stream] = {}

    def prepare_data(self) -> None:
        """Fill the cache, in one process."""
        self._store  # noqa: B018  # opening it fills the cache

    @property
    def length(self) -> int:
        """Tokens of a window."""
        return int(self.hparams["length"])

    @cached_property
    def words(self) -> StreamWords:
        """The words that have a number, most frequent first."""
        return StreamWords(self._store.words[: self._known])

    @property
    def num_tokens(self) -> int:
        """V, how many tokens there are: the words, and ``<rare>``."""
        return len(self.words)

    def stream(self, split: str) -> Stream:
        """The windows of ``train``, ``validation`` or ``test``.

        Raises:
            DataError: there is no such split, or it is shorter than a window.
        """
        if split not in _SPLITS:
            expected = f"a split among {', '.join(_SPLITS)}"
            raise DataError(explain(expected=expected, got=repr(split), do="choose one"))
        if split not in self._streams:
            most = None if split == "train" else self.hparams["evaluated"]
            self._streams[split] = Stream(self._store, self._reviews(split), self._known, self.length, most)
            if not len(self._streams[split].starts):
                got = f"{self._streams[split].total} tokens in {split}"
                raise DataError(explain(expected=f"{self.length} tokens or more", got=got, do="set data.length"))
        return self._streams[split]

    def rows(self, split: str) -> npt.NDArray[np.int64]:
        """The numbers of the windows of a split, from 0 on."""
        return np.arange(len(self.stream(split).starts))

    def batches(self, split: str) -> Iterator[tuple[npt.NDArray[np.int64], StreamBatch]]:
        """The windows of a split, each once, with their places in ``rows(split)``."""
        stream = self.stream(split)
        for windows in LengthBuckets(stream.lengths, batch_size=128, shuffle=False):
            yield windows.texts, stream[windows]

    def train_dataloader(self) -> DataLoader[StreamBatch]:
        """The windows of training, in an order drawn anew each epoch."""
        return self._of("train", self._share(self.hparams["batch_size"]), shuffle=True)

    def val_dataloader(self) -> DataLoader[StreamBatch]:
        """The windows of validation."""
        return self._of("validation", 128, shuffle=False)

    def test_dataloader(self) -> DataLoader[StreamBatch]:
        """The windows of the test."""
        return self._of("test", 128, shuffle=False)

    def _of(self, split: str, batch_size: int | None, shuffle: bool) -> DataLoader[StreamBatch]:
        stream = self.stream(split)
        return self._loader(stream, stream.lengths, batch_size=batch_size, shuffle=shuffle)

    @cached_property
    def _store(self) -> ReviewStore:
        source = SOURCES[self.hparams["source"]](self._data_dir)
        return prepare_reviews(source, self.tokenizer, self._cache)

    @property
    def _known(self) -> int:
        return min(int(self.hparams["vocabulary_size"]), self._store.vocabulary_size(min_count=1))

    def _reviews(self, split: str) -> npt.NDArray[np.int64]:
        """The numbers of the reviews of a split."""
        if split == "test":
            return self._store.rows("test")
        drawn = np.random.default_rng(self.hparams["seed"]).permutation(self._store.rows("train"))
        held_out = max(1, round(self.hparams["validation"] * len(drawn)))
        return np.sort(drawn[:held_out] if split == "validation" else drawn[held_out:])


def _check_counts(least: int, **counts: object) -> None:
    """Refuse options that are no whole numbers from ``least`` on."""
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or not least <= count <= _MOST:
            expected = f"data.{name}, a whole number from {least} to {_MOST}"
            raise DataError(explain(expected=expected, got=repr(count), do=f"set data.{name}"))
