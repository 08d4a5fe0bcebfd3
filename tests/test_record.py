"""Run records survive the trip through JSON, and nothing of them is lost on the way."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest

from amal_attention.record import EpochPoint, Grid, Histogram, Reading, RunRecord, Series, Texts, by_data

BARE = RunRecord(
    lab="a_lab",
    question="a-question",
    task="a-task",
    title="Mean of the words",
    source="sample",
    embeddings="sample.32d",
    seed=7,
    metrics={"exact": (1 / 3, 0.1, 0.2 + 0.1), "cost": (4.5, None, None), "none": (None, None, None)},
    tested=123,
    parameters=202,
    seconds=12.75,
    epochs=2,
    checkpoint="runs/é.ckpt",
)
GRID = Grid(9, "line 9", ["a", "b"], ["x"], [[1.0], [0.5]])
FULL = replace(
    BARE,
    thorough=True,
    swept=0.1,
    curves=[EpochPoint(1, {"train_loss": 0.69}), EpochPoint(2, {"train_loss": 0.5, "val_loss": 0.6})],
    histograms={"entropy": [Histogram(1, [0.0, 1.0, 2.0], [3, 4])]},
    series={
        "by length": Series([1.0, 2.0], [0.5, 0.25], "length", "exact match"),
        "by kind": Series([0.0], [0.5], "kind", "exact match", ["short"]),
    },
    exhibits=[
        Reading(5, "review 5", ["un", "film", '"<é>"'], [0.25, 0.5, 0.25], "positive", "negative", 0.75, ["film"]),
        GRID,
        Texts(8, "line 8", {"source": "un", "written": "one"}),
        Texts(9, "line 9", {"source": "x"}, GRID, "y", 0.25, "z"),
    ],
)


def plain(value: Any) -> Any:
    """A record as lists, dictionaries and numbers, by a walk of its own."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("record", [BARE, FULL], ids=["bare", "full"])
def test_a_record_comes_back_equal_through_json(record: RunRecord) -> None:
    text = json.dumps(record.to_dict(), allow_nan=False)
    back = RunRecord.from_dict(json.loads(text))
    assert back == record
    assert all(isinstance(metric, tuple) for metric in back.metrics.values())


def test_the_json_names_every_field_of_every_part() -> None:
    written = json.loads(json.dumps(FULL.to_dict()))
    assert [exhibit.pop("kind") for exhibit in written["exhibits"]] == ["reading", "grid", "texts", "texts"]
    assert written == plain(FULL)


def test_reading_a_record_leaves_the_values_it_reads_alone() -> None:
    values = json.loads(json.dumps(FULL.to_dict()))
    before = deepcopy(values)
    RunRecord.from_dict(values)
    assert values == before


def test_a_written_record_does_not_change_with_what_was_written() -> None:
    values = FULL.to_dict()
    values["exhibits"][0]["tokens"].append("more")
    assert FULL.exhibits[0].tokens == ["un", "film", '"<é>"']


def test_a_name_that_no_record_has_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        RunRecord.from_dict({**FULL.to_dict(), "colour": "red"})


@pytest.mark.parametrize(("prediction", "right"), [("positive", True), ("negative", False)])
def test_a_reading_is_right_when_the_prediction_is_the_label(prediction: str, right: bool) -> None:
    assert replace(FULL.exhibits[0], prediction=prediction).right is right


@pytest.mark.parametrize(("prediction", "right"), [("z", True), ("y", False)])
def test_a_text_is_right_when_what_is_written_is_the_label(prediction: str, right: bool) -> None:
    assert Texts(9, "line 9", {"source": "x"}, None, prediction, 0.25, "z").right is right


def test_records_of_the_same_data_stand_together() -> None:
    records = [replace(BARE, seed=seed, data=data) for seed, data in enumerate("abacb")]
    assert [[record.seed for record in part] for part in by_data(records)] == [[0, 2], [1, 4], [3]]


def test_the_value_of_a_metric_is_none_where_there_is_none() -> None:
    assert [BARE.value(name) for name in ("exact", "none", "never measured")] == [1 / 3, None, None]


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        BARE.seconds = 1.0
