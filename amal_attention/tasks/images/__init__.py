"""Image classification: small pictures of digits, how many are told rightly, and which squares a model looks at.

Names come when they are asked for: Lightning takes seconds to import, and a batch needs none of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from amal_attention.tasks.images.data.batch import ImageBatch
    from amal_attention.tasks.images.data.module import DigitData

__all__ = ["DigitData", "ImageBatch"]

_HOMES = {"DigitData": "module", "ImageBatch": "batch"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.data.{_HOMES[name]}"), name)
