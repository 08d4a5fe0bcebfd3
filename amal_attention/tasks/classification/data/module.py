"""Reviews as Lightning wants them: batches for training, validation and test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning.pytorch.utilities import CombinedLoader
from torch.utils.data import DataLoader, Dataset

from amal_attention.data.bucketed import BucketedData
from amal_attention.data.buckets import LengthBuckets, Windows
from amal_attention.data.cache import built_once, cache_root
from amal_attention.data.ngrams import KINDS
from amal_attention.data.tokenizer import Tokenizer
from amal_attention.data.vectors import DEFAULT_VECTORS, AlignedVectors, VectorFile, find_vectors, load_vectors
from amal_attention.data.vocabulary import Vocabulary
from amal_attention.errors import DataError, explain
from amal_attention.tasks.classification.data.bags import Bags
from amal_attention.tasks.classification.data.batch import Batch, DomainBatch, TextBatch
from amal_attention.tasks.classification.data.corpus import Source
from amal_attention.tasks.classification.data.domains import biased, read_domain
from amal_attention.tasks.classification.data.imdb import open_imdb
from amal_attention.tasks.classification.data.means import Means
from amal_attention.tasks.classification.data.ngrams.beside_words import RatiosBesideWords
from amal_attention.tasks.classification.data.ngrams.numbered import NumberedNgrams
from amal_attention.tasks.classification.data.ngrams.prepared import PreparedNgrams, prepare_ngrams
from amal_attention.tasks.classification.data.reviews import Reviews
from amal_attention.tasks.classification.data.sample import SampleReviews
from amal_attention.tasks.classification.data.store import prepare_reviews

__all__ = ["FORMS", "SOURCES", "ReviewData"]

SOURCES: dict[str, Callable[[str | Path | None], Source]] = {
    "imdb": open_imdb,
    "sample": lambda data_dir: SampleReviews(),
}
FORMS = ("texts", "bags", "means", "ngrams", "ratios", "unlabelled")
_WINDOWED = ("texts", "ratios", "unlabelled")
_MOST = 2**32 - 1


class ReviewData(BucketedData):
    """Labelled reviews and their word vectors, prepared once and then memory-mapped.

    A validation set is drawn from the training split with ``seed``; the test split is served whole, by
    ``test_dataloader`` alone.

    Args:
        source: ``imdb`` or ``sample``.
        data_dir: folder with a local copy of IMDB, and of GloVe; ``AMAL_DATA`` if not given, else the hub.
        tokenizer: ``glove``, or ``whitespace`` to see what the course's own splitting costs.
        vectors: a published name (``glove.6B.50d``) or a file in GloVe's format; by default the source's own vectors
            if it has any, else ``glove.6B.50d``.
        standardise: centre each dimension of the vectors and scale it to variance 1, over the running words of the
            training split: their few largest dimensions otherwise rule every dot product.
        min_count: words seen fewer times than this in the training split are unknown words.
        validation: share of the training split that is held out.
        block: reviews that follow one another in the training split and belong together, as those of one film may:
            they are held out together, in every so many blocks, and n-grams are counted without all of them. If not
            given, each is alone, and any are held out.
        batch_size: reviews in a step of training. Where several processes train together, each takes its share of
            every step, so that they learn what one would.
        token_budget: most places (reviews × longest length) in a step of training; unbounded if not given.
        crop: train on a window of at most this many tokens of each review, drawn anew each epoch. Validation and test
            read whole reviews.
        train_as: what a review of a training batch is: ``texts``, its words in their order (:class:`TextBatch`);
            ``bags``, each word once, with how often it stands there (:class:`BagBatch`); ``means``, the mean vector of
            its words (:class:`MeanBatch`); ``ngrams``, each n-gram once (:class:`NgramBatch`); ``ratios``, its words
            with the log-ratios of the n-grams that end there (:class:`RatioBatch`). Bags, means and n-grams are of all
            the words; validation and test read texts in any case. ``unlabelled`` gives two batches of texts a step, in
            a dict: ``labelled``, and ``unlabelled``, of all training reviews, whose labels are -1.
        labels: how many training reviews, drawn with ``seed``, keep their label: training batches are made of these.
            All keep it by default.
        word_dropout: share of the words of each bag that a training batch leaves out, others each epoch.
        domain: a column of whole numbers that the source knows beside the labels: ``genre`` or ``genre_pair`` of the
            sample, ``horror`` or ``length`` of IMDB. All batches then hold it (:class:`DomainBatch`).
        bias: train on a part of the training reviews, drawn with the seed: label and domain agree in this share of it.
            It has as many of each label, and the same size whatever the share.
        seed: the seed of the validation set, of the order, of the windows and of what ``bias`` draws.
        cache_dir: where prepared data is kept; ``AMAL_CACHE`` if not given, else the user's cache folder.
    """

    evaluation_places = 1 << 16
    evaluation_pairs = 1 << 23  # four heads in which each word looks at all others hold 16 bytes a pair

    def __init__(
        self,
        source: str = "imdb",
        data_dir: str | None = None,
        tokenizer: str = "glove",
        vectors: str | None = None,
        standardise: bool = False,
        min_count: int = 2,
        validation: float = 0.1,
        block: int | None = None,
        batch_size: int = 64,
        token_budget: int | None = None,
        crop: int | None = None,
        train_as: str = "texts",
        labels: int | None = None,
        word_dropout: float = 0.0,
        domain: str | None = None,
        bias: float | None = None,
        seed: int = 0,
        cache_dir: str | None = None,
    ) -> None:
        super().__init__()
        if source not in SOURCES:
            raise DataError(explain(expected=f"a source among {', '.join(SOURCES)}", got=repr(source), do="choose one"))
        if not 0 < validation < 1:
            raise DataError(explain(expected="a share between 0 and 1", got=str(validation), do="set data.validation"))
        _check_count(1, batch_size=batch_size, token_budget=token_budget, crop=crop, min_count=min_count, block=block)
        _check_count(1, labels=labels)
        _check_count(0, seed=seed)
        if train_as not in FORMS:
            raise DataError(explain(expected=f"data.train_as among {', '.join(FORMS)}", got=train_as, do="choose one"))
        if crop is not None and train_as not in _WINDOWED:
            raise DataError(
                explain(
                    expected=f"whole reviews, of which to make {train_as}",
                    got=f"windows of {crop} tokens",
                    do=f"leave out data.crop, or set data.train_as to {' or '.join(_WINDOWED)}",
                )
            )
        if not 0 <= word_dropout < 1 or (word_dropout and train_as != "bags"):
            raise DataError(
                explain(
                    expected="data.word_dropout from 0 to less than 1, and of bags alone",
                    got=f"{word_dropout} of {train_as}",
                    do="leave it out, or set data.train_as to bags",
                )
            )
        _check_domain(domain, bias, train_as)
        self.save_hyperparameters(ignore=["data_dir", "cache_dir"])
        self.tokenizer = Tokenizer(tokenizer)
        self._data_dir = data_dir
        self._cache = cache_root(cache_dir)
        self._reviews: Reviews | None = None

    def prepare_data(self) -> None:
        """Fill the cache, in one process."""
        self._open_reviews()
        match self.hparams["train_as"]:
            case "bags":
                Bags.of(self.reviews, self._cache)
            case "ngrams" | "ratios":
                self._prepared_ngrams()

    def setup(self, stage: str | None = None) -> None:
        """Open the prepared reviews."""
        self._open_reviews()

    @property
    def reviews(self) -> Reviews:
        """The reviews of both splits."""
        return self._open_reviews()

    @property
    def vocabulary(self) -> Vocabulary:
        """The words seen ``min_count`` times in the training split, most frequent first."""
        return self.reviews.vocabulary

    @property
    def embeddings(self) -> torch.Tensor:
        """A vector for each word of the vocabulary, float32 ``(V, D)``; 0 for padding, the mean for unknown words."""
        table = self.vocabulary.table(self._vectors.matrix)
        if self.hparams["standardise"]:
            table[1:] = _standardised(table[1:], self._running_counts())
        return torch.from_numpy(table)

    @property
    def counts(self) -> torch.Tensor:
        """How often each word of the vocabulary stands in the training split, int64 ``(V,)``; 0 for padding."""
        return torch.from_numpy(np.concatenate([[0], self._running_counts()]))

    @property
    def dim(self) -> int:
        """D, the width of the word vectors."""
        return int(self._vectors.matrix.shape[1])

    @property
    def ngrams(self) -> torch.Tensor:
        """The n-grams that stand in enough training reviews, and in how many of each class, int64 ``(N + 1, 3)``.

        See :func:`~amal_attention.tasks.classification.data.ngrams.counts.count_ngrams`. There are two classes.
        """
        return torch.from_numpy(self._prepared_ngrams().table)

    @property
    def dim_with_ratios(self) -> int:
        """The width of a word's vector with the log-ratios of the n-grams that end there."""
        return self.dim + KINDS

    @property
    def label_names(self) -> tuple[str, ...]:
        """What each label stands for."""
        return self._source().label_names

    def rows(self, split: str) -> npt.NDArray[np.int64]:
        """The review numbers of ``train`` (without the validation set), ``validation`` or ``test``.

        Of ``train``, those that keep their labels, of those that ``bias`` draws.

        Raises:
            DataError: there are fewer than ``labels``; or ``bias`` is set, and the domain of a label always agrees, or
                never does.
        """
        rows = self._all_rows(split)
        return self._labelled(rows) if split == "train" and self.hparams["labels"] is not None else rows

    def _labelled(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The training reviews that keep their labels."""
        labels, generator = self.hparams["labels"], np.random.default_rng([self.hparams["seed"], 1])
        if labels > len(rows):
            raise DataError(
                explain(
                    expected=f"data.labels up to {len(rows)}, the number of training reviews",
                    got=str(labels),
                    do="ask for fewer",
                )
            )
        return np.sort(generator.permutation(rows)[:labels])

    def _all_rows(self, split: str) -> npt.NDArray[np.int64]:
        """The review numbers of a split, whether they keep their labels or not."""
        rows = self._split_rows(split)
        return self._biased(rows) if split == "train" and self.hparams["bias"] is not None else rows

    def _biased(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The training reviews that ``bias`` draws."""
        labels, domains = self.reviews.labels(rows).numpy(), self.reviews.domains
        generator = np.random.default_rng([self.hparams["seed"], 2])
        return rows if domains is None else rows[biased(labels, domains[rows], self.hparams["bias"], generator)]

    def _split_rows(self, split: str) -> npt.NDArray[np.int64]:
        """The review numbers of a split, all of them."""
        if split == "test":
            return self.reviews.store.rows("test")
        rows, share = self.reviews.store.rows("train"), self.hparams["validation"]
        generator = np.random.default_rng(self.hparams["seed"])
        if self.hparams["block"] is not None:
            held = _spaced_blocks(rows, self.hparams["block"], share, generator)
            return rows[held if split == "validation" else ~held]
        drawn = generator.permutation(rows)
        held_out = max(1, round(share * len(drawn)))
        return np.sort(drawn[:held_out] if split == "validation" else drawn[held_out:])

    def batches(self, split: str) -> Iterator[tuple[npt.NDArray[np.int64], TextBatch | DomainBatch]]:
        """The reviews of a split, whole, in batches of similar lengths, with their places in ``rows(split)``."""
        rows = self.rows(split)
        buckets = LengthBuckets(
            self.reviews.lengths[rows],
            batch_size=256,
            token_budget=self.evaluation_places,
            pair_budget=self.evaluation_pairs,
            shuffle=False,
        )
        for windows in buckets:
            yield windows.texts, self.reviews.whole(rows[windows.texts])

    def train_dataloader(self) -> DataLoader[Batch] | CombinedLoader:
        """Batches of similar lengths, in an order and through windows drawn anew each epoch; see ``train_as``.

        Where labelled batches stand beside unlabelled ones, an epoch reads the longer of the two once, and the other
        again and again.
        """
        labelled = self._training_loader(self._training_set())
        if self.hparams["train_as"] != "unlabelled":
            return labelled
        others = self._training_loader(_Unlabelled(self.reviews, self._all_rows("train")))
        return CombinedLoader({"labelled": labelled, "unlabelled": others}, "max_size_cycle")

    def _training_loader(self, texts: Any) -> DataLoader[Batch]:
        return self._loader(
            texts,
            texts.lengths,
            batch_size=self._share(self.hparams["batch_size"]),
            token_budget=self._share(self.hparams["token_budget"]),
            crop=self.hparams["crop"],
            shuffle=True,
        )

    def val_dataloader(self) -> DataLoader[Batch]:
        """The validation reviews, whole."""
        return self._evaluation_loader("validation")

    def test_dataloader(self) -> DataLoader[Batch]:
        """The test reviews, whole."""
        return self._evaluation_loader("test")

    def _evaluation_loader(self, split: str) -> DataLoader[Batch]:
        texts = _Rows(self.reviews, self.rows(split))
        return self._loader(
            texts,
            texts.lengths,
            batch_size=256,
            token_budget=self.evaluation_places,
            pair_budget=self.evaluation_pairs,
            shuffle=False,
        )

    def _training_set(self) -> _Rows | Means | NumberedNgrams | RatiosBesideWords:
        rows = self.rows("train")
        match self.hparams["train_as"]:
            case "means":
                return Means.of(self.reviews, rows, self.embeddings)
            case "bags":
                return _Rows(Bags.of(self.reviews, self._cache, self.hparams["word_dropout"]), rows)
            case "ngrams":
                return NumberedNgrams(self.reviews, rows, self._prepared_ngrams())
            case "ratios":
                return RatiosBesideWords(self.reviews, rows, self._prepared_ngrams())
            case _:
                return _Rows(self.reviews, rows)

    def _open_reviews(self) -> Reviews:
        if self._reviews is None:
            store = prepare_reviews(self._source(), self.tokenizer, self._cache)
            vocabulary = Vocabulary(store.words[: store.vocabulary_size(self.hparams["min_count"])])
            name = self.hparams["domain"]
            domains = None if name is None else read_domain(self._source(), name, store, self._cache)
            self._reviews = Reviews(store, vocabulary, domains)
        return self._reviews

    def _prepared_ngrams(self) -> PreparedNgrams:
        return prepare_ngrams(self.reviews, self.rows("train"), self.hparams["block"] or 1, self._cache)

    def _running_counts(self) -> npt.NDArray[np.int64]:
        """How often the unknown word, and then each known word, stands in the training split."""
        counts, known = self.reviews.store.train_counts, len(self.vocabulary.known)
        return np.concatenate([[counts[known:].sum()], counts[:known]])

    def _source(self) -> Source:
        return SOURCES[self.hparams["source"]](self._data_dir)

    @cached_property
    def _vectors(self) -> AlignedVectors:
        store = self.reviews.store
        return load_vectors(self._vector_file(), store.words, store.folder.name, self._cache)

    def _vector_file(self) -> VectorFile:
        if self.hparams["vectors"] is None:
            own = built_once(self._cache / "own-vectors" / self.reviews.store.folder.name, self._source().write_vectors)
            for path in own.iterdir():
                return VectorFile(path)
        return find_vectors(self.hparams["vectors"] or DEFAULT_VECTORS, self._data_dir, self._cache)


def _check_count(least: int, **counts: int | None) -> None:
    """Refuse a number below ``least``, or one that does not fit into the arrays of the buckets."""
    for name, count in counts.items():
        if count is not None and not least <= count <= _MOST:
            expected = f"data.{name} from {least} to {_MOST}"
            raise DataError(explain(expected=expected, got=str(count), do=f"set data.{name}"))


def _check_domain(domain: str | None, bias: float | None, train_as: str) -> None:
    """Refuse a domain of what is no text, and a bias that is no share or has no domain."""
    if domain is not None and train_as != "texts":
        expected, got, do = "data.domain of texts", f"{domain} of {train_as}", "leave it out, or train as texts"
        raise DataError(explain(expected=expected, got=got, do=do))
    if bias is not None and not (0 <= bias <= 1 and domain is not None):
        got = f"{bias} with {'no domain' if domain is None else domain}"
        raise DataError(explain(expected="data.bias from 0 to 1, of a data.domain", got=got, do="set both"))


def _spaced_blocks(
    rows: npt.NDArray[np.int64], block: int, share: float, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Which of the rows are in every so many blocks, from a drawn one on: about this share of them, of all classes."""
    blocks = rows // block
    count = int(blocks[-1] - blocks[0]) + 1
    if count < 2:
        raise DataError(
            explain(expected="two blocks of reviews or more", got=f"data.block of {block}", do="make it smaller")
        )
    every = max(2, min(round(1 / share), count))
    held: npt.NDArray[np.bool_] = blocks % every == generator.integers(every)
    return held


def _standardised(vectors: npt.NDArray[np.float32], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Vectors ``(V, D)`` with mean 0 and variance 1 in each dimension, word v being counted ``counts[v]`` times."""
    shares = counts / counts.sum()
    centred = vectors - shares @ vectors
    scaled: npt.NDArray[np.float32] = (centred / np.sqrt(shares @ centred**2)).astype(np.float32)
    return scaled


@dataclass(frozen=True)
class _Rows(Dataset[Batch]):
    """Some of the reviews, numbered from 0, as the buckets number them."""

    reviews: Reviews | Bags
    rows: npt.NDArray[np.int64]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        return self.reviews.lengths[self.rows]

    def __getitem__(self, windows: Windows) -> Batch:
        return self.reviews[Windows(self.rows[windows.texts], windows.starts, windows.lengths)]


class _Unlabelled(_Rows):
    """Some of the reviews, the label of each being -1."""

    def __getitem__(self, windows: Windows) -> Batch:
        batch = super().__getitem__(windows)
        return batch._replace(labels=torch.full_like(batch.labels, -1))
