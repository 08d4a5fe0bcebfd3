"""Weights of a layer are those that it reads by."""

from __future__ import annotations

import pytest

from amal_attention.checks import AttentionProbe, reads_by_its_weights
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
