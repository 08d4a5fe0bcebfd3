"""Images that need no other package: 6 × 6 pixels, the brightest square tells the label."""

from __future__ import annotations

import numpy as np
import pytest

from amal_attention.tasks.images import DigitData
from amal_attention.tasks.images.data import sources


def bright() -> sources.Images:
    """100 images, those of label k have ink in square k of 9, and there alone."""
    labels = np.arange(100) % 9
    images = np.zeros((100, 3, 2, 3, 2), dtype=np.float32)
    images[np.arange(100), labels // 3, :, labels % 3] = 1
    return images.reshape(100, 6, 6), labels.astype(np.int64)


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> DigitData:
    monkeypatch.setitem(sources.SOURCES, "digits", bright)
    return DigitData()
