"""One question, trained, tested and written down."""

from __future__ import annotations

import hashlib
import json
import shutil
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning import Callback, seed_everything
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

from amal_attention.errors import AmalError, CheckpointError, LabError, explain
from amal_attention.files import write_atomically, writing
from amal_attention.lab import Lab
from amal_attention.record import Histogram, RunRecord
from amal_attention.training.callbacks import History
from amal_attention.training.checkpoint import Label, LabelCheckpoint, WholeCheckpoints, handed, read_label
from amal_attention.training.precision import lstms_that_work
from amal_attention.training.recipe import Recipe, Setup

__all__ = ["Run", "train"]

_WRITTEN = ("checkpoints", "csv", "tensorboard", "record.json", "predictions.npy")
"""What a run leaves in its folder."""


@dataclass(frozen=True)
class Run:
    """A training and its folder: ``checkpoints/``, logs in ``csv/`` and ``tensorboard/``, at last ``record.json``."""

    recipe: Recipe
    folder: Path

    @property
    def best(self) -> Path:
        """The checkpoint of the epoch that the monitor of the task says is the best."""
        return self.folder / "checkpoints" / "best.ckpt"

    @property
    def last(self) -> Path:
        """The checkpoint after the last epoch."""
        return self.folder / "checkpoints" / "last.ckpt"

    @property
    def digest(self) -> str:
        """Equal for runs of the same recipe: same question, files, options and seed."""
        recipe = self.recipe
        files = [path for path in map(_config_path, recipe.arguments()) if path is not None]
        options = [option for option in recipe.arguments() if _config_path(option) is None]
        content = json.dumps([recipe.lab.name, recipe.question, [path.read_text("utf-8") for path in files], options])
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    def finished(self) -> RunRecord | None:
        """The record of this very recipe, if it was tested already."""
        try:
            written = json.loads((self.folder / "record.json").read_text("utf-8"))
            return RunRecord.from_dict(written["record"]) if written["run"] == self.digest else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def right(self) -> npt.NDArray[np.bool_]:
        """On which test texts the model was right, bool ``(n,)``."""
        right: npt.NDArray[np.bool_] = np.load(self.folder / "right.npy")
        return right


def train(run: Run, *, resume: bool = False, thorough: bool = False, progress: bool = True) -> RunRecord:
    """Train a recipe, choose the epoch on the validation set, read the test set once, and write the record.

    Where several processes train together, the first tests and writes, while the others wait for the record.

    Args:
        run: the recipe, and the folder to write to.
        resume: go on with an earlier run in that folder; a finished one is not done again.
        thorough: measure what takes long too; a finished run without it is tested again.
        progress: show progress bars.

    Raises:
        LabError: the folder holds another run, or the recipe does not fit, or the model cannot be trained by it; what
            this run wrote is removed.
        CheckpointError: the checkpoint to resume from is damaged, or of another lab, question or recipe.
        StorageError: the folder cannot be written.
    """
    if resume and (record := run.finished()) is not None and (record.thorough or not thorough):
        return record
    if not resume and run.folder.is_dir() and any(run.folder.iterdir()):
        raise LabError(
            explain(
                expected=f"an empty folder, {run.folder}",
                got="one that holds an earlier run",
                do="add --resume to go on with it, or choose another --out",
            )
        )
    if resume:
        _check_folder(run.folder)
    start = run.last if resume and run.last.is_file() else None
    if start is not None:
        _check_same_run(start, run)
    advice = "make room there and add --resume, or choose another --out"
    with writing(run.folder, advice), _nothing_left(run.folder, fresh=start is None):
        setup, history = _set_up(run, progress)
        _fit(run, setup, history, start)
        tested: Any = None
        if setup.trainer.is_global_zero:
            setup.model.load_state_dict(torch.load(run.best, map_location="cpu", weights_only=True)["state_dict"])
            tested = _test(run, setup, history, progress, thorough)
            _write(run, tested)
    shared: RunRecord = setup.trainer.strategy.broadcast(tested)
    return shared


def _write(run: Run, record: RunRecord) -> None:
    content = json.dumps({"run": run.digest, "record": record.to_dict()}, allow_nan=False)
    write_atomically(run.folder / "record.json", content)


@contextmanager
def _nothing_left(folder: Path, *, fresh: bool) -> Iterator[None]:
    """Remove what a fresh run wrote, and the folders made for it, where the run cannot succeed."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except LabError:
        for written in folder.iterdir() if fresh and folder.is_dir() else ():
            shutil.rmtree(written, ignore_errors=True)
        for place in missing:
            with suppress(OSError):
                place.rmdir()
        raise


def _fit(run: Run, setup: Setup, history: History, start: Path | None) -> None:
    """Train; what the model, its lab or the options cannot do ends in one line.

    Raises:
        LabError: training failed, or no epoch was trained and validated.
    """
    trainer = setup.trainer
    try:
        with lstms_that_work(setup.model, str(trainer.precision), trainer.strategy.root_device.type):
            trainer.fit(setup.model, setup.data, ckpt_path=start, weights_only=True)
    except SystemExit:  # what Lightning makes of an interruption from the keyboard
        raise KeyboardInterrupt from None
    except (AmalError, OSError):
        raise
    except Exception as error:  # whatever a model, Lightning or torch raises for a model or a value
        raise LabError(
            explain(
                expected=f"a model that Lightning can train and that logs {history.monitor}",
                got=_in_the_lab(error, run.recipe.lab),
                do="mend the model, or change the options",
            )
        ) from error
    validated = any(history.monitor in point.measured for point in history.points)
    if not validated or trainer.fast_dev_run:  # type: ignore[attr-defined]  # with it Lightning keeps no checkpoint
        raise LabError(
            explain(
                expected="an epoch that is trained, then validated",
                got=f"none with a finite {history.monitor}",
                do="look at trainer.max_epochs, trainer.limit_val_batches and what else bounds the training",
            )
        )


def _in_the_lab(error: Exception, lab: Lab) -> str:
    """What was raised, and by which line of the lab's own module."""
    told = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:300]}"
    script = f"{lab.name}.py"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).name == script]
    return f"{told} ({script}, line {lines[-1]})" if lines else told


def _set_up(run: Run, progress: bool) -> tuple[Setup, History]:
    recipe = run.recipe
    seed_everything(recipe.seed, verbose=False)
    task = recipe.task
    history = History(task.monitor)
    best = ModelCheckpoint(
        dirpath=run.best.parent,
        filename=run.best.stem,
        monitor=task.monitor,
        mode=task.mode,
        save_last=True,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    callbacks: list[Callback] = [history, best, *task.callbacks(recipe.uses)]
    setup = recipe.set_up(
        callbacks=callbacks,
        logger=[TensorBoardLogger(run.folder, name="tensorboard"), CSVLogger(run.folder, name="csv")],
        default_root_dir=run.folder,
        plugins=[WholeCheckpoints()],
        enable_progress_bar=progress,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        log_every_n_steps=50,
    )
    setup.trainer.callbacks.append(LabelCheckpoint(_label(run, setup)))  # type: ignore[attr-defined]
    return setup, history


def _test(run: Run, setup: Setup, history: History, progress: bool, thorough: bool) -> RunRecord:
    recipe, model = run.recipe, setup.model
    tested = recipe.task.test(model, setup.data, recipe.uses, thorough=thorough, progress=progress)
    np.save(run.folder / "right.npy", tested.right)
    return RunRecord(
        lab=recipe.lab.name,
        question=recipe.question,
        task=recipe.task.name,
        title=recipe.lab.questions[recipe.question],
        source=recipe.chosen_source,
        embeddings=recipe.embeddings,
        seed=recipe.seed,
        metrics=tested.metrics,
        tested=len(tested.right),
        parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        seconds=history.seconds,
        epochs=len(history.points),
        checkpoint=str(run.best),
        thorough=thorough,
        data=recipe.task.named(setup.data),
        swept=recipe.swept,
        curves=history.points,
        histograms=_histograms(setup),
        series=tested.series,
    )


def _histograms(setup: Setup) -> dict[str, list[Histogram]]:
    """What the callbacks of the task kept."""
    found: dict[str, list[Histogram]] = {}
    for callback in setup.trainer.callbacks:  # type: ignore[attr-defined]
        found.update(getattr(callback, "histograms", {}))
    return found


def _label(run: Run, setup: Setup) -> Label:
    recipe = run.recipe
    return Label(
        lab=recipe.lab.name,
        question=recipe.question,
        model=setup.model_config,
        handed=handed(recipe.lab, recipe.question, setup.data),
        kept=recipe.task.kept(setup.data),
        run=run.digest,
    )


def _check_folder(folder: Path) -> None:
    """Refuse to resume in a folder that holds files, and none of a run: it was named by a slip of the pen."""
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if found and found.isdisjoint(_WRITTEN):
        raise LabError(
            explain(expected=f"a run in {folder}, to go on with", got="other files", do="choose another --out")
        )


def _check_same_run(checkpoint: Path, run: Run) -> None:
    label, _ = read_label(checkpoint)
    found = (label.lab, label.question, label.run)
    if found != (run.recipe.lab.name, run.recipe.question, run.digest):
        raise CheckpointError(
            explain(
                expected=f"a run of {run.recipe.lab.name} {run.recipe.question} with this recipe in {run.folder}",
                got=f"one of {label.lab} {label.question}, begun with another recipe",
                do="resume with the options it was begun with, or choose another --out",
            )
        )


def _config_path(argument: str) -> Path | None:
    return Path(argument.removeprefix("--config=")) if argument.startswith("--config=") else None
