"""What a training cell of a notebook shows: a bar that names what it counts, or one line where nothing trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import TQDMProgressBar

from amal_attention.checks.expectation import raised_outcome
from amal_attention.checks.outcome import State
from amal_attention.errors import AmalError

__all__ = ["EpochBar", "NotTrained", "told_in_a_line"]


class NotTrained(Exception):
    """There is no model to train, or to look at; IPython shows the message in place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@contextmanager
def told_in_a_line(question: str) -> Iterator[None]:
    """Tell what a student's code raises inside as one line: what it is, their own line, and advice where there is any.

    Raises:
        NotTrained: something was raised; where the answer is not written yet, it says that it is to do.
    """
    try:
        yield
    except AmalError as error:
        raise NotTrained(f"{question}: {error}") from None
    except Exception as error:
        outcome = raised_outcome(error)
        told = f"to do ({outcome.hint})" if outcome.state is State.TO_DO else outcome.came
        advice = f"; {outcome.hint}" if outcome.hint and outcome.state is not State.TO_DO else ""
        raise NotTrained(f"{question}: {told}{advice}") from None


class EpochBar(TQDMProgressBar):
    """Lightning's bar, with epochs that count from 1, and what a model logs under its own name.

    Args:
        shown: the names that are shown.
    """

    def __init__(self, *shown: str) -> None:
        super().__init__()
        self._shown = shown

    def on_train_epoch_start(self, trainer: Trainer, *arguments: Any) -> None:
        """Begin the bar of an epoch anew, and name it: the bar that this replaces shows "Epoch 0" first."""
        self.train_progress_bar.reset()
        self.train_progress_bar.total = self.total_train_batches
        self.train_progress_bar.set_description(f"Epoch {trainer.current_epoch + 1}/{trainer.max_epochs}")

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        """What was measured last, whether or not the model logs it for a bar."""
        measured = trainer.callback_metrics
        return {name: f"{float(measured[name]):.3f}" for name in self._shown if name in measured}
