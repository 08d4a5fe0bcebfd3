"""What a training cell of a notebook shows: a bar that names what it counts, or one line where nothing trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import TQDMProgressBar

from amal_attention.checks.expectation import raised_outcome
from amal_attention.errors import AmalError
from amal_attention.language import message, spoken
from amal_attention.outcome import State

__all__ = ["EpochBar", "NotTrained", "told_in_a_line"]

_REFUSAL = message("expected {expected}; got {got}; {do}")
"""The form of what is refused, :func:`amal_attention.errors.explain`: known here, so that it is told again."""


class NotTrained(Exception):
    """There is no model to train, or to look at; IPython shows the message in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@contextmanager
def told_in_a_line(question: str) -> Iterator[None]:
    """Tell what a student's code raises inside as one line: what it is, their own line, and advice where there is any.

    Raises:
        NotTrained: something was raised; where the answer is not written yet, it says that it is to do. One that was
            raised inside, of a model that is looked at, stays as it is.
    """
    try:
        yield
    except NotTrained:
        raise
    except AmalError as error:
        raise NotTrained(_said(question, str(error))) from None
    except Exception as error:
        outcome = raised_outcome(error)
        if outcome.state is State.TO_DO:
            raise NotTrained(_said(question, spoken().say("to do ({where})", where=_told(outcome.hint)))) from None
        raise NotTrained(_said(question, *filter(None, (outcome.came, outcome.hint)))) from None


def _said(question: str, *parts: str) -> str:
    """One line on a question, each part of it in the language that is spoken."""
    return spoken().say("{question}: {told}", question=question, told="; ".join(map(_told, parts)))


def _told(english: str) -> str:
    return spoken().retold(english)


class EpochBar(TQDMProgressBar):
    """Lightning's bar in the language that is spoken: epochs count from 1, what a model logs has its own name.

    Args:
        shown: the names that are shown.
    """

    def __init__(self, *shown: str) -> None:
        super().__init__()
        self._shown = shown

    @property
    def train_description(self) -> str:
        """What stands before the bar until the first epoch begins."""
        return spoken().say("Training")

    @property
    def validation_description(self) -> str:
        """What stands before the bar of the validation."""
        return spoken().say("Validation")

    def on_train_epoch_start(self, trainer: Trainer, *arguments: Any) -> None:
        """Begin the bar of an epoch anew, and name it: the bar that this replaces shows "Epoch 0" first."""
        self.train_progress_bar.reset()
        self.train_progress_bar.total = self.total_train_batches
        epoch = spoken().say("Epoch {epoch}/{epochs}", epoch=trainer.current_epoch + 1, epochs=trainer.max_epochs)
        self.train_progress_bar.set_description(epoch)

    def on_validation_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        """Begin the bar, of one loader: Lightning would number it in English."""
        if self.has_dataloader_changed(dataloader_idx):
            self.val_progress_bar.reset()
            self.val_progress_bar.total = self.total_val_batches_current_dataloader

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        """What was measured last, whether or not the model logs it for a bar."""
        measured = trainer.callback_metrics
        return {name: f"{float(measured[name]):.3f}" for name in self._shown if name in measured}
