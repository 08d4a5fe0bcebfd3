"""Lightning callbacks that any model of a lab can train with."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

from amal_attention.errors import LabError, explain
from amal_attention.language import message
from amal_attention.record import EntropyHistogram, EpochPoint
from amal_attention.training.attention import tapped_attention
from amal_attention.training.metrics import AttentionSpread

__all__ = ["EntropyHistograms", "History", "OneCycle"]

Entropy = Callable[[Tensor, Tensor], Tensor]


class History(Callback):
    """Keeps the losses and accuracy of each epoch, and the seconds of training, through interruptions too.

    A training whose steps return no loss, and leave the optimiser to Lightning, is stopped: Lightning would go on, and
    nothing would learn. So is one whose loss is no number any more, and one that is to stop by what nobody logs.
    """

    def __init__(self) -> None:
        self._logged: list[str] = []
        self.points: list[EpochPoint] = []
        self.seconds = 0.0
        self._since = 0.0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._since = time.monotonic()

    @property
    def accuracy(self) -> float:
        """The share of validation reviews that are right after the last epoch.

        Raises:
            LabError: the model logs no ``val_accuracy``.
        """
        accuracy = self.points[-1].val_accuracy if self.points else None
        if accuracy is None:
            raise LabError(
                explain(
                    expected=message("val_accuracy, logged by validation_step"),
                    got=", ".join(self._logged) or message("nothing logged"),
                    do=message('write its name as it is: self.log("val_accuracy", ...)'),
                )
            )
        return accuracy

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
        mean = trainer.strategy.reduce  # over the processes: each logs the losses of its own reviews
        measured = {name: float(mean(value.clone())) for name, value in trainer.callback_metrics.items()}
        self._logged = sorted(measured)
        _check_losses(measured)
        _check_monitors(trainer, measured)
        self.points.append(
            EpochPoint(
                epoch=trainer.current_epoch + 1,
                train_loss=measured.get("train_loss"),
                val_loss=measured.get("val_loss"),
                val_accuracy=measured.get("val_accuracy"),
            )
        )

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"points": [asdict(point) for point in self.points], "seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.points = [EpochPoint(**point) for point in state_dict["points"]]
        self.seconds = state_dict["seconds"]


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


def _check_monitors(trainer: Trainer, measured: dict[str, float]) -> None:
    """Refuse, after an epoch that was validated, to stop by what was not logged: training would never stop."""
    for each in trainer.early_stopping_callbacks:
        if "val_accuracy" in measured and each.monitor not in measured:
            raise LabError(
                explain(
                    expected=f"early_stopping.monitor among what is logged ({', '.join(sorted(measured))})",
                    got=repr(each.monitor),
                    do="name one of these",
                )
            )


class EntropyHistograms(Callback):
    """Logs, after each epoch, how the entropies of attention are spread over the validation reviews.

    The means become the metrics ``val_entropy``, ``val_normalised_entropy`` and ``val_effective_words``; the histogram
    goes to TensorBoard and stays in ``histograms``.

    Args:
        entropy: a function of weights ``(B, L)`` and mask ``(B, L)`` that gives the entropies ``(B,)`` in nats.
    """

    def __init__(self, entropy: Entropy) -> None:
        self.histograms: list[EntropyHistogram] = []
        self._entropy = entropy
        self._spread = AttentionSpread()
        self._open = ExitStack()

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begin to look at the attention."""
        self._spread = AttentionSpread().to(pl_module.device)
        self._tap = self._open.enter_context(tapped_attention(pl_module))

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Count the batch."""
        self._spread.update(self._entropy(self._tap.taken(), batch.mask), batch.mask.sum(dim=1))

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Log the means, and keep the histogram of the epoch."""
        means = self._spread.compute()
        pl_module.log_dict({f"val_{name}": value.float() for name, value in means.items()})
        if not trainer.sanity_checking:
            with self._spread.sync_context(should_sync=trainer.world_size > 1):
                self.histograms.append(self._spread.histogram(trainer.current_epoch + 1))
            self._to_tensorboard(trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Look away."""
        self._open.close()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Look away, whatever happened."""
        self._open.close()

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"histograms": [asdict(histogram) for histogram in self.histograms]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.histograms = [EntropyHistogram(**histogram) for histogram in state_dict["histograms"]]

    def _to_tensorboard(self, trainer: Trainer) -> None:
        histogram = self.histograms[-1]
        centres = (torch.tensor(histogram.edges[:-1]) + torch.tensor(histogram.edges[1:])) / 2
        values = centres.repeat_interleave(torch.tensor(histogram.counts))
        for logger in trainer.loggers:
            if isinstance(logger, TensorBoardLogger) and len(values):
                logger.experiment.add_histogram("attention_entropy", values, histogram.epoch, bins=len(centres))


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
