"""The embedded sample: reviews written by a grammar, and word vectors learnt from them, without a network.

The vectors count which words stand near each other in the training texts, keep what is more than chance (positive
pointwise mutual information), and reduce it to 50 dimensions with a singular value decomposition (Levy, Goldberg and
Dagan 2015, who show how near this comes to GloVe). They never see a label.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from amal_attention.errors import DataError, explain
from amal_attention.files import write_atomically
from amal_attention.tasks.classification.data.corpus import Split, Texts
from amal_attention.tasks.classification.data.sample_grammar import GENRES, Review, grammar_digest, write_review

__all__ = ["SampleReviews", "ppmi_vectors"]

DIMENSIONS = 50
WINDOW = 5
# The root mean square of the numbers of GloVe's 50-dimensional vectors: what trains well on them trains well on these.
SPREAD = 0.5
SPLITS = ("train", "test")


class SampleReviews:
    """A source of reviews written by the grammar of :mod:`amal_attention.tasks.classification.data.sample_grammar`.

    It knows the ``genre`` of each film, its place in ``GENRES``, and its ``genre_pair``: 0 for the first half of them
    (horror and romance), 1 for the others (comedy and thriller).

    Args:
        seed: the same seed writes the same reviews, to the letter.
        train: number of reviews of the training split; half of each split (rounded down) is positive.
        test: number of reviews of the test split, which do not depend on ``train``.

    Raises:
        DataError: a split of less than one review.
    """

    name = "sample"
    label_names = ("neg", "pos")
    domain_names = ("genre", "genre_pair")

    def __init__(self, seed: int = 0, train: int = 4000, test: int = 2000) -> None:
        if min(train, test) < 1 or seed < 0:
            raise DataError(
                explain(
                    expected="a seed from 0 and at least one review in each split of the sample",
                    got=f"seed={seed}, train={train}, test={test}",
                    do="ask for larger numbers",
                )
            )
        self.seed = seed
        self.sizes = {"train": train, "test": test}

    def fingerprint(self) -> str:
        """A digest of the seed, the sizes and the grammar; nothing is generated."""
        content = f"{self.name}\n{self.seed}\n{self.sizes}\n{grammar_digest()}"
        return hashlib.sha256(content.encode()).hexdigest()

    def read(self) -> dict[str, Split]:
        """The splits ``"train"`` and ``"test"``, with their evidence."""
        return {name: _as_split(self._reviews(name)) for name in SPLITS}

    def write_vectors(self, folder: Path) -> Path:
        """Write vectors of the training split's words, commonest first, and return the file, ``sample.50d.txt``.

        Each line is a word and its 50 numbers, as in GloVe's files. The file appears whole or not at all, and the
        same seed and size of the training split give the same bytes.

        Raises:
            StorageError: the folder cannot be written.
        """
        texts = [[token.lower() for token in review.tokens] for review in self._reviews("train")]
        counts = Counter(chain.from_iterable(texts))
        words = sorted(counts, key=lambda word: (-counts[word], word))
        path = folder / f"{self.name}.{DIMENSIONS}d.txt"
        write_atomically(path, "".join(_glove_lines(words, ppmi_vectors(texts, words))))
        return path

    def domain(self, name: str, texts: Texts) -> npt.NDArray[np.int64]:
        """The number of the genre of each review, or of the half of the genres it is in, train and then test."""
        number = {genre.name: place for place, genre in enumerate(GENRES)}
        genres = np.array([number[review.genre] for split in SPLITS for review in self._reviews(split)], np.int64)
        return genres * 2 // len(GENRES) if name == "genre_pair" else genres

    def _reviews(self, split: str) -> list[Review]:
        """The reviews of one split; each split draws from a stream of its own."""
        rng = np.random.default_rng([self.seed, SPLITS.index(split)])
        positive = rng.permutation(np.arange(self.sizes[split]) % 2 == 1)
        return [write_review(bool(label), rng) for label in positive]


def ppmi_vectors(texts: Sequence[Sequence[str]], words: Sequence[str]) -> npt.NDArray[np.float64]:
    """Vectors of ``words``, float64 ``(len(words), 50)``, from which words stand near each other in ``texts``.

    The rows of U·√S, where U·S·Vᵀ is the singular value decomposition of the positive pointwise mutual information,
    scaled to the spread of GloVe's vectors. With fewer than 50 words, the last dimensions are zero.

    Args:
        texts: the tokens of each text; every token is one of ``words``.
        words: the vocabulary, in the order of the rows.
    """
    left, strengths, _ = np.linalg.svd(_positive_information(_neighbours(texts, words)))
    kept = min(DIMENSIONS, len(words))
    vectors = np.zeros((len(words), DIMENSIONS))
    vectors[:, :kept] = left[:, :kept] * np.sqrt(strengths[:kept])
    # A singular vector is only known up to its sign: let its largest number be positive.
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(DIMENSIONS)]
    vectors *= np.where(largest < 0, -1.0, 1.0)
    vectors *= SPREAD / max(float(np.sqrt(np.mean(vectors**2))), np.finfo(np.float64).tiny)
    return vectors


def _neighbours(texts: Sequence[Sequence[str]], words: Sequence[str]) -> npt.NDArray[np.float64]:
    """How often each word (row) stands at most ``WINDOW`` tokens from each other one (column) in the same text."""
    size = len(words)
    number = {word: row for row, word in enumerate(words)}
    tokens = np.array([number[token] for text in texts for token in text])
    text_of = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    counts = np.zeros((size, size))
    for distance in range(1, WINDOW + 1):
        together = text_of[distance:] == text_of[:-distance]
        pairs = tokens[:-distance][together] * size + tokens[distance:][together]
        counts += np.bincount(pairs, minlength=size * size).reshape(size, size)
    counts += counts.T.copy()
    return counts


def _positive_information(near: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The log of how much oftener than by chance two words are near each other, 0 where it is not oftener."""
    chance = np.outer(near.sum(axis=1), near.sum(axis=0)) / max(float(near.sum()), 1.0)
    ratio: npt.NDArray[np.float64] = np.divide(near, chance, out=np.ones_like(near), where=chance > 0)
    information: npt.NDArray[np.float64] = np.log(np.maximum(ratio, 1.0))
    return information


def _as_split(reviews: Sequence[Review]) -> Split:
    """Reviews as the columns of a split."""
    return Split(
        texts=pa.array([review.text for review in reviews], pa.large_string()),
        labels=np.array([review.positive for review in reviews], dtype=np.int8),
        evidence=np.fromiter(chain.from_iterable(review.evidence for review in reviews), dtype=np.bool_),
    )


def _glove_lines(words: Sequence[str], vectors: npt.NDArray[np.float64]) -> Iterator[str]:
    """The lines of a file in GloVe's text format."""
    for word, vector in zip(words, vectors, strict=True):
        yield f"{word} {' '.join(f'{number:.5f}' for number in vector)}\n"
