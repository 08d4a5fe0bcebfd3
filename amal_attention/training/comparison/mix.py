"""A question that trains no model: the logits of models that answer others, weighed by logistic regression."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from amal_attention.errors import LabError, explain
from amal_attention.record import RunRecord
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.run import Run

__all__ = ["fit_mix", "mix"]

Array = npt.NDArray[np.float64]

_MOST_STEPS = 200


def mix(question: str, runs: Sequence[Run]) -> RunRecord:
    """Fit on the validation texts how much each model counts, then test the weighted sum of their logits.

    Args:
        question: the question that the mix answers.
        runs: trained models of one task, which held out the same texts: none of them has learnt from these.

    Raises:
        LabError: they held out others, or their task has no logits.
    """
    recipe, task = runs[0].recipe, runs[0].recipe.task
    models = [load_trained(run.best, recipe.lab.folder.parent).model for run in runs]
    data = [run.recipe.data() for run in runs]
    _check_held_out([each.rows("validation") for each in data])

    def read(split: str) -> tuple[Array, npt.NDArray[np.int64]]:
        logits, labels = zip(*(task.logits(*each, split) for each in zip(models, data, strict=True)), strict=True)
        return np.stack(logits), labels[0]

    began = time.monotonic()
    weights, bias = fit_mix(*read("validation"))
    seconds = time.monotonic() - began
    logits, labels = read("test")
    right = (_mixed(logits, weights, bias).argmax(axis=1) == labels).astype(np.float64)
    told = {run.recipe.question: (weight, None, None) for run, weight in zip(runs, weights.tolist(), strict=True)}
    return RunRecord(
        lab=recipe.lab.name,
        question=question,
        task=task.name,
        title=recipe.lab.questions[question],
        source=recipe.chosen_source,
        embeddings=recipe.embeddings,
        seed=recipe.seed,
        metrics=task.metrics({task.measures[0].name: (right, np.ones_like(right))}) | told,
        tested=len(right),
        parameters=len(weights) + len(bias),
        seconds=seconds,
        epochs=0,
        checkpoint="",
    )


def fit_mix(logits: Array, labels: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """The weight of each model ``(K,)``, and what is added for each class ``(C,)``, that make the cross-entropy least.

    Args:
        logits: float ``(K, n, C)``, of each model for each text.
        labels: int64 ``(n,)``.
    """
    models, _, classes = logits.shape
    weights = torch.full((models,), 1 / models, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=_MOST_STEPS, line_search_fn="strong_wolfe")
    given, right = torch.from_numpy(logits), torch.from_numpy(labels)

    def cost() -> Tensor:
        optimiser.zero_grad()
        loss = F.cross_entropy(torch.tensordot(weights, given, 1) + bias, right)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(cost)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), bias.detach().numpy()


def _mixed(logits: Array, weights: Array, bias: Array) -> Array:
    mixed: Array = np.tensordot(weights, logits, 1) + bias
    return mixed


def _check_held_out(rows: Sequence[npt.NDArray[np.int64]]) -> None:
    """Refuse models of which one has learnt from what another one held out."""
    if not all(np.array_equal(rows[0], each) for each in rows):
        raise LabError(
            explain(
                expected="the same validation texts for all models of a mix",
                got="others for some of them",
                do="let their recipes agree on how the validation set is drawn",
            )
        )
