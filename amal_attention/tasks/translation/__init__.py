"""Translation: lines of characters that are written anew, what is measured of a model that writes, and how it is shown.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amal_attention.tasks.translation.data.alphabet import Alphabet
    from amal_attention.tasks.translation.data.batch import END, PAD, START, UNKNOWN, PairBatch
    from amal_attention.tasks.translation.data.module import CopyData, DateData

__all__ = ["END", "PAD", "START", "UNKNOWN", "Alphabet", "CopyData", "DateData", "PairBatch"]

_HOMES = {
    "Alphabet": "alphabet",
    "CopyData": "module",
    "DateData": "module",
    "END": "batch",
    "PAD": "batch",
    "PairBatch": "batch",
    "START": "batch",
    "UNKNOWN": "batch",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.data.{_HOMES[name]}"), name)
