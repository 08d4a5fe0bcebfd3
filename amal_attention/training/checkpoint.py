"""Checkpoints that stand alone: with the vocabulary and the configuration of their model, and no code."""

from __future__ import annotations

import pickle
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.plugins import TorchCheckpointIO

from amal_attention.data import Tokenizer, Vocabulary
from amal_attention.errors import CheckpointError, explain
from amal_attention.lab import Lab

__all__ = ["Label", "LabelCheckpoint", "TrainedModel", "WholeCheckpoints", "load_trained", "read_label"]

_KEY = "amal_attention"


@dataclass(frozen=True)
class Label:
    """What a checkpoint says of its model.

    Attributes:
        lab: name of the lab whose module defines it.
        question: which question it answers.
        model: its ``class_path`` and ``init_args``, without the embeddings.
        embeddings: shape ``(V, D)`` of its embeddings.
        words: the vocabulary, without its special words.
        tokenizer: name of the tokeniser.
        label_names: what each class stands for.
        run: digest of the recipe that trains it; a run is resumed with the same recipe only.
    """

    lab: str
    question: str
    model: dict[str, Any]
    embeddings: list[int]
    words: list[str]
    tokenizer: str
    label_names: list[str]
    run: str


@dataclass(frozen=True)
class TrainedModel:
    """A model in evaluation mode, with what turns a text into its input."""

    model: LightningModule
    vocabulary: Vocabulary
    tokenizer: Tokenizer
    label: Label


class LabelCheckpoint(Callback):
    """Writes the label into every checkpoint of a run."""

    def __init__(self, label: Label) -> None:
        self.label = label

    def on_save_checkpoint(self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]) -> None:
        """Add the label."""
        checkpoint[_KEY] = asdict(self.label)


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
        return Label(**checkpoint[_KEY]), checkpoint["state_dict"]
    except (OSError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        reason = "no such file" if not path.is_file() else "a file that is damaged, or of another kind"
        raise CheckpointError(
            explain(expected=f"a checkpoint written by amal train, {path}", got=reason, do="train the model again")
        ) from error


def load_trained(path: Path, labs: Path | None = None) -> TrainedModel:
    """Build the model of a checkpoint again.

    Raises:
        CheckpointError: the checkpoint is missing or damaged, or its lab has changed since.
        LabError: its lab is not here.
    """
    label, parameters = read_label(path)
    module = Lab.find(label.lab, labs).module()
    try:
        model = _built(label.model, module, embeddings=torch.zeros(label.embeddings))
        model.load_state_dict(parameters)
    except (RuntimeError, TypeError, AttributeError, KeyError) as error:
        raise CheckpointError(
            explain(
                expected=f"a checkpoint that fits {label.lab}, question {label.question}",
                got=str(error).splitlines()[0][:200],
                do="train the model again with the lab as it is now",
            )
        ) from error
    return TrainedModel(model.eval(), Vocabulary(label.words), Tokenizer(label.tokenizer), label)


def _built(config: dict[str, Any], module: ModuleType, **extra: Any) -> Any:
    """Build a class of ``module`` from its configuration; of any other module, or no module of torch, is refused."""
    home, _, name = config["class_path"].rpartition(".")
    found = getattr(module, name) if home == module.__name__ else None
    if not isinstance(found, type) or not issubclass(found, torch.nn.Module):
        raise KeyError(f"{config['class_path']} is not a class of {module.__name__} that is a module of torch")
    arguments = {
        key: _built(value, module) if isinstance(value, dict) and "class_path" in value else value
        for key, value in config.get("init_args", {}).items()
    }
    return found(**arguments, **config.get("dict_kwargs", {}), **extra)
