from __future__ import annotations

import json
from pathlib import Path

import torch

from amal_attention.grading.verdict.telling import told, without_folders
from amal_attention.outcome import Outcome, State


def test_what_is_to_do_takes_one_line():
    assert (
        told("q1", Outcome("x", State.TO_DO, came="b", hint="in add, line 2")) == "q1: not attempted (in add, line 2)"
    )


def test_folders_of_packages_are_left_out_of_what_was_printed():
    where = Path(torch.__file__).parent / "nn" / "module.py"
    text = without_folders(f"{where}:7: careful\n{Path(json.__file__)}:8: json\n/home/me/mine.py: mine")
    assert text == "torch/nn/module.py:7: careful\njson/__init__.py:8: json\n/home/me/mine.py: mine"
