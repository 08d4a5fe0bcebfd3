"""The references over n-grams: what they read of a text is what they train on, and the adversary climbs straight up."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lightning import Trainer
from torch import Tensor

from amal_attention.data.buckets import Windows
from amal_attention.data.ngrams import log_ratios, number_ngrams
from amal_attention.tasks.classification import ReviewData
from amal_attention.tasks.classification.data.module import SOURCES
from amal_attention.tasks.classification.data.sample import SampleReviews
from amal_attention.tasks.tap import tapped_attention


@pytest.fixture
def make(tmp_path, monkeypatch):
    """A data module on a small sample."""
    monkeypatch.setitem(SOURCES, "sample", lambda data_dir: SampleReviews(seed=4, train=120, test=10))
    return lambda **options: ReviewData("sample", **{"batch_size": 16, "cache_dir": str(tmp_path), **options})


@pytest.fixture
def data(make):
    return make(train_as="ngrams", block=10, validation=0.25)


@pytest.fixture
def model(lab, data):
    """A model over n-grams that has learnt something, at random."""
    model = lab.NgramClassifier(data.ngrams, freeze_embeddings=False)
    with torch.no_grad():
        for parameter in (model.pooling.scores, model.pooling.scores_of_places, model.pooling.corrections):
            parameter.normal_(0, 0.5)
    return model.eval()


def batch_of(data):
    return next(iter(data.train_dataloader()))


def with_all_counts(data, numbers: Tensor) -> Tensor:
    """The log-ratios in all training reviews, those of their own block too."""
    return log_ratios(data.ngrams[:, 1:])[numbers]


def test_a_text_is_read_as_its_distinct_n_grams(model, data) -> None:
    ngrams = data.train_dataloader().dataset
    rows = np.arange(12)
    lengths = ngrams.lengths[rows]
    batch = ngrams[Windows(rows, np.zeros_like(rows), lengths)]
    known = batch.numbers > 0
    vectors = model.pooling.vectors(batch.numbers, batch.classes, with_all_counts(data, batch.numbers))
    pooled, _ = model.pooling.attention(vectors, known)
    expected = model.logit(pooled[:, 1], known.sum(dim=1))
    texts = data.reviews.whole(data.rows("train")[rows])
    logits = model(texts.tokens, texts.mask)
    torch.testing.assert_close(logits[:, 1] - logits[:, 0], expected, rtol=1e-4, atol=1e-4)


def test_before_training_it_is_naive_bayes(lab, data) -> None:
    model = lab.NgramClassifier(data.ngrams, scale=3.0)
    texts = data.reviews.whole(data.rows("train")[:5])
    ngrams = data.train_dataloader().dataset.prepared
    usual = len(ngrams.numbers) / len(data.rows("train"))
    logits = model(texts.tokens, texts.mask)
    for row in range(5):
        numbers = torch.from_numpy(ngrams.numbers[ngrams.offsets[row] : ngrams.offsets[row + 1]].astype(np.int64))
        expected = 3 / usual * with_all_counts(data, numbers).sum()
        torch.testing.assert_close(logits[row, 1] - logits[row, 0], expected, rtol=1e-4, atol=1e-4)


def test_the_attention_on_words_can_be_seen(model, data) -> None:
    texts = data.reviews.whole(data.rows("train")[:5])
    with tapped_attention(model) as tap:
        model(texts.tokens, texts.mask)
    weights = tap.last(dim=2)
    assert weights.shape == texts.mask.shape and bool((weights[~texts.mask] == 0).all())
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(5))


def test_a_text_without_a_known_n_gram_has_the_logit_of_nothing(model) -> None:
    logits = model(torch.tensor([[1, 1], [0, 0]]), torch.tensor([[True, True], [False, False]]))
    torch.testing.assert_close(logits, torch.zeros(2, 2))


def test_the_adversary_goes_up_the_gradient_of_each_review(model, data) -> None:
    batch = batch_of(data)
    known, sign = batch.numbers > 0, 1 - 2 * batch.labels
    vectors = model.pooling.vectors(batch.numbers, batch.classes, batch.ratios).detach().requires_grad_()
    pooled, weights = model.pooling.attention(vectors, known)
    loss = torch.nn.functional.softplus(sign * model.logit(pooled[:, 1], known.sum(dim=1)))
    (gradient,) = torch.autograd.grad(loss.sum(), vectors)
    expected = model.epsilon * gradient / gradient.flatten(1).norm(dim=1).view(-1, 1, 1)
    step = model.adversary(vectors[..., 1] - pooled[:, 1:], weights, sign)
    torch.testing.assert_close(step, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("frozen", [True, False])
def test_values_of_n_grams_learn_unless_they_are_frozen(lab, data, frozen) -> None:
    torch.manual_seed(0)
    model = lab.NgramClassifier(data.ngrams, freeze_embeddings=frozen)
    trainer = Trainer(
        max_epochs=2, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False
    )
    trainer.fit(model, data)
    assert bool((model.pooling.corrections == 0).all()) is frozen
    assert float(model.pooling.scores.detach().abs().max()) > 0


def test_words_have_the_ratios_of_all_training_reviews_beside_them(lab, make, randomise) -> None:
    data = make(train_as="ratios", block=10, validation=0.25)
    pooling = lab.LearnedQueryPooling(data.dim_with_ratios)
    model = randomise(lab.RatioClassifier(data.embeddings, pooling, data.ngrams, ratio_dropout=0.5)).eval()
    texts = data.reviews.whole(data.rows("train")[:4])
    prepared = data.train_dataloader().dataset.prepared
    numbers = number_ngrams(texts.tokens, torch.from_numpy(prepared.table[:, 0].copy()))
    ratios = with_all_counts(data, numbers).clamp(-4, 4)
    assert int((ratios != 0).sum()) > 100
    torch.testing.assert_close(model(texts.tokens, texts.mask), model.logits(texts.tokens, texts.mask, ratios))


def test_what_trains_it_are_the_ratios_of_the_batch(lab, make, randomise) -> None:
    data = make(train_as="ratios", block=10, validation=0.25)
    model = randomise(lab.RatioClassifier(data.embeddings, lab.MeanPooling(data.dim_with_ratios), data.ngrams)).eval()
    batch = batch_of(data)
    expected = torch.nn.functional.cross_entropy(model.logits(batch.tokens, batch.mask, batch.ratios), batch.labels)
    torch.testing.assert_close(model.training_step(batch, 0), expected)
