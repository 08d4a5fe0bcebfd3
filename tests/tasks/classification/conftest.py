"""The lab of two questions on which training is tested, for what is measured of its models."""

from __future__ import annotations

from tests.training.conftest import shared_cache, toy_lab, toy_recipe

__all__ = ["shared_cache", "toy_lab", "toy_recipe"]
