# Where each name of this package lives; `__init__.py` reads it, and so do type checkers.

__all__ = [
    "Accuracy",
    "BagBatch",
    "DomainBatch",
    "MeanBatch",
    "NgramBatch",
    "RatioBatch",
    "ReviewData",
    "TextBatch",
    "available_source",
]

from .accuracy import Accuracy
from .data.batch import BagBatch, DomainBatch, MeanBatch, NgramBatch, RatioBatch, TextBatch
from .data.choice import available_source
from .data.module import ReviewData
