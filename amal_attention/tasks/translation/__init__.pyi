# Where each name of this package lives; `__init__.py` reads it, and so do type checkers.

__all__ = ["END", "PAD", "START", "UNKNOWN", "Alphabet", "CopyData", "DateData", "PairBatch"]

from .data.alphabet import Alphabet
from .data.batch import END, PAD, START, UNKNOWN, PairBatch
from .data.module import CopyData, DateData
