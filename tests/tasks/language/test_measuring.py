"""What the words of a window cost, and the perplexity that this comes to."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from amal_attention.tasks.language import StreamBatch
from amal_attention.tasks.language.measuring import measure_windows, perplexity
from tests.tasks.language.models import Unigram, loss


def test_each_window_costs_the_sum_over_its_words_but_the_first():
    model = Unigram(torch.tensor([0.5, 0.25, 0.25]))
    tokens = torch.tensor([[1, 0, 0], [0, 1, 0]])
    nats, words = measure_windows(model, StreamBatch(tokens, torch.ones_like(tokens, dtype=torch.bool)), loss)[
        "perplexity"
    ]
    assert words.tolist() == [2, 2]
    assert nats.tolist() == pytest.approx([2 * math.log(2), math.log(4) + math.log(2)])


def test_perplexity_is_that_of_all_words_together():
    value, low, high = perplexity(np.array([math.log(2), 3 * math.log(8)]), np.array([1.0, 3.0]))
    assert value == pytest.approx(math.exp(10 * math.log(2) / 4))
    assert low == pytest.approx(2) and high == pytest.approx(8), "one of two windows alone is drawn often enough"


def test_its_interval_holds_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(60):
        nats = generator.gamma(2.0, 1.0, size=80)
        _, low, high = perplexity(nats, np.ones(80))
        held += low <= math.exp(2.0) <= high
    assert 51 <= held <= 60
    assert perplexity(nats, np.ones(80)) == perplexity(nats, np.ones(80))
