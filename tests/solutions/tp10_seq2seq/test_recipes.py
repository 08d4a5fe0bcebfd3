"""Each recipe of TP 10 builds its model from its data, and takes a step."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from lightning import seed_everything

from amal_attention.lab import Lab
from amal_attention.training.recipe import Recipe

LAB = Lab.find("tp10_seq2seq", Path(__file__).parents[3] / "solutions")
QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
SHORT = ["--trainer.max_epochs=1", "--trainer.limit_train_batches=2", "--trainer.limit_val_batches=1"]
ATTENDING = [name for name in LAB.questions if name[:2] in ("q7", "q8") or name.endswith("-attention")]


@pytest.mark.parametrize("question", LAB.questions)
def test_a_recipe_trains_all_of_its_model_and_its_monitor_is_logged(question: str, tmp_path: Path) -> None:
    seed_everything(0, verbose=False)
    recipe = Recipe(LAB, question, options=SHORT)
    made = recipe.set_up(callbacks=recipe.task.callbacks(recipe.uses), default_root_dir=tmp_path, **QUIET)
    before = {name: value.detach().clone() for name, value in made.model.named_parameters()}
    made.trainer.fit(made.model, made.data)
    logged = made.trainer.callback_metrics
    assert 0 <= float(logged["val_exact"]) <= 1
    assert all(torch.isfinite(logged[name]) for name in ("train_loss", "val_loss"))
    assert [name for name, value in made.model.named_parameters() if torch.equal(value, before[name])] == []


@pytest.mark.parametrize("question", LAB.questions)
def test_the_alphabet_of_the_data_decides_how_many_tokens_there_are(question: str) -> None:
    data, made = Recipe(LAB, question).data(), Recipe(LAB, question).set_up(**QUIET)
    parts = made.model_config["init_args"]
    assert {parts[part]["init_args"]["num_tokens"] for part in ("encoder", "decoder")} == {data.num_tokens}
    logits = made.model(*next(iter(data.train_dataloader()))[:3])
    assert logits.shape[2] == data.num_tokens


def test_plain_and_attentive_models_of_a_comparison_have_states_of_one_width() -> None:
    models = {name: Recipe(LAB, name).set_up(**QUIET).model for name in LAB.questions}
    assert {model.encoder.out_features for model in models.values()} == {64}
    assert {name for name, model in models.items() if hasattr(model.decoder, "score")} == set(ATTENDING)
