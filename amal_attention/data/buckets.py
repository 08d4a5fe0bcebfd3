"""Batches of texts of similar length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch.utils.data import DistributedSampler

__all__ = ["LengthBuckets", "Windows", "cut_batches", "padding_efficiency"]

_POOL = 50  # batches a pool: texts are sorted within random pools, so that batches differ from epoch to epoch


@dataclass(frozen=True)
class Windows:
    """What one batch reads: ``lengths[i]`` tokens of text ``texts[i]``, from token ``starts[i]`` on; int64 each."""

    texts: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


class LengthBuckets(DistributedSampler[Windows]):
    """Yields batches as :class:`Windows`; each text stands in one batch of one process, once an epoch.

    It is a ``DistributedSampler`` so that Lightning tells it the epoch (``set_epoch``) and leaves it in place when
    there are several processes: each then takes its share of every batch, so all make the same number of steps.

    Args:
        lengths: int64 ``(n,)``, tokens in each text.
        batch_size: texts a batch; ``None`` to use ``token_budget`` alone.
        token_budget: most places (texts × longest length) a batch may hold; ``None`` for no such bound. A text
            longer than the budget stands alone.
        pair_budget: most pairs of places of a text (texts × longest length²) a batch may hold: where each place looks
            at every one of its text, memory grows with these; ``None`` for no such bound.
        crop: read at most this many tokens of a text, a window drawn anew each epoch; ``None`` reads them all.
        shuffle: draw a new order each epoch; otherwise batches come by length.
        seed: the seed of the order and the windows, together with the epoch.
        rank: number of this process.
        processes: how many there are.
    """

    def __init__(
        self,
        lengths: npt.NDArray[np.int64],
        *,
        batch_size: int | None,
        token_budget: int | None = None,
        pair_budget: int | None = None,
        crop: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        super().__init__(range(len(lengths)), num_replicas=processes, rank=rank, shuffle=shuffle, seed=seed)  # type: ignore[arg-type]
        self._lengths = lengths
        self._read = lengths if crop is None else np.minimum(lengths, crop)
        self._batch_size = batch_size
        self._token_budget = token_budget
        self._pair_budget = pair_budget
        self._planned: tuple[int, list[npt.NDArray[np.int64]]] | None = None

    def __len__(self) -> int:
        return len(self._plan())

    def __iter__(self) -> Iterator[Windows]:
        generator = np.random.default_rng([self.seed, self.epoch, 1])
        spare = self._lengths - self._read
        starts = (generator.random(len(spare)) * (spare + 1)).astype(np.int64)
        for batch in self._plan():
            mine = batch[self.rank :: self.num_replicas]
            yield Windows(mine, starts[mine], self._read[mine])

    def _plan(self) -> list[npt.NDArray[np.int64]]:
        """The batches of all processes together, for the present epoch."""
        if self._planned is None or self._planned[0] != self.epoch:
            self._planned = (self.epoch, self._batches(np.random.default_rng([self.seed, self.epoch])))
        return self._planned[1]

    def _batches(self, generator: np.random.Generator) -> list[npt.NDArray[np.int64]]:
        order = generator.permutation(len(self._read)) if self.shuffle else np.arange(len(self._read))
        rows, spare = self._rows(order)
        pool = _POOL * (self._batch_size or 64) if self.shuffle else max(1, len(rows))
        batches: list[npt.NDArray[np.int64]] = []
        for start in range(0, len(rows), pool):
            texts = rows[start : start + pool].ravel()
            sorted_rows = texts[np.argsort(self._read[texts], kind="stable")].reshape(-1, self.num_replicas)
            cuts = cut_batches(self._read[sorted_rows[:, -1]], self._batch_size, self._token_budget, self._pair_budget)
            batches += [sorted_rows[cut].ravel() for cut in cuts]
        if len(spare):
            batches[:1] = [np.concatenate([*batches[:1], spare])]
        if self.shuffle:
            batches = [batches[number] for number in generator.permutation(len(batches))]
        return batches

    def _rows(self, order: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """One text for each process in a row; the few that fill no row, the shortest, are given apart."""
        spare = np.argsort(self._read, kind="stable")[: len(self._read) % self.num_replicas]
        return order[~np.isin(order, spare)].reshape(-1, self.num_replicas), spare


def cut_batches(
    lengths: npt.NDArray[np.int64], batch_size: int | None, token_budget: int | None, pair_budget: int | None = None
) -> list[slice]:
    """Cut texts sorted by length into batches within all bounds.

    >>> cut_batches(np.array([2, 2, 3, 9]), batch_size=3, token_budget=9)
    [slice(0, 3, None), slice(3, 4, None)]
    """
    cuts = [0]
    for end in range(1, len(lengths)):
        size = end + 1 - cuts[-1]
        too_many = batch_size is not None and size > batch_size
        too_large = token_budget is not None and size * lengths[end] > token_budget
        too_square = pair_budget is not None and size * int(lengths[end]) ** 2 > pair_budget
        if too_many or too_large or too_square:
            cuts.append(end)
    return [slice(begin, end) for begin, end in zip(cuts, [*cuts[1:], len(lengths)], strict=True) if end > begin]


def padding_efficiency(batches: list[Windows]) -> float:
    """Share of the places of all batches that hold a token."""
    places = sum(len(batch.lengths) * int(batch.lengths.max()) for batch in batches)
    return sum(int(batch.lengths.sum()) for batch in batches) / places
