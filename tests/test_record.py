"""Run records survive the trip through JSON, and nothing of them is lost on the way."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest

from amal_attention.record import (
    EntropyHistogram,
    EpochPoint,
    Evidence,
    Faithfulness,
    Reading,
    RunRecord,
)

BARE = RunRecord(
    lab="a_lab",
    question="a-question",
    title="Mean of the words",
    source="sample",
    embeddings="sample.32d",
    seed=7,
    accuracy=1 / 3,
    accuracy_interval=(0.1, 0.2 + 0.1),
    test_reviews=123,
    entropy=4.5,
    normalised_entropy=0.91,
    effective_words=91.5,
    parameters=202,
    seconds=12.75,
    epochs=2,
    checkpoint="runs/é.ckpt",
)
FULL = replace(
    BARE,
    strength=0.1,
    curves=[EpochPoint(1, 0.69, None, 0.5), EpochPoint(2, 0.5, 0.6, None)],
    histograms=[EntropyHistogram(1, [0.0, 1.0, 2.0], [3, 4], [0.0, 0.5, 1.0], [5, 2])],
    readings=[Reading(5, ["un", "film", '"<é>"'], [0.25, 0.5, 0.25], "positive", "negative", 0.75)],
    evidence=Evidence(0.4, 0.06),
    faithfulness=Faithfulness(0.3, 0.1, 50),
)


def plain(value: Any) -> Any:
    """A record as lists, dictionaries and numbers, by a walk of its own."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("record", [BARE, FULL], ids=["bare", "full"])
def test_a_record_comes_back_equal_through_json(record: RunRecord) -> None:
    text = json.dumps(record.to_dict(), allow_nan=False)
    back = RunRecord.from_dict(json.loads(text))
    assert back == record
    assert isinstance(back.accuracy_interval, tuple)


def test_the_json_names_every_field_of_every_part() -> None:
    assert json.loads(json.dumps(FULL.to_dict())) == plain(FULL)


def test_reading_a_record_leaves_the_values_it_reads_alone() -> None:
    values = json.loads(json.dumps(FULL.to_dict()))
    before = deepcopy(values)
    RunRecord.from_dict(values)
    assert values == before


def test_a_written_record_does_not_change_with_what_was_written() -> None:
    values = FULL.to_dict()
    values["readings"][0]["tokens"].append("more")
    assert FULL.readings[0].tokens == ["un", "film", '"<é>"']


def test_a_name_that_no_record_has_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        RunRecord.from_dict({**FULL.to_dict(), "colour": "red"})


@pytest.mark.parametrize(("prediction", "right"), [("positive", True), ("negative", False)])
def test_a_reading_is_right_when_the_prediction_is_the_label(prediction: str, right: bool) -> None:
    assert replace(FULL.readings[0], prediction=prediction).right is right


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        BARE.accuracy = 1.0
