from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from amal_attention.errors import DataError, LabError
from amal_attention.lab import Lab
from amal_attention.training.recipe import Recipe
from tests.training.conftest import Elsewhere, write_lab


def learning_rate(recipe: Recipe) -> float:
    return recipe.set_up(logger=False).model.lr


def test_a_recipe_builds_the_model_that_its_file_names(toy_recipe):
    model = toy_recipe.set_up(logger=False).model
    assert type(model).__name__ == "Toy"
    assert type(model.pooling).__name__ == "Sharp"


def test_the_model_gets_the_vectors_of_the_data_and_their_width(toy_recipe):
    setup = toy_recipe.set_up(logger=False)
    assert torch.equal(setup.model.embedding.weight, setup.data.embeddings)
    assert setup.model.pooling.out_features == setup.data.dim == 50


def test_the_configuration_that_is_kept_holds_no_tensor(toy_recipe):
    config = toy_recipe.set_up(logger=False).model_config
    assert "embeddings" not in config["init_args"]
    assert config["init_args"]["pooling"]["init_args"] == {"dim": 50}


def test_later_words_win(toy_lab, toy_recipe, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("model:\n  init_args:\n    lr: 0.3\n")
    configured = replace(toy_recipe, configs=[tmp_path / "mine.yaml"])
    assert learning_rate(toy_recipe) == 0.05
    assert learning_rate(configured) == 0.3
    assert learning_rate(replace(configured, options=["--model.lr=0.7"])) == 0.7


def test_the_variant_of_a_source_goes_over_the_general_recipe(toy_lab, toy_recipe):
    variant = toy_lab.folder / "recipes" / "sharp.sample.yaml"
    variant.write_text("model:\n  init_args:\n    lr: 0.2\n")
    try:
        assert learning_rate(toy_recipe) == 0.2
        assert learning_rate(replace(toy_recipe, question="even")) == 0.05
    finally:
        variant.unlink()


def test_variants_of_the_source_and_of_tuned_embeddings_go_over_each_other_in_this_order(toy_lab, toy_recipe):
    folder = toy_lab.folder / "recipes"
    variants = {"sharp.sample": 0.2, "sharp.tuned": 0.3, "sharp.sample.tuned": 0.4}
    seen = {}
    try:
        for name, lr in variants.items():
            (folder / f"{name}.yaml").write_text(f"model:\n  init_args:\n    lr: {lr}\n")
            seen[name] = [learning_rate(replace(toy_recipe, tuned=tuned)) for tuned in (False, True)]
    finally:
        for name in variants:
            (folder / f"{name}.yaml").unlink(missing_ok=True)
    assert seen == {"sharp.sample": [0.2, 0.2], "sharp.tuned": [0.2, 0.3], "sharp.sample.tuned": [0.2, 0.4]}


def test_tuned_embeddings_learn_and_frozen_ones_do_not(toy_recipe):
    for tuned in (False, True):
        model = replace(toy_recipe, tuned=tuned).set_up(logger=False).model
        assert model.embedding.weight.requires_grad is tuned


def test_the_seed_rules_the_validation_set(toy_recipe):
    first, second = (set(replace(toy_recipe, seed=seed).data().rows("validation").tolist()) for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--model.nope=3", "'nope' is not accepted"),
        ("--trainer.max_epochs=many", "max_epochs.*int"),
        ("--data.bs=3", "'bs' is not accepted"),
    ],
)
def test_an_option_that_does_not_exist_or_fit_is_named_on_one_line(toy_recipe, option, told):
    with pytest.raises(LabError, match=told) as caught:
        replace(toy_recipe, options=[option]).set_up(logger=False)
    assert "\n" not in str(caught.value)


def test_a_recipe_may_name_its_data_by_class_path(toy_recipe, tmp_path):
    (tmp_path / "data.yaml").write_text(
        "data:\n  class_path: amal_attention.tasks.classification.ReviewData\n  init_args:\n    batch_size: 7\n"
    )
    data = replace(toy_recipe, configs=[tmp_path / "data.yaml"], options=["--data.min_count=3"]).data()
    assert (data.hparams["batch_size"], data.hparams["min_count"], data.hparams["source"]) == (7, 3, "sample")


@pytest.mark.parametrize("path", ["unittest.mock.Mock", "torch.nn.Linear", "amal_attention.nowhere.Data"])
def test_a_class_path_that_is_no_data_module_of_ours_is_told(toy_recipe, refusal, path):
    told = refusal(LabError, lambda: replace(toy_recipe, options=[f"--data.class_path={path}"]).data())
    assert path.rpartition(".")[2] in told


@pytest.mark.parametrize(
    ("task", "told"),
    [("", "got none"), ("nowhere", "got nowhere"), ("../data", "got ../data"), ("toy.spread", "which is no Task")],
)
def test_a_task_that_does_not_exist_is_told(toy_recipe, refusal, task, told):
    lab = replace(toy_recipe.lab, tasks={"sharp": task})
    assert told in refusal(LabError, lambda: replace(toy_recipe, lab=lab).set_up(logger=False))


@pytest.mark.parametrize("uses", [{"entropy": "gone"}, {"decode": "spread"}, {"entropy": "F"}])
def test_a_use_that_the_lab_or_its_task_does_not_have_is_told(toy_recipe, refusal, uses):
    lab = replace(toy_recipe.lab, uses={"sharp": uses})
    told = refusal(LabError, lambda: replace(toy_recipe, lab=lab).uses)
    assert repr(next(iter(uses.values()))) in told


def test_an_unknown_source_is_told(toy_recipe):
    with pytest.raises(DataError, match="imdb, sample; got 'nowhere'"):
        replace(toy_recipe, source="nowhere").set_up(logger=False)


def test_a_question_without_a_recipe_is_told(toy_lab):
    missing = replace(toy_lab, questions={"blank": "no file"}, tasks={"blank": "classification"})
    with pytest.raises(LabError, match=r"blank\.yaml; got no such file"):
        Recipe(missing, "blank", source="sample").set_up()


def test_a_form_of_reviews_that_the_model_does_not_read_is_told(toy_recipe, refusal):
    recipe = replace(toy_recipe, options=["--data.train_as=bags"])
    text = refusal(LabError, lambda: recipe.set_up(logger=False))
    assert "among texts" in text and "Toy" in text and "got bags" in text


def test_reviews_of_which_no_word_is_known_are_told(toy_recipe, refusal):
    recipe = replace(toy_recipe, options=["--data.min_count=1000000"])
    assert "stand 1000000 times or more" in refusal(LabError, lambda: recipe.set_up(logger=False))


@pytest.mark.parametrize("path", ["unittest.mock.Mock", "tests.training.conftest.Elsewhere"])
def test_a_class_from_elsewhere_is_refused_before_it_is_built(toy_recipe, tmp_path, refusal, path):
    stranger = tmp_path / "stranger.yaml"
    stranger.write_text(f"trainer:\n  callbacks:\n    - class_path: {path}\n")
    text = refusal(LabError, lambda: replace(toy_recipe, configs=[stranger]).set_up(logger=False))
    assert path.rpartition(".")[2] in text
    assert not Elsewhere.built


def test_a_callback_of_lightning_may_be_named(toy_recipe, tmp_path):
    known = tmp_path / "known.yaml"
    known.write_text("trainer:\n  callbacks:\n    - class_path: lightning.pytorch.callbacks.TQDMProgressBar\n")
    trainer = replace(toy_recipe, configs=[known]).set_up(logger=False).trainer
    assert "TQDMProgressBar" in {type(each).__name__ for each in trainer.callbacks}


def test_a_class_of_a_lab_that_is_needed_may_be_named_and_of_no_other(toy_recipe, tmp_path, refusal):
    folder = tmp_path / "labs"
    for name in ("wordy", "needing", "selfish"):
        write_lab(folder, name)
    manifest = folder / "needing" / "lab.toml"
    manifest.write_text(f'needs = ["wordy"]\n{manifest.read_text()}')
    options = ["--model.pooling.class_path=wordy.Even", "--model.pooling.init_args.dim=3"]
    needing, selfish = (
        replace(toy_recipe, lab=Lab.find(name, folder), options=options) for name in ("needing", "selfish")
    )
    Lab.find("wordy", folder).module()
    assert "wordy" in refusal(LabError, lambda: selfish.set_up(logger=False))
    pooling = needing.set_up(logger=False).model.pooling
    assert f"{type(pooling).__module__}.{type(pooling).__name__}" == "wordy.Even"
