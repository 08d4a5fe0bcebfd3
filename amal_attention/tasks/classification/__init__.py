"""Text classification: reviews, what is measured of a classifier, and how it is shown.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amal_attention.tasks.classification.accuracy import Accuracy
    from amal_attention.tasks.classification.data.batch import BagBatch, MeanBatch, NgramBatch, RatioBatch, TextBatch
    from amal_attention.tasks.classification.data.choice import available_source
    from amal_attention.tasks.classification.data.module import ReviewData

__all__ = [
    "Accuracy",
    "BagBatch",
    "MeanBatch",
    "NgramBatch",
    "RatioBatch",
    "ReviewData",
    "TextBatch",
    "available_source",
]

_HOMES = {
    "Accuracy": "accuracy",
    "BagBatch": "data.batch",
    "MeanBatch": "data.batch",
    "NgramBatch": "data.batch",
    "RatioBatch": "data.batch",
    "ReviewData": "data.module",
    "TextBatch": "data.batch",
    "available_source": "data.choice",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
