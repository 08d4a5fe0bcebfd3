"""Layers, and the source of an answer, look to an expectation there as here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from amal_attention.checks import (
    AttentionProbe,
    MemoryProbe,
    has_layers,
    heads_differ,
    hides_from_softmax,
    permutes_with,
    uses_no,
)
from tests.grading.wire.missing import missed

ROOT = Path(__file__).parents[3]
CELLS = (
    f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.checks.attending import Attends, Looks
def built(code): return eval(code)
""",
    """
from torch import nn
class ByHand(nn.Module):
    def forward(self, x): return x
""",
    """
Layer = nn.GRU
class ByLibrary(nn.Module):
    def forward(self, x): return Layer(2, 2)(x)
""",
    """
%matplotlib inline
def mended(x): return nn.LSTM(2, 2)(x)
this is no Python
""",
)
X, MEMORY = torch.randn(2, 3, 6, generator=torch.Generator().manual_seed(1)), torch.ones(2, 4, 6).cumsum(1)
MASK = torch.tensor([[[True, True, False, False]], [[False, True, True, True]]])
OVER = MemoryProbe(6, 3, asking=5)
MODULES: list[tuple[str, str, Callable[[Any], None]]] = [
    ("Attends(6, 4)", "Attends(6, 4, places=True)", lambda module: permutes_with(module, AttentionProbe(6, 4))),
    ("Looks(6, 3)", "Looks(6, 3, wrong='view')", lambda module: permutes_with(module, OVER, of="memory")),
    ("Looks(6, 3)", "Looks(6, 3, wrong='view')", lambda module: heads_differ(module, OVER, 3)),
    ("Looks(6, 3)", "Attends(6, 6)", lambda module: has_layers(module, {"output": (6, 6)})),
    (
        "Looks(6, 3)",
        "Looks(6, 3, wrong='no mask')",
        lambda module: hides_from_softmax(module, (X, MEMORY), MASK, places=MASK.unsqueeze(1)),
    ),
]


@pytest.mark.parametrize(("right", "wrong", "look"), MODULES)
def test_what_attends_is_seen_there_as_here(remote, local, right, wrong, look):
    assert [missed(look, student.built(right)) for student in (remote, local)] == [None, None]
    there, here = (missed(look, student.built(wrong)) for student in (remote, local))
    assert there is not None and there == here


def test_the_source_is_read_there_as_here(remote, local):
    for student in (remote, local):
        uses_no(student.ByHand, ["nn.GRU"])
        assert missed(uses_no, student.ByLibrary, ["nn.GRU"]) == ("ByLibrary without nn.GRU", "")


def test_a_cell_that_runs_once_it_is_mended_is_read(remote):
    assert missed(uses_no, remote.mended, ["nn.LSTM"]) == ("mended without nn.LSTM", "")


def test_a_module_that_was_built_has_no_source(remote):
    assert remote.built("Attends(6, 4)").written() == ("", ())
