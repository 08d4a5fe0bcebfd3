"""Checks of options before a training begins: Lightning takes some wrong values, and refuses others too late."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from jsonargparse import Namespace
from lightning import Trainer
from lightning.fabric.plugins.environments.lightning import LightningEnvironment
from lightning.pytorch.accelerators import CPUAccelerator
from lightning.pytorch.strategies.launchers import _MultiProcessingLauncher

from amal_attention.errors import LabError, explain
from amal_attention.tasks.task import Task

__all__ = ["check_options", "check_trainer"]

Rule = tuple[str, str, Callable[[Any], bool]]


def _from(least: int) -> tuple[str, Callable[[Any], bool]]:
    return f"of {least} or more", lambda value: value >= least


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


_RULES: tuple[Rule, ...] = (
    ("trainer.max_epochs", "of 1 or more, or -1: until early stopping ends it", lambda value: value != 0),
    ("trainer.max_steps", "of 1 or more, or -1: as many as the epochs have", lambda value: value != 0),
    ("trainer.min_epochs", *_from(0)),
    ("trainer.min_steps", *_from(0)),
    ("trainer.limit_train_batches", "of more than 0", lambda value: value != 0),
    ("trainer.limit_val_batches", "of more than 0: validation chooses the epoch", lambda value: value != 0),
    ("trainer.overfit_batches", "of 0: trainer.limit_train_batches takes a few batches", lambda value: value == 0),
    (
        "trainer.fast_dev_run",
        "of false: it keeps no model (trainer.limit_train_batches is short too)",
        lambda value: not value,
    ),
    ("trainer.val_check_interval", "that is a number of more than 0", lambda value: _is_number(value) and value > 0),
    ("trainer.check_val_every_n_epoch", *_from(1)),
    ("trainer.accumulate_grad_batches", *_from(1)),
    ("trainer.gradient_clip_val", *_from(0)),
    ("trainer.log_every_n_steps", *_from(0)),
    ("trainer.num_sanity_val_steps", *_from(-1)),
    ("early_stopping.monitor", "that is the name of what the model logs, such as val_loss", bool),
    ("early_stopping.patience", *_from(0)),
    ("early_stopping.min_delta", *_from(0)),
)
"""An option, what is expected of it, and whether a value is that."""


def check_options(options: Namespace, task: Task) -> None:
    """Refuse options with which no model could be trained and validated.

    Args:
        options: all of a recipe, as they were read: ``trainer``, ``early_stopping`` …
        task: which knows whether its monitor is to be large or small.

    Raises:
        LabError: there is one; the message names the first.
    """
    for option, expected, holds in _RULES:
        value = options.get(option)
        if value is not None and not holds(value):
            raise _refused(option, expected, value)
    _check_epochs(options["trainer"])
    _check_direction(options["early_stopping"], task)


def check_trainer(trainer: Trainer) -> None:
    """Refuse processes that would wait for each other or for machines that nobody started, or lose the trained model.

    Raises:
        LabError: more processes than this machine has processors; processes that are forked or spawned, from which the
            trained model does not come back; one machine of several that does not know where the first is.
    """
    processors = os.cpu_count() or 1
    if isinstance(trainer.accelerator, CPUAccelerator) and trainer.num_devices > processors:
        raise _refused(
            "trainer.devices", f"of {processors} or fewer, the processors of this machine", trainer.num_devices
        )
    launcher = trainer.strategy.launcher
    if isinstance(launcher, _MultiProcessingLauncher):
        expected, got = "whose processes each run this command, such as ddp", f"those of a {launcher._start_method}"
        raise _refused("trainer.strategy", expected, got)
    environment = getattr(trainer.strategy, "cluster_environment", None)
    alone = isinstance(environment, LightningEnvironment) and "MASTER_ADDR" not in os.environ
    if trainer.num_nodes > 1 and alone:
        expected = "of 1, or a cluster that starts the others (torchrun, Slurm, or MASTER_ADDR and NODE_RANK)"
        raise _refused("trainer.num_nodes", expected, trainer.num_nodes)


def _check_epochs(trainer: Namespace) -> None:
    """Refuse bounds in epochs that lie beyond ``max_epochs``."""
    most = trainer.get("max_epochs")
    for name in ("min_epochs", "check_val_every_n_epoch"):
        value = trainer.get(name)
        if most is not None and value is not None and 0 < most < value:
            raise _refused(f"trainer.{name}", f"of {most} or less, as trainer.max_epochs is", value)


def _check_direction(early_stopping: Namespace, task: Task) -> None:
    """Refuse to stop when what is measured gets better: a loss is to be small, and a monitor what its task says."""
    monitor, mode = early_stopping["monitor"], early_stopping["mode"]
    better = {task.monitor: task.mode}.get(monitor, "min" if monitor.endswith("loss") else mode)
    if mode != better:
        raise _refused("early_stopping.mode", f"{better} for {monitor}: training stops when it gets no better", mode)


def _refused(option: str, expected: str, value: object) -> LabError:
    return LabError(explain(expected=f"{option} {expected}", got=str(value) or "nothing", do=f"change --{option}"))
