"""The share of domains that a probe of the lab tells, on batches that hold them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from amal_attention.errors import LabError
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.probing import probed
from amal_attention.tasks.classification.task import TASK
from tests.tasks.classification.counting import Counting


def share_of_the_first(model, batches):
    """A probe that always says domain 0, and needs gradients as one that learns does."""
    domains = torch.cat([batch.domains for batch in batches])
    assert torch.ones(1, requires_grad=True).mul(2).requires_grad
    return (domains == 0).float().mean().item()


def test_the_probe_is_handed_the_reviews_of_the_split_with_their_domains(tmp_path: Path) -> None:
    data = ReviewData("sample", cache_dir=str(tmp_path), domain="genre_pair")
    assert data.reviews.domains is not None
    for split in ("validation", "test"):
        share = (data.reviews.domains[data.rows(split)] == 0).mean()
        with torch.no_grad():
            assert probed(share_of_the_first, Counting(), data, split) == pytest.approx(share)


def test_it_is_a_metric_of_a_run_whose_question_names_a_probe(tmp_path: Path) -> None:
    data = ReviewData("sample", cache_dir=str(tmp_path), domain="genre_pair")
    metrics = TASK.test(Counting(), data, {"probe": share_of_the_first}).metrics
    assert metrics["probe"] == (pytest.approx(probed(share_of_the_first, Counting(), data)), None, None)
    assert "probe" not in TASK.test(Counting(), data, {}).metrics


def test_reviews_without_a_domain_are_refused(tmp_path: Path, refusal: Callable[..., str]) -> None:
    data = ReviewData("sample", cache_dir=str(tmp_path))
    assert "data.domain" in refusal(LabError, lambda: probed(share_of_the_first, Counting(), data))
