"""Weights of a layer are those that it reads by."""

from __future__ import annotations

import pytest

from amal_attention.checks import AttentionProbe, looks_by_its_norm, reads_by_its_weights
from amal_attention.checks.expectation import ExpectationMissed
from tests.checks.encoding import Layer, Unnamed

DIM = 8
PROBE = AttentionProbe(DIM, heads=2)


def test_weights_tell_what_is_read():
    for seed in range(5):
        reads_by_its_weights(Layer(DIM, norm_first=True), PROBE, seed=seed)
    reads_by_its_weights(Unnamed(DIM), PROBE)


def test_other_weights_are_missed():
    with pytest.raises(ExpectationMissed, match="those of the attention of this layer"):
        reads_by_its_weights(Layer(DIM, norm_first=True, wrong="even"), PROBE)


def test_longer_words_have_the_same_weights_behind_a_norm_alone():
    looks_by_its_norm(Layer(DIM, norm_first=True), PROBE)
    with pytest.raises(ExpectationMissed, match="queries as well as keys and values"):
        looks_by_its_norm(Layer(DIM), PROBE)
