"""What trains faster gives what the plain modules give: the same values, and the same gradients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from amal_attention.tasks.classification import BagBatch, MeanBatch, TextBatch

DIM, WORDS, VALUE = 5, 9, 6
EXACT = {"rtol": 1e-5, "atol": 1e-5}
TEXTS = [[3, 4, 3, 3, 7, 4], [2], [8, 8, 8, 8, 2, 5, 6, 3], [1, 1, 5]]
LABELS = torch.tensor([0, 1, 1, 0])

Draw = Callable[[nn.Module], nn.Module]

PAIRS = {
    "mean": ("MeanPooling", "MeanPooling", [DIM]),
    "learned query": ("LearnedQueryPooling", "BagQueryPooling", [DIM]),
    "text query": ("TextQueryPooling", "BagTextQueryPooling", [DIM, VALUE]),
}
EACH = pytest.mark.parametrize(("plain", "fast", "sizes"), PAIRS.values(), ids=PAIRS)


def texts(reviews: Sequence[Sequence[int]] = TEXTS) -> TextBatch:
    tokens = pad_sequence([torch.tensor(review, dtype=torch.int64) for review in reviews], batch_first=True)
    mask = torch.arange(tokens.shape[1]) < torch.tensor([len(review) for review in reviews]).unsqueeze(1)
    return TextBatch(tokens, mask, LABELS[: len(reviews)])


def bags(reviews: Sequence[Sequence[int]] = TEXTS) -> BagBatch:
    counted = [Counter(review) for review in reviews]
    tokens = pad_sequence([torch.tensor(list(bag), dtype=torch.int64) for bag in counted], batch_first=True)
    counts = pad_sequence([torch.tensor([float(n) for n in bag.values()]) for bag in counted], batch_first=True)
    return BagBatch(tokens, counts, LABELS[: len(reviews)])


def means(table: Tensor) -> MeanBatch:
    each = [table[torch.tensor(review)].mean(dim=0) for review in TEXTS]
    return MeanBatch(torch.stack(each), LABELS)


@pytest.fixture
def table() -> Tensor:
    return torch.randn(WORDS, DIM)


@pytest.fixture
def pair(lab: ModuleType, table: Tensor, randomise: Draw):
    """A plain classifier and a fast one with the same parameters."""

    def make(plain: str, fast: str, sizes: Sequence[int], **options) -> tuple[nn.Module, nn.Module]:
        one = randomise(lab.EntropyRegularizedClassifier(table.clone(), getattr(lab, plain)(*sizes), **options))
        other = lab.BagClassifier(table.clone(), getattr(lab, fast)(*sizes), **options)
        other.pooling.load_state_dict(one.pooling.state_dict())
        other.output[-1].load_state_dict(one.output.state_dict())
        with torch.no_grad():
            other.embedding[0].weight.copy_(one.embedding.weight)
        for model in (one, other):
            model.log = lambda *_, **__: None
        return one, other

    return make


def gradients(model: nn.Module) -> list[Tensor]:
    """Of all that learns: vectors, pooling and output, in the order of their modules."""
    return [parameter.grad for parameter in model.parameters() if parameter.grad is not None]


@EACH
@pytest.mark.parametrize("tuned", [False, True], ids=["frozen", "tuned"])
@pytest.mark.parametrize("strength", [0.0, 0.3])
def test_the_loss_over_bags_and_its_gradients_are_those_over_texts(pair, plain, fast, sizes, tuned, strength) -> None:
    one, other = pair(plain, fast, sizes, strength=strength, freeze_embeddings=not tuned)
    losses = [model.training_step(batch, 0) for model, batch in ((one, texts()), (other, bags()))]
    torch.testing.assert_close(losses[1], losses[0], **EXACT)
    for loss in losses:
        loss.backward()
    assert len(gradients(one)) >= 2 + tuned
    for got, expected in zip(gradients(other), gradients(one), strict=True):
        torch.testing.assert_close(got, expected, **EXACT)


@EACH
def test_texts_are_read_as_by_the_plain_module(pair, plain, fast, sizes) -> None:
    one, other = pair(plain, fast, sizes)
    batch = texts()
    torch.testing.assert_close(other(batch.tokens, batch.mask), one(batch.tokens, batch.mask), **EXACT)


@EACH
def test_the_weight_of_a_word_is_that_of_all_its_places(lab, table, randomise, plain, fast, sizes) -> None:
    pooling = randomise(getattr(lab, plain)(*sizes))
    other = getattr(lab, fast)(*sizes)
    other.load_state_dict(pooling.state_dict())
    text, bag = texts(), bags()
    _, in_places = pooling(table[text.tokens], text.mask)
    _, of_words = other(table[bag.tokens], bag.counts)
    for review in range(len(TEXTS)):
        summed = torch.zeros(WORDS).index_add(0, text.tokens[review], in_places[review].detach())
        given = torch.zeros(WORDS).index_add(0, bag.tokens[review], of_words[review].detach())
        torch.testing.assert_close(given, summed, **EXACT)


@EACH
def test_a_bag_without_a_word_gives_zeros_and_no_nan(lab, table, randomise, plain, fast, sizes) -> None:
    pooling = randomise(getattr(lab, fast)(*sizes))
    x = table[torch.tensor([[2, 3], [0, 0]])].requires_grad_()
    pooled, weights = pooling(x, torch.tensor([[1.0, 2.0], [0.0, 0.0]]))
    assert pooled[1].tolist() == [0.0] * pooled.shape[1] and weights[1].tolist() == [0.0, 0.0]
    pooled.sum().backward()
    assert bool(x.grad.isfinite().all())


@EACH
def test_large_scores_stay_finite(lab, table, plain, fast, sizes) -> None:
    pooling = getattr(lab, fast)(*sizes)
    for parameter in pooling.parameters():
        nn.init.constant_(parameter, 1e3)
    pooled, weights = pooling(1e3 * table[bags().tokens], bags().counts)
    assert bool(pooled.isfinite().all())
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(len(TEXTS)))


def test_the_loss_over_means_and_its_gradients_are_those_over_texts(pair, table) -> None:
    one, other = pair("MeanPooling", "MeanPooling", [DIM])
    losses = [one.training_step(texts(), 0), other.training_step(means(one.embedding.weight), 0)]
    torch.testing.assert_close(losses[1], losses[0], **EXACT)
    for loss in losses:
        loss.backward()
    for got, expected in zip(gradients(other), gradients(one), strict=True):
        torch.testing.assert_close(got, expected, **EXACT)


@pytest.mark.parametrize(
    ("pooling", "tuned", "reads"),
    [
        ("MeanPooling", False, {"texts", "bags", "means"}),
        ("MeanPooling", True, {"texts", "bags"}),
        ("BagQueryPooling", False, {"texts", "bags"}),
        ("LearnedQueryPooling", False, {"texts"}),
    ],
)
def test_it_says_what_it_can_train_on(lab, table, pooling, tuned, reads) -> None:
    model = lab.BagClassifier(table, getattr(lab, pooling)(DIM), freeze_embeddings=not tuned)
    assert set(model.reads) == reads


def test_it_trains_on_texts_too(pair) -> None:
    one, other = pair("LearnedQueryPooling", "BagQueryPooling", [DIM], strength=0.3)
    torch.testing.assert_close(other.training_step(texts(), 0), one.training_step(texts(), 0), **EXACT)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_fast_recurrent_pooling_gives_what_the_plain_one_gives(lab, table, randomise, cell) -> None:
    options = {"dim": DIM, "hidden_size": 4, "num_layers": 2, "cell": cell, "bidirectional": True}
    plain, fast = randomise(lab.ContextualPooling(**options)), lab.FastContextualPooling(**options)
    fast.load_state_dict(plain.state_dict())
    batch = texts()
    answers = [each(table[batch.tokens], batch.mask) for each in (plain, fast)]
    for pooled, weights in answers:
        (pooled.square().sum() + weights.square().sum()).backward()
    for one, other in zip(*answers, strict=True):
        torch.testing.assert_close(other, one, **EXACT)
    for one, other in zip(plain.parameters(), fast.parameters(), strict=True):
        torch.testing.assert_close(other.grad, one.grad, **EXACT)
