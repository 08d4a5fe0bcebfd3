from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from amal_attention.tasks.classification.spread import AttentionSpread

ENTROPIES = [0.0, 1.0, 2.5, 3.0, 0.7]
LENGTHS = [1, 5, 20, 60, 2]


def filled(*cuts: slice) -> AttentionSpread:
    metric = AttentionSpread()
    for cut in cuts:
        metric.update(torch.tensor(ENTROPIES[cut]), torch.tensor(LENGTHS[cut]))
    return metric


def test_entropy_is_the_mean_over_reviews_however_they_are_batched():
    expected = sum(ENTROPIES) / 5
    for cuts in ([slice(None)], [slice(0, 4), slice(4, 5)]):
        assert filled(*cuts).compute()["entropy"].item() == pytest.approx(expected, rel=1e-6)


def test_normalised_entropy_is_the_mean_of_ratios_over_reviews_of_two_tokens_or_more():
    expected = sum(h / math.log(n) for h, n in zip(ENTROPIES, LENGTHS, strict=True) if n > 1) / 4
    assert filled(slice(None)).compute()["normalised_entropy"].item() == pytest.approx(expected, rel=1e-6)


def test_effective_words_is_the_mean_of_exponentials():
    expected = sum(math.exp(h) for h in ENTROPIES) / 5
    assert filled(slice(None)).compute()["effective_words"].item() == pytest.approx(expected, rel=1e-6)


def test_two_processes_together_give_what_one_gives():
    one, other, whole = filled(slice(0, 2)), filled(slice(2, 5)), filled(slice(None))
    for name in ("reviews", "comparable", "sums", "counts", "normalised_counts"):
        setattr(one, name, getattr(one, name) + getattr(other, name))
    assert {k: v.item() for k, v in one.compute().items()} == pytest.approx(
        {k: v.item() for k, v in whole.compute().items()}
    )


def test_a_histogram_counts_each_review_in_the_bin_that_holds_its_entropy():
    histogram = filled(slice(None)).histograms(epoch=3)["entropy"]
    for value in ENTROPIES:
        place = max(i for i, edge in enumerate(histogram.edges[:-1]) if edge <= value)
        assert histogram.counts[place] == 1
    assert sum(histogram.counts) == 5
    assert histogram.epoch == 3


def test_entropies_past_the_last_edge_stay_in_the_last_bin():
    metric = AttentionSpread()
    metric.update(torch.tensor([99.0]), torch.tensor([7]))
    assert [histogram.counts[-1] for histogram in metric.histograms(0).values()] == [1, 1]


def test_the_edges_of_both_histograms_span_their_range_evenly():
    histograms = AttentionSpread().histograms(0)
    assert {name: each.edges[-1] for name, each in histograms.items()} == {"entropy": 8, "normalised_entropy": 1}
    for each in histograms.values():
        assert np.diff(each.edges) == pytest.approx([each.edges[-1] / 40] * 40)
        assert len(each.edges) == len(each.counts) + 1


def test_no_review_at_all_gives_no_mean():
    assert all(math.isnan(value) for value in AttentionSpread().compute().values())
