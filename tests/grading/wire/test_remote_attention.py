"""Encoders, scores and decoders that attend elsewhere look to an expectation like those of this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from amal_attention.checks import (
    asks_with,
    combines_by_tanh,
    compares_each_pair,
    compares_query_and_keys,
    compares_states_before,
    differentiates,
    fills_the_mask,
    final_is_last_state,
    follows_memory,
    hangs_on,
    hangs_on_order,
    is_bilinear,
    is_perceptron,
    keeps_rows_apart,
    learns_through_time,
    leaves_arguments_alone,
    levels_off,
    reads_both_ways,
    reads_by_weights,
    scores_by_perceptron,
    scores_keys_by_perceptron,
    scores_places,
    sees_attention_vector_alone,
    shows_last_layer,
    state_sees_memory,
    stays_finite,
    sums_values,
    weighs_by_score,
)
from tests.checks.expectations import test_functions as functions
from tests.checks.expectations.sequences import test_attention as attention
from tests.checks.expectations.sequences import test_encoder as encoders
from tests.checks.expectations.sequences import test_scores as scores
from tests.checks.expectations.sequences import test_window as window
from tests.grading.wire.missing import missed

ROOT = Path(__file__).parents[3]
CELLS = (
    f"""
import sys
import torch
sys.path.insert(0, {str(ROOT)!r})
from tests.checks.expectations.test_functions import detached, in_place, overflowing, squeezed, step
from tests.checks.expectations.sequences.test_attention import (
    After, AsksWithOld, Before, Beside, ReadsTheMean, StateAlone, WithoutMask, WithoutTanh as Straight,
)
from tests.checks.expectations.sequences.test_encoder import Cells, Layers
from tests.checks.expectations.sequences.test_scores import Additive, Beside as MixesPairs, Bilinear, Places, Shared
from tests.checks.expectations.sequences.test_window import Even, Pooling, SumsKeys, Window, WithoutTanh

def general(right):
    return Bilinear(lambda q, k, w: w(q) @ k.mT if right else w(q) @ w(k).mT)

def places(right):
    return Places(lambda scores, keys: scores[..., : keys.shape[1]] if right else scores[..., -keys.shape[1] :])

def layers(right):
    return Layers(2, lambda every: every[-1 if right else 0])

def built(text):
    torch.manual_seed(0)
    return eval(text)

class Blind(After):
    def keys(self, memory):
        return torch.zeros_like(memory)
    def both(self, context, states):
        return torch.tanh(self.combine(torch.cat([states, states], dim=2)))

class Cut(After):
    def both(self, context, states):
        return super().both(context.detach(), states.detach())

def constant(x, state, w):
    return step(x, state, {{"a": w["a"] * 0}})
""",
)
Student = Any
PROBE, ONE, TWO = attention.PROBE, encoders.ONE, encoders.TWO
DECODERS: dict[str, tuple[str, Callable[[Any, Any], None]]] = {
    "AsksWithOld": ("FixedScore", lambda decoder, score: asks_with(decoder, score, PROBE, which="after")),
    "WithoutMask": ("FixedScore", lambda decoder, score: weighs_by_score(decoder, score, PROBE, attention.soft)),
    "StateAlone": ("FixedScore", lambda decoder, score: combines_by_tanh(decoder, score, PROBE)),
    "Before": ("FixedScore", lambda decoder, score: state_sees_memory(decoder, PROBE, False)),
    "ReadsTheMean": ("FixedScore", lambda decoder, score: reads_by_weights(decoder, PROBE)),
    "Beside": ("FixedScore", lambda decoder, score: sees_attention_vector_alone(decoder, PROBE)),
    "Straight": ("FixedScore", lambda decoder, score: levels_off(decoder, PROBE, reads=(2,))),
    "Blind": ("DistanceScore", lambda decoder, score: follows_memory(decoder, PROBE)),
    "Cut": ("DistanceScore", lambda decoder, score: differentiates(decoder, PROBE.inputs((3, 2), 0))),
}
MODULES: list[tuple[str, str, Callable[[Any], None]]] = [
    ("Cells()", "Cells(wrong='no order')", lambda encoder: hangs_on_order(encoder, ONE)),
    ("Cells()", "Cells(wrong='narrow')", lambda encoder: fills_the_mask(encoder, ONE)),
    ("Cells()", "Cells(wrong='last column')", lambda encoder: final_is_last_state(encoder, ONE)),
    ("Cells()", "Cells(wrong='cut in time')", lambda encoder: learns_through_time(encoder, ONE)),
    ("Cells(True)", "Cells(True, wrong='one way')", lambda encoder: reads_both_ways(encoder, TWO)),
    ("layers(True)", "layers(False)", lambda encoder: shows_last_layer(encoder, ONE, layers=2)),
    ("Additive()", "Shared()", lambda score: is_perceptron(score, scores.DIM)),
    ("Additive()", "MixesPairs()", lambda score: compares_each_pair(score, scores.DIM)),
    ("general(True)", "general(False)", lambda score: is_bilinear(score, scores.DIM)),
    ("general(True)", "places(True)", lambda score: compares_query_and_keys(score, scores.DIM)),
    ("places(True)", "places(False)", lambda score: scores_places(score, scores.DIM, 8)),
    ("Window()", "SumsKeys()", lambda module: sums_values(module, window.PROBE)),
    ("Window()", "Even()", lambda module: compares_states_before(module, window.PROBE)),
    ("Window()", "WithoutTanh()", lambda module: scores_keys_by_perceptron(module, window.PROBE)),
    ("Pooling()", "Pooling(tanh=False)", lambda pooling: scores_by_perceptron(pooling, window.DIM)),
]
FUNCTIONS: dict[str, Callable[[Any], None]] = {
    "squeezed": lambda function: keeps_rows_apart(function, functions.inputs(), shared=(2,)),
    "in_place": lambda function: leaves_arguments_alone(function, functions.inputs(), names=functions.NAMES),
    "overflowing": lambda function: stays_finite(function, functions.inputs(times=1000)),
    "detached": lambda function: differentiates(function, functions.inputs(), names=functions.TENSORS),
    "constant": lambda function: hangs_on(function, functions.inputs(), functions.inputs(times=2), name="w"),
}


def decoder_and_score(student: Student, name: str, kind: str) -> tuple[Any, Any]:
    given = () if kind == "DistanceScore" else (torch.tensor([0.5, -1.0, 2.0, 0.3]),)
    score = getattr(student, kind)(*given)
    return getattr(student, name)(score), score


@pytest.mark.parametrize("wrong", DECODERS)
def test_a_decoder_that_attends_is_seen_there_as_here(remote, local, wrong):
    kind, look = DECODERS[wrong]
    right, mistaken = ([missed(look, *decoder_and_score(student, name, kind)) for student in (remote, local)]
                       for name in ("After", wrong))  # fmt: skip
    assert right == [None, None]
    assert mistaken[0] is not None and mistaken[0] == mistaken[1]


@pytest.mark.parametrize(("right", "wrong", "look"), MODULES)
def test_what_reads_a_line_or_scores_it_is_seen_there_as_here(remote, local, right, wrong, look):
    assert [missed(look, student.built(right)) for student in (remote, local)] == [None, None]
    there, here = (missed(look, student.built(wrong)) for student in (remote, local))
    assert there is not None and there == here


@pytest.mark.parametrize("wrong", FUNCTIONS)
def test_a_function_is_seen_there_as_here(remote, local, wrong):
    look = FUNCTIONS[wrong]
    assert [missed(look, student.step) for student in (remote, local)] == [None, None]
    there, here = (missed(look, getattr(student, wrong)) for student in (remote, local))
    assert there is not None and there == here
