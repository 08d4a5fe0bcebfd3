from __future__ import annotations

import json
from dataclasses import fields

import pytest

from amal_attention.lab import Lab
from amal_attention.lab.limits import GradingLimits


def test_a_lab_that_says_nothing_has_limits_all_the_same():
    limits = GradingLimits()
    assert all(0 < value < 10_000 for value in limits.to_dict().values())
    assert limits.cell_seconds < limits.submission_seconds


@pytest.mark.parametrize("name", [each.name for each in fields(GradingLimits)])
def test_a_lab_sets_one_limit_and_the_others_stay(name, tmp_path):
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "lab.toml").write_text(f'title = "Toy"\nquestions.q1.title = "Q1"\n[limits]\n{name} = 7.5\n')
    limits = Lab.find("toy", tmp_path).limits
    assert limits.to_dict() == GradingLimits().to_dict() | {name: 7.5}


def test_limits_come_back_from_json():
    limits = GradingLimits(1, 2, 3, 4, 5, 6)
    assert GradingLimits(**json.loads(json.dumps(limits.to_dict()))) == limits
