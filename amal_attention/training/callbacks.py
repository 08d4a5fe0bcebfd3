"""Lightning callbacks that any model of a lab can train with."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer

from amal_attention.errors import LabError, explain
from amal_attention.language import message
from amal_attention.record import EpochPoint

__all__ = ["History", "OneCycle"]

_LOGGED = message("{name}, logged by validation_step")
_AS_IT_IS = message('write its name as it is: self.log("{name}", ...)')


class History(Callback):
    """Keeps the losses and the monitor of each epoch, and the seconds of training, through interruptions too.

    A training whose steps return no loss, and leave the optimiser to Lightning, is stopped: Lightning would go on, and
    nothing would learn. So is one whose loss is no number any more, and one that is to stop by what nobody logs.

    Args:
        monitor: name of what the model logs in validation, beside ``train_loss`` and ``val_loss``.
    """

    def __init__(self, monitor: str) -> None:
        self.monitor = monitor
        self._logged: list[str] = []
        self.points: list[EpochPoint] = []
        self.seconds = 0.0
        self._since = 0.0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._since = time.monotonic()

    @property
    def monitored(self) -> float:
        """The monitor after the last epoch.

        Raises:
            LabError: the model does not log it.
        """
        measured = self.points[-1].measured if self.points else {}
        if self.monitor not in measured:
            raise LabError(
                explain(
                    expected=_LOGGED.format(name=self.monitor),
                    got=", ".join(self._logged) or message("nothing logged"),
                    do=_AS_IT_IS.format(name=self.monitor),
                )
            )
        return measured[self.monitor]

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Refuse a step without a loss."""
        without = outputs is None or (isinstance(outputs, dict) and outputs.get("loss") is None)
        if without and pl_module.automatic_optimization:
            raise LabError(
                explain(
                    expected=message("the loss from training_step"),
                    got="None",
                    do=message("end training_step with return loss"),
                )
            )

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Read the epoch's metrics and the clock; refuse an epoch after which there is nothing to learn."""
        now = time.monotonic()
        self.seconds, self._since = self.seconds + now - self._since, now
        mean = trainer.strategy.reduce  # over the processes: each logs the losses of its own texts
        measured = {name: float(mean(value.clone())) for name, value in trainer.callback_metrics.items()}
        self._logged = sorted(measured)
        _check_losses(measured)
        self._check_monitors(trainer, measured)
        finite = {name: value for name, value in measured.items() if math.isfinite(value)}
        kept = {name: finite[name] for name in ("train_loss", "val_loss", self.monitor) if name in finite}
        self.points.append(EpochPoint(trainer.current_epoch + 1, kept))

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"points": [asdict(point) for point in self.points], "seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.points = [EpochPoint(**point) for point in state_dict["points"]]
        self.seconds = state_dict["seconds"]

    def _check_monitors(self, trainer: Trainer, measured: dict[str, float]) -> None:
        """Refuse, after an epoch that was validated, to stop by what was not logged: training would never stop."""
        for each in trainer.early_stopping_callbacks:
            if self.monitor in measured and each.monitor not in measured:
                raise LabError(
                    explain(
                        expected=f"early_stopping.monitor among what is logged ({', '.join(sorted(measured))})",
                        got=repr(each.monitor),
                        do="name one of these",
                    )
                )


def _check_losses(measured: dict[str, float]) -> None:
    """Refuse to go on with a loss that is no finite number."""
    for name in ("train_loss", "val_loss"):
        if not math.isfinite(measured.get(name, 0.0)):
            raise LabError(
                explain(
                    expected=f"a {name} that is a finite number",
                    got=str(measured[name]),
                    do="make the step size smaller, or bound the gradient with trainer.gradient_clip_val",
                )
            )


class OneCycle(Callback):
    """Warms the step size up, then lets it fall to almost nothing along a cosine (Smith & Topin 2018).

    It needs no line in the model: the largest step size is the one the model's optimiser was built with.

    Args:
        warm_up: share of all steps that warm up.
    """

    def __init__(self, warm_up: float = 0.1) -> None:
        if not 0 <= warm_up <= 1:
            raise LabError(explain(expected="a warm_up from 0 to 1", got=str(warm_up), do="give a share of all steps"))
        self.warm_up = warm_up
        self._schedulers: list[torch.optim.lr_scheduler.OneCycleLR] = []
        self._restored: list[dict[str, Any]] = []

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Plan the whole training, which has an end: its step size falls towards it."""
        if not math.isfinite(trainer.estimated_stepping_batches):
            raise LabError(
                explain(
                    expected="a number of epochs or steps, along which OneCycle lets the step size fall",
                    got="a training without end",
                    do="set trainer.max_epochs",
                )
            )
        total = int(trainer.estimated_stepping_batches) + 1
        self._schedulers = [
            torch.optim.lr_scheduler.OneCycleLR(
                optimizer,
                [group.get("max_lr", group["lr"]) for group in optimizer.param_groups],
                total_steps=total,
                pct_start=max(self.warm_up, 2 / total),  # torch divides by the length of a warm-up, less one step
                cycle_momentum=False,
            )
            for optimizer in trainer.optimizers
        ]
        for scheduler, state in zip(self._schedulers, self._restored, strict=False):
            scheduler.load_state_dict(state)
            for group, lr in zip(scheduler.optimizer.param_groups, scheduler.get_last_lr(), strict=True):
                group["lr"] = lr  # building a scheduler sets the first step size: put back the one it had come to

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *args: Any) -> None:
        """Take the next step size."""
        for scheduler in self._schedulers:
            scheduler.step()

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self._restored = state_dict["schedulers"]
