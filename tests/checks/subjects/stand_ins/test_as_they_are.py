"""Layers that mix nothing give back what they read, and keep what they were built with."""

from __future__ import annotations

import torch

from amal_attention.checks.subjects.stand_ins.as_they_are import (
    DecoderLayerAsItIs,
    EncoderLayerAsItIs,
    HeadsAsTheyAre,
    WordsAsTheyAre,
)

X = torch.randn(3, 4, 6)
MASK = torch.arange(4) < torch.tensor([[4], [2], [1]])


def test_an_encoder_gives_the_words_back():
    encoder = WordsAsTheyAre(6, 2, 9, num_layers=3, dropout=0.5)
    states, weights = encoder(X, MASK)
    assert torch.equal(states, X) and states is not X
    assert weights.shape == (3, 2, 4, 4) and weights[1, 0, 3].tolist() == [0.5, 0.5, 0, 0]
    assert encoder.built_with.tolist() == [9, 0, 0.5, 2]
    assert torch.equal(encoder.handed, MASK)


def test_so_do_layers_and_heads():
    of_encoder, of_decoder = (kind(6, 2, 9, True, 0.5) for kind in (EncoderLayerAsItIs, DecoderLayerAsItIs))
    assert torch.equal(of_encoder(X, MASK.unsqueeze(1).expand(-1, 4, -1))[0], X)
    states, weights = of_decoder(X, MASK, X[:, :3], MASK[:, :3])
    assert torch.equal(states, X) and weights.shape == (3, 2, 4, 3)
    assert of_encoder.built_with.tolist() == of_decoder.built_with.tolist() == [9, 1, 0.5, 2]
    states, weights = HeadsAsTheyAre(6, 2)(X, X[:, :3])
    assert torch.equal(states, X) and weights.shape == (3, 2, 4, 3)
