"""What every source of reviews gives: two splits of texts with labels, and a fingerprint of their content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["EVIDENCE_TOKENIZER", "Source", "Split"]

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

    def fingerprint(self) -> str:
        """A digest of the content: equal for equal texts and labels, and far cheaper than :meth:`read`."""
        ...

    def read(self) -> dict[str, Split]:
        """The splits ``"train"`` and ``"test"``."""
        ...

    def write_vectors(self, folder: Path) -> Path | None:
        """Write the source's own word vectors (GloVe's text format) into ``folder``, if it has any."""
        ...
