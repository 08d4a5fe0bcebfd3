"""From recipe files and options to a model, its data and a trainer, by the conventions of LightningCLI."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FunctionType
from typing import Any

import jsonargparse
import torch
from lightning import LightningDataModule, LightningModule, Trainer
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from amal_attention.errors import LabError, explain
from amal_attention.lab import Lab
from amal_attention.tasks.task import Task, Uses, task_of, uses_of
from amal_attention.training.bounds import check_options, check_trainer
from amal_attention.training.recipe_file import check_recipe_file

__all__ = ["Recipe", "Setup"]

_PACKAGES = ("amal_attention", "lightning", "torch")
"""Packages whose classes a recipe may name, beside its lab: a file from elsewhere must not import what it likes."""


@dataclass(frozen=True)
class Setup:
    """What a recipe makes: everything a training needs, and the model's own configuration as plain data."""

    model: LightningModule
    data: Any
    trainer: Trainer
    model_config: dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """How one question of a lab is trained.

    Later words win: the recipe of the question, its variant for the source, its variant for tuned embeddings, the
    user's YAML files, the user's options (``--model.lr=0.01``, ``--data.crop=200``, ``--trainer.max_epochs=3`` …).

    Attributes:
        lab: where the question is.
        question: its name.
        source: where the texts come from; the usual source of the task if not given.
        tuned: learn the pretrained vectors too.
        seed: the seed of the initial weights, the validation set and the order of the texts.
        data_dir: folder with local data.
        configs: the user's YAML files.
        options: the user's options.
    """

    lab: Lab
    question: str
    source: str | None = None
    tuned: bool = False
    seed: int = 0
    data_dir: str | None = None
    configs: Sequence[Path] = ()
    options: Sequence[str] = field(default_factory=tuple)

    @property
    def task(self) -> Task:
        """What the question asks of a model."""
        return task_of(self.lab, self.question)

    @property
    def uses(self) -> Uses:
        """The functions of the lab's module that the task works with.

        Raises:
            LabError: the task knows no such use, or the module has no such function.
        """
        return uses_of(self.lab, self.question)

    @property
    def chosen_source(self) -> str:
        """Where the texts come from, "" if the task has one source.

        Raises:
            LabError: a source is given, and there is none to choose.
        """
        sources = self.task.sources
        if self.source is not None and not sources:
            raise LabError(
                explain(
                    expected=f"no source for {self.question}: the data of the task {self.task.name} has one",
                    got=repr(self.source),
                    do="leave out --data",
                )
            )
        return self.source or (sources[0] if sources else "")

    @property
    def embeddings(self) -> str:
        """``frozen`` or ``tuned``, "" if the task has no pretrained vectors."""
        if not self.task.tuned:
            return ""
        return "tuned" if self.tuned else "frozen"

    @property
    def on_one_processor(self) -> bool:
        """Whether one process trains it, on a processor: nobody asks for more, and there is no other device.

        Raises:
            LabError: an option or a value does not fit.
        """
        chosen = self._parse({}).config["trainer"]
        alone = str(chosen.devices) in ("auto", "1") and chosen.num_nodes == 1 and chosen.strategy == "auto"
        return alone and (
            chosen.accelerator == "cpu" or (chosen.accelerator == "auto" and not torch.accelerator.is_available())
        )

    @property
    def swept(self) -> float | None:
        """The value of the option that the lab's sweep varies, for the question that it varies it on.

        Raises:
            LabError: an option or a value does not fit.
        """
        sweep = self.lab.sweep
        if sweep is None or sweep.question != self.question:
            return None
        value: Any = self._parse({}).config
        for key in sweep.option.split("."):
            value = value[key]
        return float(value)

    def arguments(self) -> list[str]:
        """The command line that LightningCLI would be given.

        Raises:
            LabError: the task has no such source, or no vectors to tune.
        """
        source, task = self.chosen_source, self.task
        if self.tuned and not task.tuned:
            raise LabError(
                explain(
                    expected=f"no --tuned for {self.question}: the task {task.name} has no pretrained vectors",
                    got="--tuned",
                    do="leave it out",
                )
            )
        variants = [*([source] if source else []), *(["tuned"] if self.tuned else [])]
        if source and self.tuned:
            variants.append(f"{source}.tuned")
        files = map(check_recipe_file, [*self.lab.recipes(self.question, *variants), *self.configs])
        chosen = [f"--data.source={source}"] if source else []
        chosen += [f"--data.seed={self.seed}", f"--seed_everything={self.seed}"]
        if self.data_dir is not None:
            chosen.append(f"--data.data_dir={self.data_dir}")
        return [*(f"--config={path}" for path in files), *chosen, *(task.tuned if self.tuned else ()), *self.options]

    def set_up(self, **trainer_defaults: Any) -> Setup:
        """Build model, data and trainer; the data is prepared on the way, since the model needs its vectors.

        Raises:
            LabError: an option or a value does not fit.
        """
        data = self.data()
        places = self.lab.sizes.get(self.question, {}).items()
        sizes = [f"--{place}={getattr(data, name)}" for name, each in places for place in each]
        cli = replace(self, options=[*self.options, *sizes])._parse(trainer_defaults)
        links = self.lab.links.get(self.question, {})
        model_config = _plain(_without(cli.config.clone(), links.values())["model"].as_dict())
        try:
            with _without_remarks():
                cli.build()
        except (TypeError, ValueError, RuntimeError, ImportError, MisconfigurationException) as error:
            raise LabError(_explained(f"{type(error).__name__}: {error}")) from error
        self.task.check(cli.model, cli.datamodule)
        check_trainer(cli.trainer)
        return Setup(cli.model, cli.datamodule, cli.trainer, model_config)

    def data(self) -> Any:
        """The data alone.

        Raises:
            LabError: an option or a value does not fit.
        """
        chosen = self._parse({}).config["data"]
        try:
            home, _, name = chosen.class_path.rpartition(".")
            return getattr(importlib.import_module(home), name)(**chosen.get("init_args", {}))
        except (TypeError, ValueError, AttributeError, ImportError) as error:
            raise LabError(_explained(f"{type(error).__name__}: {error}")) from error

    def _parse(self, trainer_defaults: dict[str, Any]) -> _RecipeCLI:
        self.lab.check_question(self.question)
        allowed = [self.lab.module().__name__, *self.lab.needs, *_PACKAGES]
        jsonargparse.set_parsing_settings(import_path_denylist=["*"], import_path_allowlist=allowed)
        try:
            with _without_remarks():
                cli = _RecipeCLI(self.task, self.lab.links.get(self.question, {}), self.arguments(), trainer_defaults)
        except (jsonargparse.ArgumentError, ValueError) as error:
            raise LabError(_explained(str(error))) from error
        check_options(cli.config, self.task)
        return cli


class _RecipeCLI(LightningCLI):
    """LightningCLI without a command of its own: it parses, then builds when asked to; errors are raised."""

    def __init__(
        self, task: Task, links: dict[str, str], arguments: list[str], trainer_defaults: dict[str, Any]
    ) -> None:
        self._task = task
        self._links = links
        super().__init__(
            LightningModule,
            LightningDataModule,
            subclass_mode_model=True,
            subclass_mode_data=True,
            save_config_callback=None,
            trainer_defaults=trainer_defaults,
            parser_kwargs={"exit_on_error": False},
            args=arguments,
            run=False,
        )

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Let the data fill in what the lab's manifest says, and training stop when validation says so.

        The data is the task's, unless a recipe names another one as ``data.class_path``.
        """
        parser.add_lightning_class_args(EarlyStopping, "early_stopping")
        parser.set_defaults(
            {
                "data": {"class_path": self._task.data},
                "early_stopping.monitor": self._task.monitor,
                "early_stopping.mode": self._task.mode,
                "early_stopping.patience": 3,
                "early_stopping.strict": False,
            }
        )
        for source, target in self._links.items():
            parser.link_arguments(source, target, apply_on="instantiate")

    def instantiate_classes(self) -> None:
        """Build nothing yet: the caller may want the options alone."""

    def build(self) -> None:
        """Make model, data and trainer."""
        super().instantiate_classes()


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Leave out what no user can act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "LightningCLI's args parameter is intended")  # and so it is used
        warnings.filterwarnings("ignore", r"\s*Unable to serialize instance")  # our loggers: not part of a recipe
        yield


def _without(config: jsonargparse.Namespace, targets: Iterable[str]) -> jsonargparse.Namespace:
    """The configuration without what the data fills in."""
    for target in targets:
        config.pop(target, None)
    return config


def _plain(config: Any) -> Any:
    """The configuration with each function as ``{"function": its path}``."""
    if isinstance(config, dict):
        return {key: _plain(value) for key, value in config.items()}
    return {"function": f"{config.__module__}.{config.__qualname__}"} if isinstance(config, FunctionType) else config


def _explained(message: str) -> str:
    """The lines of jsonargparse's message that a user can act on."""
    noise = ("Does not validate", "Subtypes", "Errors:", "Given value", "Expected a <class 'NoneType'>", "<class")
    lines = [line.strip().removeprefix("- ") for line in message.splitlines()]
    telling = [line.replace("Does not validate against any of the Union subtypes", "") for line in lines if line]
    return explain(
        expected="options and values that the recipe knows",
        got=" ".join(line for line in telling if not line.startswith(noise))[:300],
        do="compare with the YAML file of the recipe",
    )
