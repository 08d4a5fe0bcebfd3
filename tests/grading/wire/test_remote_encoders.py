"""Norms, layers on layers and what reads them look to an expectation there as here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amal_attention.checks import (
    AttentionProbe,
    adds_to_its_input,
    bends,
    chains_its_parts,
    chains_layers,
    drops_in_training,
    drops_nothing,
    ends_with_norm,
    grows_by_layers,
    grows_by_units,
    hangs_on_depth,
    keeps_one_vector,
    leaves_parameters_alone,
    looks_by_its_norm,
    looks_from_one_vector,
    moves_from_its_start,
    normalises,
    passes_through,
    reads_by_its_weights,
    scales_and_shifts,
    sums_states,
)
from amal_attention.checks.expectation import ExpectationMissed
from tests.grading.wire.missing import missed

ROOT = Path(__file__).parents[3]
CELLS = (
    f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.checks import encoding
from torch import manual_seed

def built(name, *sizes, **options):
    manual_seed(0)
    return getattr(encoding, name)(*sizes, **options)
""",
)
DIM, WORDS = 8, 5
PROBE = AttentionProbe(DIM, heads=2)
PRE: dict[str, Any] = {"norm_first": True}
Build = Callable[..., Any]
LOOKS: list[tuple[tuple[Any, ...], dict[str, Any], str, Callable[[Any], None]]] = [
    (("Layer", DIM), PRE, "deaf", lambda layer: chains_its_parts(layer, PROBE, norm_first=True)),
    (("Layer", DIM), PRE, "linear", lambda layer: bends(layer, PROBE, norm_first=True)),
    (("Layer", DIM), PRE, "even", lambda layer: reads_by_its_weights(layer, PROBE)),
    (("Layer", DIM), PRE, "bare queries", lambda layer: looks_by_its_norm(layer, PROBE)),
    (("Layer", DIM), {}, "drops always", lambda layer: drops_nothing(layer, PROBE)),
    (("Layer", DIM), {}, "shortens", lambda layer: leaves_parameters_alone(layer, PROBE)),
    (("Layer", DIM), {}, "deaf", lambda layer: moves_from_its_start(layer, PROBE)),
    (("Layer", DIM), PRE, "adds to the normed", lambda layer: passes_through(layer, PROBE, norm_first=True)),
    (("Layer", DIM), PRE, "attention alone", lambda layer: adds_to_its_input(layer, PROBE)),
    (("Layer", DIM), PRE | {"dropout": 0.5}, "drops x",
     lambda layer: drops_in_training(layer, PROBE, 0.5, norm_first=True)),
    (("Layer", DIM), {}, "norm inside", lambda layer: normalises(layer, PROBE)),
    (("Norm", DIM), {}, "one number", lambda norm: scales_and_shifts(norm, DIM)),
    (("Stack", DIM, 2), {}, "side by side", lambda stack: chains_layers(stack, PROBE, 2)),
    (("Reads", WORDS, DIM), {}, "bent", lambda reads: sums_states(reads, WORDS, DIM)),
    (("Reads", WORDS, DIM), {"front": True}, "of the text", lambda reads: keeps_one_vector(reads, WORDS)),
    (("Reads", WORDS, DIM), {"front": True}, "hidden", lambda reads: looks_from_one_vector(reads, WORDS)),
]  # fmt: skip
BUILDS: list[tuple[str, str, Callable[[Build], None]]] = [
    ("Stack", "the same layer", lambda build: grows_by_layers(lambda layers: build(DIM, layers))),
    ("Stack", "one layer", lambda build: hangs_on_depth(lambda layers: build(DIM, layers), PROBE)),
    ("Stack", "other end", lambda build: ends_with_norm(lambda *how: build(DIM, *how), PROBE, DIM)),
]


@pytest.mark.parametrize(("what", "options", "wrong", "look"), LOOKS)
def test_a_module_is_seen_there_as_here(remote, local, what, options, wrong, look):
    assert [missed(look, student.built(*what, **options)) for student in (remote, local)] == [None, None]
    there, here = (missed(look, student.built(*what, **options, wrong=wrong)) for student in (remote, local))
    assert there is not None and there == here


@pytest.mark.parametrize(("name", "wrong", "look"), BUILDS)
def test_what_is_built_again_is_seen_there_as_here(remote, local, name, wrong, look):
    def builds(student: Any, **options: Any) -> Build:
        return lambda *sizes: student.built(name, *sizes, **options)

    assert [missed(look, builds(student)) for student in (remote, local)] == [None, None]
    there, here = (missed(look, builds(student, wrong=wrong)) for student in (remote, local))
    assert there is not None and there == here


def test_units_are_counted_there_as_here(remote, local):
    for student in (remote, local):
        grows_by_units(lambda units, student=student: student.built("Layer", DIM, units), DIM)
        with pytest.raises(ExpectationMissed, match="0 more"):
            grows_by_units(lambda units, student=student: student.built("Layer", DIM), DIM)
