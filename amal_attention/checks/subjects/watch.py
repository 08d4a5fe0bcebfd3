"""What is seen of a training while a Trainer runs it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lightning import Callback
from torch import Tensor, nn

from amal_attention.checks.expectation import Missed
from amal_attention.checks.subjects.operation import Held
from amal_attention.checks.subjects.operations import load, parameters
from amal_attention.checks.subjects.quiet import without_dropout
from amal_attention.checks.wording import kind

__all__ = ["Watch"]


class Watch(Callback):
    """Sees what each step of a training finds, and that there is an optimiser.

    Args:
        held: what is trained.
        starts: values that some parameters are given before each step; none by default.

    Attributes:
        optimised: names of the parameters that are in an optimiser.
    """

    def __init__(self, held: Held, starts: Sequence[Mapping[str, Tensor]] = ()) -> None:
        self.held, self.starts = held, starts
        self.before: dict[str, Tensor] = {}
        self.losses: list[Tensor] = []
        self.gradients: dict[int, dict[str, Tensor | None]] = {}
        self.step = 0
        self.optimised: set[str] = set()

    @property
    def steps(self) -> list[tuple[Tensor, dict[str, Tensor | None]]]:
        """The loss of each step, and its gradient for each parameter that learns."""
        return [(loss, self.gradients[step]) for step, loss in enumerate(self.losses)]

    @contextmanager
    def training_step(self) -> Iterator[None]:
        """Let no step drop anything, and keep the loss that it returns, before the Trainer has its say on it."""
        module: Any = self.held.module
        step: Callable[..., Any] = module.training_step

        @functools.wraps(step)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with without_dropout(module):
                reply = step(*args, **kwargs)
            self.losses.append(_loss(reply).detach())
            return reply

        module.training_step = watched
        try:
            yield
        finally:
            del module.training_step

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Look what is in the optimisers."""
        groups = [group for optimiser in trainer.optimizers for group in optimiser.param_groups]
        given = {id(each) for group in groups for each in group["params"]}
        self.optimised = {name for name, each in pl_module.named_parameters() if id(each) in given}
        if not given:
            raise Missed("configure_optimizers to return an optimiser", "none", "return torch.optim.Adam(...)")
        trainer.strategy.lr_scheduler_configs = []  # steps are looked at, and no schedule of them
        for group in groups:
            group["lr"] = group.get("max_lr", group.get("initial_lr", group["lr"]))

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        """Give the parameters the values to start from."""
        self.step = batch_idx
        if not batch_idx:
            self.before = parameters(self.held)
            pl_module.zero_grad()
        if self.starts:
            load(self.held, self.starts[batch_idx])

    def on_after_backward(self, trainer: Any, pl_module: Any) -> None:
        """Keep the gradients."""
        self._keep_gradients(pl_module)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Keep the gradients of a step that calls ``loss.backward()`` by itself."""
        if batch_idx not in self.gradients:
            self._keep_gradients(pl_module)

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:
        """Put the parameters back."""
        load(self.held, self.before)

    def _keep_gradients(self, module: nn.Module) -> None:
        learning = {name: each for name, each in module.named_parameters() if each.requires_grad}
        found = {name: None if each.grad is None else each.grad.clone() for name, each in learning.items()}
        self.gradients[self.step] = found


def _loss(reply: Any) -> Tensor:
    """The loss in what ``training_step`` returned."""
    loss = reply.get("loss") if isinstance(reply, dict) else reply
    if not (isinstance(loss, Tensor) and loss.ndim == 0):
        raise Missed("training_step to return the loss, one number", kind(reply), _mistake_of_loss(reply))
    return loss


def _mistake_of_loss(reply: Any) -> str:
    if isinstance(reply, Tensor):
        return "one number a batch: take the mean over the texts"
    if isinstance(reply, (int, float)):
        return "a loss stays a tensor, so that its gradient is known: no item() and no float()"
    return "does training_step end with return loss?"
