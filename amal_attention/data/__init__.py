"""Reviews: where they come from, how they become tokens and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amal_attention.data.batch import ReviewBatch
from amal_attention.data.choice import available_source
from amal_attention.data.tokenizer import Tokenizer
from amal_attention.data.vocabulary import Vocabulary

if TYPE_CHECKING:
    from amal_attention.data.module import ReviewData

__all__ = ["ReviewBatch", "ReviewData", "Tokenizer", "Vocabulary", "available_source"]


def __getattr__(name: str) -> Any:
    """``ReviewData``, when it is asked for: Lightning takes seconds to import, and a batch needs none of it."""
    if name != "ReviewData":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from amal_attention.data.module import ReviewData

    return ReviewData
