"""Images as a model gets them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

__all__ = ["ImageBatch"]


class ImageBatch(NamedTuple):
    """``images`` float ``(B, H, W)``, from 0 (paper) to 1 (ink); ``labels`` int64 ``(B,)``."""

    images: Tensor
    labels: Tensor
