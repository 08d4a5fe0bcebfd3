from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from amal_attention.tasks.classification import ReviewData
from amal_attention.training.compare import choose_reviews, compare, write_comparison


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> ReviewData:
    return ReviewData("sample", cache_dir=str(tmp_path_factory.getbasetemp().parent / "shared-cache"))


@pytest.fixture
def quick(toy_recipe):
    return replace(toy_recipe, options=["--trainer.max_epochs=1"])


def test_questions_are_trained_in_order_and_read_the_same_reviews(quick, tmp_path):
    result = compare(quick, ["even", "sharp"], tmp_path, sweep=False, shown_reviews=4, progress=False)
    assert [record.question for record in result.records] == ["even", "sharp"]
    first, second = ([reading.review for reading in record.readings] for record in result.records)
    assert first == second and len(first) == 4
    assert result.sweep == []


def test_the_sweep_trains_each_value_of_the_labs_option(quick, tmp_path):
    result = compare(quick, ["sharp"], tmp_path, progress=False)
    assert [record.strength for record in result.sweep] == [0.0, 0.5]


def test_the_value_of_the_questions_own_recipe_is_not_trained_twice(quick, tmp_path):
    result = compare(quick, ["sharp"], tmp_path, progress=False)
    assert {path.name for path in tmp_path.iterdir()} == {"sharp", "sharp-0.5"}
    assert result.sweep[0].accuracy == result.records[0].accuracy


def test_an_interrupted_comparison_goes_on_with_what_is_left(quick, tmp_path, monkeypatch):
    whole = compare(quick, ["even", "sharp"], tmp_path, sweep=False, progress=False)
    (tmp_path / "sharp" / "record.json").unlink()
    import amal_attention.training.run as module

    trained = []
    set_up = module._set_up
    monkeypatch.setattr(module, "_set_up", lambda run, *rest: trained.append(run.recipe.question) or set_up(run, *rest))
    again = compare(quick, ["even", "sharp"], tmp_path, sweep=False, resume=True, progress=False)
    assert trained == ["sharp"]
    assert [record.accuracy for record in again.records] == [record.accuracy for record in whole.records]


def test_the_report_and_its_numbers_are_written(quick, tmp_path):
    result = compare(quick, ["even"], tmp_path, sweep=False, progress=False)
    report = write_comparison(result, tmp_path)
    assert f"{100 * result.records[0].accuracy:.1f}" in report.read_text("utf-8")


def test_a_comparison_as_json_leaves_out_what_only_the_report_shows(quick, tmp_path):
    result = compare(quick, ["even"], tmp_path, sweep=False, progress=False)
    (record,) = json.loads(json.dumps(result.to_dict()))["records"]
    assert record["accuracy"] == result.records[0].accuracy
    assert record["readings"] == record["histograms"] == []


def test_shown_reviews_are_a_third_of_each_kind(data):
    rows = data.rows("test")
    labels = data.reviews.store.labels[rows]
    kinds = np.arange(len(rows)) % 3  # all right, at odds, all wrong
    predictions = np.stack([np.where(kinds == 2, 1 - labels, labels), np.where(kinds == 0, labels, 1 - labels)])
    chosen = choose_reviews(data, predictions, shown=6, seed=0)
    assert np.bincount(kinds[chosen - rows[0]], minlength=3).tolist() == [2, 2, 2]


def test_a_kind_that_runs_short_is_filled_up_from_the_others(data):
    labels = data.reviews.store.labels[data.rows("test")]
    chosen = choose_reviews(data, np.stack([labels, labels]), shown=6, seed=0)
    assert len(set(chosen.tolist())) == 6
