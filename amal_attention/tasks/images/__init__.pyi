# Where each name of this package lives; `__init__.py` reads it, and so do type checkers.

__all__ = ["DigitData", "ImageBatch"]

from .data.batch import ImageBatch
from .data.module import DigitData
