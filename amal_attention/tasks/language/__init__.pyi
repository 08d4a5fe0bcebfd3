# Where each name of this package lives; `__init__.py` reads it, and so do type checkers.

__all__ = ["RARE", "Perplexity", "ReviewStream", "StreamBatch", "continuations", "ngram_perplexities"]

from .data.batch import RARE, StreamBatch
from .data.module import ReviewStream
from .ngrams import ngram_perplexities
from .validation import Perplexity
from .writing import continuations
