from __future__ import annotations

import math

import pytest
import torch

from amal_attention.tasks.classification.histograms import EntropyHistograms
from tests.fitting import LENGTHS, Model, fitted


def entropy(weights, mask):
    return torch.special.entr(weights).sum(dim=1)


def test_entropy_means_are_logged_beside_the_models_own_metrics():
    trainer = fitted(Model(), EntropyHistograms(entropy))
    expected = sum(math.log(n) for n in LENGTHS) / len(LENGTHS)
    assert trainer.callback_metrics["val_entropy"].item() == pytest.approx(expected, rel=1e-5)
    assert trainer.callback_metrics["val_normalised_entropy"].item() == pytest.approx(1, rel=1e-5)
    assert trainer.callback_metrics["val_effective_words"].item() == pytest.approx(sum(LENGTHS) / 7, rel=1e-5)


def test_there_is_one_histogram_an_epoch_of_all_validation_reviews():
    callback = EntropyHistograms(entropy)
    fitted(Model(), callback, epochs=3)
    for histograms in callback.histograms.values():
        assert [histogram.epoch for histogram in histograms] == [1, 2, 3]
        assert all(sum(histogram.counts) == len(LENGTHS) for histogram in histograms)


def test_a_model_is_not_watched_after_its_training():
    model = Model()
    fitted(model, EntropyHistograms(entropy))
    assert not model.pooling._forward_hooks


def test_a_model_is_not_watched_after_its_validation_failed():
    class Failing(Model):
        def validation_step(self, batch, index):
            raise ZeroDivisionError

    model = Failing()
    with pytest.raises(ZeroDivisionError):
        fitted(model, EntropyHistograms(entropy))
    assert not model.pooling._forward_hooks


def test_histograms_survive_a_checkpoint():
    callback, restored = EntropyHistograms(entropy), EntropyHistograms(entropy)
    fitted(Model(), callback)
    restored.load_state_dict(callback.state_dict())
    assert restored.histograms == callback.histograms != {}
