"""Checkpoints that stand alone: with the configuration of their model and what their task reads texts with; no code."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.plugins import TorchCheckpointIO

from amal_attention.errors import CheckpointError, explain
from amal_attention.lab import Lab
from amal_attention.tasks.task import Task, Uses, task_of, uses_of
from amal_attention.training.learner import Learner

__all__ = ["Label", "LabelCheckpoint", "TrainedModel", "WholeCheckpoints", "handed", "load_trained", "read_label"]

_KEY = "amal_attention"
_FORMAT = 2


@dataclass(frozen=True)
class Label:
    """What a checkpoint says of its model.

    Attributes:
        lab: name of the lab whose module defines it.
        question: which question it answers.
        model: its ``class_path`` and ``init_args``, without what the data handed to it.
        handed: what the data handed to it, by its place in the recipe; of a tensor the shape alone, since its numbers
            are among the parameters.
        kept: what its task reads texts with, such as a vocabulary; plain values.
        run: digest of the recipe that trains it; a run is resumed with the same recipe only.
    """

    lab: str
    question: str
    model: dict[str, Any]
    handed: dict[str, Any]
    kept: dict[str, Any]
    run: str


@dataclass(frozen=True)
class TrainedModel:
    """A model in evaluation mode, the task that it was trained for, and what this works with.

    ``functions`` are all that the lab's module defines, by name.
    """

    model: LightningModule
    task: Task
    label: Label
    uses: Uses = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


class LabelCheckpoint(Callback):
    """Writes the label into every checkpoint of a run."""

    def __init__(self, label: Label) -> None:
        self.label = label

    def on_save_checkpoint(self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]) -> None:
        """Add the label."""
        checkpoint[_KEY] = {"format": _FORMAT, **asdict(self.label)}


class WholeCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint whole or not at all: Lightning's own writing leaves a part of it when the disk is full."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        """Write beside the old file, then take its place."""
        unfinished = Path(f"{path}.unfinished")
        try:
            super().save_checkpoint(checkpoint, unfinished, storage_options)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def read_label(path: Path) -> tuple[Label, dict[str, Any]]:
    """The label and the parameters of a checkpoint; only plain data is read from the file, never code.

    Raises:
        CheckpointError: the file is missing, damaged, or no checkpoint of this package.
    """
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        label = dict(checkpoint[_KEY])
        if label.pop("format", None) == _FORMAT:
            return Label(**label), checkpoint["state_dict"]
    except (OSError, RuntimeError, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError) as error:
        reason = "no such file" if not path.is_file() else "a file that is damaged, or of another kind"
        raise _no_checkpoint(path, reason) from error
    raise _no_checkpoint(path, "one that another version of this package wrote")


def _no_checkpoint(path: Path, got: str) -> CheckpointError:
    return CheckpointError(
        explain(expected=f"a checkpoint written by amal train, {path}", got=got, do="train the model again")
    )


def handed(lab: Lab, question: str, data: Any) -> dict[str, Any]:
    """What the data hands to the model of a question, as :class:`Label` keeps it."""
    values = {
        target: getattr(data, source.removeprefix("data.")) for source, target in lab.links.get(question, {}).items()
    }
    return {
        target: {"shape": list(value.shape)} if isinstance(value, torch.Tensor) else value
        for target, value in values.items()
    }


def load_trained(path: Path, labs: Path | None = None) -> TrainedModel:
    """Build the model of a checkpoint again.

    Raises:
        CheckpointError: the checkpoint is missing or damaged, or its lab has changed since.
        LabError: its lab is not here.
    """
    label, parameters = read_label(path)
    lab = Lab.find(label.lab, labs)
    task, module = task_of(lab, label.question), lab.module()
    homes = {each.__name__: each for each in (module, *(needed.module() for needed in lab.needed()))}
    try:
        model = _built(_with_handed(label), homes)
        model.load_state_dict(parameters)
    except (RuntimeError, TypeError, AttributeError, KeyError) as error:
        raise CheckpointError(
            explain(
                expected=f"a checkpoint that fits {label.lab}, question {label.question}",
                got=str(error).splitlines()[0][:200],
                do="train the model again with the lab as it is now",
            )
        ) from error
    functions = {name: each for name, each in vars(module).items() if _is_of(each, module)}
    return TrainedModel(model.eval(), task, label, uses_of(lab, label.question), functions)


def _is_of(value: Any, module: ModuleType) -> bool:
    """Whether it is a function that the module defines."""
    return isinstance(value, FunctionType) and value.__module__ == module.__name__


def _with_handed(label: Label) -> dict[str, Any]:
    """The configuration of the model with what the data handed to it, tensors as zeros."""
    config: dict[str, Any] = {"model": deepcopy(label.model)}
    for target, value in label.handed.items():
        *path, name = target.split(".")
        place = config
        for key in path:
            place = place[key]
        is_tensor = isinstance(value, dict) and set(value) == {"shape"}
        place[name] = torch.zeros(value["shape"]) if is_tensor else value
    whole: dict[str, Any] = config["model"]
    return whole


def _built(config: Any, homes: Mapping[str, ModuleType]) -> Any:
    """Build what a configuration describes: a class of a module of ``homes``, a :class:`Learner` of one, a function.

    A class or a function of any other module is refused, and so is a class that is no module of torch.
    """
    if not isinstance(config, dict) or not config.keys() & {"class_path", "function"}:
        return config
    if "function" in config:
        return _found(config["function"], homes, FunctionType)
    is_learner = config["class_path"] == f"{Learner.__module__}.{Learner.__name__}"
    kind = Learner if is_learner else _found(config["class_path"], homes, type)
    if not issubclass(kind, torch.nn.Module):
        raise KeyError(f"{config['class_path']} is not a module of torch")
    arguments = {key: _built(value, homes) for key, value in config.get("init_args", {}).items()}
    return kind(**arguments, **config.get("dict_kwargs", {}))


def _found(path: str, homes: Mapping[str, ModuleType], kind: type) -> Any:
    """The class or function of one of these modules that has this path."""
    home, _, name = path.rpartition(".")
    found = getattr(homes[home], name) if home in homes else None
    if not isinstance(found, kind):
        raise KeyError(f"{path} is not a {'class' if kind is type else 'function'} of {', '.join(homes)}")
    return found
