"""Expectations on the optimiser of a LightningModule and the steps it takes, whatever its batches are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from amal_attention.checks.expectation import Missed, expectation
from amal_attention.checks.expectations.classifiers.reading import (
    LEARNS_TOO,
    UNREGISTERED,
    Attention,
    Module,
    unless_inherited,
)
from amal_attention.checks.subjects.subject import Subject, subject
from amal_attention.checks.values import same

__all__ = ["optimises_everything", "steps_by_lr"]

_DECAY = "no weight decay: torch.optim.Adam as it is, not AdamW"


@expectation("lr is the step size of Adam")
def steps_by_lr(
    model: Module, batches: Sequence[Any], *, lr: float, reads: int = 2, plain: Callable[[], Module] | None = None
) -> None:
    """Some steps of training move all that learns as Adam does, with the gradients that it found, and nothing else.

    Args:
        model: a LightningModule that learns with this step size.
        batches: a step for each; three of them tell Adam from others.
        lr: the step size.
        reads: how many fields of a batch, the first ones, ``forward`` is called with.
        plain: builds a module that ``model`` may inherit its optimiser from; if it moves alike, nothing is missed.
    """
    before, gradients, moved = _movement(model, batches, reads)
    expected = _moved(torch.optim.Adam, before, gradients, lr)
    decay = float(moved[expected == 0].abs().sum())
    as_adam = _near(moved, expected) and decay < 1e-6
    if as_adam or (plain is not None and _moves_alike(plain, batches, reads, before, moved, expected == 0)):
        return
    if decay >= 1e-6:
        came = f"{decay:.3g}, in all, for numbers whose gradient is 0"
        raise Missed("steps along the gradient alone", came, _DECAY, f"lr = {lr:g}, {len(batches)} steps")
    far, right = (float(each.abs().max()) / len(batches) for each in (moved, expected))
    raise Missed(
        f"steps of {right:.3g}",
        f"steps of {far:.3g}",
        _mistake_of_steps(moved, before, gradients, lr),
        f"lr = {lr:g}, {len(batches)} steps",
    )


@expectation("the optimiser is handed every parameter that learns")
def optimises_everything(
    model: Module, attention: Attention | None = None, *, plain: Callable[[], Module] | None = None
) -> None:
    """All parameters that need a gradient, those of ``attention`` included, are in ``configure_optimizers``.

    Args:
        model: a LightningModule, around ``attention`` if there is one.
        attention: a :class:`FixedAttention`.
        plain: builds a module that ``model`` may inherit its optimiser from: what is forgotten there too is not
            charged.
    """
    weights = None if attention is None else subject(attention).state()["weights"].shape

    def look(one: Subject) -> None:
        missed = _forgotten(one, weights)
        if missed is not None:
            raise missed

    unless_inherited(look, subject(model), plain)


def _forgotten(looked_at: Subject, weights: torch.Size | None) -> Missed | None:
    """What of a module is in no optimiser, if anything is; ``weights`` is the shape of those of its attention."""
    if weights is not None and weights not in {each.shape for each in looked_at.parameters().values()}:
        known = "pooling.weights" in looked_at.state()
        came = f"all but those of the pooling: {'they are frozen' if known else 'the model does not know of them'}"
        return Missed("every parameter", came, LEARNS_TOO if known else UNREGISTERED)
    forgotten = sorted(set(looked_at.parameters()) - set(looked_at.optimised()))
    if not forgotten:
        return None
    named = ", ".join(forgotten)
    return Missed("every parameter", f"all but {named}", "hand self.parameters() to the optimiser")


def _mistake_of_steps(
    moved: Tensor, before: dict[str, Tensor], gradients: list[dict[str, Tensor | None]], lr: float
) -> str:
    for other in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad):
        if _near(moved, _moved(other, before, gradients, lr)):
            return f"these are steps of {other.__name__}: the optimiser that is asked for is torch.optim.Adam"
    expected = _moved(torch.optim.Adam, before, gradients, lr)
    times = (moved @ expected) / (expected @ expected)
    if times > 0 and _near(moved, times * expected):
        return f"steps {times:.3g} times as long: hand lr to the optimiser, torch.optim.Adam(self.parameters(), lr=lr)"
    return "the optimiser that is asked for is torch.optim.Adam, with step size lr, on all that learns"


def _moved(
    optimiser: Callable[..., torch.optim.Optimizer],
    before: dict[str, Tensor],
    gradients: list[dict[str, Tensor | None]],
    lr: float,
) -> Tensor:
    """How far an optimiser moves parameters with these gradients, one number after the other."""
    learning = {name: each.clone().requires_grad_() for name, each in before.items()}
    stepping = optimiser(learning.values(), lr=lr)
    for found in gradients:
        for name, each in learning.items():
            each.grad = found.get(name)
        stepping.step()
    return torch.cat([(learning[name].detach() - each).flatten() for name, each in before.items()])


def _movement(
    model: Module, batches: Sequence[Any], reads: int, start: dict[str, Tensor] | None = None
) -> tuple[dict[str, Tensor], list[dict[str, Tensor | None]], Tensor]:
    """Train a step on each batch: the parameters before, the gradients of each step, and how far each number moved."""
    looked_at = subject(model)
    looked_at.materialise(*batches[0][:reads])
    looked_at.load(start or {})
    before = looked_at.parameters()
    gradients = [found for _, found in looked_at.steps(batches)]
    after = looked_at.parameters()
    return before, gradients, torch.cat([(after[name] - each).flatten() for name, each in before.items()])


def _moves_alike(
    other: Callable[[], Module],
    batches: Sequence[Any],
    reads: int,
    start: dict[str, Tensor],
    moved: Tensor,
    still: Tensor,
) -> bool:
    """Whether another module moves as far from the same start; not if it cannot be built or trained.

    Where a number is ``still`` in steps of Adam, and moves all the same, it moves as far there too. What has no
    gradient at all in the other module is not compared: a penalty of strength 0 gives it a gradient of 0.
    """
    try:
        before, gradients, its = _movement(other(), batches, reads, start)
    except Exception:
        return False
    if its.shape != moved.shape:
        return False
    reached = {name for found in gradients for name, each in found.items() if each is not None}
    known = torch.cat([torch.full((each.numel(),), name in reached) for name, each in before.items()])
    return _near(its[known], moved[known]) and same(its[known & still], moved[known & still], 1e-5)


def _near(moved: Tensor, expected: Tensor) -> bool:
    return bool(expected.any()) and bool((moved - expected).abs().sum() <= 0.05 * expected.abs().sum())
