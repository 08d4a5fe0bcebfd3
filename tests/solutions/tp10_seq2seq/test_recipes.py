"""Each recipe of TP 10 builds its model from its data, and takes a step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from lightning import seed_everything
from torch import Tensor

from amal_attention.lab import Lab
from amal_attention.training.recipe import Recipe, Setup

LAB = Lab.find("tp10_seq2seq", Path(__file__).parents[3] / "solutions")
QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
SHORT = ["--trainer.max_epochs=1", "--trainer.limit_train_batches=2", "--trainer.limit_val_batches=1"]
ATTENDING = [name for name in LAB.questions if name[:2] in ("q7", "q8") or name.endswith("-attention")]


@dataclass(frozen=True)
class Trained:
    """A question, what its recipe makes, and the parameters before the two steps that it took."""

    question: str
    made: Setup
    before: dict[str, Tensor]


@pytest.fixture(scope="module", params=LAB.questions)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Each question, after two steps."""
    seed_everything(0, verbose=False)
    recipe = Recipe(LAB, request.param, options=SHORT)
    folder = tmp_path_factory.mktemp("tp10")
    made = recipe.set_up(callbacks=recipe.task.callbacks(recipe.uses), default_root_dir=folder, **QUIET)
    before = {name: value.detach().clone() for name, value in made.model.named_parameters()}
    made.trainer.fit(made.model, made.data)
    return Trained(recipe.question, made, before)


def test_a_recipe_trains_all_of_its_model(trained: Trained) -> None:
    after = trained.made.model.named_parameters()
    assert [name for name, value in after if torch.equal(value, trained.before[name])] == []


def test_what_the_best_epoch_is_chosen_by_is_logged(trained: Trained) -> None:
    logged = trained.made.trainer.callback_metrics
    assert 0 <= float(logged["val_exact"]) <= 1
    assert all(torch.isfinite(logged[name]) for name in ("train_loss", "val_loss"))


def test_the_alphabet_of_the_data_decides_how_many_tokens_there_are(trained: Trained) -> None:
    parts, tokens = trained.made.model_config["init_args"], trained.made.data.num_tokens
    assert {parts[part]["init_args"]["num_tokens"] for part in ("encoder", "decoder")} == {tokens}
    assert trained.made.model.decoder.embedding.num_embeddings == tokens


def test_all_models_have_states_of_one_width_and_some_attend(trained: Trained) -> None:
    model = trained.made.model
    assert model.encoder.out_features == 64
    assert hasattr(model.decoder, "score") == (trained.question in ATTENDING)
