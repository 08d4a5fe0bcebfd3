"""Domains: whole numbers that a source knows of its reviews beside their labels, such as the genre of the film.

A constraint may ask that a model does not know the domain, and a training set may mix it up with the label: see
:func:`biased`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from amal_attention.data.cache import built_once, reading_cache
from amal_attention.errors import DataError, explain
from amal_attention.tasks.classification.data.corpus import Source, Texts
from amal_attention.tasks.classification.data.store import ReviewStore

__all__ = ["biased", "holds_word", "longer_than", "read_domain"]


def read_domain(source: Source, name: str, store: ReviewStore, cache: Path) -> npt.NDArray[np.int64]:
    """The domain of each review of a store, int64 ``(n,)`` from 0 on; it is kept, for sources that are slow to ask.

    Args:
        source: what the reviews were prepared from.
        name: one of its ``domain_names``.
        store: its reviews.
        cache: where it is kept.

    Raises:
        DataError: the source knows no such domain, or what was kept is damaged.
        StorageError: the cache cannot be written.
    """
    if name not in source.domain_names:
        raise DataError(
            explain(expected=f"data.domain among {', '.join(source.domain_names)}", got=name, do="choose one of these")
        )
    folder = built_once(
        cache / "domains" / f"{store.folder.name}-{name}",
        lambda target: np.save(target / "domains.npy", source.domain(name, store)),
    )
    with reading_cache(folder, f"the domain {name}"):
        domains: npt.NDArray[np.int64] = np.load(folder / "domains.npy").astype(np.int64)
    return domains


def biased(
    labels: npt.NDArray[np.integer], domains: npt.NDArray[np.integer], share: float, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Draw reviews among which label and domain agree in this share: their places, in their order.

    There are as many of each label, and as many in all, whatever the share: what is learnt with one share can be
    compared with what is learnt with another.

    Args:
        labels: ``(n,)``.
        domains: ``(n,)``, of the same numbers.
        share: from 0, they never agree, to 1, they always do; at 0.5 of two labels they are independent.
        generator: what draws.

    Raises:
        DataError: a label has no review whose domain agrees, or none whose domain does not.
    """
    kinds = [
        [np.flatnonzero((labels == label) & ((domains == label) == agree)) for agree in (True, False)]
        for label in np.unique(labels)
    ]
    size = min(len(rows) for both in kinds for rows in both)
    if size == 0:
        raise DataError(
            explain(
                expected="for each label, reviews whose domain has the same number and reviews whose domain has not",
                got="none of one kind",
                do="choose another data.domain, of as many numbers as there are labels, or leave out data.bias",
            )
        )
    agreeing = round(share * size)
    drawn = [
        generator.permutation(rows)[:count]
        for both in kinds
        for rows, count in zip(both, (agreeing, size - agreeing), strict=True)
    ]
    return np.sort(np.concatenate(drawn))


def holds_word(texts: Texts, word: str) -> npt.NDArray[np.int64]:
    """Whether this word stands in each text, 1 or 0, int64 ``(n,)``."""
    found = texts.tokens == (texts.words.index(word) if word in texts.words else -1)
    before = np.append(0, np.cumsum(found))
    return (np.diff(before[texts.offsets]) > 0).astype(np.int64)


def longer_than(texts: Texts, tokens: int) -> npt.NDArray[np.int64]:
    """Whether each text has more tokens than this, 1 or 0, int64 ``(n,)``."""
    return (np.diff(texts.offsets) > tokens).astype(np.int64)
