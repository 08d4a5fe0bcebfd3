"""A LightningModule that is looked at: what its steps give, apart from any training that the notebook runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from amal_attention.checks.expectation import Missed
from amal_attention.checks.subject import LocalSubject, Subject
from amal_attention.checks.wording import kind

__all__ = ["ClassifierSubject", "LocalClassifier", "classifier"]


@runtime_checkable
class ClassifierSubject(Subject, Protocol):
    """What an expectation may ask of a LightningModule, wherever it runs; a batch has tokens, mask and labels."""

    def loss(self, batch: Any) -> Tensor:
        """What ``training_step`` returns, a number, without dropout."""

    def loss_gradients(self, batch: Any) -> dict[str, Tensor | None]:
        """The gradient of that loss for each parameter that learns."""

    def descend(self, batches: Sequence[Any], steps: int, lr: float) -> None:
        """Take ``steps`` steps of Adam down the gradients of that loss, over the batches one after the other."""

    def optimised(self) -> set[str]:
        """Names of the parameters that ``configure_optimizers`` hands to an optimiser."""

    def fit(self, batches: Sequence[Any], steps: int) -> None:
        """Take ``steps`` steps of its own optimiser over the batches, one after the other."""

    def validate(self, batches: Sequence[Any]) -> dict[str, float]:
        """What a Trainer logs over these validation batches."""


class LocalClassifier(LocalSubject):
    """A LightningModule of this process.

    Args:
        module: the module.
    """

    def loss(self, batch: Any) -> Tensor:
        """What ``training_step`` returns, a number, without dropout."""
        self.eval()
        return self._loss(batch).detach()

    def loss_gradients(self, batch: Any) -> dict[str, Tensor | None]:
        """The gradient of that loss for each parameter that learns."""
        self.eval()
        learning = {name: each for name, each in self.module.named_parameters() if each.requires_grad}
        found = torch.autograd.grad(self._loss(batch), list(learning.values()), allow_unused=True)
        return dict(zip(learning, found, strict=True))

    def descend(self, batches: Sequence[Any], steps: int, lr: float) -> None:
        """Take ``steps`` steps of Adam down the gradients of that loss, over the batches one after the other."""
        learning = {name: each for name, each in self.module.named_parameters() if each.requires_grad}
        optimiser = torch.optim.Adam(learning.values(), lr=lr)
        for step in range(steps):
            for name, gradient in self.loss_gradients(batches[step % len(batches)]).items():
                learning[name].grad = gradient
            optimiser.step()

    def optimised(self) -> set[str]:
        """Names of the parameters that ``configure_optimizers`` hands to an optimiser."""
        given = {
            id(each) for optimiser in self._optimisers() for group in optimiser.param_groups for each in group["params"]
        }
        return {name for name, each in self.module.named_parameters() if id(each) in given}

    def fit(self, batches: Sequence[Any], steps: int) -> None:
        """Take ``steps`` steps of its own optimiser over the batches, one after the other."""
        self.train()
        optimisers = self._optimisers()
        for step in range(steps):
            loss = self._loss(batches[step % len(batches)])
            self.module.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for optimiser in optimisers:
                optimiser.step()

    def validate(self, batches: Sequence[Any]) -> dict[str, float]:
        """What a Trainer logs over these validation batches."""
        from lightning import Trainer
        from lightning.pytorch.loggers.logger import DummyLogger
        from torch.utils.data import DataLoader

        log = logging.getLogger("lightning.pytorch")
        level = log.level
        log.setLevel(logging.ERROR)  # remarks on the machine go to standard error, for which nbgrader takes the mark
        trainer = Trainer(
            accelerator="cpu",
            logger=DummyLogger(),  # what a step writes to self.logger.experiment goes nowhere
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            inference_mode=False,  # a metric shared with training_step stays usable there
        )
        log.setLevel(level)
        trainer.validate(self.module, DataLoader(list(batches), batch_size=None), verbose=False)  # type: ignore[arg-type]
        self.module.trainer = None  # type: ignore[assignment]
        return {name: float(value) for name, value in trainer.callback_metrics.items()}

    def _loss(self, batch: Any) -> Tensor:
        reply = self.module.training_step(batch, 0)  # type: ignore[operator]
        loss = reply.get("loss") if isinstance(reply, dict) else reply
        if not (isinstance(loss, Tensor) and loss.ndim == 0):
            raise Missed("training_step to return the loss, one number", kind(reply), "return the loss of the batch")
        return loss

    def _optimisers(self) -> list[Optimizer]:
        """Those in whatever Lightning lets ``configure_optimizers`` return."""
        found: list[Optimizer] = []
        pending = [self.module.configure_optimizers()]  # type: ignore[operator]
        while pending:
            each = pending.pop()
            if isinstance(each, Optimizer):
                found.append(each)
            elif isinstance(each, dict):
                pending.append(each.get("optimizer"))
            elif isinstance(each, (tuple, list)):
                pending += each
        if not found:
            raise Missed("configure_optimizers to return an optimiser", "none", "return torch.optim.Adam(...)")
        return found


def classifier(module: nn.Module | ClassifierSubject) -> ClassifierSubject:
    """The module as an expectation asks it: a handle as it is, a module of this process wrapped."""
    return LocalClassifier(module) if isinstance(module, nn.Module) else module
