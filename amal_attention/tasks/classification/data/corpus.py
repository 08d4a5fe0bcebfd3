"""What every source of reviews gives: two splits of texts with labels, and a fingerprint of their content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["EVIDENCE_TOKENIZER", "Source", "Split", "Texts"]

EVIDENCE_TOKENIZER = "glove"


@dataclass(frozen=True)
class Split:
    """The reviews of one split.

    ``texts``: n strings. ``labels``: int8 ``(n,)``, an index into the source's ``label_names``. ``evidence``: where the
    source knows which tokens carry the label, one bool for each token of the split as ``EVIDENCE_TOKENIZER`` splits
    them, review after review.
    """

    texts: pa.LargeStringArray
    labels: npt.NDArray[np.int8]
    evidence: npt.NDArray[np.bool_] | None = None


class Texts(Protocol):
    """Texts as the numbers of their words: text i is ``tokens[offsets[i]:offsets[i + 1]]``."""

    @property
    def tokens(self) -> npt.NDArray[np.int32]:
        """The numbers of all words, ``(total,)``."""
        ...

    @property
    def offsets(self) -> npt.NDArray[np.int64]:
        """Where each text begins, and where the last one ends, ``(n + 1,)``."""
        ...

    @property
    def words(self) -> list[str]:
        """The word that each number stands for."""
        ...


class Source(Protocol):
    """Where reviews come from."""

    @property
    def name(self) -> str:
        """How the source is called."""
        ...

    @property
    def label_names(self) -> tuple[str, ...]:
        """What each label stands for."""
        ...

    @property
    def domain_names(self) -> tuple[str, ...]:
        """What :meth:`domain` can be asked for."""
        ...

    def fingerprint(self) -> str:
        """A digest of the content: equal for equal texts and labels, and far cheaper than :meth:`read`."""
        ...

    def read(self) -> dict[str, Split]:
        """The splits ``"train"`` and ``"test"``."""
        ...

    def write_vectors(self, folder: Path) -> Path | None:
        """Write the source's own word vectors (GloVe's text format) into ``folder``, if it has any."""
        ...

    def domain(self, name: str, texts: Texts) -> npt.NDArray[np.int64]:
        """A whole number from 0 on for each review beside its label, ``(n,)``, train and then test.

        Args:
            name: one of ``domain_names``.
            texts: the same reviews, tokenised.
        """
        ...
