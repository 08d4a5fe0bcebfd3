"""Language modelling: texts as a stream of words, how well a model tells each next one, and how it goes on writing.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amal_attention.tasks.language.data.batch import RARE, StreamBatch
    from amal_attention.tasks.language.data.module import ReviewStream
    from amal_attention.tasks.language.ngrams import ngram_perplexities
    from amal_attention.tasks.language.validation import Perplexity
    from amal_attention.tasks.language.writing import continuations

__all__ = ["RARE", "Perplexity", "ReviewStream", "StreamBatch", "continuations", "ngram_perplexities"]

_HOMES = {
    "Perplexity": "validation",
    "RARE": "data.batch",
    "ReviewStream": "data.module",
    "StreamBatch": "data.batch",
    "continuations": "writing",
    "ngram_perplexities": "ngrams",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
