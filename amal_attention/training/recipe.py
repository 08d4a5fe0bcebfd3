"""From recipe files and options to a model, its data and a trainer, by the conventions of LightningCLI."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonargparse
from lightning import LightningModule, Trainer
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from amal_attention.data import ReviewData
from amal_attention.errors import LabError, explain
from amal_attention.lab import Lab
from amal_attention.training.bounds import check_options, check_trainer
from amal_attention.training.recipe_file import check_recipe_file

__all__ = ["Recipe", "Setup"]

_PACKAGES = ("amal_attention", "lightning", "torch")
"""Packages whose classes a recipe may name, beside its lab: a file from elsewhere must not import what it likes."""


@dataclass(frozen=True)
class Setup:
    """What a recipe makes: everything a training needs, and the model's own configuration as plain data."""

    model: LightningModule
    data: ReviewData
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
        source: where reviews come from.
        tuned: learn the embeddings too.
        seed: of the initial weights, the validation set and the order of reviews.
        data_dir: folder with local data.
        configs: the user's YAML files.
        options: the user's options.
    """

    lab: Lab
    question: str
    source: str = "imdb"
    tuned: bool = False
    seed: int = 0
    data_dir: str | None = None
    configs: Sequence[Path] = ()
    options: Sequence[str] = field(default_factory=tuple)

    @property
    def embeddings(self) -> str:
        """``frozen`` or ``tuned``."""
        return "tuned" if self.tuned else "frozen"

    def arguments(self) -> list[str]:
        """The command line that LightningCLI would be given."""
        variants = [self.source, "tuned", f"{self.source}.tuned"] if self.tuned else [self.source]
        files = map(check_recipe_file, [*self.lab.recipes(self.question, *variants), *self.configs])
        chosen = [f"--data.source={self.source}", f"--data.seed={self.seed}", f"--seed_everything={self.seed}"]
        if self.data_dir is not None:
            chosen.append(f"--data.data_dir={self.data_dir}")
        if self.tuned:
            chosen.append("--model.init_args.freeze_embeddings=false")
        return [*(f"--config={path}" for path in files), *chosen, *self.options]

    def set_up(self, **trainer_defaults: Any) -> Setup:
        """Build model, data and trainer; the data is prepared on the way, since the model needs its vectors.

        Raises:
            LabError: an option or a value does not fit.
        """
        data = self.data()
        sizes = [f"--{target}={getattr(data, name)}" for name, target in self.lab.sizes.items()]
        cli = replace(self, options=[*self.options, *sizes])._parse(trainer_defaults)
        model_config = _without(cli.config.clone(), self.lab.links.values())["model"].as_dict()
        try:
            with _without_remarks():
                cli.build()
        except (TypeError, ValueError, RuntimeError, ImportError, MisconfigurationException) as error:
            raise LabError(_explained(f"{type(error).__name__}: {error}")) from error
        _check_form(cli.model, cli.datamodule)
        _check_words(cli.datamodule)
        check_trainer(cli.trainer)
        return Setup(cli.model, cli.datamodule, cli.trainer, model_config)

    def data(self) -> ReviewData:
        """The data alone."""
        return ReviewData(**self._parse({}).config["data"])

    def _parse(self, trainer_defaults: dict[str, Any]) -> _RecipeCLI:
        self.lab.check_question(self.question)
        allowed = [self.lab.module().__name__, *_PACKAGES]
        jsonargparse.set_parsing_settings(import_path_denylist=["*"], import_path_allowlist=allowed)
        try:
            with _without_remarks():
                cli = _RecipeCLI(self.lab.links, self.arguments(), trainer_defaults)
        except (jsonargparse.ArgumentError, ValueError) as error:
            raise LabError(_explained(str(error))) from error
        check_options(cli.config)
        return cli


class _RecipeCLI(LightningCLI):
    """LightningCLI without a command of its own: it parses, then builds when asked to; errors are raised."""

    def __init__(self, links: dict[str, str], arguments: list[str], trainer_defaults: dict[str, Any]) -> None:
        self._links = links
        super().__init__(
            LightningModule,
            ReviewData,
            subclass_mode_model=True,
            save_config_callback=None,
            trainer_defaults=trainer_defaults,
            parser_kwargs={"exit_on_error": False},
            args=arguments,
            run=False,
        )

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Let the data fill in what the lab's manifest says, and training stop when validation says so."""
        parser.add_lightning_class_args(EarlyStopping, "early_stopping")
        parser.set_defaults(
            {
                "early_stopping.monitor": "val_accuracy",
                "early_stopping.mode": "max",
                "early_stopping.patience": 3,
                "early_stopping.strict": False,
            }
        )
        for source, target in self._links.items():
            parser.link_arguments(source, target, apply_on="instantiate")

    def instantiate_classes(self) -> None:
        """Nothing yet: the options may be all that is wanted."""

    def build(self) -> None:
        """Make model, data and trainer."""
        super().instantiate_classes()


def _check_form(model: LightningModule, data: ReviewData) -> None:
    """Refuse batches in a form that the model does not read; one that does not say what it ``reads`` reads texts."""
    form, reads = data.hparams["train_as"], getattr(model, "reads", ("texts",))
    if form not in reads:
        raise LabError(
            explain(
                expected=f"data.train_as among {', '.join(reads)}, which this {type(model).__name__} reads",
                got=form,
                do="choose one of these, or a model and a pooling that read it",
            )
        )


def _check_words(data: ReviewData) -> None:
    """Refuse reviews of which no word is known: they all read alike."""
    if not data.vocabulary.known:
        least = data.hparams["min_count"]
        raise LabError(
            explain(
                expected=f"words that stand {least} times or more in the training reviews",
                got="none",
                do="set data.min_count",
            )
        )


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
