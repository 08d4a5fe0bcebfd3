"""Questions of several tasks are compared in a table for each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amal_attention.cli import training
from amal_attention.lab import Lab
from amal_attention.training.recipe import Recipe

LAB = Lab(
    "mixed",
    Path("mixed"),
    "Of two tasks",
    {"read": "Read", "write": "Write", "read-on": "Read on"},
    {"read": "classification", "write": "translation", "read-on": "classification"},
)


@pytest.fixture
def compared(monkeypatch):
    """What is compared: the recipe that all share, the questions and the folder."""
    asked = []

    def note(base, questions, folder, **choices):
        asked.append((base.question, base.source, base.tuned, questions, folder, choices))
        return len(asked)

    monkeypatch.setattr(training, "compare_questions", note)
    return asked


def test_each_task_has_a_comparison_in_a_folder_of_its_own(compared):
    base = Recipe(LAB, "read", source="sample", tuned=True)
    results = training.compare_by_task(base, None, Path("out"), jobs=2)
    assert compared == [
        ("read", "sample", True, ["read", "read-on"], Path("out/classification"), {"jobs": 2}),
        ("write", None, False, ["write"], Path("out/translation"), {"jobs": 2}),
    ]
    assert results == {Path("out/classification"): 1, Path("out/translation"): 2}


def test_those_of_one_task_are_compared_where_they_are_asked_for(compared):
    base = replace(Recipe(LAB, "read"), source="imdb")
    assert training.compare_by_task(base, ["read", "read-on"], Path("out"), jobs=1) == {Path("out"): 1}
    assert compared == [("read", "imdb", False, ["read", "read-on"], Path("out"), {"jobs": 1})]
