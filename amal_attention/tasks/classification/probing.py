"""Whether the domain of reviews can be read in what a model keeps of them: a function of the lab's module probes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from lightning import LightningModule

from amal_attention.errors import LabError, explain
from amal_attention.tasks.classification.data.batch import DomainBatch, TextBatch
from amal_attention.tasks.classification.data.module import ReviewData
from amal_attention.tasks.classification.robustness import batches_on

__all__ = ["probed"]

_Probe = Callable[[LightningModule, Iterable[TextBatch | DomainBatch]], float]
"""Of a model that is trained and of batches with domains: the share of texts whose domain is told, from 0 to 1."""


def probed(probe: _Probe, model: LightningModule, data: ReviewData, split: str = "test") -> float:
    """The share of the reviews of a split whose domain the probe tells.

    Raises:
        LabError: the data has no domain.
    """
    if data.hparams["domain"] is None:
        expected = "reviews with a domain, which the question probes"
        raise LabError(explain(expected=expected, got="no data.domain", do="set data.domain"))
    with torch.enable_grad():  # a probe learns
        return float(probe(model, batches_on(model.device, data, split)))
