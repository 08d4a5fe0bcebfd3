"""All reviews of a corpus as one flat array of tokens, memory-mapped from a cache keyed by their content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from amal_attention.data.cache import built_once, reading_cache
from amal_attention.data.tokenizer import TokenizedTexts, Tokenizer
from amal_attention.errors import DataError, explain
from amal_attention.tasks.classification.data.corpus import EVIDENCE_TOKENIZER, Source, Split

__all__ = ["ReviewStore", "prepare_reviews"]

_FORMAT = "2"


@dataclass(frozen=True)
class ReviewStore:
    """The reviews of both splits; review i is ``tokens[offsets[i]:offsets[i + 1]]``.

    No token is lost: ``tokens`` number every distinct word of the corpus, the words of the training split first, by
    decreasing frequency (ties in the alphabet's order). A vocabulary is then a length: the first k words.

    Attributes:
        folder: where the arrays lie; ``folder.name`` is the digest of texts, labels and tokeniser.
        tokens: int32 ``(total,)``, memory-mapped.
        offsets: int64 ``(n + 1,)``.
        labels: int8 ``(n,)``.
        train_counts: int64 ``(words,)``, how often each word stands in the training split.
        evidence: bool ``(total,)``, the tokens that carry the label, for sources that know; else ``None``.
        sizes: number of reviews of each split, in the order in which they follow one another.
        words: the word that each token number stands for.
    """

    folder: Path
    tokens: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int8]
    train_counts: npt.NDArray[np.int64]
    evidence: npt.NDArray[np.bool_] | None
    sizes: dict[str, int]
    words: list[str]

    @classmethod
    def open(cls, folder: Path) -> ReviewStore:
        """Open what :func:`prepare_reviews` wrote.

        Raises:
            DataError: a file of the folder is damaged.
        """
        with reading_cache(folder, "prepared reviews"):
            description = json.loads((folder / "store.json").read_text("utf-8"))
            return cls(
                folder,
                tokens=np.load(folder / "tokens.npy", mmap_mode="r"),
                offsets=np.load(folder / "offsets.npy"),
                labels=np.load(folder / "labels.npy"),
                train_counts=np.load(folder / "train_counts.npy"),
                evidence=np.load(folder / "evidence.npy", mmap_mode="r") if description["evidence"] else None,
                sizes=description["sizes"],
                words=_read_words(folder, description["words_bytes"]),
            )

    def rows(self, split: str) -> npt.NDArray[np.int64]:
        """The review numbers of one split."""
        begin = 0
        for name, size in self.sizes.items():
            if name == split:
                return np.arange(begin, begin + size)
            begin += size
        raise DataError(explain(expected=f"a split among {', '.join(self.sizes)}", got=split, do="choose one of these"))

    def vocabulary_size(self, min_count: int) -> int:
        """How many words stand at least ``min_count`` times in the training split: they come first in ``words``."""
        return int(np.count_nonzero(self.train_counts >= min_count))


def prepare_reviews(source: Source, tokenizer: Tokenizer, cache: Path) -> ReviewStore:
    """Read, tokenise and store the reviews of a source, or open what an earlier call stored.

    Raises:
        DataError: the source is missing, damaged or holds no review.
        StorageError: the cache cannot be written.
    """
    content = "\n".join([_FORMAT, source.fingerprint(), tokenizer.fingerprint])
    digest = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    folder = built_once(cache / "reviews" / digest, lambda target: _write(source, tokenizer, target))
    return ReviewStore.open(folder)


def _write(source: Source, tokenizer: Tokenizer, folder: Path) -> None:
    splits = source.read()
    for name, split in splits.items():
        if len(split.texts) == 0:
            raise DataError(explain(expected=f"reviews in the split {name}", got="none", do="check the corpus"))
    tokenized = tokenizer.tokenize([split.texts for split in splits.values()])
    evidence = _evidence(splits, tokenized) if tokenizer.name == EVIDENCE_TOKENIZER else None
    ranked, counts, words = _rank_words(tokenized, train_reviews=len(splits["train"].texts))
    np.save(folder / "tokens.npy", ranked)
    np.save(folder / "offsets.npy", tokenized.offsets)
    np.save(folder / "labels.npy", np.concatenate([split.labels for split in splits.values()]))
    np.save(folder / "train_counts.npy", counts)
    if evidence is not None:
        np.save(folder / "evidence.npy", evidence)
    words_bytes = (folder / "words.txt").write_bytes("\n".join(words).encode())
    sizes = {name: len(split.texts) for name, split in splits.items()}
    description = {"sizes": sizes, "evidence": evidence is not None, "words_bytes": words_bytes}
    (folder / "store.json").write_text(json.dumps(description), "utf-8")


def _evidence(splits: dict[str, Split], tokenized: TokenizedTexts) -> npt.NDArray[np.bool_] | None:
    """The flags of all splits one after the other, or ``None`` unless every split has them, one for each token."""
    flags = [split.evidence for split in splits.values() if split.evidence is not None]
    ends = tokenized.offsets[np.cumsum([len(split.texts) for split in splits.values()])]
    if len(flags) < len(splits):
        return None
    if [len(part) for part in flags] != np.diff(ends, prepend=0).tolist():
        raise DataError(
            explain(
                expected=f"one flag of evidence for each of {ends[-1]} tokens",
                got=f"{sum(map(len, flags))} flags",
                do="mend the source",
            )
        )
    return np.concatenate(flags)


def _read_words(folder: Path, size: int) -> list[str]:
    content = (folder / "words.txt").read_bytes()
    if len(content) != size:
        raise ValueError(f"words.txt holds {len(content)} bytes in place of {size}")
    return content.decode().split("\n")


def _rank_words(
    tokenized: TokenizedTexts, train_reviews: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], list[str]]:
    """Number the words anew, by decreasing frequency in the training split, then by the alphabet."""
    train_tokens = tokenized.tokens[: tokenized.offsets[train_reviews]]
    counts = np.bincount(train_tokens, minlength=len(tokenized.words))
    by_alphabet = np.array(sorted(range(len(tokenized.words)), key=tokenized.words.__getitem__), dtype=np.int64)
    order = by_alphabet[np.argsort(-counts[by_alphabet], kind="stable")]
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[tokenized.tokens], counts[order], [tokenized.words[word] for word in order]
