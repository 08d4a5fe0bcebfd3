"""A mix weighs the logits of models by how much they tell of texts that none of them has seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from amal_attention.errors import LabError
from amal_attention.tasks.task import task_of
from amal_attention.training.checkpoint import load_trained
from amal_attention.training.comparison.compare import compare
from amal_attention.training.comparison.mix import fit_mix, mix
from amal_attention.training.run import Run, train


@pytest.fixture
def quick(toy_recipe):
    lab = toy_recipe.lab
    mixing = replace(lab, questions={"mix": "Both", **lab.questions}, mixes={"mix": ("even", "sharp")}, sweep=None)
    mixing = replace(mixing, tasks={**lab.tasks, "mix": "classification"})
    return replace(toy_recipe, lab=mixing, options=["--trainer.max_epochs=1", "--trainer.limit_train_batches=8"])


def test_no_other_weights_cost_less():
    generator = np.random.default_rng(0)
    labels = generator.integers(3, size=200)
    signal = np.eye(3)[labels]
    logits = np.stack([generator.standard_normal((200, 3)) + strength * signal for strength in (0.5, 2)])
    weights, bias = fit_mix(logits, labels)
    powers = np.exp(weights[0] * logits[0] + weights[1] * logits[1] + bias)
    excess = powers / powers.sum(axis=1, keepdims=True) - signal
    slopes = [(excess * each).sum() / 200 for each in logits]
    assert np.abs([*slopes, *excess.mean(axis=0)]).max() < 1e-4
    assert weights[1] > weights[0] > 0


def test_a_mix_is_tested_with_the_weights_of_validation(quick, tmp_path):
    runs = [Run(replace(quick, question=name), tmp_path / name) for name in ("even", "sharp")]
    for run in runs:
        train(run, progress=False)
    record = mix("mix", runs)
    task, data = task_of(quick.lab, "mix"), quick.data()
    weights, bias = fit_mix(*logits_of(task, data, runs, "validation"))
    assert [record.value("even"), record.value("sharp")] == pytest.approx(weights.tolist())
    logits, labels = logits_of(task, data, runs, "test")
    right = (sum(w * each for w, each in zip(weights, logits, strict=True)) + bias).argmax(axis=1) == labels
    value, low, high = record.metrics["accuracy"]
    assert value == pytest.approx(right.mean()) and low < value < high
    assert (record.title, record.tested, record.epochs) == ("Both", 2000, 0)


def logits_of(task, data, runs, split):
    each = [task.logits(load_trained(run.best, run.recipe.lab.folder.parent).model, data, split) for run in runs]
    return np.stack([logits for logits, _ in each]), each[0][1]


def test_it_stands_where_its_question_stands(quick, tmp_path):
    result = compare(quick, ["mix", "even", "sharp"], tmp_path, shown=3, progress=False)
    assert [record.question for record in result.records] == ["mix", "even", "sharp"]
    assert [len(record.exhibits) for record in result.records] == [0, 3, 3]


def test_what_is_mixed_must_be_trained_too(quick, tmp_path, refusal):
    told = refusal(LabError, lambda: compare(quick, ["mix", "even"], tmp_path, progress=False))
    assert "no sharp" in told and "--question even --question sharp --question mix" in told


def test_models_that_held_out_other_texts_are_not_mixed(quick, refusal, tmp_path):
    even, sharp = (Run(replace(quick, question=name), tmp_path / name) for name in ("even", "sharp"))
    sharp = replace(sharp, recipe=replace(sharp.recipe, options=[*quick.options, "--data.validation=0.2"]))
    for run in (even, sharp):
        train(run, progress=False)
    assert "validation texts" in refusal(LabError, lambda: mix("mix", [even, sharp]))


def test_a_mix_has_no_recipe(quick, refusal, tmp_path):
    run = Run(replace(quick, question="mix"), tmp_path / "mix")
    assert "a mix of even and sharp" in refusal(LabError, lambda: train(run, progress=False))


def test_logits_come_in_the_order_of_the_rows(quick, tmp_path):
    run = Run(replace(quick, question="even"), tmp_path)
    train(run, progress=False)
    model, data = load_trained(run.best, quick.lab.folder.parent).model, quick.data()
    logits, labels = run.recipe.task.logits(model, data, "validation")
    rows = data.rows("validation")
    assert labels.tolist() == data.reviews.store.labels[rows].tolist()
    batch = data.reviews.whole(rows[5:6])
    assert logits[5] == pytest.approx(model(batch.tokens, batch.mask)[0].tolist(), abs=1e-5)
