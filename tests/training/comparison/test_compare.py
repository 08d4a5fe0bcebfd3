from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from amal_attention.errors import LabError
from amal_attention.training.comparison.compare import choose_rows, compare, write_comparison


@pytest.fixture
def quick(toy_recipe):
    return replace(toy_recipe, options=["--trainer.max_epochs=1"])


def test_questions_are_trained_in_order_and_read_the_same_reviews(quick, tmp_path):
    result = compare(quick, ["even", "sharp"], tmp_path, sweep=False, shown=4, progress=False)
    assert [record.question for record in result.records] == ["even", "sharp"]
    first, second = ([exhibit.row for exhibit in record.exhibits] for record in result.records)
    assert first == second and len(first) == 4
    assert result.sweep == []


def test_the_sweep_trains_each_value_of_the_labs_option(quick, tmp_path):
    result = compare(quick, ["sharp"], tmp_path, progress=False)
    assert [record.swept for record in result.sweep] == [0.0, 0.5]


def test_the_value_of_the_questions_own_recipe_is_not_trained_twice(quick, tmp_path):
    result = compare(quick, ["sharp"], tmp_path, progress=False)
    assert {path.name for path in tmp_path.iterdir()} == {"sharp", "sharp-0.5"}
    assert result.sweep[0].metrics == result.records[0].metrics


def test_an_interrupted_comparison_goes_on_with_what_is_left(quick, tmp_path, monkeypatch):
    whole = compare(quick, ["even", "sharp"], tmp_path, sweep=False, progress=False)
    (tmp_path / "sharp" / "record.json").unlink()
    import amal_attention.training.run as module

    trained = []
    set_up = module._set_up
    monkeypatch.setattr(module, "_set_up", lambda run, *rest: trained.append(run.recipe.question) or set_up(run, *rest))
    again = compare(quick, ["even", "sharp"], tmp_path, sweep=False, resume=True, progress=False)
    assert trained == ["sharp"]
    assert [record.metrics for record in again.records] == [record.metrics for record in whole.records]


def test_the_report_and_its_numbers_are_written(quick, tmp_path):
    result = compare(quick, ["even"], tmp_path, sweep=False, progress=False)
    report = write_comparison(result, tmp_path)
    assert f"{100 * result.records[0].value('accuracy'):.1f}" in report.read_text("utf-8")


def test_a_comparison_as_json_leaves_out_what_only_the_report_shows(quick, tmp_path):
    result = compare(quick, ["even"], tmp_path, sweep=False, progress=False)
    (record,) = json.loads(json.dumps(result.to_dict()))["records"]
    assert tuple(record["metrics"]["accuracy"]) == result.records[0].metrics["accuracy"]
    assert (record["exhibits"], record["histograms"]) == ([], {})


KINDS = np.arange(90) % 3  # of each text: all right, at odds, all wrong
RIGHT = np.stack([KINDS != 2, KINDS == 0])


def test_shown_texts_are_a_third_of_each_kind():
    chosen = choose_rows(RIGHT, np.ones(90, dtype=bool), shown=6, seed=0)
    assert np.bincount(KINDS[chosen], minlength=3).tolist() == [2, 2, 2]


def test_a_kind_that_runs_short_is_filled_up_from_the_others():
    chosen = choose_rows(np.ones((2, 90), dtype=bool), np.ones(90, dtype=bool), shown=6, seed=0)
    assert len(set(chosen.tolist())) == 6


def test_only_legible_texts_are_shown():
    legible = np.arange(90) >= 80
    assert set(choose_rows(RIGHT, legible, shown=20, seed=0).tolist()) == set(range(80, 90))


def test_questions_of_several_tasks_are_not_compared(quick, tmp_path, refusal):
    mixed = replace(quick, lab=replace(quick.lab, tasks={**quick.lab.tasks, "even": "toy.OTHER"}))
    quick.lab.module().OTHER = type("Other", (type(quick.task),), {"name": "other"})()
    told = refusal(LabError, lambda: compare(mixed, ["even", "sharp"], tmp_path, progress=False))
    assert "other: even; classification: sharp" in told
