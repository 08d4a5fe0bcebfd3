"""Training as a Trainer does it, without what it would print, and without dropout."""

from __future__ import annotations

import copy
import functools
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from lightning import Callback, Trainer
    from torch.utils.data import DataLoader

__all__ = ["quiet_trainer", "served", "silence", "without_dropout"]

_DROPOUT = {"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"}
_DROP_BY_THEMSELVES = (nn.RNNBase, nn.MultiheadAttention)  # between their layers, where no function is called


def quiet_trainer(callbacks: Sequence[Callback] = (), epochs: int = 1) -> Trainer:
    """A Trainer for some epochs on the CPU that logs to nowhere, keeps nothing and prints nothing."""
    from lightning.pytorch.loggers.logger import DummyLogger

    trainer = copy.deepcopy(_template())
    trainer.logger = DummyLogger()  # what a step writes to self.logger.experiment goes nowhere
    trainer.callbacks += callbacks  # type: ignore[attr-defined]
    trainer.fit_loop.max_epochs = epochs
    return trainer


def served(batches: Sequence[Any]) -> DataLoader[Any]:
    """Serves batches to a Trainer as they are, one after the other."""
    from torch.utils.data import DataLoader

    return DataLoader(list(batches), batch_size=None)  # type: ignore[arg-type]


@functools.cache
def _template() -> Trainer:
    """What is copied for each use: to make a Trainer, Lightning reads the metadata of every installed package."""
    from lightning import Trainer

    with silence():
        return Trainer(
            accelerator="cpu",
            max_epochs=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            inference_mode=False,  # a metric shared with training_step stays usable there
        )


@contextmanager
def silence() -> Iterator[None]:
    """Silence Lightning's hardware notes on stderr: nbgrader gives no mark for a cell with any stderr output."""
    log = logging.getLogger("lightning.pytorch")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


@contextmanager
def without_dropout(module: nn.Module) -> Iterator[None]:
    """Let nothing be dropped at random in what ``module`` does, though it is in training mode.

    Functions such as ``F.dropout`` return what they are given, and with them ``nn.Dropout``.
    """
    by_themselves = [each for each in module.modules() if isinstance(each, _DROP_BY_THEMSELVES) and each.training]
    for each in by_themselves:
        each.training = False
    try:
        with _WithoutDropout():
            yield
    finally:
        for each in by_themselves:
            each.training = True


class _WithoutDropout(TorchFunctionMode):
    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        named = kwargs or {}
        if getattr(func, "__name__", "").rstrip("_") in _DROPOUT:
            return args[0] if args else named["input"]
        return func(*args, **named)
