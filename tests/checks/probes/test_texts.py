"""Vectors by themselves have no mask and no padding."""

from __future__ import annotations

import torch

from amal_attention.checks import VectorProbe


def test_vectors_stand_everywhere():
    probe = VectorProbe(4)
    (x,) = inputs = probe.inputs((3, 1), 0, under=0)
    assert x.shape == (2, 3, 4) and bool((x != 0).all())
    assert torch.equal(x, probe.inputs((3, 1), 0)[0])
    assert (probe.places(inputs), probe.names(inputs), probe.shapes(inputs)) == ({}, ["x"], {"output": (2, 3, 4)})
